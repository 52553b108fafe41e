"""The runner's process: one a home, every book a task of its own, until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import SQLAlchemyError

from qbconsole.books.book import Book
from qbconsole.books.home import book_folder, book_names
from qbconsole.domain.errors import Busy, Problem, SignIn
from qbconsole.runner.connectors import opened
from qbconsole.runner.cycle import Cycle
from qbconsole.runner.lease import BEAT, Held
from qbconsole.store import outbox, runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qbconsole.domain.errors import Problem as AnyProblem

logger = logging.getLogger(__name__)

POLL = 0.25
"""Seconds between looks at the database for decisions that fell due and wishes for a cycle."""
BOOKS_POLL = 2.0
"""Seconds between looks for books that were added."""
HELD_ELSEWHERE = 3.0
"""Seconds until a book that another runner holds is tried again."""
AFTER_SIGN_IN = 60.0
"""Seconds until a book whose credentials were refused is tried again; a wish for a cycle tries at once."""


class BookRunner:
    """One book under its lease: cycles when the scheduler or a wish says so, deliveries in between."""

    def __init__(self, book: Book, stop: asyncio.Event) -> None:
        """Take an opened book and the event that ends the process."""
        self._book = book
        self._stop = stop
        self._wanted = asyncio.Event()
        self._reason = "start"
        self._refused = False

    def want(self, reason: str = "schedule") -> None:
        """Ask for a cycle; several wishes become one."""
        self._reason = reason
        self._wanted.set()

    async def run(self) -> None:
        """Hold the book and work until the process stops or the lease is lost.

        Raises:
            Busy: another runner holds the book.
        """
        with Held(self._book.store) as lease:
            async with opened(self._book) as connectors:
                cycle = Cycle(self._book, connectors, lease.fence)
                scheduler = self._scheduler()
                self.want("start")
                work = (self._stop.wait(), self._beat(lease), self._cycles(cycle), self._deliveries(cycle))
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

    async def _beat(self, lease: Held) -> None:
        while lease.beat():
            await asyncio.sleep(BEAT)
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
                runs.take_requests(connection, datetime.now(UTC))
        return asked

    def _due(self) -> bool:
        with self._book.store.reading() as connection:
            due = outbox.next_due(connection)
        return due is not None and due <= datetime.now(UTC)


async def _ended(tasks: Sequence[asyncio.Future[Any]]) -> None:
    """End the tasks and wait until they are: what was sent is then unknown or settled, and says so."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def run_book(root: Path, name: str, stop: asyncio.Event) -> None:
    """Keep one book running; whatever fails in it is logged, waited out and tried again."""
    while not stop.is_set():
        wait = HELD_ELSEWHERE
        try:
            book = Book(book_folder(root, name))
        except Problem as problem:
            _log(name, problem)
        else:
            try:
                await BookRunner(book, stop).run()
            except Busy:
                pass  # somebody runs it: that is all that is wanted
            except Problem as problem:
                _log(name, problem)
                wait = AFTER_SIGN_IN if isinstance(problem, SignIn) else HELD_ELSEWHERE
            except (SQLAlchemyError, OSError, ValueError, KeyError) as error:
                logger.exception("book %s: %s", name, type(error).__name__)
            finally:
                book.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)


def _log(name: str, problem: AnyProblem) -> None:
    logger.error("book %s: %s %s", name, problem.message, problem.next_step)


async def run_home(root: Path, only: Sequence[str] = ()) -> None:
    """Run every book of a home (or the named ones) until SIGTERM or SIGINT; new books are picked up by polling."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    tasks: dict[str, asyncio.Task[None]] = {}
    while not stop.is_set():
        for name in only or book_names(root):
            if name not in tasks:
                tasks[name] = asyncio.create_task(run_book(root, name, stop))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), BOOKS_POLL)
    if tasks:
        await asyncio.wait(tasks.values(), timeout=8)


def main(root: Path, only: Sequence[str] = ()) -> None:
    """Run the process; logs go to stderr, ids and codes only."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    asyncio.run(run_home(root, only))
