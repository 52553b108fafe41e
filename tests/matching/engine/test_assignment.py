"""Probabilities under one-to-one pairing, held against counting every way of pairing."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from qbconsole.matching.engine.assignment import best_assignment, one_to_one

TREES = {
    "one pair": [(0, 0, 3.0)],
    "two rivals for one": [(0, 0, 9.0), (1, 0, 1.0)],
    "a near second candidate": [(0, 0, 9.0), (0, 1, 9.0)],
    "a chain": [(0, 0, 5.0), (0, 1, 2.0), (1, 1, 7.0), (2, 1, 0.1)],
    "strangers": [(0, 0, 0.001), (1, 1, 0.002)],
}


def counted(pairs: list[tuple[int, int, float]]) -> list[float]:
    """The probability of each pair, by counting."""
    ways = [
        chosen
        for size in range(len(pairs) + 1)
        for chosen in combinations(pairs, size)
        if len({i for i, _, _ in chosen}) == len({j for _, j, _ in chosen}) == size
    ]
    worth = [float(np.prod([odds for _, _, odds in chosen])) for chosen in ways]
    return [
        sum(value for value, chosen in zip(worth, ways, strict=True) if pair in chosen) / sum(worth) for pair in pairs
    ]


@pytest.mark.parametrize("pairs", TREES.values(), ids=TREES.keys())
def test_probabilities_are_what_counting_gives(pairs: list[tuple[int, int, float]]) -> None:
    i, j, odds = (np.array(column) for column in zip(*pairs, strict=True))
    found = one_to_one(i, j, odds, (int(i.max()) + 1, int(j.max()) + 1))
    assert found == pytest.approx(counted(pairs), abs=1e-3)


def test_the_worthiest_pairs_come_first_and_everybody_once() -> None:
    i, j = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert best_assignment(i, j, np.array([0.6, 0.9, 0.8, 0.7])).tolist() == [False, True, True, False]
