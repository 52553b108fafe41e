"""Uniqueness: of all the ways to pair two lists one to one, how probable is each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]

ROUNDS = 30
_ENOUGH = 1e-4
_WEAK = 1e-5
"""A pair of lower odds takes nothing from its rivals."""
LEAST = 1e-3
"""A pair less probable than this is assigned to nobody."""


def one_to_one(i: Rows, j: Rows, odds: Numbers, sizes: tuple[int, int]) -> Numbers:
    """The probability of each pair when nobody has two partners.

    Pairs are the edges of a graph; a way of pairing weighs the product of its pairs' odds against being single. The
    marginal probabilities come from belief propagation on that graph (the Bethe approximation of the monomer-dimer
    model), exact where the graph is a tree. Rivals on either side take probability from each other, so that it is
    high only for a pair whose margin to the runner-up is wide on both sides.

    Args:
        i: the pairs' rows in the first list.
        j: their rows in the second list.
        odds: of each pair, against both being single.
        sizes: the lengths of the lists.
    """
    odds = np.minimum(odds, 1e12)
    strong = np.nonzero(odds > _WEAK)[0]
    one, two, pull = i[strong], j[strong], odds[strong]
    free_here = free_there = np.ones(len(strong))
    for _ in range(ROUNDS):
        from_there = pull * free_there
        here = 1 / (1 + np.maximum(np.bincount(one, from_there, sizes[0])[one] - from_there, 0))
        from_here = pull * here
        there = 1 / (1 + np.maximum(np.bincount(two, from_here, sizes[1])[two] - from_here, 0))
        moved = max(np.abs(here - free_here).max(initial=0), np.abs(there - free_there).max(initial=0))
        free_here, free_there = here, there
        if moved < _ENOUGH:
            break
    single_here = 1 / (1 + np.bincount(one, pull * free_there, sizes[0]))
    single_there = 1 / (1 + np.bincount(two, pull * free_here, sizes[1]))
    probability = odds * single_here[i] * single_there[j]
    both = pull * free_here * free_there
    probability[strong] = both / (1 + both)
    return probability


def best_assignment(i: Rows, j: Rows, worth: Numbers) -> npt.NDArray[np.bool_]:
    """The pairs of a one-to-one assignment: the worthiest first, each record once; equals by their rows."""
    rows = np.nonzero(worth >= LEAST)[0]
    order = rows[np.lexsort((j[rows], i[rows], -worth[rows]))]
    kept = np.zeros(len(i), dtype=bool)
    here: set[int] = set()
    there: set[int] = set()
    for place in order.tolist():
        one, two = int(i[place]), int(j[place])
        if one not in here and two not in there:
            here.add(one)
            there.add(two)
            kept[place] = True
    return kept
