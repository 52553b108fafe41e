"""What a campaign reached: a state, commit point or fault that it never reached fails it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.faults.campaign.plan import FAULTS, OWN, commit_points

if TYPE_CHECKING:
    from collections.abc import Mapping

STATES = ("waiting", "pending", "claimed", "unknown", "settled", "parked", "cancelled")
RECOGNISED = ("found by tag", "replayed by request id", "fenced writes", "busy runners")
KILLED = ("console", "one-shot runner", "operator", "runner by SIGKILL", "runner by SIGTERM", "simulator")
ENOUGH = 200
"""Rounds from which on everything must have been reached."""


@dataclass
class Coverage:
    """Counts of what was reached, by group and name."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, group: str, name: str, count: int = 1) -> None:
        """Count something."""
        self.counts.setdefault(group, Counter())[name] += count

    def merge(self, other: Coverage) -> None:
        """Count what another one counted."""
        for group, names in other.counts.items():
            for name, count in names.items():
                self.add(group, name, count)

    def photographed(self, shot: Mapping[str, Any], faults: Mapping[str, int]) -> None:
        """Count what a season's journal tells, and what its simulator's faults did."""
        for event in shot["journal"]:
            body = event["body"] or {}
            if event["kind"] == "operation":
                self.add("operations", body.get("to") or body["state"])
            if event["kind"] == "receipt":
                self.add("recognised", "found by tag", int(bool(body.get("found"))))
        for row in shot["decision"]:
            self.add("decisions", row["action"] + (" by rule" if row["automatic"] else ""))
        for name, hits in faults.items():
            self.add("faults", name, hits)

    def unreached(self) -> list[str]:
        """What was never reached, in words."""
        wanted = {
            "operations": STATES,
            "commit points": commit_points(),
            "faults": tuple(name for name in FAULTS if name != OWN),
            "recognised": RECOGNISED,
            "killed": KILLED,
            "disk": ("full",),
            "restored": ("a backup",),
        }
        return [
            f"{group}: {name}"
            for group, names in wanted.items()
            for name in names
            if not self.counts.get(group, Counter())[name]
        ]

    def document(self) -> dict[str, dict[str, int]]:
        """The counts, sorted."""
        return {group: dict(sorted(names.items())) for group, names in sorted(self.counts.items())}
