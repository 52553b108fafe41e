"""`qbconsole sync`: one cycle now, then whatever of it is still under way, until nothing sendable is left."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qbconsole.domain.errors import Busy
from qbconsole.outbox import volume
from qbconsole.runner.connectors import opened
from qbconsole.runner.cycle import Cycle, Result
from qbconsole.runner.lease import Held

if TYPE_CHECKING:
    from qbconsole.books.book import Book

PATIENCE = 120.0
"""Seconds that a one-shot sync waits for posting windows and retries before it leaves the rest to the next one."""


async def sync_once(book: Book, *, full: bool = False) -> Result:
    """Hold the book for one cycle, wait out open posting windows and short retries, and say what was done.

    Raises:
        Busy: another runner holds the book, or took it over meanwhile.
        SignIn: a remote refused the credentials after the cycle; a cycle's own failure is in the result.
    """
    with Held(book.store) as lease:
        working = asyncio.create_task(_work(book, lease.fence, full=full))
        beating = asyncio.create_task(lease.keep())
        try:
            await asyncio.wait((working, beating), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                await beating
                raise Busy("Another runner took the book over.", next_step="It goes on with the work.")
            return await working
        finally:
            for task in (working, beating):
                task.cancel()
            await asyncio.gather(working, beating, return_exceptions=True)


async def _work(book: Book, fence: int, *, full: bool) -> Result:
    async with opened(book) as connectors:
        cycle = Cycle(book, connectors, fence)
        result = await cycle.run("sync", full=full)
        if result.problem is None:
            await _drain(book, cycle, result)
        return result


async def _drain(book: Book, cycle: Cycle, result: Result) -> None:
    """Deliver what falls due soon; an unarmed book has nothing that may be sent."""
    if not book.settings.armed:
        return
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while (wait := _seconds_until_due(book)) is not None and loop.time() + wait < end:
        await asyncio.sleep(min(max(wait, 0.05), 1.0))
        result.delivered.add(await cycle.deliver())


def _seconds_until_due(book: Book) -> float | None:
    with book.store.reading() as connection:
        due = volume.next_due(connection)
    return None if due is None else (due - datetime.now(UTC)).total_seconds()
