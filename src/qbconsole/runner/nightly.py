"""Once a day in the book's zone: a backup, which reads every page and the whole journal through."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from qbconsole.care import backups, checks
from qbconsole.domain.dates import business_date
from qbconsole.store import facts, journal

if TYPE_CHECKING:
    from qbconsole.books.book import Book

_DAY = "cared_for_on"


async def care(book: Book) -> None:
    """Make today's backup, if anything was ever decided and none was made today; the oldest are removed.

    Raises:
        Damaged: the book's file or journal is not as it was written.
        Fatal: no backup can be written.
    """
    today = business_date(book.clock.now(), book.settings.time_zone).isoformat()
    with book.store.reading() as connection:
        if journal.newest(connection) is None or facts.get(connection, _DAY) == today:
            return
    keep = book.settings.backups.keep
    if keep:
        await asyncio.to_thread(backups.make, book)
        await asyncio.to_thread(backups.prune, backups.usual_folder(book.folder), book.name, keep)
    else:
        await asyncio.to_thread(checks.look, book)
    with book.store.writing(durable=False) as connection:
        facts.put(connection, _DAY, today)
