"""The network between a runner and the remotes: what may happen to a request, and when."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextvars import Context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tests.histories.ledger import Stale

from qbconsole.domain.errors import Problem, Retriable, SignIn, Throttled

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.histories.processes import Process
    from tests.histories.virtual import VirtualLoop

T = TypeVar("T")
BEFORE = ("unreachable", "throttled", "sign-in refused", "request lost", "error before effect")
"""Faults by which a request has no effect; the caller knows that of the first three alone."""
AFTER = ("answer late", "answer lost", "error after effect")
"""Faults that follow the effect."""
FAULTS = (*BEFORE, *AFTER)
DEADLINE = 0.6
"""Seconds that a caller waits for an answer."""
LATEST = 1.2
"""A request has had its effect so many seconds after it was sent, or never will: with the lag of lists, less than what
the deliverer lets pass before it believes a look-up that found nothing."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The remote refused."""

    why: Exception


@dataclass
class Wire:
    """One remote's network. `rates` is how often each fault strikes, `down_until` the end of an outage."""

    name: str
    loop: VirtualLoop
    random: Random
    tell: Callable[[str], None]
    states: Counter[str]
    rates: dict[str, float] = field(default_factory=dict)
    down_until: float = 0.0

    def calm(self) -> None:
        """No faults from here on."""
        self.rates, self.down_until = {}, 0.0

    async def call(self, process: Process, what: str, effect: Callable[[], T]) -> T:
        """Do something at the remote, or meet a fault on the way there or back."""
        await process.awake()
        fault = self._fault()
        told = f"{process.name} > {self.name}: {what}"
        if fault:
            self.states[fault] += 1
            self.tell(f"{told} ({fault})")
        if fault in BEFORE:
            await asyncio.sleep(DEADLINE if fault == "request lost" else self.random.uniform(0.01, 0.1))
            await process.awake()
            raise self._failure(fault)
        late = fault == "answer late"
        travel = self.random.uniform(DEADLINE + 0.1, LATEST) if late else self.random.uniform(0.01, 0.3)
        served = self.loop.create_task(self._serve(told, effect, travel), context=Context())
        await asyncio.wait({served}, timeout=DEADLINE if late else None)
        if not late:
            await asyncio.sleep(self.random.uniform(0.01, 0.1))
        await process.awake()
        if fault:
            raise self._failure(fault)
        answer = served.result()
        if isinstance(answer, Failed):
            raise answer.why
        return answer

    async def _serve(self, told: str, effect: Callable[[], T], travel: float) -> T | Failed:
        """The remote's own doing: it goes on whatever becomes of whoever asked."""
        await asyncio.sleep(travel)
        try:
            answer = effect()
        except (Problem, Stale) as problem:
            self.tell(f"{told} -> {type(problem).__name__} {problem}")
            return Failed(problem)
        self.tell(f"{told} -> done")
        return answer

    def _fault(self) -> str:
        if self.loop.time() < self.down_until:
            return "unreachable"
        for name, rate in self.rates.items():
            if self.random.random() < rate:
                return name
        return ""

    def _failure(self, fault: str) -> Problem:
        match fault:
            case "unreachable":
                return Retriable(f"{self.name} cannot be reached.", next_step="It is tried again.")
            case "throttled":
                return Throttled(f"{self.name} asks to wait.", wait=self.random.uniform(1, 8))
            case "sign-in refused":
                return SignIn(f"{self.name} refused the credentials.", next_step="Sign in again.")
        return Retriable(f"{self.name} gave no answer ({fault}).", sent=True, next_step="It is looked for.")
