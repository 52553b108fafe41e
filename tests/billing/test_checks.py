"""What blocks a draft, in the words that a person reads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.billing.conftest import ProposeDeal, event, link
from tests.builders import NOW, TODAY, customer, deal, document, item, items, ledger, line, lines

from qbconsole.books.drift import Finding
from qbconsole.books.rules import Checks, Rules
from qbconsole.domain.records import Deal, Quote, StageVisit
from qbconsole.ledger.documents import Allocated

RENT = {"billing_frequency": "monthly"}


CAUSES: dict[str, dict[str, Any]] = {
    "the CRM makes the invoices of quote Q-7 itself": {
        "quotes": [Quote("5", "Chiller swap", "APPROVED", number="Q-7", bills_itself=True, deal_ids=("1042",))]
    },
    "the deal has no company": {"the_deal": deal(company_ids=(), primary_company_id="")},
    "the deal has 2 companies and none of them is primary": {
        "the_deal": deal(company_ids=("10", "11"), primary_company_id="")
    },
    "Harbor Point Dental is not linked to a QuickBooks customer": {"links": {}},
    "the deal is in CAD, but Harbor Point Dental is linked to a customer in USD": {"the_deal": deal(currency="CAD")},
    "the linked customer is gone from QuickBooks": {"customers": {}},
    "the customer Harbor Point Dental, P.C. is inactive in QuickBooks": {"customers": {"60": customer(active=False)}},
    "the customer Harbor Point Dental, P.C. is in CAD, the deal in USD": {
        "customers": {"60": customer(currency="CAD")}
    },
    "no QuickBooks item is SKU RTU-20 (Chiller RTU-20)": {"items": [item()]},
    "the QuickBooks item Chiller is inactive": {
        "items": [item(), item("31", name="Chiller", sku="RTU-20", active=False)]
    },
    "no QuickBooks item for 'Install labor': it has no SKU and no entry in the rules' map": {
        "the_lines": [line(sku=""), lines()[1]]
    },
    "the deal has no lines": {"the_lines": []},
    "Install labor: the quantity is -1": {"the_lines": [line(quantity=Decimal(-1))]},
    "Install labor: the price is 0": {"the_lines": [line(unit_price=Decimal(0))]},
    "deal says 6,320.00, lines say 6,420.00": {"the_deal": deal(amount=Decimal("6320.00"))},
    "the deal has no amount; lines say 6,420.00": {"the_deal": deal(amount=None)},
    "6,420.00 is above the limit of 5,000.00": {"rules": Rules(checks=Checks(largest_amount=Decimal(5000)))},
    "the QuickBooks subscription has lapsed": {"ledger": ledger(subscribed=False)},
    "the company's QuickBooks makes no estimates": {
        "ledger": ledger(estimates=False),
        "rules": Rules.model_validate({"trigger": {"document": "estimate"}}),
    },
    "the company's QuickBooks keeps CAD only; the deal is in USD": {"ledger": ledger(currency="CAD")},
    "the company numbers its documents itself, and a draft has no number": {"ledger": ledger(custom_numbers=True)},
    "the books are closed through 2026-11-16; posting on 2026-11-16": {"ledger": ledger(closed_through=TODAY)},
    "2026-11-16 was reported; posting on 2026-11-16 would change that": {"reported_through": TODAY},
    "taken back, was 1900": {"the_event": event(state="taken_back", was="1900")},
    "taken back, was 1900; credit 1901 open": {
        "the_event": event(state="taken_back", was="1900"),
        "credits": {"1042/completion": "1901"},
    },
    "won before already, on 2026-06-01, before the cut-over: look whether it was billed then": {
        "the_event": event(state="ignored", due_on=date(2026, 6, 1))
    },
    "already billed as 1900 (deposit)": {
        "allocations": [Allocated(1, 7, "1042", "deposit", 3, "900", "made", Decimal(9), live=True)],
        "numbers": {3: "1900"},
    },
}


@pytest.mark.parametrize(("cause", "changes"), CAUSES.items(), ids=CAUSES.keys())
def test_a_draft_is_blocked(propose_deal: ProposeDeal, cause: str, changes: dict[str, Any]) -> None:
    proposal = propose_deal(**changes)
    assert proposal.verdict == "blocked"
    blocking = [check for check in proposal.checks if check.verdict == "blocked"]
    assert cause in {check.words for check in blocking}
    assert all(check.mend for check in blocking)


def test_a_line_that_recurs_is_a_warning(propose_deal: ProposeDeal) -> None:
    proposal = propose_deal(the_lines=[line(**RENT), lines()[1]])
    assert (proposal.verdict, proposal.cause) == ("warning", "Install labor recurs (monthly); this bills it once")


def test_a_customer_that_is_being_made_does_not_block(propose_deal: ProposeDeal) -> None:
    proposal = propose_deal(links={("10", "USD"): link(customer_id="", operation_id=5)}, customers={})
    assert proposal.verdict == "clean"
    assert proposal.composed.customer_source == "being created"


def test_unapplied_credit_is_told_without_standing_in_the_way(propose_deal: ProposeDeal) -> None:
    credit = document("5", type="credit_memo", total=Decimal(500))
    proposal = propose_deal(documents=[credit])
    assert proposal.verdict == "clean"
    assert "the customer has 500.00 of unapplied credit" in {check.words for check in proposal.checks}


def test_a_clean_draft_says_what_was_looked_at(propose_deal: ProposeDeal) -> None:
    assert [check.words for check in propose_deal(items=items()).checks] == [
        "nothing billed for deal 1042",
        "linked to Harbor Point Dental, P.C.",
        "2 lines, each with an active item",
        "deal 6,420.00 = lines",
        "no other invoice within 30 days and 1 % for this customer",
    ]


DRIFTED = Finding("trigger", "stage Signed (Sales)", "the stage Signed (Sales) is gone", ("Done (Sales)",), ("77",))


@pytest.mark.parametrize(
    ("the_deal", "blocked"),
    [
        (deal(won=False, stage_id="77"), True),
        (deal(won=False, stage_id="9", visits=(StageVisit("77", NOW), StageVisit("9", NOW))), True),
        (deal(won=True, stage_id="closedwon"), False),
    ],
    ids=["stands in it", "came from it", "hangs on another"],
)
def test_drift_blocks_the_drafts_that_hang_on_it_and_no_others(
    propose_deal: ProposeDeal, the_deal: Deal, blocked: bool
) -> None:
    found = propose_deal(the_deal=the_deal, drift=[DRIFTED])
    checks = [check for check in found.checks if check.name == "drift"]
    assert [check.words for check in checks] == (
        ["the stage Signed (Sales) is gone; perhaps Done (Sales) now"] * blocked
    )
    assert (found.verdict == "blocked") is blocked
