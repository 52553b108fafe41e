"""The simulated clock: it ticks with real time, stands still while the simulator is down, and can be advanced."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qbconsole.simulator.database import Database

EPOCH = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
"""The moment at which every newly made business stands: a Monday morning in the sample book's zone."""


class Clock:
    """What time it is in the simulated world, in UTC."""

    def __init__(self, database: Database) -> None:
        self._state = database.collection("clock")
        if (stored := self._state.get("now")) is None:
            self._state.put("now", {"at": EPOCH.isoformat()})
            stored = {"at": EPOCH.isoformat()}
        self._base = datetime.fromisoformat(stored["at"])
        self._started = time.monotonic()
        self._wrong_by = timedelta(0)

    def now(self) -> datetime:
        """The current simulated moment."""
        return self._base + timedelta(seconds=time.monotonic() - self._started)

    def shown(self) -> datetime:
        """The moment that an answer tells; the clock that is shown may be wrong for a while."""
        return self.now() + self._wrong_by

    @contextmanager
    def wrong_by(self, span: timedelta) -> Iterator[None]:
        """Show another time than it is; what is recorded keeps the right one."""
        self._wrong_by = span
        try:
            yield
        finally:
            self._wrong_by = timedelta(0)

    def set(self, moment: datetime) -> None:
        """Move the clock to a moment; call inside a transaction."""
        self._base, self._started = moment, time.monotonic()
        self.keep()

    def keep(self) -> None:
        """Store the current moment, so that a restart goes on from here; call inside a transaction."""
        self._state.put("now", {"at": self.now().isoformat()})
