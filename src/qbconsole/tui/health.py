"""How the book is: what the header and the home screen show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RunBrief:
    """One sync cycle. `state` is running, done, failed or stopped; `seen` and `applied` count records."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    state: str
    reason: str
    error: str
    seen: int = 0
    applied: int = 0
    held: int = 0
    failed: int = 0
    out_of_balance: tuple[str, ...] = ()
    """What did not add up in it, a sentence each."""

    @property
    def seconds(self) -> float:
        """How long it took; 0 while it runs."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else 0.0


@dataclass(frozen=True, slots=True)
class Health:
    """The state of one book at one moment. Money is in the book's currency."""

    book: str
    company: str
    environment: str
    armed: bool
    read_only: bool
    today: date
    currency: str
    synced_at: datetime | None
    syncing: bool
    runner_alive: bool
    outbox: int
    failed: int
    counts: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    ageing: tuple[tuple[str, Decimal], ...] = ()
    runs: tuple[RunBrief, ...] = ()
    out_of_balance: str = ""
    """How far the receivables are off, in words; empty while they agree."""
    drift: tuple[str, ...] = ()
    """What the rules use of the CRM and no longer find there, a sentence each."""
    set_back: bool = False
    """Whether the book was set back to an older state and no cycle has looked yet what was done since."""
    withheld: int = 0
    """How many parts of the outbox are over the book's limits."""
    sign_in: str = ""
    """A warning in two words when the sign-in to QuickBooks ends soon."""

    def age(self, now: datetime) -> float | None:
        """Seconds since the data was last pulled; None when it never was."""
        return None if self.synced_at is None else max(0.0, (now - self.synced_at).total_seconds())
