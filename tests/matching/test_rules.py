"""Which pairs are certain, and what a person is told of the others."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import company, contact, customer

from qbconsole.domain.records import Company, Contact, Customer
from qbconsole.matching.rules import Match, World, match, match_one


def world(companies: list[Company], contacts: list[Contact], customers: list[Customer], **changes: Any) -> World:
    by_company: dict[str, list[Contact]] = {}
    for one in contacts:
        for id_ in one.company_ids:
            by_company.setdefault(id_, []).append(one)
    return World("USD", companies, by_company, customers, **changes)


def matched(customers: list[Customer], *, ours: Company | None = None, **changes: Any) -> Match:
    """What the rules say about Harbor Point Dental, whose invoices go to Ann."""
    ours = ours or company()
    return match_one(ours, world([ours], [contact()], customers, **changes))


CERTAIN = {
    "e-mail and name agree": [customer()],
    "beside a stranger": [customer(), customer("61", name="Norwood Schools", email="x@norwood.example")],
    "beside its own job": [customer(), customer("61", name="Harbor Point Dental Bldg 2", parent_id="60")],
    "beside an inactive twin": [customer(), customer("61", name="Harbor Point Dental (deleted)", active=False)],
    "by our tag in its notes": [customer(name="Other", email="", notes="VIP\nCRM company 10")],
}


@pytest.mark.parametrize("customers", CERTAIN.values(), ids=CERTAIN.keys())
def test_a_pair_is_certain(customers: list[Customer]) -> None:
    assert matched(customers).certain == "60"


def test_a_pair_is_certain_by_the_tag_on_the_company() -> None:
    ours = company(customer_tag="60")
    assert matched([customer(name="Other", email="")], ours=ours).certain == "60"


UNCERTAIN = {
    "nothing like it in QuickBooks": [customer(name="Norwood Schools", email="x@norwood.example")],
    "name agrees, e-mail differs": [customer(email="other@harbor.example")],
    "name agrees, no e-mail to compare": [customer(email="")],
    "e-mail agrees, name differs": [customer(name="Ann Lee")],
    "only the name is similar": [customer(name="Harbor Pint Dental", email="")],
    "two customers have this e-mail": [customer(), customer("61", name="Ann Lee")],
    "two customers have this name": [customer(), customer("61", name="HARBOR POINT DENTAL", email="")],
    "name and e-mail agree, but another candidate is near": [
        customer(),
        customer("61", name="Harbor Pint Dental", email=""),
    ],
    "same name, but it is in CAD": [customer(currency="CAD", email="")],
    "same name, but it is a job of Norwood": [
        customer(parent_id="61", email=""),
        customer("61", name="Norwood", email=""),
    ],
}


@pytest.mark.parametrize(("cause", "customers"), UNCERTAIN.items(), ids=UNCERTAIN.keys())
def test_a_person_decides_and_is_told_why(cause: str, customers: list[Customer]) -> None:
    found = matched(customers)
    assert (found.certain, found.cause) == ("", cause)


@pytest.mark.parametrize("name", ["", " ", "🙂", "\x00\x07", "\u202e"])
def test_names_without_a_letter_are_not_the_same_name(name: str) -> None:
    found = matched([customer(name=name, email="")], ours=company(name=name))
    assert (found.certain, found.cause) == ("", "nothing like it in QuickBooks")


def test_a_duplicate_company_makes_its_name_and_email_uncertain() -> None:
    twins = [company(), company("11")]
    contacts = [contact(), contact("21", company_ids=("11",))]
    found = match(world(twins, contacts, [customer()]))
    assert [one.certain for one in found] == ["", ""]
    assert found[0].cause == "two companies have this e-mail"


def test_tags_that_contradict_each_other_decide_nothing() -> None:
    ours = company(customer_tag="61")
    found = matched([customer(notes="CRM company 10"), customer("61", name="Other", email="")], ours=ours)
    assert found.certain == ""


@pytest.mark.parametrize("bar", ["parted", "never"])
def test_what_a_person_took_back_or_ruled_out_is_not_linked_again(bar: str) -> None:
    found = matched([customer()], **dict[str, Any]({bar: frozenset({("10", "60")})}))
    assert found.certain == ""
    assert ("60" in {pair.customer_id for pair in found.candidates}) is (bar == "parted")


def test_a_customer_that_is_linked_is_no_certain_pair_but_a_candidate_that_says_so() -> None:
    found = matched([customer()], taken={"60": "Harbor Dental"})
    assert found.certain == ""
    assert found.cause.endswith("but Harbor Dental is linked to it")


def test_the_billing_contact_speaks_before_the_others() -> None:
    contacts = [contact("19", email="bob@harbor.example", billing=False), contact()]
    found = match_one(company(), world([company()], contacts, [customer()]))
    assert found.certain == "60"


def test_400_companies_beside_300_customers_are_quick() -> None:
    companies = [company(str(n), name=f"{word} {n} Works") for n, word in enumerate(["Birch", "Cedar"] * 200)]
    customers = [customer(str(n), name=f"{word} {n} Work", email="") for n, word in enumerate(["Birch", "Oak"] * 150)]
    started = time.perf_counter()
    assert len(match(world(companies, [], customers))) == 400
    assert time.perf_counter() - started < 5


@given(
    st.lists(st.sampled_from(["Birch Steel", "Birch Steal", "Cedar", "Oak & Co"]), max_size=5),
    st.lists(st.sampled_from(["Birch Steel", "Birch Steel LLC", "Cedar", "Oak"]), max_size=5),
)
def test_no_two_companies_are_ever_certain_of_one_customer(ours: list[str], theirs: list[str]) -> None:
    companies = [company(str(n), name=name) for n, name in enumerate(ours)]
    contacts = [contact(str(n), email=f"{name[:2]}@x.example", company_ids=(str(n),)) for n, name in enumerate(ours)]
    customers = [customer(str(n), name=name, email=f"{name[:2]}@x.example") for n, name in enumerate(theirs)]
    certain = [one.certain for one in match(world(companies, contacts, customers)) if one.certain]
    assert len(certain) == len(set(certain))
