"""What each level of each signal says for or against a pair: Fellegi and Sunter's weights, with term frequencies.

A level's weight is ln(m/u): m, how often two records of one business show it; u, how often two records of different
businesses do. Where both records share a value, u is how common that very value is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from qbconsole.matching.engine.compare import LEVELS, MISSING, SIGNALS, Comparison

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

BY_VALUE = {"name": (4, 5, 6), "email": (2, 3, 4), "phone": (2,), "street": (3,), "place": (1, 2)}
"""The levels at which both records share a value, or nearly, whose frequency counts."""
_RAREST = 1e-9


@dataclass(frozen=True)
class Weights:
    """The shares of each level among pairs that are the same (`same`) and that are not (`different`), by signal; for a
    shared value how many further records are to be expected of one that was seen once (`unseen`); and whether the
    frequency of shared values counts (`by_value`)."""

    same: dict[str, Numbers]
    different: dict[str, Numbers]
    unseen: dict[str, float]
    records: int
    by_value: bool = True

    def contributions(self, found: Comparison) -> Numbers:
        """The weight of each signal (columns) for each pair (rows), in nats; 0 where it is missing."""
        return np.stack([self._column(place, name, found) for place, name in enumerate(SIGNALS)], axis=1)

    def _column(self, place: int, name: str, found: Comparison) -> Numbers:
        levels = found.levels[:, place]
        same = np.log(np.maximum(self.same[name], _RAREST))
        weights = same - np.log(np.maximum(self.different[name], _RAREST))
        column = np.where(levels == MISSING, 0.0, weights[np.maximum(levels, 0)])
        for level in BY_VALUE.get(name, ()) if self.by_value else ():
            at = levels == level
            common = (found.others[at, place] + self.unseen[name]) / self.records
            nearly = name == "name" and level < len(LEVELS[name]) - 1
            column[at] = same[level] - np.log(np.clip(common, self.different[name][level] if nearly else 0.0, 1.0))
        return column


def shipped(kind: str) -> tuple[dict[str, Numbers], float]:
    """The shares that come with the program, for "two_lists" or "one_list", and how many pairs they are worth against
    the lists' own."""
    data = _data()[kind]
    return {name: np.array(data["same"][name]) for name in LEVELS}, float(data["pairs"])


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(resources.files(__package__).joinpath("weights.json").read_text(encoding="utf-8"))
    return data
