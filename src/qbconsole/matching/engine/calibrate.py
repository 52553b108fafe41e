"""From a score to a probability that holds: what false pairs look like is learnt from decoys, and from decisions.

A decoy answers: to whom would this record be linked if its partner were not in the other list? Records that have a
partner are played as if they had none, as many as there are records that really have none, and what then wins is a
false pair for sure. The probability is set so that of every kind of pair as many are expected to be false as there are
decoys. That takes no labels, and it catches what no weight says: that signals go wrong together, in franchises,
families, sister firms. Decisions of a person then correct it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qbconsole.matching.engine.assignment import best_assignment, one_to_one
from qbconsole.matching.engine.compare import SIGNALS, Comparison

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

CAUTION = 3.0
"""So many more false pairs are expected than decoys, until decisions say otherwise: where the partner of a record is
hidden by its own changes, a false one wins more often than where it is missing."""
SUREST = 0.999
"""No pair is surer than this until a person decided it: some go wrong for reasons that no signal shows."""
PLAYS = 5
RIDGE = 5.0
"""How firmly the model holds to the score itself where there are few decoys."""
RIDGE_OF_DECISIONS = 10.0
LEAST = 0.02
"""Pairs less probable than this are left out of the fit."""
MOST_WEIGHT = 2.0
_AGREES = {"name": 4, "email": 3, "phone": 2, "person": 1, "street": 2, "place": 2}
"""From which level on a signal counts as agreeing."""
_SCALE = 5.0
_ROUNDS = 40


@dataclass(frozen=True)
class Calibration:
    """How a pair's score and signals become its probability."""

    model: Numbers
    correction: Numbers | None = None

    def probability(self, score: Numbers, found: Comparison) -> Numbers:
        """The probability of each pair, by its one-to-one probability (`score`) and its comparison."""
        probability = np.minimum(score, LEAST)
        rows = np.nonzero(score >= LEAST)[0]
        shown = found.rows(rows)
        log_odds = _kinds(score[rows], shown) @ self.model - np.log(CAUTION)
        if self.correction is not None:
            log_odds = _corrections(log_odds, shown) @ self.correction
        probability[rows] = np.minimum(_sigmoid(log_odds), SUREST)
        return probability


def calibrate(
    i: Rows, j: Rows, odds: Numbers, score: Numbers, found: Comparison, sizes: tuple[int, int]
) -> Calibration:
    """The calibration that the lists themselves teach.

    Args:
        i: the pairs' rows in the first list.
        j: their rows in the second list.
        odds: of each pair by its weights.
        score: the one-to-one probability of each pair.
        found: the comparison of each pair.
        sizes: the lengths of the lists.
    """
    assigned = best_assignment(i, j, score)
    rows = np.nonzero(assigned & (score > LEAST))[0]
    shown = _kinds(score[rows], found.rows(rows))
    expected = np.zeros(shown.shape[1])
    decoys, weight = _decoys(i, j, odds, score, assigned, sizes)
    for won, scores in decoys:
        expected += weight * _kinds(scores, found.rows(won)).sum(axis=0)
    return Calibration(_balanced(shown, expected))


def corrected(start: Calibration, score: Numbers, found: Comparison, same: Flags) -> Calibration:
    """A calibration corrected by decisions: pairs, and whether a person said that they are the same."""
    features = _corrections(_log_odds(start.probability(score, found)), found)
    keep = np.zeros(features.shape[1])
    keep[1] = _SCALE
    return Calibration(start.model, _fitted(features, same.astype(np.float64), keep))


