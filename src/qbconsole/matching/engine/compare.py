"""How far the signals of a pair agree: a level for each signal, and how common the value is that both share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from qbconsole.matching.engine.columns import NONE, Columns, Vocabulary

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int32]

MISSING = -1
"""The level of a signal that one of the two does not have."""
SIGNALS = ("reference", "name", "email", "phone", "person", "street", "place")
LEVELS = {
    "reference": ("different", "same"),
    "name": ("different", "weak", "similar", "similar and rare", "near", "near and rare", "same"),
    "email": ("different", "other domain", "named like it", "same domain", "same"),
    "phone": ("different", "nearly", "same"),
    "person": ("different", "may be", "same"),
    "street": ("different", "partly", "similar", "same"),
    "place": ("different", "near", "same"),
}
"""The levels of each signal, from contradiction to agreement."""
NEAR = 4
"""From this level on two names are the same for what rests on them."""
_STEP = 100_000
"""So many pairs of names are compared at a time: this bounds the memory."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The levels of every pair (a row a pair, a column a signal), and for the value that both share in how many
    records of the two lists it occurs beside these two; 0 where none is shared."""

    levels: npt.NDArray[np.int8]
    others: Numbers

    def rows(self, chosen: Rows | Flags | list[int]) -> Comparison:
        """The comparison of some of the pairs."""
        return Comparison(self.levels[chosen], self.others[chosen])


@dataclass(frozen=True)
class Rarity:
    """How common the values of two lists are."""

    counts: dict[str, npt.NDArray[np.int64]]
    records: int

    @classmethod
    def of(cls, left: Columns, right: Columns | None, vocabulary: Vocabulary) -> Rarity:
        """The counts of both lists together, or of the one list."""
        sides = [left] if right is None else [left, right]
        fields = ("names", "emails", "domains", "phones", "street", "postcode", "city", "words", "labels")
        counts = {name: cls._counted(sides, name, vocabulary) for name in fields}
        counts["labels"] = counts["labels"] + cls._counted(sides, "joined", vocabulary)
        return cls(counts, sum(side.rows for side in sides))

    @staticmethod
    def _counted(sides: list[Columns], name: str, vocabulary: Vocabulary) -> npt.NDArray[np.int64]:
        total = np.zeros(vocabulary.size(name), dtype=np.int64)
        for side in sides:
            total += side.counts(name, vocabulary.size(name))
        return total

    def others(self, name: str, codes: Codes) -> Numbers:
        """In how many records a value occurs beside the two that share it."""
        return np.where(codes == NONE, 0.0, np.maximum(self.count(name, codes) - 2.0, 0.0))

    def count(self, name: str, codes: Codes) -> Numbers:
        """In how many records each value occurs; a value that came later in none."""
        known = self.counts[name]
        if not len(known):
            return np.zeros(len(codes))
        return np.where((codes >= 0) & (codes < len(known)), known[np.clip(codes, 0, len(known) - 1)], 0).astype(
            np.float64
        )

    def information(self, words: Codes) -> Numbers:
        """What each word of a name says, in nats: rare words say more, no word nothing."""
        said = self._information
        if not len(said):
            return np.zeros(words.shape)
        known = said[np.clip(words, 0, len(said) - 1)]
        return np.where(words == NONE, 0.0, np.where(words < len(said), known, np.log(max(self.records, 1))))

    @cached_property
    def _information(self) -> Numbers:
        return np.log(max(self.records, 1) / np.maximum(self.counts["words"], 1))


def compare(left: Columns, right: Columns, i: Rows, j: Rows, vocabulary: Vocabulary, rarity: Rarity) -> Comparison:
    """The comparison of the pairs (row i of the one list, row j of the other)."""
    name = _name(left, right, i, j, vocabulary, rarity)
    near = name[0] >= NEAR
    parts = [
        _reference(left, right, i, j),
        name,
        _email(left, right, i, j, rarity, near),
        _phone(left, right, i, j, vocabulary, rarity),
        _person(left, right, i, j, near),
        _street(left, right, i, j, vocabulary, rarity),
        _place(left, right, i, j, rarity),
    ]
    levels = np.stack([level.astype(np.int8) for level, _ in parts], axis=1)
    return Comparison(levels, np.stack([others for _, others in parts], axis=1))


def _shared(one: Codes, two: Codes) -> Codes:
    """The first value of each row that both have, or NONE."""
    found = np.full(len(one), NONE, dtype=np.int32)
    for place in reversed(range(one.shape[1])):
        has = (one[:, [place]] == two).any(axis=1) & (one[:, place] != NONE)
        found[has] = one[has, place]
    return found


def _both(left: Columns, right: Columns, i: Rows, j: Rows, name: str) -> tuple[Codes, Flags]:
    """The shared value of a field, and whether both have one at all."""
    one, two = left[name][i], right[name][j]
    return _shared(one, two), (one[:, 0] != NONE) & (two[:, 0] != NONE)


def _graded(size: int, *steps: tuple[Flags, int]) -> npt.NDArray[np.int8]:
    """The level of the first step that holds; MISSING where none does."""
    return (
        np.select([holds for holds, _ in steps], [level for _, level in steps], MISSING)
        if size
        else np.zeros(0, np.int8)
    )


def _reference(left: Columns, right: Columns, i: Rows, j: Rows) -> tuple[npt.NDArray[np.int8], Numbers]:
    shared, both = _both(left, right, i, j, "references")
    return _graded(len(i), (shared != NONE, 1), (both, 0)), np.zeros(len(i))


def _email(
    left: Columns, right: Columns, i: Rows, j: Rows, rarity: Rarity, near: Flags
) -> tuple[npt.NDArray[np.int8], Numbers]:
    """A domain that is named like the other's business is news only where the names differ."""
    address, both_mail = _both(left, right, i, j, "emails")
    domain, both_domains = _both(left, right, i, j, "domains")
    named = _shared(left["labels"][i], right["joined"][j])
    named = np.where(named == NONE, _shared(left["joined"][i], right["labels"][j]), named)
    named = np.where(near, NONE, named)
    level = _graded(
        len(i), (address != NONE, 4), (domain != NONE, 3), (both_domains, 0), (named != NONE, 2), (both_mail, 1)
    )
    others = np.where(
        level == 4, rarity.others("emails", address), np.where(level == 3, rarity.others("domains", domain), 0.0)
    )
    return level, np.where(level == 2, rarity.others("labels", named), others)


