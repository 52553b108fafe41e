"""Records of one list that are one business."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]

UNMET = -3.0
"""The log odds of two records that share no key."""
_MOST = 6.0


def clusters(i: Rows, j: Rows, probability: Numbers, size: int) -> Rows:
    """The number of each record's cluster, which is the row of one of its records.

    Starting with the likeliest pair, two clusters become one when the pairs across speak for it on average: one
    record that looks like two businesses does not join them.

    Args:
        i: the pairs' first rows.
        j: their second rows.
        probability: of each pair.
        size: the length of the list.
    """
    safe = np.clip(probability, 1e-9, 1 - 1e-9)
    log_odds = np.clip(np.log(safe / (1 - safe)), -_MOST, _MOST)
    speaks = dict(zip(zip(i.tolist(), j.tolist(), strict=True), log_odds.tolist(), strict=True))
    members = {row: [row] for row in range(size)}
    own = list(range(size))
    for place in np.lexsort((j, i, -log_odds)).tolist():
        if log_odds[place] <= 0:
            break
        one, two = own[int(i[place])], own[int(j[place])]
        if one == two:
            continue
        across = ((min(a, b), max(a, b)) for a in members[one] for b in members[two])
        if sum(speaks.get(pair, UNMET) for pair in across) > 0:
            for row in members[two]:
                own[row] = one
            members[one] += members.pop(two)
    return np.array(own, dtype=np.int64)
