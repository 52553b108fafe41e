"""A book that was set back: before anything is sent, what was done in its lost time is looked for and taken on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.actions import restored as taking_on
from qbconsole.books import restored
from qbconsole.outbox.deliver import ALL, STALENESS
from qbconsole.outbox.queue import ABSOLUTE, look_first
from qbconsole.store import outbox, runs

if TYPE_CHECKING:
    from qbconsole.books.book import Book
    from qbconsole.outbox.deliver import Deliverer
    from qbconsole.outbox.delivered import Delivered

OPEN = "Nothing is sent before both sides were read whole, and what was sent since was looked for."


def begin(book: Book, run_id: int) -> bool:
    """Whether the book was set back and nobody looked yet: then what it thinks unsent becomes unknown.

    Operations that set an absolute value stay as they are: sent again they change nothing.
    """
    now = book.clock.now()
    with book.store.writing() as connection:
        known = restored.last(connection)
        if known is None or known.state != "open":
            return False
        if not known.decision:
            taking_on.record(connection, book, known)
        for row in outbox.listed(connection, outbox.OPEN, ALL):
            if row["kind"] not in ABSOLUTE:
                look_first(connection, row, since=known.newest, at=now)
        runs.log(connection, run_id, "error", known.words, at=now, next_step=OPEN)
    return True


async def recover(book: Book, deliverer: Deliverer, run_id: int) -> Delivered:
    """After a full pull of both sides: look for every operation, then take on what carries our tag and is not known.

    Raises:
        Problem: something could not be looked for; the book stays as it is until the next cycle.
    """
    await book.clock.sleep(STALENESS.total_seconds())  # lists may lag behind what another runner sent a moment ago
    found = await deliverer.look()
    words = taking_on.take_on(book)
    now = book.clock.now()
    with book.store.writing() as connection:
        known = restored.last(connection)
        if known is not None:
            recovered = [*([f"{found.found} operations were found done"] if found.found else []), *words]
            restored.keep(connection, known, state="done", recovered=recovered)
            for line in (*known.decisions, *recovered):
                lost = line in known.decisions
                runs.log(connection, run_id, "warning", f"Lost: {line}" if lost else line, at=now)
    return found
