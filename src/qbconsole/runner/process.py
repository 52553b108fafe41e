"""The runner's process: one a home, until SIGTERM. Each book has a thread with a loop of its own, so that neither a
database that is locked nor a remote that hangs delays another book."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
import traceback
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from qbconsole.books.home import book_folder, book_names
from qbconsole.care import checks
from qbconsole.domain.errors import Busy, Problem, SignIn
from qbconsole.outbox import volume
from qbconsole.runner.connectors import opened
from qbconsole.runner.cycle import Cycle, never_began
from qbconsole.runner.lease import Held
from qbconsole.runner.timekeeping import Timekeeper
from qbconsole.store import runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qbconsole.books.book import Book

logger = logging.getLogger(__name__)

POLL = 0.25
"""Seconds between looks: at a database for what fell due and for wishes, at the home for books that were added."""
TRY_AGAIN = 3.0
"""Seconds until a book that another runner holds, or that failed, is tried again."""
AFTER_SIGN_IN = 60.0
"""Seconds until a book whose credentials could not be read is tried again."""
HELD_FOR_GOOD = 300.0
"""After so many seconds in which others held every book, the process is one too many and ends."""
WIND_DOWN = 5.0
"""Seconds that a stop waits for what is being sent."""
STOP = 8.0
"""Seconds until a stop waits no longer for a book: what it was doing is then repaired by the next runner."""


@dataclass
class Stop:
    """Whether the process was asked to end. A plain flag: signal handlers must take no lock."""

    asked: bool = False

    async def within(self, seconds: float) -> bool:
        """Wait that long, or until it is asked; whether it was."""
        end = time.monotonic() + seconds
        while not self.asked and time.monotonic() < end:
            await asyncio.sleep(min(POLL, seconds))
        return self.asked


class BookRunner:
    """One book under its lease: cycles when the scheduler or a wish says so, deliveries in between."""

    def __init__(self, book: Book, lease: Held, stop: Stop) -> None:
        """Take an opened book, its lease, and what ends the process."""
        self._book = book
        self._lease = lease
        self._stop = stop
        self._wanted = asyncio.Event()
        self._reason = "start"
        self._refused = False
        self._time = Timekeeper(book.store, book.clock)

    def want(self, reason: str = "schedule") -> None:
        """Ask for a cycle; several wishes become one."""
        self._reason = reason
        self._wanted.set()

    async def run(self) -> None:
        """Work until the process stops or the lease is lost.

        Raises:
            Problem: no connector can be opened, or the database cannot be used; the sync log says which.
        """
        async with AsyncExitStack() as stack:
            try:
                connectors = await stack.enter_async_context(opened(self._book))
            except Problem as problem:
                never_began(self._book, problem)
                raise
            cycle = Cycle(self._book, connectors, self._lease.fence)
            scheduler = self._scheduler()
            self.want("start")
            work = (self._stopped(cycle), self._beat(), self._cycles(cycle), self._deliveries(cycle))
            tasks = [asyncio.ensure_future(one) for one in work]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                scheduler.shutdown(wait=False)
                await _ended(tasks)

    def _scheduler(self) -> AsyncIOScheduler:
        """Starts cycles and does no work itself; jobs are code, so there is no job store."""
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=options)
        scheduler.add_job(self._tick, "interval", seconds=self._book.settings.sync_every, id="cycle", jitter=2)
        scheduler.start()
        return scheduler

    async def _tick(self) -> None:
        self.want("schedule")

    async def _stopped(self, cycle: Cycle) -> None:
        """Until the process is to end, and what is being sent is answered."""
        while not await self._stop.within(POLL):
            pass
        await cycle.deliverer.wind_down(WIND_DOWN)

    async def _beat(self) -> None:
        await self._lease.keep()
        logger.warning("book %s: the lease was taken over", self._book.name)

    async def _cycles(self, cycle: Cycle) -> None:
        """A cycle whenever one is wanted."""
        while True:
            asked = self._asked()
            if self._wanted.is_set() or asked:
                self._wanted.clear()
                result = await cycle.run("asked" if asked else self._reason)
                self._refused = isinstance(result.problem, SignIn)
            await asyncio.sleep(POLL)

    async def _deliveries(self, cycle: Cycle) -> None:
        """What falls due is sent at once, also while a cycle waits for a remote."""
        while True:
            self._time.look()
            if not self._refused and self._due():
                try:
                    await cycle.deliver()
                except SignIn:
                    self._refused = True
            await asyncio.sleep(POLL)

    def _asked(self) -> bool:
        with self._book.store.reading() as connection:
            asked = runs.sync_asked(connection)
        if asked:
            with self._book.store.writing(durable=False) as connection:
                runs.take_requests(connection, self._book.clock.now())
        return asked

    def _due(self) -> bool:
        with self._book.store.reading() as connection:
            due = volume.next_due(connection, self._book.clock.now())
        return due is not None and due <= self._book.clock.now()


async def _ended(tasks: Sequence[asyncio.Future[Any]]) -> None:
    """End the tasks and wait until they are: what was sent is then unknown or settled, and says so."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class BookThread:
    """Keeps one book running; whatever fails in it is logged, waited out and tried again."""

    def __init__(self, root: Path, name: str, stop: Stop) -> None:
        """Start on a book of a home, until the process is to end."""
        self._root = root
        self._name = name
        self._stop = stop
        self.busy: Busy | None = None
        """Why the book is not held here; None once it is."""
        self.busy_since = 0.0
        # A hung book must not keep the process from ending: a daemon.
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name=f"book {name}", daemon=True)
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait that long at most until it has ended."""
        self._thread.join(seconds)

    async def _run(self) -> None:
        wait = 0.0
        while not await self._stop.within(wait):
            wait = TRY_AGAIN
            try:
                await self._hold()
            except Busy as busy:
                self.busy_since = self.busy_since if self.busy else time.monotonic()
                self.busy = busy
            except Problem as problem:
                logger.error("book %s: %s", self._name, problem)
                wait = AFTER_SIGN_IN if isinstance(problem, SignIn) else TRY_AGAIN
            except Exception as error:  # noqa: BLE001 - a book's last resort: a fault in it must not end it for good
                where = "".join(traceback.format_tb(error.__traceback__))  # without its text, which may hold data
                logger.error("book %s: unforeseen %s\n%s", self._name, type(error).__name__, where)

    async def _hold(self) -> None:
        """Open the book and work on it, as long as the lease is ours.

        Raises:
            Busy: another runner holds the book.
        """
        book = checks.open_sound(book_folder(self._root, self._name))
        try:
            with Held(book.store, book.clock) as lease:
                checks.keep_verified(book)
                self.busy = None
                await BookRunner(book, lease, self._stop).run()
        finally:
            book.close()


def run_home(root: Path, only: Sequence[str] = ()) -> None:
    """Run every book of a home (or the named ones) until SIGTERM or SIGINT; new books are picked up by polling.

    Raises:
        Busy: another runner holds one of the named books.
    """
    stop = Stop()

    def ask(*_: object) -> None:
        stop.asked = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    threads: dict[str, BookThread] = {}
    try:
        while not stop.asked and not _one_too_many(list(threads.values())):
            for name in only or book_names(root):
                if name not in threads:
                    threads[name] = BookThread(root, name, stop)
            time.sleep(POLL)
            for name in only:
                if (busy := threads[name].busy) is not None:
                    raise busy
    finally:
        stop.asked = True
        end = time.monotonic() + STOP
        for thread in threads.values():
            thread.join(max(0.0, end - time.monotonic()))


def _one_too_many(threads: Sequence[BookThread]) -> bool:
    """Whether other runners have held every book for so long that this one is not needed."""
    now = time.monotonic()
    return bool(threads) and all(one.busy and now - one.busy_since > HELD_FOR_GOOD for one in threads)


def main(root: Path, only: Sequence[str] = ()) -> None:
    """Run the process; logs go to stderr, ids and codes only.

    Raises:
        Busy: another runner holds one of the named books.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    run_home(root, only)
