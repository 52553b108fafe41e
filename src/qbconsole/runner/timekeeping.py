"""Waits are lengths of time, not times of day: when somebody sets this machine's clock, what waits moves with it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from qbconsole.store import outbox

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.domain.clock import Clock
    from qbconsole.store.engine import Store

SET = timedelta(seconds=2)
"""A difference as large as that between two looks is no drift: the clock was set, or the machine slept."""


class Timekeeper:
    """Compares the machine's two clocks: the one that can be set with the one that cannot."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Take the book whose operations wait, and its clock."""
        self._store = store
        self._clock = clock
        self._began = self._difference()

    def look(self) -> None:
        """If the clock was set since the last look, move by as much when operations are due and were sent.

        An hour back would else make a back-off of seconds last an hour, a day forward end a posting window at once.
        """
        difference = self._difference()
        moved = difference - self._began
        if abs(moved) < SET:
            return
        self._began = difference
        with self._store.writing() as connection:
            outbox.shift(connection, moved)

    def _difference(self) -> datetime:
        """The time of day at which the other clock began."""
        return self._clock.now() - timedelta(seconds=self._clock.monotonic())
