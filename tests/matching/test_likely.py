"""What the engine says of a book's companies and customers, and when a rule may follow it."""

from __future__ import annotations

import pytest
from tests.builders import company, contact, customer

from qbconsole.domain.records import Company, Contact, Customer
from qbconsole.matching.likely import company_party, customer_party, likely
from qbconsole.matching.rules import World, match_one

FIRST = ("Birch", "Cedar", "Harbor", "Norwood", "Summit", "Valley", "Granite", "Copper")
TRADE = ("Dental", "Roofing", "Bakery", "Logistics", "Plumbing", "Schools", "Fitness", "Realty")
NAMES = [f"{first} {trade}" for first in FIRST for trade in TRADE]


def book(count: int) -> tuple[list[Company], dict[str, list[Contact]], list[Customer]]:
    """A book whose companies are all among its customers, and one more company, 99, whose customer has its phone and
    its website's e-mail, but neither its contact's e-mail nor its whole name."""
    companies, contacts, customers = [], {}, []
    for number, name in enumerate(NAMES[:count], start=100):
        mail, phone = f"ann@{name.replace(' ', '').lower()}.com", f"512555{number:04}"
        companies.append(company(str(number), name=name, phone=phone))
        contacts[str(number)] = [contact(f"c{number}", email=mail, company_ids=(str(number),))]
        customers.append(customer(f"q{number}", name=name, email=mail, phone=phone))
    companies.append(company("99", name="Quarry Inn and Tavern", domain="quarryinn.com", phone="5127770100"))
    contacts["99"] = [contact("c99", name="Eva Lund", email="eva@quarryinn.com", company_ids=("99",))]
    customers.append(customer("q99", name="Quarry Inn", email="books@quarryinn.com", phone="(512) 777-0100"))
    return companies, contacts, customers


def test_all_signals_together_link_what_no_single_rule_does() -> None:
    companies, contacts, customers = book(64)
    found = match_one(companies[-1], World("USD", companies, contacts, customers))
    assert (found.certain, found.rule) == ("q99", "all signals")


def test_in_a_small_book_a_person_decides_and_sees_what_each_signal_weighs() -> None:
    companies, contacts, customers = book(8)
    found = match_one(companies[-1], World("USD", companies, contacts, customers))
    assert found.certain == ""
    best = found.candidates[0]
    assert (best.customer_id, best.score > 90) == ("q99", True)
    assert {"e-mail of its website", "same phone"} <= set(best.signals)
    assert "phone +" in best.weights


def test_a_pair_that_was_ruled_out_is_no_candidate_and_a_linked_customer_is_nobody_else_s() -> None:
    companies, contacts, customers = book(64)
    said = likely(companies, contacts, customers, same=[("100", "q100")], never=[("99", "q99")])
    assert [one.probability for one in said["100"] if one.customer_id == "q100"] == [1.0]
    assert not [one for one in said["99"] if one.customer_id == "q99" and one.probability > 0]


@pytest.mark.parametrize("notes", ["", "VIP"])
def test_a_customer_without_our_tag_has_no_reference(notes: str) -> None:
    assert customer_party(customer(notes=notes)).references == ()


def test_the_tags_of_both_sides_are_one_reference() -> None:
    tagged = customer_party(customer(notes="CRM company 10"))
    assert set(company_party(company("10"), []).references) & set(tagged.references)
    assert set(company_party(company("11", customer_tag="60"), []).references) & set(tagged.references)
