"""Time as an argument: the machine's own, or one that a test turns by hand."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Real time as a book's work sees it; the business date is `Book.today`."""

    def now(self) -> datetime:
        """The time of day in UTC, for what is stored."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, for waits."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time of day in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


SYSTEM = SystemClock()
