"""`qbconsole sync`: one cycle now, then whatever of it is still under way, until nothing sendable is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from qbconsole.domain.errors import Busy
from qbconsole.outbox import volume
from qbconsole.runner.connectors import opened
from qbconsole.runner.cycle import Cycle, Result
from qbconsole.runner.lease import Held
from qbconsole.runner.timekeeping import Timekeeper

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Connector

PATIENCE = 120.0
"""Seconds that a one-shot sync waits for posting windows and retries before it leaves the rest to the next one."""


Opening = Callable[["Book"], AbstractAsyncContextManager["Mapping[str, Connector]"]]
"""Opens a book's connectors, by system."""


async def sync_once(
    book: Book, *, full: bool = False, opening: Opening | None = None, random: Random | None = None
) -> Result:
    """Hold the book for one cycle, wait out open posting windows and short retries, and say what was done.

    Args:
        book: the book.
        full: list everything again.
        opening: what opens the connectors, if not its settings and secrets.
        random: the jitter of waits.

    Raises:
        Busy: another runner holds the book, or took it over meanwhile.
        SignIn: a remote refused the credentials after the cycle; a cycle's own failure is in the result.
    """
    with Held(book.store, book.clock) as lease:
        working = asyncio.create_task(_work(book, lease.fence, opening or opened, random, full=full))
        beating = asyncio.create_task(lease.keep())
        try:
            await asyncio.wait((working, beating), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                await beating
                raise _taken_over()
            result = await working
            if not lease.beat():  # it slept through its lease: what it did last was refused by the fence
                raise _taken_over()
            return result
        finally:
            for task in (working, beating):
                task.cancel()
            await asyncio.gather(working, beating, return_exceptions=True)


def _taken_over() -> Busy:
    return Busy("Another runner took the book over.", next_step="It goes on with the work.")


async def _work(book: Book, fence: int, opening: Opening, random: Random | None, *, full: bool) -> Result:
    async with opening(book) as connectors:
        cycle = Cycle(book, connectors, fence, random=random)
        result = await cycle.run("sync", full=full)
        if result.problem is None:
            await _drain(book, cycle, result)
        return result


async def _drain(book: Book, cycle: Cycle, result: Result) -> None:
    """Deliver what falls due soon; an unarmed book has nothing that may be sent."""
    if not book.settings.armed:
        return
    timekeeper = Timekeeper(book.store, book.clock)
    end = book.clock.monotonic() + PATIENCE
    while (wait := _seconds_until_due(book)) is not None and book.clock.monotonic() + wait < end:
        await book.clock.sleep(min(max(wait, 0.05), 1.0))
        timekeeper.look()
        result.delivered.add(await cycle.deliver())


def _seconds_until_due(book: Book) -> float | None:
    with book.store.reading() as connection:
        due = volume.next_due(connection, book.clock.now())
    return None if due is None else (due - book.clock.now()).total_seconds()
