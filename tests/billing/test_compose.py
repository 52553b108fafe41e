"""What a document says, and where each field comes from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.billing.conftest import ProposeDeal
from tests.builders import TODAY, customer, deal, document, item, items, ledger, line, term

from qbconsole.books.rules import Items, Posting, Rules, Terms
from qbconsole.domain.records import TaxRate


def test_the_ordinary_deal(propose_deal: ProposeDeal) -> None:
    proposal = propose_deal()
    composed = proposal.composed
    assert (proposal.verdict, proposal.cause) == ("clean", "")
    assert (composed.customer_name, composed.customer_source) == ("Harbor Point Dental, P.C.", "linked")
    assert (composed.posted_on, composed.posted_source) == (TODAY, "the day of approval, by the rules")
    assert (composed.due_on, composed.term_source) == (date(2026, 12, 16), "Net 30, the customer's own")
    assert composed.before_tax == Decimal("6420.00")
    assert [one.source for one in composed.lines] == ["same SKU LABOR", "same SKU RTU-20"]


@pytest.mark.parametrize(
    ("closed_at", "day"),
    [
        (datetime(2026, 11, 14, tzinfo=UTC), date(2026, 11, 14)),
        (datetime(2026, 11, 14, 3, 0, tzinfo=UTC), date(2026, 11, 13)),
    ],
    ids=["midnight UTC is a bare date", "an instant is converted"],
)
def test_the_posting_date_may_be_the_day_the_deal_was_won(
    propose_deal: ProposeDeal, closed_at: datetime, day: date
) -> None:
    rules = Rules(posting=Posting(date="close"))
    assert propose_deal(the_deal=deal(closed_at=closed_at), rules=rules).composed.posted_on == day


@pytest.mark.parametrize(
    ("changes", "price", "amount", "description"),
    [
        ({}, "145.00", "1160.00", "Install labor"),
        ({"discount_percent": Decimal("12.5")}, "126.875", "1015.00", "Install labor (less 12.5 %)"),
        ({"discount_amount": Decimal(5)}, "140.00", "1120.00", "Install labor (less 5.00 each)"),
        ({"quantity": Decimal("2.5"), "unit_price": Decimal("0.333")}, "0.333", "0.83", "Install labor"),
        ({"description": "Crane day"}, "145.00", "1160.00", "Crane day"),
    ],
)
def test_prices_are_net_and_exact(
    propose_deal: ProposeDeal, changes: dict[str, Any], price: str, amount: str, description: str
) -> None:
    composed = propose_deal(the_lines=[line(**changes)]).composed.lines[0]
    assert (composed.unit_price, composed.amount) == (Decimal(price), Decimal(amount))
    assert composed.description == description


@pytest.mark.parametrize(
    ("rules", "the_line", "found", "source"),
    [
        (Items(), {"sku": "labor"}, "30", "same SKU labor"),
        (Items(map={"LABOR": "RTU-20"}), {}, "31", "the rules map LABOR to it"),
        (Items(map={"install LABOR": "Chiller"}), {"sku": ""}, "31", "the rules map Install labor to it"),
        (Items(by_sku=False), {}, "", ""),
    ],
)
def test_items_are_found_by_the_map_first_then_by_sku(
    propose_deal: ProposeDeal, rules: Items, the_line: dict[str, Any], found: str, source: str
) -> None:
    composed = propose_deal(the_lines=[line(**the_line)], rules=Rules(items=rules)).composed.lines[0]
    assert (composed.item_id, composed.source) == (found, source)


@pytest.mark.parametrize(
    ("customer_term", "default", "ledger_term", "source"),
    [
        ("3", "Net 15", "3", "Net 30, the customer's own"),
        ("", "net 15", "3", "Net 15, the rules' default"),
        ("", "", "3", "Net 30, the company's default"),
        ("", "Net 99", "", "none set: QuickBooks will not set a due date"),
    ],
)
def test_terms(propose_deal: ProposeDeal, customer_term: str, default: str, ledger_term: str, source: str) -> None:
    proposal = propose_deal(
        customers={"60": customer(term_id=customer_term)},
        terms={"3": term(), "4": term("4", name="Net 15", due_days=15)},
        rules=Rules(terms=Terms(default=default)),
        ledger=ledger(default_term_id=ledger_term),
    )
    assert proposal.composed.term_source == source


def taxed(id: str, day: int, percent: str) -> Any:  # noqa: A002
    return document(id, posted_on=date(2026, 9, day), tax=Decimal(9), total=Decimal(109), tax_percent=Decimal(percent))


@pytest.mark.parametrize(
    ("changes", "tax", "source"),
    [
        ({"documents": [taxed("1", 1, "7"), taxed("2", 2, "8.25")]}, "433.95", "8.25 %, as on 12)"),
        ({"state_percents": {"TX": Decimal("6.25")}}, "328.75", "6.25 %, usual in TX)"),
        ({"tax_rates": [TaxRate("1", "TX", Decimal(5))]}, "263.00", "the only rate there is)"),
        ({}, "0", "set by QuickBooks on 5,260.00"),
        ({"customers": {"60": customer(taxable=False)}}, "0", "none: the customer is exempt"),
        ({"ledger": ledger(uses_tax=False)}, "0", "none: the company charges no sales tax"),
        ({"items": [item(), item("31", sku="RTU-20")]}, "0", "none: nothing on it is taxable"),
    ],
)
def test_the_tax_is_an_estimate_that_names_its_source(
    propose_deal: ProposeDeal, changes: dict[str, Any], tax: str, source: str
) -> None:
    composed = propose_deal(**changes).composed
    assert composed.tax == Decimal(tax)
    assert composed.tax_source.endswith(source)


def test_two_items_of_one_sku_are_no_choice_of_ours(propose_deal: ProposeDeal) -> None:
    proposal = propose_deal(items=[*items(), item("32", name="Labor 2")])
    assert proposal.cause == "2 QuickBooks items are SKU LABOR (Install labor)"
