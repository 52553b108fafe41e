"""How fast a connector may speak: requests in any span of time, and in flight; under an injectable clock."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


class RateLimit:
    """At most `limit` requests in any `seconds`: a bucket of tokens, each back `seconds` after it was taken.

    So a silence earns a burst of `limit`, and no window of the vendor's, wherever it begins, ever holds more.
    `limit` may be changed when the vendor says what it is.
    """

    def __init__(
        self,
        limit: int,
        *,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Start full. `monotonic` gives seconds, `sleep` waits for them."""
        self.limit = limit
        self._seconds = seconds
        self._monotonic = monotonic
        self._sleep = sleep
        self._taken: deque[float] = deque()

    async def take(self) -> None:
        """Wait until one request may pass. Those who wait keep their order: each takes its token in advance."""
        now = self._monotonic()
        start = now
        while len(self._taken) >= self.limit:
            start = max(start, self._taken.popleft() + self._seconds)
        self._taken.append(start)
        if start > now:
            await self._sleep(start - now)


_SHARED: dict[str, RateLimit] = {}


def shared(account: str, limit: int, *, seconds: float) -> RateLimit:
    """The limit of one account of a vendor's, the same for every connection of this process to it."""
    key = f"{account} {seconds}"
    if key not in _SHARED:
        _SHARED[key] = RateLimit(limit, seconds=seconds)
    return _SHARED[key]


class Seats:
    """So many at once; those who wait keep their order, but whoever comes `first` goes before all others."""

    def __init__(self, number: int) -> None:
        """Start with all of them free."""
        self._free = number
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    async def take(self, *, first: bool) -> None:
        """Wait for a seat."""
        if self._free:
            self._free -= 1
            return
        seat = asyncio.get_running_loop().create_future()
        (self._first if first else self._others).append(seat)
        try:
            await seat
        except asyncio.CancelledError:
            if seat.done() and not seat.cancelled():  # it was given, and is not wanted any more
                self.give()
            raise

    def give(self) -> None:
        """Give a seat to who waits for it, or leave it free."""
        for waiting in (self._first, self._others):
            while waiting:
                seat = waiting.popleft()
                if not seat.done():
                    seat.set_result(None)
                    return
        self._free += 1


class Gate:
    """At most `concurrent` requests in flight, each let through by the rate limits first; writes go before reads."""

    def __init__(self, *rates: RateLimit, concurrent: int, rest: float = 0.0) -> None:
        """Take the rate limits and the number in flight.

        `rest` keeps a seat taken for so many seconds after its request was answered. A vendor counts when requests
        arrive: what left in two seconds may arrive in one, but never what left after the answers to the rest.
        """
        self._rates = rates
        self._seats = Seats(concurrent)
        self._rest = rest

    @asynccontextmanager
    async def passage(self, also: RateLimit | None = None, *, write: bool = False) -> AsyncIterator[None]:
        """Hold a seat for one request; `also` is a second limit that it must keep (for searches, say)."""
        await self._seats.take(first=write)
        try:
            for rate in (also, *self._rates):
                if rate is not None:
                    await rate.take()
            yield
        finally:
            if self._rest:
                asyncio.get_running_loop().call_later(self._rest, self._seats.give)
            else:
                self._seats.give()
