"""A matching kept at hand, so that one changed record is scored again by itself and not with its whole list.

What was learnt stays as it was: weights, calibration, how common values are, and how much the others pull at each
record of the second list. Only the changed record's own pairs are made, compared and weighed anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qbconsole.matching.engine import blocking
from qbconsole.matching.engine.columns import columns
from qbconsole.matching.engine.compare import compare
from qbconsole.matching.engine.match import Reason, reasons

if TYPE_CHECKING:
    from qbconsole.matching.engine.match import Matching
    from qbconsole.matching.engine.party import Party


class Scored(NamedTuple):
    """A candidate of a changed record: its id in the second list, its probability, and what each signal says."""

    id: str
    probability: float
    reasons: list[Reason]


class Index:
    """The keys of both lists of a matching, sorted, and the pull of all pairs on the second list."""

    def __init__(self, found: Matching, region: str = "US") -> None:
        self._found = found
        self._region = region
        self._rows = {id_: row for row, id_ in enumerate(found.left_ids)}
        left, right = found.lists.left, found.lists.right
        self._kinds = blocking.kinds()
        self._left = [blocking.ordered(kind.left(left)) for kind in self._kinds]
        self._right = [blocking.ordered(kind.right(right)) for kind in self._kinds]
        weight = np.bincount(found.i, found.odds, left.rows)[found.i] - found.odds
        self._pull = np.maximum(found.odds / (1 + weight), 0)
        self._pulls = np.bincount(found.j, self._pull, right.rows)

    def rescore(self, party: Party, most: int = 5) -> list[Scored]:
        """The candidates of a changed or new record of the first list, the likeliest first."""
        found = self._found
        one = columns([party], found.lists.vocabulary, self._region)
        met = [
            blocking.partners(blocking.ordered(kind.left(one)), left, right, kind)
            for kind, left, right in zip(self._kinds, self._left, self._right, strict=True)
        ]
        j = np.unique(np.concatenate(met))
        i = np.zeros(len(j), dtype=np.int64)
        seen = compare(one, found.lists.right, i, j, found.lists.vocabulary, found.lists.rarity)
        weights = found.estimate.weights.contributions(seen)
        odds = np.exp(np.minimum(weights.sum(axis=1), 100)) * found.estimate.prior
        pull = odds / (1 + np.maximum(self._pulls[j] - self._own(party.id, j), 0))
        probability = found.calibration.probability(pull / (1 + pull.sum()), seen)
        order = np.lexsort((j, -odds, -probability))[:most].tolist()
        return [
            Scored(found.right_ids[j[place]], float(probability[place]), reasons(seen.levels[place], weights[place]))
            for place in order
        ]

    def _own(self, id_: str, j: blocking.Rows) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """What the record itself pulled before it changed."""
        own = np.zeros(len(self._pulls))
        row = self._rows.get(id_)
        if row is not None:
            pairs = slice(*np.searchsorted(self._found.i, [row, row + 1]))
            own[self._found.j[pairs]] = self._pull[pairs]
        return own[j]
