"""When a person's sign-in to a remote system ends, and how long before that is worth a warning."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

AHEAD = (0, 1, 7, 30)
"""Days ahead at which a warning is given."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignInEnds:
    """Each in UTC, and None where it is not known or there is no such end."""

    access: datetime | None = None
    """The access token's; it is renewed by itself."""
    idle: datetime | None = None
    """The refresh token's, unless it is used before."""
    consent: datetime | None = None
    """The consent's, whatever is done: then a person must sign in again."""

    @property
    def first(self) -> datetime | None:
        """When a person must sign in again, if nothing is done."""
        return min((end for end in (self.idle, self.consent) if end), default=None)

    def days_left(self, now: datetime) -> int | None:
        """Days that are left, a begun one counted as whole; 0 when it has ended."""
        return None if self.first is None else max(0, math.ceil((self.first - now) / _DAY))

    def warning(self, now: datetime) -> int | None:
        """The step of `AHEAD` that was reached; None while there is time."""
        days = self.days_left(now)
        return None if days is None else next((step for step in AHEAD if days <= step), None)

    def label(self, now: datetime) -> str:
        """The warning in two words (`sign-in 7 d`); nothing while there is time."""
        if self.warning(now) is None:
            return ""
        return f"sign-in {self.days_left(now)} d" if self.days_left(now) else "sign-in ended"

    def as_text(self) -> dict[str, str]:
        """To be kept."""
        ends = {"access": self.access, "idle": self.idle, "consent": self.consent}
        return {name: end.isoformat() for name, end in ends.items() if end}

    @classmethod
    def of_text(cls, kept: dict[str, str]) -> SignInEnds:
        """From what `as_text` gave."""
        return cls(**{name: datetime.fromisoformat(end) for name, end in kept.items()})
