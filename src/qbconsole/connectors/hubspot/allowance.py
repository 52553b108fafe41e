"""The calls that a portal has left today, which it shares with its other apps (hubspot.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from qbconsole.connectors.hubspot.cookbook import BY_CODE, DAILY
from qbconsole.domain.errors import Throttled

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.connectors.http import Answer

PER_DAY = "x-hubspot-ratelimit-daily"
LEFT_TODAY = "x-hubspot-ratelimit-daily-remaining"


LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Allowance:
    """What is left of the day, as the answers say it: OAuth apps and searches hear nothing, and have no such limit.

    Reads stop where `keep_free` of the day would be touched; writes go on until HubSpot itself refuses. Both then wait
    for midnight in the portal's zone.
    """

    keep_free: float = 0.5
    zone: str = ""
    clock: Callable[[], datetime] = _now
    left: int | None = None
    per_day: int | None = None
    _no_reads_until: datetime = field(default=LONG_AGO, repr=False)
    _nothing_until: datetime = field(default=LONG_AGO, repr=False)

    def heard(self, answer: Answer) -> None:
        """Note what an answer says of the day."""
        per_day, left = answer.headers.get(PER_DAY, ""), answer.headers.get(LEFT_TODAY, "")
        if not (per_day.isdigit() and left.isdigit()):
            return
        self.per_day, self.left = int(per_day), int(left)
        low = self.left < self.per_day * self.keep_free
        self._no_reads_until = self.clock() + self._until_midnight(answer.date) if low else LONG_AGO

    def used_up(self, server_time: datetime | None = None) -> Throttled:
        """Note that HubSpot refused a call for today; what to raise."""
        self._nothing_until = self.clock() + self._until_midnight(server_time)
        return self._refusal("HubSpot's calls for today are used up", self._nothing_until)

    def require(self, *, write: bool) -> None:
        """Let a call pass.

        Raises:
            Throttled: the day has none left for it.
        """
        now = self.clock()
        if now < self._nothing_until:
            raise self._refusal("HubSpot's calls for today are used up", self._nothing_until)
        if not write and now < self._no_reads_until:
            kept = f"{round(self.keep_free * 100)} % of HubSpot's calls for today are left to other apps"
            raise self._refusal(kept, self._no_reads_until)

    def _refusal(self, cause: str, until: datetime) -> Throttled:
        wait = max(1.0, (until - self.clock()).total_seconds())
        hours, minutes = divmod(round(wait / 60), 60)
        problem = Throttled(f"{cause}; the CRM rests for {hours} h {minutes} min.", wait=wait, code=DAILY)
        problem.next_step = (
            "It goes on by itself with the portal's next day; keep_free in book.toml is what others keep."
        )
        return problem

    def _until_midnight(self, server_time: datetime | None) -> timedelta:
        """The time until midnight in the portal's zone, where that is known; else a fair time to look again."""
        try:
            zone = ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            return timedelta(seconds=BY_CODE[DAILY].wait)
        now = (server_time or self.clock()).astimezone(zone)
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), tzinfo=zone)
        return midnight.astimezone(UTC) - now.astimezone(UTC)
