"""This machine's clock, put forward or back for everything of qbconsole in this process; the simulator's is its own."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


class _Instants(type):
    """Whatever is a `datetime` is one of these: the stand-in makes no instants of a kind of its own."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class LocalClock:
    """Patches the `datetime` that modules imported, so that `now` is off by `ahead`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
        """Stand in for the clock in the modules of those packages that are imported, qbconsole's if none is named."""
        self.ahead = timedelta(0)
        clock = self

        class Shifted(datetime, metaclass=_Instants):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) + clock.ahead

        for name, module in list(sys.modules.items()):
            mine = name.split(".")[0] in (packages or ("qbconsole",)) and not name.startswith("qbconsole.simulator")
            if mine and getattr(module, "datetime", None) is datetime:
                monkeypatch.setattr(module, "datetime", Shifted)

    def put(self, **off: float) -> None:
        """Set the clock so far off the true time: hours, days, minutes."""
        self.ahead = timedelta(**off)
