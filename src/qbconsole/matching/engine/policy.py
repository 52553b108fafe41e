"""Which links a rule may make by itself: as many as keep the expected share of right ones at the book's wish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

PRECISION = 0.995
"""The expected share of right ones among automatic links, by default."""
SURE = 0.95
"""No pair less probable than this is linked by a rule, however right the others are."""
REVIEW = 0.02
"""A candidate less probable than this is not put before a person."""


def automatic(probability: Numbers, assigned: Flags, precision: float = PRECISION) -> Flags:
    """The pairs to link: the most probable ones of the assignment, while their mean stays at the precision."""
    rows = np.nonzero(assigned & (probability >= SURE))[0]
    order = rows[np.argsort(-probability[rows], kind="stable")]
    mean = np.cumsum(probability[order]) / np.arange(1, len(order) + 1)
    chosen = np.zeros(len(probability), dtype=bool)
    chosen[order[: int((mean >= precision).sum())]] = True
    return chosen
