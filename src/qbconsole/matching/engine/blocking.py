"""Which pairs are worth comparing: those that share a key. Several keys, so that one typo loses no pair; a key that
many records share is cut down, so that the work grows with the records and not with their square."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qbconsole.matching.engine.columns import NONE, Columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

MOST_PAIRS = 400
"""A key that makes more pairs than this is cut down."""
FEW = 60
"""The same for keys that are weak evidence."""
WITHIN = 2
WINDOW = 8
"""Of a key that is cut down each record meets so many of the other list, those beside it in order."""


class Keys(NamedTuple):
    """One kind of key: the rows that have one, and the keys."""

    rows: Rows
    keys: Rows


class Kind(NamedTuple):
    """How a kind of key is made of each list, the most pairs that one key may make, and whether a key that makes more
    is cut down (else it is dropped, as others say more)."""

    left: Callable[[Columns], Keys]
    right: Callable[[Columns], Keys]
    most: int = MOST_PAIRS
    cut_down: bool = False


def _alike(make: Callable[[Columns], Keys], most: int = MOST_PAIRS, *, cut_down: bool = False) -> Kind:
    return Kind(make, make, most, cut_down)


def _crossed(one: str, two: str, most: int = MOST_PAIRS) -> list[Kind]:
    return [Kind(_of(one), _of(two), most), Kind(_of(two), _of(one), most)]


def _of(name: str) -> Callable[[Columns], Keys]:
    return lambda side: _single(side[name])


def _beside(name: str, place: str) -> Callable[[Columns], Keys]:
    return lambda side: _with(side[name], side.first(place))


def kinds() -> list[Kind]:
    """The kinds of keys."""
    strong = [_alike(_of(name), cut_down=True) for name in ("references", "names", "emails", "phones", "domains")]
    plain = [_alike(_of(name)) for name in ("local_phones", "street")]
    crossed = [*_crossed("handles", "full_handles"), *_crossed("people", "names", FEW), *_crossed("labels", "joined")]
    typos = [_alike(_beside("house", "postcode")), _alike(_beside("house", "city")), _alike(_of("letters"), FEW)]
    words = [_alike(_of("words"), FEW), _alike(lambda side: _pairs(side["words"]), FEW)]
    roads = [_alike(lambda side: _pairs(side["road_words"]), FEW), _alike(_beside("road_words", "postcode"), FEW)]
    near = [
        _alike(_beside(name, place), FEW)
        for name in ("words", "letters", "handles")
        for place in ("postcode", "city", "road", "house")
    ]
    near += [_alike(_beside(name, "road_words"), FEW) for name in ("words", "letters")]
    return [*strong, *plain, *crossed, *typos, *words, *roads, *near]


def _single(codes: npt.NDArray[np.int32]) -> Keys:
    rows, places = np.nonzero(codes != NONE)
    return Keys(rows, codes[rows, places].astype(np.int64))


def _both(one: npt.NDArray[np.int32], two: npt.NDArray[np.int32]) -> Keys:
    rows = np.nonzero((one != NONE) & (two != NONE))[0]
    return Keys(rows, one[rows].astype(np.int64) << 32 | two[rows])


def _with(codes: npt.NDArray[np.int32], place: npt.NDArray[np.int32]) -> Keys:
    rows, keys = _single(codes)
    kept = place[rows] != NONE
    return Keys(rows[kept], keys[kept] << 32 | place[rows[kept]])


def _pairs(codes: npt.NDArray[np.int32]) -> Keys:
    ordered = np.sort(codes, axis=1)
    none = np.zeros(0, dtype=np.int64)
    found = [Keys(none, none)] + [
        _both(ordered[:, one], ordered[:, two])
        for one in range(codes.shape[1])
        for two in range(one + 1, codes.shape[1])
    ]
    return Keys(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def meetings(left: Keys, right: Keys, most: int, *, cut_down: bool) -> Iterator[tuple[Rows, Rows]]:
    """The rows of both lists that share a key."""
    left, right = ordered(left), ordered(right)
    keys, starts, counts = np.unique(left.keys, return_index=True, return_counts=True)
    their_starts = np.searchsorted(right.keys, keys)
    their_counts = np.searchsorted(right.keys, keys, side="right") - their_starts
    few = (their_counts > 0) & (counts * their_counts <= most)
    yield _products(left.rows, right.rows, starts[few], counts[few], their_starts[few], their_counts[few])
    if cut_down:
        for block in np.nonzero(counts * their_counts > most)[0]:
            mine = left.rows[starts[block] : starts[block] + counts[block]]
            yield _windowed(mine, right.rows[their_starts[block] : their_starts[block] + their_counts[block]])


def ordered(keys: Keys) -> Keys:
    """The keys in order, as two lists are held against each other."""
    order = np.lexsort((keys.rows, keys.keys))
    return Keys(keys.rows[order], keys.keys[order])


def _products(
    mine: Rows, theirs: Rows, starts: Rows, counts: Rows, their_starts: Rows, their_counts: Rows
) -> tuple[Rows, Rows]:
    """Every pair of each block."""
    sizes = counts * their_counts
    block = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    across = their_counts[block]
    return mine[starts[block] + place // across], theirs[their_starts[block] + place % across]


def _windowed(mine: Rows, theirs: Rows) -> tuple[Rows, Rows]:
    """Each record of the longer list with those beside its place in the shorter one, so that nobody is left out."""
    longer, shorter = (mine, theirs) if len(mine) >= len(theirs) else (theirs, mine)
    width = min(WINDOW, len(shorter))
    start = np.arange(len(longer)) * len(shorter) // len(longer) - width // 2
    start = np.clip(start, 0, len(shorter) - width)
    beside = shorter[(start[:, None] + np.arange(width)).ravel()]
    repeated = np.repeat(longer, width)
    return (repeated, beside) if longer is mine else (beside, repeated)


def partners(mine: Keys, left: Keys, right: Keys, kind: Kind) -> Rows:
    """The rows of the second list that share a key of one kind with one record.

    Args:
        mine: the record's keys.
        left: the keys of the first list.
        right: the keys of the second list.
        kind: how they are made, and how many pairs a key may make.
    """
    found = [np.zeros(0, dtype=np.int64)]
    for key in np.unique(mine.keys):
        start, end = np.searchsorted(right.keys, [key, key + 1])
        known = np.searchsorted(left.keys, key), np.searchsorted(left.keys, key + 1)
        many = (end - start) * max(int(known[1] - known[0]), 1) > kind.most
        if not many:
            found.append(right.rows[start:end])
        elif kind.cut_down:
            found.append(right.rows[start : start + WINDOW])
    return np.concatenate(found)


def pairs(left: Columns, right: Columns) -> tuple[Rows, Rows]:
    """The pairs of rows of two lists that share a key, each once, in order.

    Within one list, given twice, a key may make more pairs: a business that occurs eight times makes 64 by itself.
    """
    more = WITHIN if left is right else 1
    met = [
        mine * right.rows + theirs
        for kind in kinds()
        for mine, theirs in meetings(kind.left(left), kind.right(right), kind.most * more, cut_down=kind.cut_down)
    ]
    found = np.sort(np.concatenate(met))
    found = found[np.diff(found, prepend=-1) > 0]
    return found // max(right.rows, 1), found % max(right.rows, 1)
