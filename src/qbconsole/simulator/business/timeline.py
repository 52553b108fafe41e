"""Happenings in the order of their moments, so that ids and numbers rise with time as they do in real life."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime


class Timeline:
    """A queue of happenings; one may bring about others while it runs."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Callable[[], object]]] = []
        self._count = 0

    def add(self, at: datetime, happening: Callable[[], object]) -> None:
        """Let something happen at a moment; what was added first goes first among equals."""
        heapq.heappush(self._heap, (at, self._count, happening))
        self._count += 1

    def extend(self, happenings: Iterable[tuple[datetime, Callable[[], object]]]) -> None:
        """Add several."""
        for at, happening in happenings:
            self.add(at, happening)

    def run(self) -> None:
        """Let everything happen."""
        while self._heap:
            heapq.heappop(self._heap)[2]()
