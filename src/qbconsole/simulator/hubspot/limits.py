"""Rate limits, on real time: a client cannot win by advancing the simulated clock (hubspot.md 5)."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from qbconsole.simulator.hubspot.refusals import Refusal

_WINDOW, _DAY = 10.0, 86_400.0


@dataclass
class Limits:
    """The account's allowances and what was used of them. Change the numbers to make it stricter."""

    burst: int = 190
    """Calls in any ten seconds, searches excepted."""
    search: int = 5
    """Searches in any second, all kinds together."""
    daily: int = 625_000
    """Calls a day, searches included."""
    _calls: deque[float] = field(default_factory=deque)
    _searches: deque[float] = field(default_factory=deque)
    _day: float = field(default_factory=time.monotonic)
    _today: int = 0

    def spend(self, *, search: bool) -> dict[str, str]:
        """Count a call and give the headers that tell what is left; a refusal when nothing is."""
        now = time.monotonic()
        if now - self._day >= _DAY:
            self._day, self._today = now, 0
        if self._today >= self.daily:
            raise _exceeded("daily", "DAILY")
        if search:
            _take(self._searches, self.search, 1.0, now, "secondly", "SECONDLY")
            self._today += 1
            return {}
        left = _take(self._calls, self.burst, _WINDOW, now, "ten_secondly_rolling", "TEN_SECONDLY_ROLLING")
        self._today += 1
        return {
            "x-hubspot-ratelimit-max": str(self.burst),
            "x-hubspot-ratelimit-remaining": str(left),
            "x-hubspot-ratelimit-interval-milliseconds": "10000",
            "x-hubspot-ratelimit-daily": str(self.daily),
            "x-hubspot-ratelimit-daily-remaining": str(self.daily - self._today),
            "x-hubspot-ratelimit-secondly": str(self.burst // 10),
            "x-hubspot-ratelimit-secondly-remaining": str(left // 10),
        }


def _take(taken: deque[float], allowed: int, seconds: float, now: float, words: str, policy: str) -> int:
    while taken and now - taken[0] >= seconds:
        taken.popleft()
    if len(taken) >= allowed:
        raise _exceeded(words, policy)
    taken.append(now)
    return allowed - len(taken)


def _exceeded(words: str, policy: str) -> Refusal:
    return throttled(f"You have reached your {words} limit.", policy)


def throttled(message: str, policy: str) -> Refusal:
    """The 429 of a limit (hubspot.md 5)."""
    extra = {"errorType": "RATE_LIMIT", "policyName": policy, "groupName": "publicapi:private-apps:calls-by-portal"}
    return Refusal(429, message, extra=extra)
