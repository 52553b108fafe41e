"""`HOME/firm.db`: one summary row a book, for whoever looks after several."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qbconsole.actions.summary import status
from qbconsole.domain.canonical import as_json
from qbconsole.store.firm import Firm

if TYPE_CHECKING:
    from qbconsole.books.book import Book


def summarise(book: Book, error: str) -> None:
    """Put the book's queues, money, age and errors into its row."""
    summary = as_json(status(book))
    firm = Firm(book.folder.parent.parent / "firm.db")
    try:
        firm.put(book.name, datetime.now(UTC), error, summary)
    finally:
        firm.close()
