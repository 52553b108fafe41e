"""What a delivery did, counted where it happened."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Delivered:
    """What a delivery did, each operation counted by what became of it."""

    due: int = 0
    """All that were taken up, one as often as it was."""
    settled: int = 0
    retried: int = 0
    unknown: int = 0
    parked: int = 0
    found: int = 0
    consequences: int = 0
    """Of the settled, those from which something follows: what was made or taken back, not what was merely stamped."""
    lost: int = 0
    """Claims that another runner's fence took away."""
    left: int = 0
    """Taken up, but not touched: the runner was stopping."""
    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """What somebody should know of what was done."""
    withheld: list[str] = field(default_factory=list)
    """What is over the book's limits since this delivery, and was not sent."""

    def add(self, other: Delivered) -> None:
        """Count another delivery in."""
        for name in ("due", "settled", "retried", "unknown", "parked", "found", "consequences", "lost", "left"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.problems += other.problems
        self.notices += other.notices
        self.withheld += other.withheld
