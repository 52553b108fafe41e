"""How a demo goes: the first sync, then a person on the screen, or a month of cycles with the scripted bookkeeper.

The month can be killed at any moment and begun again on the same home: each step asks the two systems how far it got,
and what is decided is decided once.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import closing, suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from qbconsole.books.book import Book
from qbconsole.books.home import book_folder, book_names
from qbconsole.books.settings import change_setting
from qbconsole.cli import adding
from qbconsole.cli.control import LOST
from qbconsole.cli.demo.bookkeeper import Bookkeeper, Companies
from qbconsole.cli.demo.figures import Figures, read_figures
from qbconsole.cli.demo.servers import runner_pids, stop
from qbconsole.cli.door import tell
from qbconsole.domain.errors import Busy, Problem, Retriable
from qbconsole.runner.once import sync_once

if TYPE_CHECKING:
    from pathlib import Path

    from qbconsole.cli.demo.servers import Servers
    from qbconsole.runner.cycle import Result

NAME = "ridgeline"
ADVANCES = (10, 20)
"""The days after the business's first day at which the bookkeeper sits down again: time for customers to pay."""
WATCH = 0.25
"""Seconds between looks whether the simulator lives."""
TRIES = 30
"""How often a step is tried while something that it needs is down or faulty."""


def prepare(root: Path, servers: Servers, posting_window: float) -> str:
    """See that the simulator answers and the demo's book is there and knows where; returns the book's name."""
    servers.ensure()
    if NAME in book_names(root):
        adding.renew(root, NAME, servers.url)
    else:
        settings, secrets = adding.of_simulator(NAME, servers.url, posting_window)
        adding.write(root, settings, secrets)
    change_setting(book_folder(root, NAME), "posting_window", posting_window)
    return NAME


def on_screen(root: Path, name: str) -> int:
    """Fill the first screen, then hand over to a person; returns the console's exit code."""
    _stop_runners(root)
    tell("Reading the sample business: 400 companies, 300 customers, 18 months of invoices ...")
    with closing(Book(book_folder(root, name))) as book:
        result = asyncio.run(sync_once(book))
    if result.problem is not None:
        tell(f"qbconsole: {result.problem}")
    from qbconsole.cli.screen import open_console

    return open_console(root, name, read_only=False)


def _stop_runners(root: Path) -> None:
    """Stop what a demo that was killed left running: it may know an old address of the simulator."""
    for pid in runner_pids(root):
        stop(pid)


def headless(root: Path, name: str, servers: Servers, seed: int) -> Figures:
    """Let the scripted bookkeeper work through a month; returns the figures at its end."""
    began = time.monotonic()
    _stop_runners(root)
    with closing(Book(book_folder(root, name))) as book:
        month = _Month(root, book, servers)
        month.sit_down()
        for days in ADVANCES:
            month.advance_to(days)
            month.sit_down()
        return read_figures(book, servers, seed=seed, cycles=month.cycles, seconds=time.monotonic() - began)


class _Month:
    """The month of one demo."""

    def __init__(self, root: Path, book: Book, servers: Servers) -> None:
        self._root = root
        self._book = book
        self._servers = servers
        self._unfinished = root / "deciding"
        self._bookkeeper = Bookkeeper(book, Companies.of(self._ask("truth/pairs")))
        self.cycles = 0

    def sit_down(self) -> None:
        """Sync, decide, sync, until nothing more is to be decided.

        Decisions that a kill interrupted are finished first, on the rows as they were: in a cycle between them a rule
        might take the rest.
        """
        if self._unfinished.exists():
            self._decide()
        self._sync()
        while self._decide() or self._bookkeeper.hold_the_rest():
            self._sync()

    def _decide(self) -> int:
        self._unfinished.touch()
        decided = self._bookkeeper.work()
        self._unfinished.unlink()
        return decided

    def advance_to(self, days: int) -> None:
        """Let the simulated days pass that are still missing; a demo that was killed may have passed them already."""
        for _ in range(TRIES):
            passed = self._days_passed()
            if passed >= days:
                return
            tell(f"{days} days later ...")
            try:
                self._servers.post("advance", {"days": days - passed})
            except LOST:  # it may have had its effect: look before it is asked again
                self._repair()
        raise Retriable("The simulator's clock does not move.")

    def _days_passed(self) -> int:
        state = self._ask("state")
        return (date.fromisoformat(state["business_date"]) - date.fromisoformat(state["epoch"][:10])).days

    # --- surviving what fails -----------------------------------------------------------------------------------------

    def _sync(self) -> Result:
        """A cycle that went through; what is down is started again, what is faulty is tried again."""
        problem: Problem | None = None
        for attempt in range(TRIES):
            try:
                result = asyncio.run(self._watched_sync())
            except (Busy, Retriable) as passing:
                problem = passing
            else:
                self.cycles += 1
                if result.problem is None:
                    return result
                problem = result.problem
                if not isinstance(problem, Retriable):
                    raise problem
            self._repair()
            time.sleep(min(0.2 * (attempt + 1), 2.0))
        raise problem or Retriable("The demo's syncs do not go through.")

    async def _watched_sync(self) -> Result:
        """A sync, while which a simulator that dies is started again: what is to be delivered waits for it.

        Raises:
            Retriable: it came back at another address.
        """
        sync = asyncio.create_task(sync_once(self._book))
        address = self._servers.url
        while not (await asyncio.wait({sync}, timeout=WATCH))[0]:
            if not self._servers.lives():
                self._servers.ensure()
            if self._servers.url != address:
                sync.cancel()
                with suppress(asyncio.CancelledError):
                    await sync
                raise Retriable("The simulator has moved.")
        return sync.result()

    def _repair(self) -> None:
        """A simulator that was killed comes back on its home, perhaps at another address."""
        self._servers.ensure()
        adding.renew(self._root, self._book.name, self._servers.url)
        self._book.reload()

    def _ask(self, path: str) -> Any:
        """What the simulator says; one that died while it was asked is started and asked again."""
        try:
            return self._servers.get(path)
        except LOST:
            self._repair()
            return self._servers.get(path)
