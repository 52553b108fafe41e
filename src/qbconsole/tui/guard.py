"""Money keys against a key held down: terminals tell no key repeat, so silence has to."""

from __future__ import annotations

from enum import Enum

SILENCE = 0.3
"""Seconds without a money key after the list moved on, before one acts again."""
RECENT = 1.6
"""Seconds after a money key in which the next may be the first repeat of one press: terminals wait up to a second."""
PROBE = 0.16
"""Seconds that such a key is kept back: a repeat follows within them, a second press does not."""


class Verdict(Enum):
    """What to do with a press."""

    ACT = "act"
    PROBE = "probe"
    IGNORE = "ignore"


class KeyGuard:
    """Decides for each press of a money key whether it counts.

    The first press acts at once. Within `SILENCE` of the last one, or of the list moving on, presses are ignored and
    prolong the silence. Within `RECENT` a press is kept back for `PROBE`: if another follows, both are a held key.
    """

    def __init__(self) -> None:
        self._last = float("-inf")
        self._quiet_until = float("-inf")
        self._ticket = 0

    def moved(self, now: float) -> None:
        """The list moved on: money keys rest."""
        self._quiet_until = max(self._quiet_until, now + SILENCE)

    def press(self, now: float) -> tuple[Verdict, int]:
        """Judge a press at a monotonic time; a probed one gets a ticket, for `still` after `PROBE` seconds."""
        before, self._last = self._last, now
        self._ticket += 1
        if now < self._quiet_until or now - before < PROBE:
            self._quiet_until = now + SILENCE
            return Verdict.IGNORE, self._ticket
        return (Verdict.PROBE if now - before < RECENT else Verdict.ACT), self._ticket

    def still(self, ticket: int) -> bool:
        """Whether no other money key came since that press."""
        return ticket == self._ticket
