"""Waits are lengths of time, not times of day: when somebody sets this machine's clock, what waits moves with it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from qbconsole.store import outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.store.engine import Store

SET = timedelta(seconds=2)
"""A difference as large as that between two looks is no drift: the clock was set, or the machine slept."""


def wall_clock() -> datetime:
    """This machine's."""
    return datetime.now(UTC)


class Timekeeper:
    """Compares the machine's two clocks: the one that can be set with the one that cannot."""

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime] = wall_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the book whose operations wait; `now` is the time of day, `monotonic` counts seconds."""
        self._store = store
        self._now = now
        self._monotonic = monotonic
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
        return self._now() - timedelta(seconds=self._monotonic())