def _phone(
    left: Columns, right: Columns, i: Rows, j: Rows, vocabulary: Vocabulary, rarity: Rarity
) -> tuple[npt.NDArray[np.int8], Numbers]:
    shared, both = _both(left, right, i, j, "phones")
    local, _ = _both(left, right, i, j, "local_phones")
    differ = both & (shared == NONE) & (local == NONE)
    close = np.zeros(len(i), dtype=bool)
    close[differ] = (
        _ratio(left.first("phones")[i[differ]], right.first("phones")[j[differ]], vocabulary.values("phones")) >= 90
    )
    return (
        _graded(len(i), (shared != NONE, 2), ((local != NONE) | close, 1), (both, 0)),
        rarity.others("phones", shared),
    )


def _person(left: Columns, right: Columns, i: Rows, j: Rows, near: Flags) -> tuple[npt.NDArray[np.int8], Numbers]:
    """People by their names, by the other's name, or by an e-mail address made of theirs. Where one of the two shows
    no people, addresses are held against its own name: that is news only where the names differ."""
    people, both_people = _both(left, right, i, j, "people")
    named = (_shared(left["people"][i], right["names"][j]) != NONE) | (
        _shared(left["names"][i], right["people"][j]) != NONE
    )
    full = named | (people != NONE)
    short, comparable = np.zeros(len(i), dtype=bool), both_people
    for mine, theirs in (("handles", "full_handles"), ("full_handles", "handles")):
        of_people = (
            (right if mine == "handles" else left)["people"][j if mine == "handles" else i][:, 0] != NONE
        ) | ~near
        shared, both = _across(left[mine][i], right[theirs][j])
        full |= shared & of_people
        comparable = comparable | (both & of_people)
        short |= (
            _across(left[mine.replace("full", "short")][i], right[theirs.replace("full", "short")][j])[0] & of_people
        )
    short |= _across(left["handles"][i], right["handles"][j])[0] & ~near
    return _graded(len(i), (full, 2), (short, 1), (comparable, 0)), np.zeros(len(i))


def _across(one: Codes, two: Codes) -> tuple[Flags, Flags]:
    return _shared(one, two) != NONE, (one[:, 0] != NONE) & (two[:, 0] != NONE)


