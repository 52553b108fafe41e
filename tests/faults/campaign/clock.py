"""A clock that jumped: the time of day is so many hours off, and waits go on as they do."""

from __future__ import annotations

from datetime import datetime, timedelta

from qbconsole.domain.clock import SystemClock


class Jumped(SystemClock):
    """The machine's clock after somebody set it."""

    def __init__(self, hours: float) -> None:
        """So many hours ahead, or behind."""
        self._off = timedelta(hours=hours)

    def now(self) -> datetime:
        """The time of day in UTC, as it is believed."""
        return super().now() + self._off
