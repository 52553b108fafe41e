"""An event loop whose time is counted, not waited for: minutes take milliseconds, and always the same way."""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BEGIN = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)
"""When every history begins: noon in Chicago."""


class _Nothing(selectors.BaseSelector):
    """A selector in which no file is ever ready: to wait is to let that much time have passed."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = selectors.SelectorKey(fileobj, fileobj, events, data)
        self._keys[fileobj] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("Nothing is due and nothing ever will be: the history hangs.")
        self.elapsed += max(0.0, timeout)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop at a time of its own, which begins at 0."""

    def __init__(self) -> None:
        self._nothing = _Nothing()
        super().__init__(self._nothing)

    def time(self) -> float:
        """Seconds since the beginning."""
        return self._nothing.elapsed

    def moment(self) -> datetime:
        """The time of day, to the microsecond."""
        return BEGIN + timedelta(seconds=self._nothing.elapsed)

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Do at once what would be done in a thread: threads keep no order that a seed could tell."""
        done: asyncio.Future[Any] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it is the waiter's
            done.set_exception(error)
        return done
