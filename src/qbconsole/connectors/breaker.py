"""A remote that does not answer is left in peace: after some failures in a row nothing is sent for a while.

Closed: requests pass. Open: each is refused at once, with the time of the next try. Half-open: when that time has come,
one request goes first; its answer closes the breaker, its failure opens it again for twice as long.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from qbconsole.domain.errors import Throttled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAILURES = 5
"""So many in a row open it: server errors, and requests that got no answer."""
FIRST_REST, LONGEST_REST = 5.0, 120.0
"""Seconds that it stays open, doubled each time up to the longest."""


def _wall_clock() -> datetime:
    return datetime.now(UTC).astimezone()


class Passage:
    """One request's way through; it fails unless it is said to be answered."""

    answered = False


class Breaker:
    """The breaker of one remote."""

    def __init__(
        self,
        system: str,
        *,
        rest: float = FIRST_REST,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime] = _wall_clock,
    ) -> None:
        """Start closed.

        Args:
            system: the remote's name in words.
            rest: seconds of the first rest.
            monotonic: seconds, for the rests.
            clock: this machine's time of day, for the message alone.
        """
        self._system = system
        self._monotonic = monotonic
        self._clock = clock
        self._failures = 0
        self._first_rest = rest
        self._rest = rest
        self._until: float | None = None
        self._probing = False

    @contextmanager
    def passage(self) -> Iterator[Passage]:
        """Let one request pass; set `answered` on what it gives when an answer came that is no server error.

        A request that was cancelled tells nothing.

        Raises:
            Throttled: it is open; `wait` is the time until the next try.
        """
        probe = self._enter()
        passage = Passage()
        try:
            yield passage
        except Exception:
            self._failed(probe=probe)
            raise
        else:
            if passage.answered:
                self._close()
            else:
                self._failed(probe=probe)
        finally:
            if probe:
                self._probing = False

    def _enter(self) -> bool:
        """Whether the request is the one that goes first after a rest."""
        if self._until is None:
            return False
        left = self._until - self._monotonic()
        if left > 0 or self._probing:
            wait = max(left, min(1.0, self._first_rest))
            at = self._clock() + timedelta(seconds=wait)
            raise Throttled(f"{self._system} is not answering; next try at {at:%H:%M:%S}.", wait=wait)
        self._probing = True
        return True

    def _close(self) -> None:
        self._failures, self._rest, self._until = 0, self._first_rest, None

    def _failed(self, *, probe: bool) -> None:
        """Failures of requests that were under way when it opened do not prolong its rest."""
        self._failures += 1
        if probe or (self._until is None and self._failures >= FAILURES):
            self._until = self._monotonic() + self._rest
            self._rest = min(LONGEST_REST, 2 * self._rest)
