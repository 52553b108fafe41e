from __future__ import annotations

from decimal import Decimal

import pytest

from qbconsole.domain.money import spoken
from qbconsole.domain.names import addresses, normalised


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harbor Point Dental, P.C.", "harbor point dental"),
        ("The Cedar & Main Holdings, LLC", "Cedar and Main Holdings"),
        ("Café Zoë Inc.", "CAFE ZOE"),
        ("Alvarez Bros Co., Inc.", "Alvarez Bros"),
        ("O'Neil's Plumbing L.L.C.", "ONeils Plumbing"),
        ("Norwood Schools (deleted)", "Norwood Schools"),
        ("Norwood Schools (deleted) 2", "Norwood Schools"),
        ("Smith-Jones", "Smith Jones"),
    ],
)
def test_names_of_one_business_are_equal(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Harbor Dental", "Harbour Dental"), ("Co", "Inc"), ("The", "And"), ("Birch Steel 1", "Birch Steel 2")],
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


def test_an_email_field_may_hold_several_addresses() -> None:
    assert addresses("Ann@X.example, bob@x.example; no mail") == ("ann@x.example", "bob@x.example")
    assert addresses("") == ()


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [("6420", "USD", "6,420.00"), ("-5.5", "USD", "(5.50)"), ("1200", "JPY", "1,200")],
)
def test_amounts_in_sentences(amount: str, currency: str, words: str) -> None:
    assert spoken(Decimal(amount), currency) == words
