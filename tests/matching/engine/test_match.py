"""Pairs of two lists: what is linked, what a person decides, and what holds for any lists."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbconsole.matching.engine.index import Index
from qbconsole.matching.engine.match import Matching, Reviewed, duplicates, match
from qbconsole.matching.engine.party import Party

FIRST = ["Birch", "Cedar", "Harbor", "Norwood", "Prairie", "Summit", "Valley", "Lakeside", "Granite", "Copper"]
TRADE = ["Dental", "Roofing", "Bakery", "Logistics", "Plumbing", "Schools", "Fitness", "Realty", "Steel", "Farms"]
OTHERS = [
    "Zenith Optics",
    "Quarry Inn",
    "Yew Tree Nursery",
    "Jade Motors",
    "Kestrel Legal",
    "Umbra Films",
    "Ivory Keys",
    "Exit Bar",
]


def business(number: int, **changes: Any) -> Party:
    """A business like no other."""
    name = f"{FIRST[number % 10]} {TRADE[number // 10 % 10]} {chr(65 + number // 100)}x{number}"
    label = name.replace(" ", "").lower()
    made = Party(
        str(number),
        names=(name,),
        emails=(f"office@{label}.com",),
        phones=(f"512{2000000 + number * 7919 % 7000000}",),
        street=f"{100 + number} {FIRST[number % 7]} St",
        city="Austin",
        postcode=f"78{number % 100:03}",
    )
    return replace(made, **changes)


def businesses(count: int, start: int = 0) -> list[Party]:
    return [business(number) for number in range(start, start + count)]


def links(found: Matching) -> set[tuple[str, str]]:
    rows = np.nonzero(found.linked)[0]
    return {(found.left_ids[found.i[row]], found.right_ids[found.j[row]]) for row in rows}


def probabilities(found: Matching) -> dict[tuple[str, str], float]:
    pairs = zip(found.i.tolist(), found.j.tolist(), found.probability.tolist(), strict=True)
    return {(found.left_ids[i], found.right_ids[j]): probability for i, j, probability in pairs}


def test_what_is_in_both_lists_is_linked_and_nothing_else() -> None:
    found = match(businesses(60), businesses(60, 30))
    assert links(found) == {(str(number), str(number)) for number in range(30, 60)}


SLIPS = {
    "a typo": {"names": ("Birch Dentl Ax0",)},
    "a legal form": {"names": ("Birch Dental Ax0, Inc.",)},
    "another address": {"street": "9 Elm St", "city": "Dallas", "postcode": "75001"},
    "another e-mail": {"emails": ("someone@gmail.com",)},
    "no phone": {"phones": ()},
    "the name of its owner": {"names": ("Ann Lee",)},
}


@pytest.mark.parametrize("changes", SLIPS.values(), ids=SLIPS.keys())
def test_one_difference_hides_no_pair(changes: dict[str, Any]) -> None:
    found = match(businesses(60), [business(0, **changes), *businesses(59, 1)])
    assert ("0", "0") in links(found)


def test_a_second_candidate_that_is_near_leaves_the_choice_to_a_person() -> None:
    twin = business(0, id="twin")
    found = match(businesses(60), [twin, *businesses(60)])
    assert not {pair for pair in links(found) if pair[0] == "0"}
    assert {pair for pair in probabilities(found) if pair[0] == "0"} >= {("0", "0"), ("0", "twin")}


def test_one_bookkeeper_s_phone_and_mail_on_many_companies_links_none_of_them() -> None:
    shared = {"phones": ("5125550100",), "emails": ("billing@ledgers.com",), "street": "", "city": "", "postcode": ""}
    left = [business(number, **shared) for number in range(8)]
    right = [business(number, names=(name,), **shared) for number, name in enumerate(OTHERS, start=100)]
    assert not links(match([*left, *businesses(40, 20)], [*right, *businesses(40, 20)])) & {
        (one.id, two.id) for one in left for two in right
    }


def test_a_decision_is_kept_and_what_was_ruled_out_is_no_candidate() -> None:
    left, right = businesses(60), businesses(60)
    found = match(left, right, [Reviewed("0", "0", same=False), Reviewed("1", "1", same=True)])
    shown = probabilities(found)
    assert (shown["0", "0"], shown["1", "1"]) == (0.0, 1.0)
    assert links(found) == {(str(number), str(number)) for number in range(2, 60)}


def test_each_signal_s_share_in_the_score_is_told() -> None:
    found = match(businesses(60), [business(0, phones=("5129999999",)), *businesses(59, 1)])
    row = next(
        row for row, i in enumerate(found.i) if found.left_ids[i] == "0" and found.right_ids[found.j[row]] == "0"
    )
    told = {reason.signal: reason for reason in found.reasons([row])[0]}
    assert (told["name"].level, told["phone"].level) == ("same", "different")
    assert told["name"].weight > 0 > told["phone"].weight


ANY_TEXT = st.text(max_size=12) | st.sampled_from(
    ["Birch Steel", "Birch Steel LLC", "Birch Steal", "Cedar & Co", "🙂", "\u202eabc"]
)
ANY_PARTY = st.builds(
    lambda name, mail, phone, street: Party(
        "", names=(name,), emails=(mail,), phones=(phone,), street=street, postcode="78701"
    ),
    ANY_TEXT,
    st.sampled_from(["", "a@birch.com", "b@gmail.com", "not an address", "@", "a@"]),
    st.sampled_from(["", "512-555-0100", "555-0100", "+44 20 7946 0958", "x"]),
    st.sampled_from(["", "1 Main St", "12 Elm Ave", "Suite 4"]),
)
ANY_LIST = st.lists(ANY_PARTY, max_size=8).map(lambda some: [replace(one, id=str(n)) for n, one in enumerate(some)])


@settings(deadline=None, max_examples=40)
@given(ANY_LIST, ANY_LIST, st.randoms(use_true_random=False))
def test_neither_side_nor_order_nor_a_second_run_changes_anything(
    left: list[Party], right: list[Party], chance: random.Random
) -> None:
    found = match(left, right)
    one, two = (chance.sample(side, len(side)) for side in (left, right))
    turned = {(b, a): value for (a, b), value in probabilities(match(right, left)).items()}
    assert probabilities(found) == probabilities(match(one, two)) == probabilities(match(left, right))
    assert turned == pytest.approx(probabilities(found), abs=1e-3)
    assert links(found) == links(match(one, two))


@settings(deadline=None, max_examples=40)
@given(ANY_LIST, ANY_LIST)
def test_nobody_is_linked_twice_and_every_probability_is_one(left: list[Party], right: list[Party]) -> None:
    found = match(left, right)
    pairs = links(found)
    assert len({one for one, _ in pairs}) == len({two for _, two in pairs}) == len(pairs)
    assert ((found.probability >= 0) & (found.probability <= 1)).all()


@settings(deadline=None, max_examples=30)
@given(ANY_LIST)
def test_the_clusters_of_any_list_hold_each_record_once(parties: list[Party]) -> None:
    found = duplicates(parties)
    assert len(found.cluster) == len(parties)
    assert all(found.cluster[row] == row for row in found.cluster)


def test_the_same_business_three_times_in_one_list_is_one_cluster() -> None:
    thrice = [business(0), business(0, id="x", names=("BIRCH DENTAL AX0",)), business(0, id="y", phones=())]
    found = duplicates([*thrice, *businesses(50, 1)])
    numbers = dict(zip(found.ids, found.cluster.tolist(), strict=True))
    assert numbers["0"] == numbers["x"] == numbers["y"]
    assert len(set(numbers.values())) == 51


def test_a_thousand_companies_of_one_name_make_no_square_of_pairs() -> None:
    same = [Party(f"s{number}", names=("Smith Cleaning LLC",)) for number in range(1000)]
    alone = len(match(businesses(200), businesses(200)).i)
    beside = len(match([*businesses(200), *same], [*businesses(200), *same]).i)
    assert beside - alone < 20 * 1000


HOSTILE = [
    "",
    " ",
    "A" * 10_000,
    "🙂🙂",
    "\x00\x1b[2J\x07",
    "\u202eevil",
    "[/] bad markup",
    "'; DROP TABLE",
    "ﷺ",
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_the_matching(text: str) -> None:
    strange = Party("s", (text,), (text,), (text,), (text,), (text,), text, text, text, text, (text,))
    found = match([strange, *businesses(30)], [strange, *businesses(30)])
    assert {(str(number), str(number)) for number in range(30)} <= links(found)


def test_records_without_any_signal_and_empty_lists_match_nobody() -> None:
    assert not links(match([], []))
    assert not links(match([Party("1")], [Party("1")]))
    assert not links(match(businesses(5), []))


def test_a_changed_record_is_scored_again_as_the_whole_list_would_score_it() -> None:
    left, right = businesses(60), businesses(60, 20)
    index = Index(match(left, right))
    changed = business(40, phones=(), street="9 Elm St")
    best = index.rescore(changed)[0]
    whole = probabilities(match([changed if one.id == "40" else one for one in left], right))
    assert best.id == "40"
    assert best.probability == pytest.approx(whole["40", "40"], abs=0.02)
    assert {reason.signal: reason.level for reason in best.reasons}["name"] == "same"


def test_a_new_record_finds_its_partner_and_a_stranger_nobody() -> None:
    index = Index(match(businesses(60), businesses(61)))
    assert index.rescore(business(60))[0].id == "60"
    assert all(one.probability < 0.5 for one in index.rescore(Party("new", names=("Quarry Inn",))))
    assert index.rescore(Party("new")) == []
