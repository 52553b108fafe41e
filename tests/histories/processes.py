"""Processes inside one: each with its own book, clock and connections, to be killed, stopped or put to sleep."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from qbconsole.books import book as books
from qbconsole.books.book import Book
from qbconsole.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from contextvars import Context
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection
    from tests.histories.virtual import VirtualLoop


class Crash(BaseException):
    """The process is dead: nothing of it may be done any more."""


CURRENT: ContextVar[Process | None] = ContextVar("process", default=None)
"""Whose code runs."""


class ProcessStore(Store):
    """A store that dies with its process. Kept for the next one, so that no statement is put together anew."""

    dead = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """As of old, while the process lives."""
        self._living()
        with super().reading() as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """As of old, while the process lives."""
        self._living()
        with super().writing(durable=durable) as connection:
            yield connection

    def _living(self) -> None:
        if self.dead:
            raise Crash


@dataclass
class Machine:
    """The disk and the wall clock that processes share. `set_off` is how far the wall clock was turned."""

    folder: Path
    set_off: timedelta = timedelta(0)
    _idle: list[ProcessStore] = field(default_factory=list)

    @property
    def file(self) -> Path:
        """The book's database."""
        return self.folder / "mirror.db"

    def put_file(self, source: Path) -> None:
        """Put another database file in the place of the book's, as whoever restores a backup does."""
        for end in ("-wal", "-shm"):
            self.file.with_name(self.file.name + end).unlink(missing_ok=True)
        shutil.copyfile(source, self.file)

    def store(self, path: Path) -> ProcessStore:
        """Connections for a new process."""
        one = self._idle.pop() if self._idle else ProcessStore(path)
        one.dead = False
        return one

    def take_back(self, store: ProcessStore) -> None:
        """Close the connections of a process that has ended."""
        store.close()
        self._idle.append(store)

    def open(self, clock: Any) -> Book:
        """Open the book as a process does."""
        with patch.object(books, "Store", self.store):
            return Book(self.folder, clock=clock)


@dataclass
class Process:
    """A process; its tasks are all that were started in its context."""

    machine: Machine
    loop: VirtualLoop
    name: str
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    alive: bool = True
    _running: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Open the book."""
        self._running.set()
        self.book = self.machine.open(self)

    # --- its clock ----------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The machine's time of day."""
        return self.loop.moment() + self.machine.set_off

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return self.loop.time()

    async def sleep(self, seconds: float) -> None:
        """Wait, and longer while the process is stopped."""
        await asyncio.sleep(seconds)
        await self.awake()

    async def awake(self) -> None:
        """Go on only while the process is not stopped."""
        await self._running.wait()
        if not self.alive:
            raise Crash

    # --- its life -----------------------------------------------------------------------------------------------------

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something as this process."""
        context = copy_context()
        context.run(CURRENT.set, self)
        return self.loop.create_task(work, context=context)

    def stop(self) -> None:
        """SIGSTOP: it does nothing until `go_on`, and does not know it."""
        self._running.clear()

    def go_on(self) -> None:
        """SIGCONT."""
        self._running.set()

    def die(self) -> None:
        """SIGKILL: no handler, no last word to the database."""
        self.alive = False
        store = self.book.store
        assert isinstance(store, ProcessStore)
        store.dead = True
        self._running.set()
        for task in self.tasks:
            task.cancel()

    async def ended(self) -> None:
        """Wait until nothing of it runs any more, and close its connections."""
        while left := [task for task in self.tasks if not task.done()]:
            await asyncio.wait(left)
        for task in self.tasks:
            if not task.cancelled():
                task.exception()
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        store = self.book.store
        assert isinstance(store, ProcessStore)
        store.dead = True
        self.machine.take_back(store)


def by_process(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], context: Context | None = None
) -> asyncio.Task[Any]:
    """A task factory that notes whose task it is."""
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, context=context)
    process = context.get(CURRENT) if context is not None else CURRENT.get()
    if process is not None:
        process.tasks.append(task)
    return task
