"""Who is who: a plain rule links most of the true pairs and none that is false; the rest needs a person."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.business.business import Business

FORMS = {"llc", "inc", "co", "corp", "lp", "pllc", "ltd", "company"}


def normal(name: str) -> str:
    words = re.sub(r"[^\w ]", "", name.casefold().replace("&", " and ")).split()
    return " ".join(word for word in words if word not in FORMS)


def by_the_plain_rule(business: Business) -> dict[str, str]:
    """E-mail and normalised name both agree, each unique on both sides."""
    mails: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for record in business.portal.records("companies"):
        names[normal(record["properties"]["name"])].add(record["id"])
        for contact in business.portal.associated("companies", record["id"], "contacts"):
            mails[business.portal.read("contacts", contact)["properties"]["email"].casefold()].add(record["id"])
    book_mails: dict[str, set[str]] = defaultdict(set)
    book_names: dict[str, set[str]] = defaultdict(set)
    for customer in business.company.records("Customer"):
        if not customer.get("Job"):
            book_names[normal(customer["DisplayName"])].add(customer["Id"])
            mail = (customer.get("PrimaryEmailAddr") or {}).get("Address")
            if mail:
                book_mails[mail.casefold()].add(customer["Id"])
    linked = {}
    for name, companies in names.items():
        customers = book_names[name]
        if len(companies) == 1 and len(customers) == 1:
            agreed = [mail for mail, ids in mails.items() if ids == companies and book_mails.get(mail) == customers]
            if agreed:
                linked[next(iter(companies))] = next(iter(customers))
    return linked


@pytest.mark.parametrize("seed", [1, 23])
def test_the_plain_rule_links_two_thirds_and_never_falsely(make: Callable[..., Business], seed: int) -> None:
    business = make(seed=seed, size=0.6)
    true = {pair["company_id"]: pair["customer_id"] for pair in business.pairs()["pairs"]}
    linked = by_the_plain_rule(business)
    assert {company: customer for company, customer in linked.items() if true.get(company) != customer} == {}
    assert 0.65 <= len(linked) / len(true) <= 0.85


def test_two_companies_may_share_a_customer_and_a_customer_have_a_double(whole: Business) -> None:
    pairs = whole.pairs()["pairs"]
    shared = [pair["customer_id"] for pair in pairs]
    assert len(shared) > len(set(shared))
    assert any(pair["also"] for pair in pairs)


def test_no_true_pair_names_a_job_or_two_businesses(whole: Business) -> None:
    jobs = {customer["Id"] for customer in whole.company.records("Customer") if customer.get("Job")}
    pairs = whole.pairs()
    assert not {pair["customer_id"] for pair in pairs["pairs"]} & jobs
    assert not {pair["company_id"] for pair in pairs["pairs"]} & set(pairs["new"])
    assert len(pairs["pairs"]) + len(pairs["new"]) == len(whole.portal.records("companies"))


def test_traps_are_set(whole: Business) -> None:
    names = defaultdict(list)
    for record in whole.portal.records("companies"):
        names[record["properties"]["name"]].append(record["properties"]["city"])
    assert [cities for cities in names.values() if len(set(cities)) > 1]
    shared = [
        contact
        for contact in whole.portal.records("contacts")
        if len(whole.portal.associated("contacts", contact["id"], "companies")) >= 3
    ]
    assert shared
