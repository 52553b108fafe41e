"""Where a stream of HubSpot's stands, and when it is to be listed whole (hubspot.md section 3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

OVERLAP = timedelta(minutes=5)
"""How far before the last search the next one looks: the index lags, by up to half a minute seen."""
SWEEP = timedelta(hours=1)
"""How often the archived records are listed: no search shows them."""
RELIST = timedelta(days=7)
"""How often everything is listed again: a record deleted for good leaves no trace."""
LARGE_SHARE = 0.3
LARGE_LEAST = 2000
"""A search that finds this share of the records, and so many, gives way to a listing: it is not bound to 5 a second."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a stream stands, by the server's clock: last search, last sweep of the archived, last listing.

    `digest` is of a small list that is read whole each time. `count` is how many records the last listing showed,
    `asked` which properties it asked for.
    """

    time: datetime | None = None
    swept: datetime | None = None
    listed: datetime | None = None
    digest: str = ""
    count: int = 0
    asked: str = ""

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor in a stored text; an empty or foreign one is none."""
        try:
            held = json.loads(text)
            time, swept, listed = (_instant(held.get(name)) for name in ("time", "swept", "listed"))
            digest, asked = str(held.get("digest", "")), str(held.get("asked", ""))
            return cls(time, swept, listed, digest, int(held.get("count", 0)), asked)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def text(self) -> str:
        """The text to store."""
        times = {name: getattr(self, name) for name in ("time", "swept", "listed")}
        held: dict[str, object] = {name: at.isoformat() for name, at in times.items() if at}
        return json.dumps(held | {"digest": self.digest, "count": self.count, "asked": self.asked})

    def wants_listing(self, now: datetime, asked: str) -> bool:
        """Whether the stream is to be listed: for the first time, after a week, or since other properties are read."""
        return self.time is None or self.listed is None or now - self.listed > RELIST or self.asked != asked

    def wants_sweep(self, now: datetime) -> bool:
        """Whether the archived records are to be looked through."""
        return self.swept is None or now - self.swept > SWEEP

    def too_many(self, found: int) -> bool:
        """Whether a search found so much that a listing is cheaper."""
        return found >= LARGE_LEAST and found > self.count * LARGE_SHARE


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