def _decoys(
    i: Rows, j: Rows, odds: Numbers, score: Numbers, assigned: Flags, sizes: tuple[int, int]
) -> tuple[list[tuple[Rows, Numbers]], float]:
    """Of each play the pairs that would win and their scores; and what one of them is worth."""
    matched = float(score[assigned].sum())
    if matched < 1:
        return [], 0.0
    sure = assigned & (score > 0.5)
    single = [max(size - matched, 0.0) / matched for size in sizes]
    played = np.random.default_rng(2)
    plays = []
    for _ in range(PLAYS):
        here, there = (np.zeros(size, dtype=bool) for size in sizes)
        here[i[sure]] = played.random(int(sure.sum())) < single[0]
        there[j[sure]] = played.random(int(sure.sum())) < single[1]
        rows = np.nonzero(~assigned & here[i] & there[j])[0]
        scores = one_to_one(i[rows], j[rows], odds[rows], sizes)
        wins = best_assignment(i[rows], j[rows], scores) & (scores > LEAST)
        plays.append((rows[wins], scores[wins]))
    return plays, min(max(1.0, single[0]) * max(1.0, single[1]), MOST_WEIGHT) / PLAYS


def _kinds(score: Numbers, found: Comparison) -> Numbers:
    """What a pair is judged by: its score, which signals agree or contradict, alone and in twos, how common what they
    share is."""
    log_odds = np.clip(_log_odds(score), -5, 18)
    agree, contradict = _flags(found)
    twos = [agree[:, one] * agree[:, two] for one in range(agree.shape[1]) for two in range(one)]
    scores = [
        np.ones(len(score)),
        log_odds / _SCALE,
        np.maximum(log_odds - 4, 0) / _SCALE,
        np.maximum(log_odds - 9, 0) / _SCALE,
    ]
    common = [np.log1p(found.others[:, SIGNALS.index(name)]) for name in ("name", "email", "phone")]
    return np.column_stack([*scores, agree, contradict, *twos, *common])


def _corrections(log_odds: Numbers, found: Comparison) -> Numbers:
    """What a decision can correct: the level of all probabilities, and of pairs whose signals agree or contradict."""
    agree, contradict = _flags(found)
    common = [np.log1p(found.others[:, SIGNALS.index(name)]) for name in ("name", "email")]
    return np.column_stack(
        [np.ones(len(log_odds)), log_odds / _SCALE, np.maximum(log_odds - 4, 0) / _SCALE, agree, contradict, *common]
    )


def _flags(found: Comparison) -> tuple[Numbers, Numbers]:
    levels = [(found.levels[:, SIGNALS.index(name)], least) for name, least in _AGREES.items()]
    agree = np.column_stack([(level >= least).astype(np.float64) for level, least in levels])
    return agree, np.column_stack([(level == 0).astype(np.float64) for level, _ in levels])


def _balanced(shown: Numbers, expected: Numbers) -> Numbers:
    """The model under which the shown pairs hold as many false ones, of every kind, as expected (Newton's method)."""
    keep = np.zeros(shown.shape[1])
    keep[1] = _SCALE
    model = keep.copy()
    for _ in range(_ROUNDS):
        probability = _sigmoid(shown @ model)
        slope = shown.T @ (1 - probability) - expected - RIDGE * (model - keep)
        if not _step(shown, probability, slope, model, RIDGE):
            break
    return model


def _fitted(features: Numbers, same: Numbers, keep: Numbers) -> Numbers:
    """Logistic regression that keeps to a given model where decisions are few."""
    model = keep.copy()
    for _ in range(_ROUNDS):
        probability = _sigmoid(features @ model)
        slope = features.T @ (same - probability) - RIDGE_OF_DECISIONS * (model - keep)
        if not _step(features, probability, slope, model, RIDGE_OF_DECISIONS):
            break
    return model


def _step(features: Numbers, probability: Numbers, slope: Numbers, model: Numbers, ridge: float) -> bool:
    """One step of Newton's method, in place; whether it was worth while."""
    curvature = (features * (probability * (1 - probability) + 1e-6)[:, None]).T @ features
    move = np.linalg.solve(curvature + ridge * np.eye(len(model)), slope)
    largest = float(np.abs(move).max(initial=0))
    model += move * min(1.0, 2.0 / max(largest, 1e-9))
    return largest > 1e-4


def _sigmoid(log_odds: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))


def _log_odds(probability: Numbers) -> Numbers:
    safe = np.clip(probability, 1e-12, 1 - 1e-12)
    return np.log(safe / (1 - safe))
