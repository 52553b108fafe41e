"""Many histories, on every core: what went wrong, and what was reached."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.histories.history import History, Report
from tests.histories.wire import FAULTS
from tests.histories.world import Home

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REACHED = (
    *FAULTS,
    "answer replayed", "request id forgotten", "replay of a deleted object recognised", "look-up lagged behind",
    "stale token refused", "name taken", "operations found", "operations lost", "operations unknown",
    "operations parked", "operations retried", "book was busy", "lease lost", "stopped by a refused sign-in",
    "outage", "stopped", "terminated", "restored", "clock set", "decision refused", "killed: somewhere between",
    *(f"killed: {name}" for name in (
        "claim.commit", "sent", "settle.commit", "mirror.apply", "page.commit", "lease.acquire", "lease.renew",
    )),
    *(f"operator: {name}" for name in (
        "approve", "create", "undo", "undo any", "bill_again", "hold", "reject", "adopt", "link", "retry", "cancel",
    )),
    *(f"meanwhile: {name}" for name in ("pay", "pay in part", "void", "delete", "e-mail", "edit", "take the name")),
    *(f"ended: {name}" for name in ("settled", "parked", "cancelled")),
)  # fmt: skip
"""What a campaign must have come to; one that never did proves nothing of it."""
ENOUGH = 1000
"""Histories from which on a state that was never reached is a failure."""
SHARE = 20
"""Histories that a worker is given at a time."""


@dataclass
class Campaign:
    """The sums over all histories; `bad` are the reports of those that violated something."""

    rounds: int = 0
    states: Counter[str] = field(default_factory=Counter)
    bad: list[Report] = field(default_factory=list)

    def add(self, report: Report) -> None:
        """Count one in."""
        self.rounds += 1
        self.states.update(report.states)
        if report.violations:
            self.bad.append(report)

    @property
    def unreached(self) -> list[str]:
        """The states that had to be reached and were not; none is asked for of a few histories."""
        return [name for name in REACHED if not self.states[name]] if self.rounds >= ENOUGH else []

    def figures(self) -> dict[str, Any]:
        """One JSON object."""
        kinds = Counter(words.split(":")[0] for one in self.bad for words in one.violations)
        named = {name: kinds.pop(name, 0) for name in ("double", "lost", "unequal")}
        return {
            "rounds": self.rounds,
            **named,
            "other": sum(kinds.values()),
            "seeds": [one.seed for one in self.bad][:50],
            "unreached": self.unreached,
            "states": dict(sorted(self.states.items())),
        }


def play(seeds: Sequence[int], workers: int = 0) -> Iterator[Report]:
    """Play seeds, in their order; the trace comes along only with a violation.

    Args:
        seeds: one for each history.
        workers: processes; as many as there are cores if 0.
    """
    workers = workers or os.cpu_count() or 1
    shares = [seeds[begin : begin + SHARE] for begin in range(0, len(seeds), SHARE)]
    if workers == 1 or len(shares) == 1:
        for share in shares:
            yield from _share(share)
        return
    with multiprocessing.get_context("spawn").Pool(min(workers, len(shares))) as pool:
        for reports in pool.imap(_share, shares):
            yield from reports


def _share(seeds: Sequence[int]) -> list[Report]:
    home = Home.make()
    gc.disable()  # a history leaves little behind, and much of what is there lives on
    try:
        return [_light(History(home, seed).play()) for seed in seeds]
    finally:
        gc.enable()
        gc.collect()
        home.remove()


def _light(report: Report) -> Report:
    return report if report.violations else Report(report.seed, (), report.states, ())
