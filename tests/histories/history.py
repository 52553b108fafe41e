"""One history: a seed decides who does what, what fails and when; then all faults end, and the books are checked."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from tests.histories import checker, world
from tests.histories.people import ANN, Hands, Operator
from tests.histories.processes import CURRENT, Crash, Process, by_process
from tests.histories.virtual import VirtualLoop
from tests.histories.wire import FAULTS

from qbconsole.actions import outbox
from qbconsole.domain.errors import Busy, Fatal, Problem, SignIn
from qbconsole.domain.failpoints import passing
from qbconsole.runner import firm
from qbconsole.runner.once import sync_once

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Mapping

    from tests.histories.world import Home

    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Connector
    from qbconsole.runner.cycle import Result

LENGTH = 60.0
"""Seconds in which things happen."""
QUIET = 200.0
"""Seconds after which every lease is silent and every wait is over."""
ROUNDS = 6
"""Quiet cycles after which nothing may be under way any more."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a history. `states` counts what was reached, `trace` tells all of it."""

    seed: int
    violations: tuple[str, ...]
    states: Counter[str]
    trace: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Equal for equal histories."""
        return hashlib.sha256("\n".join((*self.trace, *self.violations)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Plan:
    """What may befall one history: a random choice of faults, each at a random rate."""

    rates: Mapping[str, Mapping[str, float]]
    lag: float
    memory: float
    skew: timedelta
    crash: float
    runners: int
    people: float
    hands: float
    restores: bool
    stops: bool
    jumps: bool

    @classmethod
    def of(cls, random: Random) -> Plan:
        """Draw one. Few faults at a time, each often, reach more than all of them, each seldom."""
        chosen = {
            side: {name: random.choice((0.03, 0.1, 0.3)) for name in random.sample(FAULTS, random.randint(0, 4))}
            for side in ("crm", "accounting")
        }
        restores, stops = random.random() < 0.15, random.random() < 0.4
        forgets = not restores and not stops and random.random() < 0.5
        return cls(
            rates=chosen,
            lag=random.choice((0.0, 0.5, 1.0)),
            memory=random.choice((20.0, 45.0)) if forgets else 1e6,
            skew=timedelta(seconds=random.uniform(-600, 600)),
            crash=random.choice((0.0, 0.02, 0.06)),
            runners=random.choice((1, 1, 2)),
            people=random.choice((4.0, 8.0)),
            hands=random.choice((4.0, 10.0, 1e6)),
            restores=restores,
            stops=stops,
            jumps=random.random() < 0.1,
        )


@dataclass
class History:
    """A seed, played in a home."""

    home: Home
    seed: int
    states: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    aimed: Plan | None = None
    """What may befall it, if that is not to be drawn."""

    def play(self) -> Report:
        """From the beginning to the check."""
        self.home.fresh()
        self.loop = VirtualLoop()
        self.loop.set_task_factory(by_process)  # type: ignore[arg-type]
        self.loop.set_exception_handler(self._unheard)
        self.random = Random(self.seed)  # noqa: S311 - the seed is to tell everything
        self.plan = self.aimed or Plan.of(self.random)
        self.tell(f"seed {self.seed}: {self.plan}")
        try:
            with passing(self._commit_point), patch.object(firm, "summarise"):  # the firm's page is no part of it
                self.loop.run_until_complete(self._all())
        finally:
            self.loop.close()
        return Report(self.seed, tuple(dict.fromkeys(self.violations)), self.states, tuple(self.trace))

    def tell(self, words: str) -> None:
        """A line of the trace."""
        self.trace.append(f"{self.loop.time():9.3f} {words}")

    async def _all(self) -> None:
        plan, loop = self.plan, self.loop
        self.portal, self.ledger = world.portal(loop, plan.skew), world.ledger(loop, plan.skew)
        self.portal.lag = self.ledger.lag = 0.0 if plan.jumps else plan.lag
        self.portal.states = self.ledger.states = self.states
        self.portal.violations = self.ledger.violations = self.violations
        self.ledger.memory = plan.memory
        self.wires = world.wires(loop, self.random, self.states, self.trace)
        for side, wire in self.wires.items():
            wire.rates = dict(plan.rates[side])
        self.runners: list[Process] = []
        self.halted = False
        self.restored = False
        self.count = 0
        self.console = Process(self.home.machine, loop, "console")
        await self._busy_time()
        await self._quiet_time()
        self.violations += checker.check(self)
        if self.restored:  # a backup does not know of a task, and the CRM knows no request ids
            self.violations[:] = [words for words in self.violations if not words.startswith("double: the task")]
        self.console.close()

    # --- while things happen ------------------------------------------------------------------------------------------

    async def _busy_time(self) -> None:
        parts: list[Coroutine[Any, Any, None]] = [self._operator(), self._chaos()]
        parts += [self._runners(name) for name in "AB"[: self.plan.runners]]
        if self.plan.hands < LENGTH:
            parts.append(self._hands())
        await asyncio.gather(*parts)

    @property
    def over(self) -> bool:
        """Whether the time in which things happen has passed."""
        return self.loop.time() >= LENGTH

    async def _operator(self) -> None:
        operator = Operator(self.random, self.tell, self.states, self.violations)
        while not self.over:
            await asyncio.sleep(self.random.expovariate(1 / self.plan.people))
            if self.halted:
                continue
            CURRENT.set(self.console)
            try:
                operator.act(self.console.book)
            except Crash:
                self.console.close()
                self.console = Process(self.home.machine, self.loop, "console")
            finally:
                CURRENT.set(None)

    async def _hands(self) -> None:
        hands = Hands(self.random, self.tell, self.states, self.ledger, self.portal)
        while not self.over:
            await asyncio.sleep(self.random.expovariate(1 / self.plan.hands))
            hands.act()

    async def _runners(self, name: str) -> None:
        """One runner after the other, as a timer starts them."""
        while not self.over:
            await asyncio.sleep(self.random.expovariate(1 / 15))
            if not self.halted and not self.over:
                await self._run(name)

    async def _chaos(self) -> None:
        """Outages, kills, stops, clock jumps, a restored backup."""
        backup_at = self.random.uniform(5, 40) if self.plan.restores else LENGTH
        if self.plan.restores:
            await asyncio.sleep(backup_at)
            self._back_up()
        while not self.over:
            await asyncio.sleep(self.random.expovariate(1 / 12))
            what = self.random.choice(("kill", "terminate", "stop", "outage", "jump", "restore"))
            await self._befall(what)

    async def _befall(self, what: str) -> None:
        working = [one for one in self.runners if one.alive]
        match what:
            case "kill" if working and self.plan.crash:
                self._kill(self.random.choice(working), "somewhere between")
            case "terminate" if working:
                one = self.random.choice(working)
                self.tell(f"{one.name} is told to end")
                self.states["terminated"] += 1
                one.tasks[0].cancel()
            case "stop" if working and self.plan.stops:
                one, seconds = self.random.choice(working), self.random.uniform(5, 70)
                self.tell(f"{one.name} is stopped for {seconds:.1f} s")
                self.states["stopped"] += 1
                one.stop()
                self.loop.call_later(seconds, one.go_on)
            case "outage":
                wire, seconds = self.random.choice(list(self.wires.values())), self.random.uniform(5, 40)
                self.tell(f"{wire.name} is down for {seconds:.1f} s")
                self.states["outage"] += 1
                wire.down_until = self.loop.time() + seconds
            case "jump" if self.plan.jumps:
                self.home.machine.set_off += timedelta(seconds=self.random.choice((-3600, -60, 60, 3600)))
                self.tell(f"the clock is set to {self.home.machine.set_off} of what it was")
                self.states["clock set"] += 1
            case "restore" if self.plan.restores and not self.restored:
                await self._restore()

    def _kill(self, process: Process, where: str) -> None:
        self.tell(f"{process.name} is killed: {where}")
        self.states[f"killed: {where}"] += 1
        process.die()

    def _commit_point(self, name: str) -> None:
        """The process that passes one may die of it."""
        process = CURRENT.get()
        self.states[f"passed: {name}"] += 1
        if process is None or self.over or self.random.random() >= self.plan.crash:
            return
        self._kill(process, name)
        raise Crash

    def _back_up(self) -> None:
        self.backup = self.home.root / "backup.db"
        self.backup.unlink(missing_ok=True)
        self.backup.touch(mode=0o600)
        self.console.book.store.copy_to(self.backup)
        self.tell("a backup is made")

    async def _restore(self) -> None:
        """All processes end, and the file is what it was at the backup."""
        self.halted = self.restored = True
        for process in [one for one in self.runners if one.alive]:
            self._kill(process, "to restore a backup")
        while self.runners:
            await asyncio.sleep(0.1)
        self.console.close()
        self.home.machine.put_file(self.backup)
        self.tell("the backup is restored")
        self.states["restored"] += 1
        self.console = Process(self.home.machine, self.loop, "console")
        self.halted = False

    # --- runners ------------------------------------------------------------------------------------------------------

    async def _run(self, name: str) -> Result | None:
        """One runner's life, `sync_once` in a process of its own; its result, if it got so far."""
        self.count += 1
        process = Process(self.home.machine, self.loop, f"{name}{self.count}")
        self.tell(f"{process.name} starts")
        self.runners.append(process)
        jitter = Random(self.random.random())  # noqa: S311 - the jitter of waits

        @asynccontextmanager
        async def opening(_: Book) -> AsyncIterator[Mapping[str, Connector]]:
            yield world.connectors(process, self.portal, self.ledger, self.wires)

        work = process.start(sync_once(process.book, opening=opening, random=jitter))
        await asyncio.wait({work})
        self._judge(process, work)
        self.runners.remove(process)
        await process.ended()
        return None if work.cancelled() or work.exception() else work.result()

    def _judge(self, process: Process, work: asyncio.Task[Result]) -> None:
        """What a runner's end says; anything but a plain refusal is a fault of ours."""
        if work.cancelled():
            self.tell(f"{process.name} ended")
            return
        error = work.exception()
        problem = error or work.result().problem
        words = "the book is held" if isinstance(problem, Busy) else f"{type(problem).__name__}: {problem}"
        self.tell(f"{process.name}: {words}" if problem else f"{process.name} is done")
        if isinstance(error, Crash):
            return
        if isinstance(problem, Busy):
            self.states["book was busy" if "holds the book" in str(problem) else "lease lost"] += 1
        elif isinstance(problem, SignIn):
            self.states["stopped by a refused sign-in"] += 1
        elif isinstance(problem, Fatal) or (problem is not None and not isinstance(problem, Problem)):
            self.violations.append(f"a runner met: {type(problem).__name__}: {problem}")
        if error is None:
            self._count(work.result())

    def _count(self, result: Result) -> None:
        delivered = result.delivered
        for name in ("settled", "retried", "unknown", "parked", "found", "lost"):
            self.states[f"operations {name}"] += getattr(delivered, name)

    def _unheard(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, Crash | asyncio.CancelledError):
            self.violations.append(f"unheard: {context.get('message')}: {error!r}")

    # --- afterwards ---------------------------------------------------------------------------------------------------

    async def _quiet_time(self) -> None:
        """Faults off; runners end by themselves; then some quiet cycles, and what nobody knows is looked for again."""
        for wire in self.wires.values():
            wire.calm()
        await asyncio.sleep(QUIET)
        self.home.machine.set_off = max(self.home.machine.set_off, timedelta(0)) + timedelta(hours=3)
        self.tell("quiet")
        for _ in range(ROUNDS):
            await asyncio.sleep(5)  # lists show by now what was written last
            result = await self._run("Q")
            moved = result is None or result.changed or result.delivered.settled
            if not self._look_again() and not moved:
                return
        self.violations.append(f"still under way after {ROUNDS} quiet cycles")

    def _look_again(self) -> bool:
        """Retry what was parked without anybody knowing; whether another cycle is needed."""
        book = self.console.book
        rows = outbox.listed(book)
        unknown = [row for row in rows if row.state == "parked" and row.undo.startswith("R looks for it")]
        for row in unknown:
            outbox.retry(book, row.id, ANN)
        return bool(unknown) or any(row.state in checker.MOVING for row in rows if not checker.waits(book, row.id))
