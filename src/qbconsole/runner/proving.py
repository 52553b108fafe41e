"""The nightly proof of a book's mirror: are all records here, and do the receivables agree with QuickBooks'."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from qbconsole.pull import pull
from qbconsole.pull.proof import compare_ids
from qbconsole.pull.receivables import find_differences, keep_differences
from qbconsole.store import proofs

if TYPE_CHECKING:
    from datetime import date

    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Accounting

EVERY = timedelta(days=1)
"""How often a mirror is proved: in the first cycle of a day in the book's zone, and after each full pull."""


async def prove(book: Book, connector: Accounting, *, run_id: int, full: bool = False) -> int:
    """Prove the mirror if it is due; returns how many records were put right.

    The first pull of a book was a listing of everything: then only the receivables are compared.

    Raises:
        Problem: something could not be had; the proof stays due.
    """
    with book.store.reading() as connection:
        today, before = book.today(connection), proofs.proved_on(connection)
    if not full and before is not None and timedelta(0) <= today - before < EVERY:
        return 0
    changed = 0
    if before is not None:
        compared = await compare_ids(
            book.store, connector, connector.streams, run_id=run_id, proof=True, clock=book.clock
        )
        if compared.problem is not None:
            raise compared.problem
        changed = compared.changed
    changed += await _balance(book, connector, today, run_id)
    with book.store.writing(durable=False) as connection:
        proofs.keep_proved(connection, today)
    return changed


async def _balance(book: Book, connector: Accounting, today: date, run_id: int) -> int:
    """Compare the receivables. What somebody did since the pull is no difference: it is pulled, and compared again."""
    changed = 0
    found = await find_differences(book.store, connector, today=today, run_id=run_id, clock=book.clock)
    if found:
        changed = (await pull(book.store, connector, run_id=run_id, watched={}, clock=book.clock)).changed
        found = await find_differences(book.store, connector, today=today, run_id=run_id, clock=book.clock)
    keep_differences(book.store, found, run_id=run_id, at=book.clock.now())
    return changed
