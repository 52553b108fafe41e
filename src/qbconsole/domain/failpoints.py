"""Named commit points at which a test may kill the process: `QBCONSOLE_FAILPOINT=sent:3`, at the third passage."""

from __future__ import annotations

import os
import signal

_passages: dict[str, int] = {}


def failpoint(name: str) -> None:
    """Die here, as by SIGKILL, if the environment asks for it."""
    wanted = os.environ.get("QBCONSOLE_FAILPOINT", "")
    if not wanted:
        return
    where, _, passage = wanted.partition(":")
    if where != name:
        return
    _passages[name] = _passages.get(name, 0) + 1
    if _passages[name] == int(passage or "1"):
        os.kill(os.getpid(), signal.SIGKILL)
