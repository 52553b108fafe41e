"""Named commit points at which a test may kill the process: `QBCONSOLE_FAILPOINT=sent:3`, at the third passage.

Inside one process a test sees each passage instead, and may raise there.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Hook = Callable[[str], None]

_passages: dict[str, int] = {}
_hooks: list[Hook] = []


def failpoint(name: str) -> None:
    """Die here, as by SIGKILL, if the environment asks for it."""
    for hook in _hooks:
        hook(name)
    wanted = os.environ.get("QBCONSOLE_FAILPOINT", "")
    if not wanted:
        return
    where, _, passage = wanted.partition(":")
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
