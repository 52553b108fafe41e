"""What makes the children quick: every wait of the program is shortened, none is left out.

Each name must be there: a wait that is renamed fails the campaign at its start, not by making it slow.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from qbconsole.connectors import breaker, http, limits
from qbconsole.outbox import deliver, policy
from qbconsole.runner import connectors, lease, once, process

FACTOR = 0.05
"""A second of patience, in seconds."""
DEADLINE = 1.0
"""Seconds that a request may take."""
STALENESS = 0.4
"""Seconds within which a look-up that finds nothing is not believed; stale reads stay below it."""
SILENCE = 0.8
"""Seconds without a heartbeat after which a runner is taken for dead."""

CONSTANTS: tuple[tuple[Any, str, Any], ...] = (
    (policy, "JITTER", tuple(FACTOR * one for one in policy.JITTER)),
    (deliver, "STALENESS", timedelta(seconds=STALENESS)),
    (lease, "SILENT", timedelta(seconds=SILENCE)),
    (lease, "BEAT", 0.1),
    (once, "PATIENCE", 6.0),
    (process, "POLL", 0.02),
    (process, "TRY_AGAIN", 0.1),
    (process, "AFTER_SIGN_IN", 0.5),
    (connectors, "SIMULATOR_WAIT", 0.05),
)


async def _brief(seconds: float) -> None:
    await asyncio.sleep(seconds * FACTOR)


async def _at_once(_: limits.RateLimit) -> None:
    """The simulator keeps no limits here either."""


def set_pace() -> None:
    """Shorten the waits of this process, once, and of those that are forked from it."""
    for module, name, value in CONSTANTS:
        if not hasattr(module, name):
            raise AttributeError(f"{module.__name__} has no {name} any more: see {__name__}.")
        setattr(module, name, value)
    _default(http.Http, deadline=DEADLINE, sleep=_brief)
    _default(breaker.Breaker, rest=0.1)
    limits.RateLimit.take = _at_once  # type: ignore[method-assign, assignment]


def _default(kind: type, **values: Any) -> None:
    defaults = kind.__init__.__kwdefaults__  # type: ignore[misc]
    if not values.keys() <= defaults.keys():
        raise AttributeError(f"{kind.__name__} takes other arguments now: see {__name__}.")
    defaults.update(values)
