"""What a round mixes, from its seed alone: which faults are in force, and what is done in which order. Pure."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

ROUNDS_A_SEASON = 25
"""Rounds that are played on one business; then another one is begun, so that none grows without end."""
SOURCE = Path(__file__).parents[3] / "src" / "qbconsole"

FAULTS: dict[str, str] = {
    "drop_response": "0.15",
    "drop_request": "0.1",
    "reset": "0.1",
    "delay": "0.15:0.2",
    "late": "0.1:2",
    "slow": "2x:0.002",
    "throttle": "0.1",
    "server_error": "0.12",
    "truncate": "0.1",
    "stale_read": "0.3:0.2",
    "duplicate": "0.2",
    "skew": "0.1:300",
    "forget_requestids": "0.3",
    "other_user": "0.5",
}
"""The survivable faults and how often each strikes. `late` is a delay beyond the deadline: the work is done after
nobody waits for it any more."""
OWN = "late"
"""The name that is ours: the simulator calls it a delay."""
MISLEADING = (OWN, "forget_requestids")
"""Never both: a request that takes effect after a look-up was to be believed is known by its request id alone."""
LATE = ("stopped", "late")
"""The acts after which a request may take effect so late."""
AT_SETUP = ("migrate.step",)
"""Commit points that are passed before the first round."""
BY_DECIDING = ("propose.commit", "decide.commit")


@cache
def commit_points() -> tuple[str, ...]:
    """The named commit points of the program, as its source has them."""
    text = "\n".join(path.read_text() for path in sorted(SOURCE.rglob("*.py")) if "simulator" not in path.parts)
    return tuple(sorted(set(re.findall(r"""\bfailpoint\(\s*["']([\w.]+)["']""", text))))


@dataclass(frozen=True)
class Act:
    """One thing that is done in a round."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        said = ", ".join(f"{name} {value}" for name, value in self.values.items())
        return f"{self.kind} ({said})" if said else self.kind


@dataclass(frozen=True)
class Round:
    """One round: the faults, and the acts in order. `seed` is for whoever chooses while it is played."""

    number: int
    seed: str
    faults: tuple[str, ...]
    acts: tuple[Act, ...]
    more: str = ""
    """Faults beside, as the simulator takes them."""

    @property
    def spec(self) -> str:
        """The faults as the simulator takes them."""
        named = [f"{'delay' if name == OWN else name}={FAULTS[name]}" for name in self.faults]
        return ",".join([*([self.more] if self.more else []), *named])

    def beside(self, faults: str, acts: tuple[Act, ...], without: tuple[str, ...]) -> Round:
        """The same round with faults and acts added, and others left out."""
        kept = tuple(name for name in self.faults if name not in without)
        return replace(self, faults=kept, acts=(*self.acts, *acts), more=faults)

    def __str__(self) -> str:
        return f"round {self.number} [{self.spec or 'no faults'}]: " + "; ".join(map(str, self.acts))


def plan(seed: int, number: int) -> Round:
    """A round by its number: points and kinds take turns, all else is drawn."""
    rng = random.Random(f"{seed}/{number}")  # noqa: S311 - to be repeated
    chosen = rng.sample(sorted(FAULTS), rng.choice([0, 1, 2, 3, 4]))
    first = Act("decide", {"count": rng.randint(2, 6)})
    acts = [first, _run(rng, _RUNNING[number % len(_RUNNING)], number)]
    acts += [
        Act("person") if rng.random() < 0.4 else _run(rng, rng.choice(_RUNNING), rng.randrange(1000))
        for _ in range(rng.choice([0, 0, 1, 1, 2]))
    ]
    if any(act.kind in LATE for act in acts) or {*MISLEADING} <= {*chosen}:
        chosen = [name for name in chosen if name != "forget_requestids"]
    return Round(number, f"{seed}/{number}", tuple(chosen), (Act("sales"), Act("person"), *acts))


_RUNNING = (
    "failpoint", "killed", "failpoint", "runner", "failpoint", "two", "failpoint", "stopped", "failpoint", "clock",
    "failpoint", "disk", "failpoint", "console", "failpoint", "vendor", "failpoint", "operator_killed",
    "failpoint", "taken_back", "failpoint", "sync", "failpoint", "late", "failpoint", "restore",
)  # fmt: skip
"""The kinds of runs, in the order in which rounds take their turns."""


def _run(rng: random.Random, kind: str, turn: int) -> Act:
    match kind:
        case "failpoint":
            points = [point for point in commit_points() if point not in AT_SETUP]
            return Act(
                "failpoint", {"point": points[(turn // 2) % len(points)], "passage": rng.choice([1, 1, 1, 2, 3])}
            )
        case "killed" | "runner" | "operator_killed" | "console":
            return Act(kind, {"after": round(rng.uniform(0.0, 0.5), 3)})
        case "stopped":
            return Act("stopped", {"overlap": rng.choice([0.0, 0.2, 0.5, 3.0])})
        case "taken_back":
            return Act("taken_back", {"by": rng.choice(["pay", "edit", "mail", "void"])})
        case "clock":
            return Act("clock", {"hours": rng.choice([-1, 1, 24])})
        case "disk":
            return Act("disk", {"room": rng.choice([40, 64, 128, 256]) * 1024})
        case _:
            return Act(kind)
