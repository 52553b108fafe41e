"""Rate limits (hubspot.md 5): bursts on real time, the day's allowance by the account's calendar."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from qbconsole.simulator.hubspot.refusals import Refusal
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.database import Database
    from qbconsole.simulator.hubspot.access import Caller

PLANS = {"starter": (100, 250_000), "professional": (190, 625_000), "enterprise": (190, 1_000_000)}
"""By plan, a private app's calls in any ten seconds, and the account's in a day."""
OAUTH_BURST = 110
"""Calls of an OAuth app in any ten seconds; it has no daily allowance."""
_WINDOW = 10.0


class Limits:
    """The account's allowances and what was used of them."""

    def __init__(self, database: Database, today: Callable[[], str]) -> None:
        self._today = today
        self._usage = database.collection("hubspot.usage")
        self._switches = Switches(database)
        self._calls: dict[str, deque[float]] = {}
        self._searches: deque[float] = deque()
        self.burst: int | None = None
        """Calls in any ten seconds, searches excepted, when it is not to be the plan's."""
        self.search = 5
        """Searches in any second, all kinds and callers together."""

    def spend(self, caller: Caller, *, search: bool) -> dict[str, str]:
        """Count a call and give the headers that tell what is left; a refusal when nothing is."""
        now = time.monotonic()
        burst, daily = PLANS[self._switches["hubspot_plan"]]
        burst = self.burst or (OAUTH_BURST if caller.oauth else burst)
        used = self.used
        if not caller.oauth and used >= daily:
            raise throttled("You have reached your daily limit.", "DAILY")
        if search:
            _take(self._searches, self.search, 1.0, now, "secondly", "SECONDLY")
            left = 0
        else:
            calls = self._calls.setdefault(caller.app, deque())
            left = _take(calls, burst, _WINDOW, now, "ten_secondly_rolling", "TEN_SECONDLY_ROLLING")
        if not caller.oauth:
            self.use(used + 1)
        if search:
            return {}
        headers = {
            "x-hubspot-ratelimit-max": str(burst),
            "x-hubspot-ratelimit-remaining": str(left),
            "x-hubspot-ratelimit-interval-milliseconds": "10000",
            "x-hubspot-ratelimit-secondly": str(burst // 10),
            "x-hubspot-ratelimit-secondly-remaining": str(left // 10),
        }
        day = {"x-hubspot-ratelimit-daily": str(daily), "x-hubspot-ratelimit-daily-remaining": str(daily - used - 1)}
        return headers if caller.oauth else headers | day

    @property
    def used(self) -> int:
        """Calls since midnight in the account's zone."""
        found = self._usage.get("day")
        return int(found["used"]) if found is not None and found["day"] == self._today() else 0

    def use(self, count: int) -> None:
        """Let that many calls have been made today."""
        self._usage.put("day", {"day": self._today(), "used": count})

    def use_up(self) -> None:
        """Let the day's allowance be used up: every call is refused until the next midnight."""
        self.use(PLANS[self._switches["hubspot_plan"]][1])


def _take(taken: deque[float], allowed: int, seconds: float, now: float, words: str, policy: str) -> int:
    while taken and now - taken[0] >= seconds:
        taken.popleft()
    if len(taken) >= allowed:
        raise throttled(f"You have reached your {words} limit.", policy)
    taken.append(now)
    return allowed - len(taken)


def throttled(message: str, policy: str) -> Refusal:
    """The 429 of a limit (hubspot.md 5)."""
    extra = {"errorType": "RATE_LIMIT", "policyName": policy, "groupName": "publicapi:private-apps:calls-by-portal"}
    return Refusal(429, message, extra=extra)
