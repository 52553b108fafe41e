"""How often a realm may be asked, on real time, and how many reads a month are used (quickbooks.md 5.2)."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from qbconsole.simulator.clock import Clock
    from qbconsole.simulator.database import Database


class Throttle:
    """At most so many requests in a sliding window; a switch says how many."""

    def __init__(self, switches: Switches, switch: str, seconds: float) -> None:
        self._switches = switches
        self._switch = switch
        self._seconds = seconds
        self._times: deque[float] = deque()

    def lets_in(self) -> bool:
        """Whether one more request is within the limit."""
        now = time.monotonic()
        while self._times and now - self._times[0] >= self._seconds:
            self._times.popleft()
        if len(self._times) >= self._switches.number(self._switch):
            return False
        self._times.append(now)
        return True


class Meter:
    """Read-type calls of each calendar month, which the vendor's free tier counts; writes are free."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._months = database.collection("qbo.metering")
        self._switches = Switches(database)

    @property
    def _month(self) -> str:
        return self._clock.now().strftime("%Y-%m")

    def read(self) -> bool:
        """Count one read; False, uncounted, when the month's allowance is used up."""
        used = self._used(self._month)
        if used >= self._switches.number("reads_per_month"):
            return False
        with self._database.transaction():
            self._months.put(self._month, {"reads": used + 1})
        return True

    def document(self) -> dict[str, Any]:
        """The months so far, for `/control/metering`."""
        reads = {month: self._used(month) for month in self._months.ids()}
        return {"month": self._month, "allowance": self._switches.number("reads_per_month"), "reads": reads}

    def _used(self, month: str) -> int:
        return int((self._months.get(month) or {"reads": 0})["reads"])


class Limits:
    """Every limit of a realm together."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._switches = switches = Switches(database)
        self._always = (Throttle(switches, "requests_per_minute", 60), Throttle(switches, "requests_per_second", 1))
        self._batches = Throttle(switches, "batches_per_minute", 60)
        self._reports = Throttle(switches, "reports_per_minute", 60)
        self._meter = Meter(database, clock)

    def let_in(self, resource: str, *, reads: bool, at_once: int) -> bool:
        """Whether a request may go on.

        Args:
            resource: the path's part after the realm, in lower case.
            reads: whether it is a read-type call.
            at_once: how many requests are open, this one included.
        """
        narrower = {"batch": [self._batches], "reports": [self._reports]}.get(resource, [])
        return (
            at_once <= self._switches.number("concurrent_requests")
            and all(throttle.lets_in() for throttle in (*self._always, *narrower))
            and (not reads or self._meter.read())
        )
