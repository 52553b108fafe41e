"""Matching two lists, or one list with itself: from parties to pairs with probabilities, reasons and links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qbconsole.matching.engine import blocking, estimate
from qbconsole.matching.engine.assignment import best_assignment, one_to_one
from qbconsole.matching.engine.calibrate import Calibration, calibrate, corrected
from qbconsole.matching.engine.clusters import clusters
from qbconsole.matching.engine.columns import Vocabulary, columns
from qbconsole.matching.engine.compare import LEVELS, MISSING, SIGNALS, Comparison, Rarity, compare
from qbconsole.matching.engine.estimate import Estimate, Lists
from qbconsole.matching.engine.policy import PRECISION, automatic

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from qbconsole.matching.engine.party import Party

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

SAME, NEVER = 1e12, 1e-12
"""The odds of a pair that a person decided."""


class Reviewed(NamedTuple):
    """What a person decided about a pair."""

    left: str
    right: str
    same: bool


class Reason(NamedTuple):
    """What one signal says of a pair: its level in words, and its weight in nats (for it, or below 0 against it)."""

    signal: str
    level: str
    weight: float


@dataclass(frozen=True)
class Matching:
    """The pairs of two lists: rows, comparison, weights, probabilities; which are assigned, and which to link."""

    left_ids: Sequence[str]
    right_ids: Sequence[str]
    lists: Lists
    i: Rows
    j: Rows
    found: Comparison
    estimate: Estimate
    calibration: Calibration
    odds: Numbers
    probability: Numbers
    assigned: Flags
    linked: Flags

    def reasons(self, pairs: Sequence[int]) -> list[list[Reason]]:
        """What each signal says of each pair, the strongest first; missing ones are left out."""
        weights = self.estimate.weights.contributions(self.found.rows(list(pairs)))
        return [reasons(self.found.levels[pair], row) for pair, row in zip(pairs, weights, strict=True)]

    def candidates(self, most: int) -> dict[int, list[int]]:
        """By row of the first list the pairs of its most probable candidates."""
        found: dict[int, list[int]] = {}
        for pair in np.lexsort((self.j, -self.odds, -self.probability, self.i)).tolist():
            listed = found.setdefault(int(self.i[pair]), [])
            if len(listed) < most:
                listed.append(pair)
        return found


def reasons(levels: npt.NDArray[np.int8], weights: Numbers) -> list[Reason]:
    """What each signal says of a pair, by its levels and their weights, the strongest first."""
    said = [
        Reason(name, LEVELS[name][level], weight)
        for name, level, weight in zip(SIGNALS, levels.tolist(), weights.tolist(), strict=True)
        if level != MISSING
    ]
    return sorted(said, key=lambda reason: (-abs(reason.weight), reason.signal))


def match(
    left: Sequence[Party],
    right: Sequence[Party],
    reviewed: Sequence[Reviewed] = (),
    *,
    precision: float = PRECISION,
    region: str = "US",
) -> Matching:
    """Match two lists. The result depends neither on their order nor on which is called the first.

    Args:
        left: the one list.
        right: the other list.
        reviewed: what persons decided; "same" pairs are kept, the others are no candidates, and both teach.
        precision: the expected share of right ones among the pairs to link.
        region: the country of phone numbers that name none.
    """
    left, right = _ordered(left), _ordered(right)
    if _sign(left) > _sign(right):
        turned = [Reviewed(one.right, one.left, one.same) for one in reviewed]
        return _turned(match(right, left, turned, precision=precision, region=region))
    vocabulary = Vocabulary()
    here, there = columns(left, vocabulary, region), columns(right, vocabulary, region)
    lists = Lists(here, there, vocabulary, Rarity.of(here, there, vocabulary))
    i, j = blocking.pairs(here, there)
    found = compare(here, there, i, j, vocabulary, lists.rarity)
    by = estimate.between(lists, i, j, found)
    odds = np.exp(np.minimum(by.weights.contributions(found).sum(axis=1), 100)) * by.prior
    sizes = (here.rows, there.rows)
    score = one_to_one(i, j, odds, sizes)
    calibration = calibrate(i, j, odds, score, found, sizes)
    ids = [party.id for party in left], [party.id for party in right]
    decided = _decided(reviewed, ids, i, j)
    if (decided != 0).any():
        at = decided != 0
        calibration = corrected(calibration, score[at], found.rows(at), decided[at] > 0)
        odds = np.where(decided > 0, SAME, np.where(decided < 0, NEVER, odds))
        score = one_to_one(i, j, odds, sizes)
    probability = np.where(decided > 0, 1.0, np.where(decided < 0, 0.0, calibration.probability(score, found)))
    assigned = best_assignment(i, j, probability)
    probability = _below_the_first(i, j, probability, assigned, sizes)
    linked = automatic(probability, assigned & (decided == 0), precision)
    return Matching(*ids, lists, i, j, found, by, calibration, odds, probability, assigned, linked)


def _ordered(parties: Sequence[Party]) -> list[Party]:
    return sorted(parties, key=lambda party: (len(party.id), party.id))


def _sign(parties: list[Party]) -> tuple[int, list[str]]:
    """By what the one list comes before the other."""
    return len(parties), [repr(party) for party in parties[:100]]


def _turned(found: Matching) -> Matching:
    """The same with the lists changed over."""
    order = np.lexsort((found.i, found.j))
    lists = Lists(found.lists.right, found.lists.left, found.lists.vocabulary, found.lists.rarity)
    return Matching(
        found.right_ids,
        found.left_ids,
        lists,
        found.j[order],
        found.i[order],
        found.found.rows(order),
        found.estimate,
        found.calibration,
        found.odds[order],
        found.probability[order],
        found.assigned[order],
        found.linked[order],
    )


def _decided(reviewed: Sequence[Reviewed], ids: tuple[list[str], list[str]], i: Rows, j: Rows) -> npt.NDArray[np.int8]:
    """Of each pair whether a person said that it is the same (1), is not (-1), or nothing (0)."""
    decided = np.zeros(len(i), dtype=np.int8)
    if not reviewed:
        return decided
    here, there = ({id_: row for row, id_ in enumerate(side)} for side in ids)
    across = max(len(there), 1)
    places = {
        here[one.left] * across + there[one.right]: one.same
        for one in reviewed
        if one.left in here and one.right in there
    }
    keys = i * across + j
    wanted = np.array(sorted(places), dtype=np.int64)
    at = np.searchsorted(keys, wanted)
    for place, key in zip(at.tolist(), wanted.tolist(), strict=True):
        if place < len(keys) and keys[place] == key:
            decided[place] = 1 if places[key] else -1
    return decided


def _below_the_first(i: Rows, j: Rows, probability: Numbers, assigned: Flags, sizes: tuple[int, int]) -> Numbers:
    """A runner-up is at most as probable as the first one, on either side, is not."""
    here, there = np.zeros(sizes[0]), np.zeros(sizes[1])
    here[i[assigned]] = probability[assigned]
    there[j[assigned]] = probability[assigned]
    return np.where(assigned, probability, np.minimum(probability, 1 - np.maximum(here[i], there[j])))


@dataclass(frozen=True)
class Duplicates:
    """The pairs within one list, the number of each record's cluster, and the pairs sure enough for a rule."""

    ids: Sequence[str]
    i: Rows
    j: Rows
    found: Comparison
    estimate: Estimate
    probability: Numbers
    cluster: Rows
    sure: Flags


def duplicates(parties: Sequence[Party], *, precision: float = PRECISION, region: str = "US") -> Duplicates:
    """Find the records of one list that are one business.

    Args:
        parties: the list.
        precision: the expected share of right ones among the pairs that are sure.
        region: the country of phone numbers that name none.
    """
    parties = _ordered(parties)
    vocabulary = Vocabulary()
    side = columns(parties, vocabulary, region)
    lists = Lists(side, side, vocabulary, Rarity.of(side, None, vocabulary))
    i, j = blocking.pairs(side, side)
    i, j = i[i < j], j[i < j]
    found = compare(side, side, i, j, vocabulary, lists.rarity)
    by = estimate.within(lists, found)
    odds = np.exp(np.minimum(by.weights.contributions(found).sum(axis=1), 100)) * by.prior
    probability = odds / (CAUTION_WITHIN + odds)
    cluster = clusters(i, j, probability, side.rows)
    together = cluster[i] == cluster[j] if len(i) else np.zeros(0, dtype=bool)
    sure = automatic(probability, together, precision)
    return Duplicates([party.id for party in parties], i, j, found, by, probability, cluster, sure)


CAUTION_WITHIN = 5.0
"""So much less probable than its weights say is a pair within one list: its signals hang together."""
