"""Named commit points at which a test may kill the process: `QBCONSOLE_FAILPOINT=sent:3`, at the third passage.

Inside one process a test sees each passage instead, and may raise there.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Hook = Callable[[str], None]

Point = Literal[
    "page.commit", "cursor.commit", "mirror.apply",  # a page, its cursor, the records of either a page or a receipt
    "propose.commit", "decide.commit",
    "claim.commit", "response.read", "sent", "settle.commit",  # "sent": a group's answers are all here, none is noted
    "token.received", "token.stored", "lease.acquire", "lease.renew", "migrate.step", "backup.copied",
]  # fmt: skip
"""Every commit point there is. A `.commit` is passed just before its commit, but `claim.commit` just after it."""
POINTS: tuple[str, ...] = get_args(Point)

_passages: dict[str, int] = {}
_hooks: list[Hook] = []


def failpoint(name: Point) -> None:
    """Die here, as by SIGKILL, if the environment asks for it.

    Raises:
        ValueError: it asks for a point that there is not.
    """
    for hook in _hooks:
        hook(name)
    wanted = os.environ.get("QBCONSOLE_FAILPOINT", "")
    if not wanted:
        return
    where, _, passage = wanted.partition(":")
    if where not in POINTS:
        msg = f"QBCONSOLE_FAILPOINT: there is no commit point {where!r}."
        raise ValueError(msg)
    if where != name:
        return
    _passages[name] = _passages.get(name, 0) + 1
    if _passages[name] == int(passage or "1"):
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def passing(hook: Hook) -> Iterator[None]:
    """Call a function with the name of every commit point that is passed inside the block."""
    _hooks.append(hook)
    try:
        yield
    finally:
        _hooks.remove(hook)
