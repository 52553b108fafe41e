"""Weights estimated from the lists themselves, without labels: expectation and maximisation.

Between two lists the expectation is the probability under one-to-one pairing, so that a pair that others rival teaches
little. Within one list, where a business may occur many times, it is each pair's own; and what different businesses
show is learnt from the pairs at hand, whose signals hang together, and not from pairs drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qbconsole.matching.engine.assignment import one_to_one
from qbconsole.matching.engine.columns import NONE
from qbconsole.matching.engine.compare import LEVELS, MISSING, SIGNALS, Comparison, Rarity, compare
from qbconsole.matching.engine.weights import Weights, shipped

if TYPE_CHECKING:
    import numpy.typing as npt

    from qbconsole.matching.engine.columns import Columns, Vocabulary

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]

ROUNDS = 8
ASSUMED = 10
"""So many records, half of them with a partner, are assumed beside those of the shorter list."""
RECORDS, FEWEST = 50, 1000.0
"""A shorter book is no proof that a value is common: so many records, and pairs of records, are assumed at least."""
SAMPLE = 100_000
"""So many pairs drawn at random show how often different businesses agree by chance."""
_FIELDS = {
    "reference": "references",
    "name": "names",
    "email": "emails",
    "phone": "phones",
    "person": "people",
    "street": "street",
    "place": "postcode",
}
"""The field that tells of a signal whether a record has it, and how common its values are."""


@dataclass(frozen=True)
class Lists:
    """Two lists in columns, or one list twice, with their vocabulary and how common its values are."""

    left: Columns
    right: Columns
    vocabulary: Vocabulary
    rarity: Rarity


@dataclass(frozen=True)
class Estimate:
    """The weights, and the odds of a pair before anything is compared."""

    weights: Weights
    prior: float


def between(lists: Lists, i: Rows, j: Rows, found: Comparison) -> Estimate:
    """The weights for pairs of two lists."""
    left, right = lists.left, lists.right
    assumed, worth = shipped("two_lists")
    random = _chance(lists)
    comparable = {name: max(_having(left, field) * _having(right, field), FEWEST) for name, field in _FIELDS.items()}
    weights = Weights(assumed, random, _unseen(lists), max(lists.rarity.records, RECORDS))
    probability = np.zeros(len(i))
    smaller = min(left.rows, right.rows)
    matched = 0.5 * smaller
    for _ in range(ROUNDS):
        different = _different(found, probability, random, comparable)
        weights = Weights(weights.same, different, weights.unseen, weights.records)
        odds = np.exp(weights.contributions(found).sum(axis=1)) * _prior(matched, left.rows, right.rows)
        probability = one_to_one(i, j, odds, (left.rows, right.rows))
        matched = smaller * (float(probability.sum()) + ASSUMED / 2) / (smaller + ASSUMED)
        same = {name: _posterior(found, name, probability, assumed[name], worth) for name in SIGNALS}
        weights = Weights(same, weights.different, weights.unseen, weights.records)
    return Estimate(weights, _prior(matched, left.rows, right.rows))


def within(lists: Lists, found: Comparison) -> Estimate:
    """The weights for pairs of one list."""
    assumed, worth = shipped("one_list")
    chance = _chance(lists)
    weights = Weights(assumed, chance, {}, max(lists.rarity.records, 1), by_value=False)
    prior = 1.0 / max(lists.left.rows, 1)
    for _ in range(4 * ROUNDS):
        odds = np.exp(weights.contributions(found).sum(axis=1)) * prior
        probability = odds / (1 + odds)
        share = float(np.clip(probability.mean(), 1e-4, 0.9)) if len(probability) else 0.5
        prior = share / (1 - share)
        same = {name: _posterior(found, name, probability, assumed[name], worth) for name in SIGNALS}
        flat = {name: np.full(len(LEVELS[name]), 1.0) for name in SIGNALS}
        different = {name: _posterior(found, name, 1 - probability, flat[name], 1.0) for name in SIGNALS}
        weights = Weights(same, different, {}, weights.records, by_value=False)
    return Estimate(weights, prior)


def _chance(lists: Lists) -> dict[str, Numbers]:
    """How often two records drawn at random show each level, by signal."""
    drawn = np.random.default_rng(1)
    size = min(SAMPLE, lists.left.rows * lists.right.rows)
    i, j = (drawn.integers(0, max(side.rows, 1), size) for side in (lists.left, lists.right))
    found = compare(lists.left, lists.right, i, j, lists.vocabulary, lists.rarity)
    return {name: _posterior(found, name, np.ones(size), np.zeros(len(LEVELS[name])), 1.0) for name in SIGNALS}


def _posterior(found: Comparison, name: str, weight: Numbers, assumed: Numbers, worth: float) -> Numbers:
    """The shares of a signal's levels among weighted pairs, with so many pairs' worth of assumed shares."""
    levels = found.levels[:, SIGNALS.index(name)]
    has = levels != MISSING
    counts = np.bincount(levels[has], weight[has], len(LEVELS[name])) + assumed * worth
    return counts / max(float(counts.sum()), 1e-9)


def _having(side: Columns, field: str) -> float:
    return float((side[field][:, 0] != NONE).sum())


def _unseen(lists: Lists) -> dict[str, float]:
    """How many further records have a value that was seen once, by signal (Good and Turing: 2 n2 / n1)."""
    found = {}
    for name, field in _FIELDS.items():
        once, twice = 10.0, 0.5
        for side in (lists.left, lists.right):
            counts = side.counts(field, lists.vocabulary.size(field))
            once += float((counts == 1).sum())
            twice += float((counts == 2).sum())
        found[name] = min(1.0, max(0.02, 2 * twice / once))
    return found


def _different(
    found: Comparison, probability: Numbers, random: dict[str, Numbers], comparable: dict[str, float]
) -> dict[str, Numbers]:
    """How often different businesses show each level: as drawn at random, but no less than the pairs at hand prove."""
    shares = {}
    for place, name in enumerate(SIGNALS):
        levels = found.levels[:, place]
        has = levels != MISSING
        counted = np.bincount(levels[has], (1 - probability)[has], len(LEVELS[name]))
        both = np.minimum(np.maximum(random[name], (counted + 0.5) / comparable[name]), 0.5)
        both[0] = max(1 - both[1:].sum(), 0.05)
        shares[name] = both
    return shares


def _prior(matched: float, here: int, there: int) -> float:
    """The odds of one pair such that as many pairs as estimated come about when nothing is compared."""
    single = (max(here - matched, 0.03 * here + 1), max(there - matched, 0.03 * there + 1))
    return max(matched, 0.5) / (single[0] * single[1])
