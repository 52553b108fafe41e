"""`HOME/firm.db`: one summary row a book, for whoever looks after several."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING

from qbconsole.actions.summary import status
from qbconsole.domain.canonical import as_json
from qbconsole.domain.errors import Fatal
from qbconsole.store.firm import Firm

if TYPE_CHECKING:
    from qbconsole.books.book import Book

logger = logging.getLogger(__name__)


def summarise(book: Book, error: str) -> None:
    """Put the book's queues, money, age and errors into its row; a page that cannot be written holds no book up."""
    summary = as_json(status(book))
    try:
        with closing(Firm(book.folder.parent.parent / "firm.db")) as firm:
            firm.put(book.name, book.clock.now(), error, summary)
    except Fatal as problem:
        logger.warning("book %s: %s", book.name, problem)
