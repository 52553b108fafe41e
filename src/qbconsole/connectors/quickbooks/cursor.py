"""Where a stream stands, and the evidence for what time it is on the server."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

OVERLAP = timedelta(minutes=5)
"""How far before the watermark changes are asked for: CDC lags by seconds and compares whole seconds."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The watermark (what changed before it is known), a digest of a list that is read whole, whether it was refused.

    `before` is the watermark before that one: the way back if the clock that the newer one came from was ahead.
    """

    time: datetime | None = None
    before: datetime | None = None
    digest: str = ""
    lacking: bool = False
    company: str = ""
    """What the company is known by; in the cursor of its settings alone."""

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor in a stored text; an empty or foreign one is none."""
        try:
            held = json.loads(text)
            return cls(
                time=_instant(held.get("time")),
                before=_instant(held.get("before")),
                digest=str(held.get("digest") or ""),
                lacking=bool(held.get("lacking")),
                company=str(held.get("company") or ""),
            )
        except (ValueError, TypeError, AttributeError):
            return cls()

    def text(self) -> str:
        """The text to store; what is not known is left out."""
        held = {
            "time": self.time and self.time.isoformat(),
            "before": self.before and self.before.isoformat(),
            "digest": self.digest,
            "lacking": self.lacking,
            "company": self.company,
        }
        return json.dumps({name: value for name, value in held.items() if value})

    def moved(self, now: datetime) -> Cursor:
        """The cursor after an answer that covers everything before `now`.

        A listing takes many answers, and the earliest time in them is as good a way back as any.
        """
        return replace(self, time=now, before=self.time or now, lacking=False)

    def since(self, now: datetime) -> datetime | None:
        """From when changes must be asked for; None if all must be listed.

        A watermark ahead of the server's clock was taken from a clock that had jumped: what changed between the one
        before it and now may have been missed.
        """
        if self.time is None:
            return None
        if self.time <= now:
            return self.time - OVERLAP
        return None if self.before is None else min(self.before, now) - OVERLAP


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


@dataclass(slots=True)
class Heard:
    """The server's clock as this pull heard it: by the times in its answers and the dates of their sending.

    The earliest of them counts. One answer whose clock jumped ahead moves nothing, and one that jumped back only makes
    some changes be read twice; taken from our own clock, a watermark could pass over a change (trap 23).
    """

    earliest: datetime | None = None

    def hear(self, times: Iterable[datetime | None]) -> None:
        """Take an answer's times in."""
        for time in times:
            if time is not None and (self.earliest is None or time < self.earliest):
                self.earliest = time
