"""One property of every record that searches see, in order of its values: what each operator finds is a slice of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.values import comparable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Value = Any
    """What `comparable` gives: numbers for a number or a moment, else text; the same for the whole column."""


class Column:
    """Record numbers by value, equal values by number. Records without the value are not in it."""

    def __init__(self, definition: dict[str, Any]) -> None:
        self._definition = definition
        self._stale: set[int] = set()
        self._values: list[Value] = []
        self._numbers: list[int] = []

    def forget(self, numbers: Iterable[int]) -> None:
        """Look at these records anew before the next question."""
        self._stale.update(numbers)

    def renew(self, records: Mapping[int, dict[str, Any]]) -> None:
        """Take in what was forgotten, as the records now are."""
        if not self._stale:
            return
        kept = [one for one in zip(self._values, self._numbers, strict=True) if one[1] not in self._stale]
        kept += [
            (value, number)
            for number in self._stale
            if number in records and (value := self._value(records[number])) is not None
        ]
        kept.sort()
        self._values, self._numbers = [value for value, _ in kept], [number for _, number in kept]
        self._stale.clear()

    def _value(self, record: dict[str, Any]) -> Value | None:
        """None also for a text that its property, changed in type since, cannot compare."""
        text = record["properties"].get(self._definition["name"])
        try:
            return comparable(self._definition, text) if text else None
        except (ArithmeticError, ValueError):
            return None

    def all(self) -> list[int]:
        """The records that have a value, in its order."""
        return self._numbers

    def equal(self, value: Value) -> list[int]:
        """The records with exactly that value."""
        return self._numbers[bisect_left(self._values, value) : bisect_right(self._values, value)]

    def below(self, value: Value, *, itself: bool) -> list[int]:
        """The records with a smaller value, or that value `itself`."""
        return self._numbers[: (bisect_right if itself else bisect_left)(self._values, value)]

    def above(self, value: Value, *, itself: bool) -> list[int]:
        """The records with a larger value, or that value `itself`."""
        return self._numbers[(bisect_left if itself else bisect_right)(self._values, value) :]

    def between(self, low: Value, high: Value) -> list[int]:
        """The records with a value from `low` to `high`, both included."""
        return self._numbers[bisect_left(self._values, low) : bisect_right(self._values, high)]

    def where(self, holds: Callable[[str], bool]) -> Iterator[int]:
        """The records of whose text something holds."""
        return (number for value, number in zip(self._values, self._numbers, strict=True) if holds(str(value)))
