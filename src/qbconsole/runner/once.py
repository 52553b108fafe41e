"""`qbconsole sync`: one cycle now, then whatever of it is still under way, until nothing sendable is left."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qbconsole.runner.connectors import opened
from qbconsole.runner.cycle import Cycle, Result
from qbconsole.runner.lease import BEAT, Held
from qbconsole.store import outbox

if TYPE_CHECKING:
    from qbconsole.books.book import Book

PATIENCE = 120.0
"""Seconds that a one-shot sync waits for posting windows and retries before it leaves the rest to the next one."""


async def sync_once(book: Book, *, full: bool = False) -> Result:
    """Hold the book for one cycle, wait out open posting windows and short retries, and say what was done.

    Raises:
        Busy: another runner holds the book.
    """
    with Held(book.store) as lease:
        beating = asyncio.create_task(_beat(lease))
        try:
            async with opened(book) as connectors:
                cycle = Cycle(book, connectors, lease.fence)
                result = await cycle.run("sync", full=full)
                if result.problem is None:
                    await _drain(book, cycle, result)
                return result
        finally:
            beating.cancel()


async def _beat(lease: Held) -> None:
    while lease.beat():
        await asyncio.sleep(BEAT)


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
        due = outbox.next_due(connection)
    return None if due is None else (due - datetime.now(UTC)).total_seconds()
