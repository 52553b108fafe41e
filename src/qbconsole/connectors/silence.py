"""A host that asks one request to wait means all of them: nothing is sent there until then."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qbconsole.domain.errors import Problem, Throttled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Silence:
    """Until when each host of one remote system asked to be left in peace."""

    def __init__(
        self,
        system: str,
        *,
        longest: float,
        sleep: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start without any.

        Args:
            system: the remote's name in words.
            longest: seconds that a request waits at most.
            sleep: how to wait.
            monotonic: seconds.
        """
        self._system = system
        self._longest = longest
        self._sleep = sleep
        self._monotonic = monotonic
        self._until: dict[str, float] = {}

    def heed(self, url: str, problem: Problem) -> None:
        """Note what a host asked for, if it did."""
        if isinstance(problem, Throttled):
            self._until[_host(url)] = max(self.until(url), self._monotonic() + problem.wait)

    def until(self, url: str) -> float:
        """When the newest silence of a host ends or ended, in seconds; 0 without any."""
        return self._until.get(_host(url), 0.0)

    async def over(self, url: str) -> None:
        """Wait until it is over.

        Raises:
            Throttled: that is longer than a request waits.
        """
        left = self.until(url) - self._monotonic()
        if left > self._longest:
            msg = f"{self._system} asked to be left in peace for a while."
            raise Throttled(msg, wait=left)
        if left > 0:
            await self._sleep(left)


def _host(url: str) -> str:
    return urlsplit(url).netloc
