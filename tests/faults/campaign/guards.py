"""The guards that can be switched off, each with the fault that it exists for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Guard:
    """One guard: how it is switched off in a runner, and the faults that are then added to every round's."""

    name: str
    faults: str
    observable: str
    """A regular expression: what the checker must then find."""
    adapt: Callable[[], None]


GUARDS: dict[str, Guard] = {}
