"""A clock that jumped: this process's time of day, so many hours off. Monotonic time goes on as it does."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, tzinfo
from typing import Any

_OURS = "qbconsole"


def jump(hours: float) -> None:
    """Let `datetime.now` be off in every module of the program that is loaded."""
    if not hours:
        return
    off = timedelta(hours=hours)

    class Alike(type):
        """Every datetime is one of these."""

        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, datetime)

    class Jumped(datetime, metaclass=Alike):
        """`datetime` with another idea of now."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            """Now, and so many hours."""
            return datetime.now(tz) + off

    for name, module in list(sys.modules.items()):
        if name.startswith(_OURS) and getattr(module, "datetime", None) is datetime:
            module.datetime = Jumped  # type: ignore[attr-defined]
