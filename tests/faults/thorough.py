"""How many cases of a kind a run takes: some of them, or with `QBCONSOLE_THOROUGH=1` all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

CaseT = TypeVar("CaseT")
THOROUGH = bool(os.environ.get("QBCONSOLE_THOROUGH"))


def some(count: int, cases: Iterable[CaseT]) -> list[CaseT]:
    """The first of the cases, so many; all of them in a thorough run."""
    listed = list(cases)
    return listed if THOROUGH else listed[:count]