def _street(
    left: Columns, right: Columns, i: Rows, j: Rows, vocabulary: Vocabulary, rarity: Rarity
) -> tuple[npt.NDArray[np.int8], Numbers]:
    shared, both = _both(left, right, i, j, "street")
    house, both_houses = _both(left, right, i, j, "house")
    road, _ = _both(left, right, i, j, "road")
    differ = both & (shared == NONE)
    alike = np.zeros(len(i))
    alike[differ] = _ratio(
        left.first("street")[i[differ]], right.first("street")[j[differ]], vocabulary.values("street"), sort=True
    )
    similar = differ & (alike >= 80) & ((house != NONE) | ~both_houses | (alike >= 90))
    partly = differ & ((road != NONE) | ((house != NONE) & (alike >= 50)))
    return _graded(len(i), (shared != NONE, 3), (similar, 2), (partly, 1), (both, 0)), rarity.others("street", shared)


def _place(left: Columns, right: Columns, i: Rows, j: Rows, rarity: Rarity) -> tuple[npt.NDArray[np.int8], Numbers]:
    code, both_codes = _both(left, right, i, j, "postcode")
    city, both_cities = _both(left, right, i, j, "city")
    level = _graded(len(i), (code != NONE, 2), (city != NONE, 1), (both_codes | both_cities, 0))
    return level, np.where(
        level == 2, rarity.others("postcode", code), np.where(level == 1, rarity.others("city", city), 0.0)
    )


def _name(
    left: Columns, right: Columns, i: Rows, j: Rows, vocabulary: Vocabulary, rarity: Rarity
) -> tuple[npt.NDArray[np.int8], Numbers]:
    shared, both = _both(left, right, i, j, "names")
    level = np.where(shared != NONE, len(LEVELS["name"]) - 1, np.where(both, 0, MISSING)).astype(np.int8)
    rest = np.nonzero(both & (shared == NONE))[0]
    one, two = left.first("names")[i[rest]], right.first("names")[j[rest]]
    texts = vocabulary.values("names")
    unique, back = np.unique(np.stack([one, two], axis=1), axis=0, return_inverse=True)
    alike = _ratio(unique[:, 0], unique[:, 1], texts)[back.ravel()]
    worth = float(np.log(max(rarity.records, 2)))
    for start in range(0, len(rest), _STEP):
        part = slice(start, start + _STEP)
        words = left["words"][i[rest[part]]], right["words"][j[rest[part]]]
        level[rest[part]] = _likeness(*words, alike[part], rarity, worth)
    others = rarity.others("names", shared)
    others[rest] = np.maximum(np.maximum(rarity.count("names", one), rarity.count("names", two)) - 1.0, 0.0)
    return level, others


def _likeness(one: Codes, two: Codes, alike: Numbers, rarity: Rarity, worth: float) -> npt.NDArray[np.int8]:
    """The level of names that are not the same, by the letters and by what the shared words say."""
    mine, theirs = rarity.information(one), rarity.information(two)
    met = ((one[:, :, None] == two[:, None, :]) & (one[:, :, None] != NONE)).any(axis=2)
    shared = (mine * met).sum(axis=1)
    total, smaller = mine.sum(axis=1) + theirs.sum(axis=1) - shared, np.minimum(mine.sum(axis=1), theirs.sum(axis=1))
    overlap, contained = shared / np.maximum(total, 1e-9), shared / np.maximum(smaller, 1e-9)
    rare = np.maximum(shared, smaller * alike / 100 * (alike >= 85)) >= worth
    near = ((contained > 0.99) & (overlap >= 0.5)) | (alike >= 90)
    similar = (overlap >= 0.5) | (contained > 0.99) | (alike >= 80)
    weak = (overlap >= 0.25) | (alike >= 65)
    return np.select([near & rare, near, similar & rare, similar, weak], [5, 4, 3, 2, 1], 0)


def _ratio(one: Codes, two: Codes, texts: list[str], *, sort: bool = False) -> Numbers:
    """How alike two texts are, in percent."""
    scorer = fuzz.token_sort_ratio if sort else fuzz.ratio
    found = cpdist([texts[code] for code in one], [texts[code] for code in two], scorer=scorer, dtype=np.float32)
    return found.astype(np.float64)
