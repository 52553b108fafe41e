"""What is read out of names, addresses, numbers: the same for every way of writing the same thing."""

from __future__ import annotations

import pytest

from qbconsole.matching.engine.contact import handle, mail, own_domain, telephone
from qbconsole.matching.engine.party import Party
from qbconsole.matching.engine.place import postcode, street
from qbconsole.matching.engine.signals import Signals, signals
from qbconsole.matching.engine.words import name_words, written_names

NAMES = {
    "Harbor Point Dental, P.C.": "harbor point dental",
    "THE HARBOR POINT DENTAL": "harbor point dental",
    "Cedar & Main Holdings": "cedar main holdings",
    "Cedar and Main Hldgs": "cedar main holdings",
    "A.B.C. Incorporated": "abc",
    "ABC, Inc.": "abc",
    "Müller GmbH & Co. KG": "muller",
    "O'Brien's Pub": "obriens pub",
    "FitnessLimited": "fitness",
    "Bob Lee": "robert lee",
    "Ken D White": "kenneth white",
    "The The": "the the",
    "Co": "co",
    "Plan 9": "plan 9",
    "": "",
    "\x1b[31m\u202e": "31m",
    "🙂": "",
    "مؤسسة النور": "موسسة النور",
}


@pytest.mark.parametrize(("written", "words"), NAMES.items())
def test_a_name_is_its_words(written: str, words: str) -> None:
    assert " ".join(name_words(written)) == words


FIELDS = {
    "Ann Lee dba Lee's Bakery": (["Ann Lee", "Lee's Bakery"], []),
    "Lee Bakery c/o Ann Lee": (["Lee Bakery"], ["Ann Lee"]),
    "Birch Steel (deleted)": (["Birch Steel"], []),
    "Birch Steel (deleted) 2": (["Birch Steel"], []),
    "Birch Steel Corp /DE/": (["Birch Steel Corp"], []),
    "Birch": (["Birch"], []),
}


@pytest.mark.parametrize(("written", "found"), FIELDS.items())
def test_a_field_may_hold_several_names_and_a_person(written: str, found: tuple[list[str], list[str]]) -> None:
    assert written_names(written) == found


PHONES = {
    "(512) 555-0100": "+15125550100",
    "1-512-555-0100 x12": "+15125550100",
    "+1 512.555.0100 ext. 4": "+15125550100",
    "555-0100": "5550100",
    "+44 20 7946 0958": "+442079460958",
    "12": "",
    "n/a": "",
    "": "",
}


@pytest.mark.parametrize(("written", "number"), PHONES.items())
def test_a_number_is_written_in_one_way(written: str, number: str) -> None:
    assert telephone(written) == number


def test_a_number_without_a_country_is_of_the_book_s() -> None:
    assert telephone("020 7946 0958", "GB") == "+442079460958"


DOMAINS = {
    "https://www.harbor.example.com/about?x=1": "example.com",
    "ann@harbor.com": "harbor.com",
    "mail.harbor.co.uk": "harbor.co.uk",
    "HARBOR.COM.": "harbor.com",
    "ann@gmail.com": "",
    "https://www.facebook.com/harbor": "",
    "localhost": "",
    "": "",
}


@pytest.mark.parametrize(("written", "domain"), DOMAINS.items())
def test_a_domain_is_the_registered_one_unless_everybody_may_have_it(written: str, domain: str) -> None:
    assert own_domain(written) == domain


def test_a_mail_field_may_hold_several_and_a_role_is_nobody() -> None:
    assert mail("Ann+qbo@Harbor.com; ap@harbor.com") == ("ann@harbor.com", "ap@harbor.com")
    assert [handle(one) for one in ("ann.lee7@x.com", "billing@x.com", "al@x.com")] == ["annlee", "", ""]


STREETS = {
    "12 North Main Street, Suite 4": ("12", "n main"),
    "12 N. Main St": ("12", "n main"),
    "4034 Second Ave": ("4034", "2nd"),
    "P.O. Box 7": ("", "po box 7"),
    "": ("", ""),
}


@pytest.mark.parametrize(("written", "parts"), STREETS.items())
def test_a_street_is_its_number_and_name(written: str, parts: tuple[str, str]) -> None:
    assert street(written) == parts


def test_a_long_american_postcode_is_the_short_one() -> None:
    assert [postcode(one) for one in ("78701-1234", "787011234", "SW1A 1AA", "")] == ["78701", "78701", "sw1a1aa", ""]


def test_a_party_without_anything_shows_nothing() -> None:
    assert signals(Party("1")) == Signals(*[()] * len(Signals._fields))
    assert signals(Party("1", names=("",), emails=("",), phones=("",), websites=("",))) == signals(Party("2"))


def test_who_is_called_like_the_party_is_no_second_signal() -> None:
    shown = signals(Party("1", names=("Ann Lee",), people=("Ann Lee", "Bob Ross")))
    assert shown.people == ("robert ross",)
