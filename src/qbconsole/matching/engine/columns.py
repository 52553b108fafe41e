"""The signals of a whole list as columns of numbers: equal numbers are equal values, in both lists."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from qbconsole.matching.engine.signals import Signals, signals

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from qbconsole.matching.engine.party import Party

    Codes = npt.NDArray[np.int32]

NONE = -1
"""The number of a value that is not there."""
SHARED = {"full_handles": "handles", "short_handles": "handles", "people": "names", "joined": "labels"}
"""Fields that are compared with another field share its numbers."""
FIELDS = Signals._fields


@dataclass(slots=True)
class Vocabulary:
    """The number of each value, by field."""

    numbers: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    _listed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def coder(self, name: str) -> dict[str, int]:
        """The numbers of a field's values."""
        return self.numbers[SHARED.get(name, name)]

    def size(self, name: str) -> int:
        """How many values of a field there are."""
        return len(self.numbers[SHARED.get(name, name)])

    def values(self, name: str) -> list[str]:
        """A field's values, in the order of their numbers."""
        known = self.numbers[SHARED.get(name, name)]
        listed = self._listed[SHARED.get(name, name)]
        if len(listed) < len(known):
            listed.extend(islice(known, len(listed), None))
        return listed


@dataclass(slots=True)
class Columns:
    """A list of parties: of each field a table with a row a party and a number (or NONE) a value."""

    fields: dict[str, Codes]
    rows: int

    def __getitem__(self, name: str) -> Codes:
        return self.fields[name]

    def first(self, name: str) -> Codes:
        """The first value of each party."""
        return self.fields[name][:, 0]

    def counts(self, name: str, size: int) -> npt.NDArray[np.int64]:
        """How many parties have each of a field's values."""
        codes = self.fields[name]
        return np.bincount(codes[codes >= 0], minlength=size)


def columns(parties: Iterable[Party], vocabulary: Vocabulary, region: str = "US") -> Columns:
    """The columns of a list of parties, under a vocabulary that the other list shares.

    The signals are coded as they come: kept, they would take more memory and time than the columns.
    """
    coders = [(vocabulary.coder(name), array("i"), array("i")) for name in FIELDS]
    row = -1
    for row, party in enumerate(parties):
        for values, (known, rows, codes) in zip(signals(party, region), coders, strict=True):
            for value in values:
                rows.append(row)
                codes.append(known.setdefault(value, len(known)))
    return Columns({name: _table(row + 1, *flat) for name, (_, *flat) in zip(FIELDS, coders, strict=True)}, row + 1)


def _table(size: int, flat_rows: array[int], flat_codes: array[int]) -> Codes:
    """A row a party, its values from the left."""
    rows, codes = (np.array(flat, dtype=np.int32) for flat in (flat_rows, flat_codes))
    counts = np.bincount(rows, minlength=size)
    table = np.full((size, max(1, counts.max(initial=0))), NONE, dtype=np.int32)
    table[rows, np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]] = codes
    return table
