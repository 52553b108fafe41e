"""The proof that nothing is billed twice: what is taken for a duplicate, and what is not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.billing.conftest import ProposeDeal, event, link
from tests.builders import company, customer, deal, document, document_line, lines

from qbconsole.domain.records import Document

OTHER = deal("1041", name="Boiler check", amount=Decimal("1000.00"), line_item_ids=())

FOUND: dict[str, tuple[list[Document], dict[str, Any], str]] = {
    "the same amount": ([document()], {}, "900"),
    "within one percent": ([document(total=Decimal("6380.00"))], {}, "900"),
    "a sales receipt": ([document(type="sales_receipt")], {}, "900"),
    "the same before tax": ([document(total=Decimal("6853.95"), tax=Decimal("433.95"))], {}, "900"),
    "the same total": ([document(total=Decimal("6420.00"), tax=Decimal("400.00"))], {}, "900"),
    "a duplicate customer by e-mail": (
        [document(customer_id="61")],
        {"customers": {"60": customer(), "61": customer("61", name="Ann Lee")}},
        "900",
    ),
    "a duplicate customer by name": (
        [document(customer_id="61")],
        {"customers": {"60": customer(), "61": customer("61", name="Harbor Point Dental", email="")}},
        "900",
    ),
    "a job of the customer": (
        [document(customer_id="61")],
        {"customers": {"60": customer(), "61": customer("61", name="Bldg 2", parent_id="60", email="")}},
        "900",
    ),
    "two that add up (split)": (
        [document("901", total=Decimal("1160.00")), document("902", total=Decimal("5260.00"))],
        {},
        "901,902",
    ),
    "one that bills another deal too (merged)": (
        [document(total=Decimal("7420.00"))],
        {"deals": {"1041": OTHER, "1042": deal()}},
        "900",
    ),
    "what is left of one that bills another deal": (
        [document(total=Decimal("7420.00"))],
        {"used": {"900": Decimal("1000.00")}},
        "900",
    ),
    "one that names the deal (a deposit by hand)": (
        [document(total=Decimal(2000), lines=(document_line("2000", description="Deposit: chiller swap 1042"),))],
        {},
        "900",
    ),
    "one that carries our own tag (a restored backup)": (
        [document(posted_on=date(2026, 1, 5), total=Decimal(1), private_note="Deal 1042 / completion")],
        {},
        "900",
    ),
    "long after the deal was won, before today": (
        [document(posted_on=date(2026, 11, 12))],
        {"the_event": event(due_on=date(2026, 9, 1))},
        "900",
    ),
}


@pytest.mark.parametrize(("documents", "changes", "expected"), FOUND.values(), ids=FOUND.keys())
def test_it_may_be_billed_already(
    propose_deal: ProposeDeal, documents: list[Document], changes: dict[str, Any], expected: str
) -> None:
    proposal = propose_deal(documents=documents, **changes)
    assert proposal.verdict == "blocked"
    assert "possibly billed already as" in proposal.cause
    assert expected in [choice.documents for choice in proposal.choices]


NOT_FOUND: dict[str, tuple[list[Document], dict[str, Any]]] = {
    "another amount": ([document(total=Decimal("6300.00"))], {}),
    "out of the window": ([document(posted_on=date(2026, 10, 1))], {}),
    "a stranger's": (
        [document(customer_id="61")],
        {"customers": {"60": customer(), "61": customer("61", name="X", email="")}},
    ),
    "void": ([document(voided=True)], {}),
    "an estimate": ([document(type="estimate")], {}),
    "a credit memo": ([document(type="credit_memo", balance=Decimal(0))], {}),
    "one that bills another deal in full": ([document()], {"used": {"900": Decimal("6420.00")}}),
    "one that we took back": ([document()], {"taken_back": frozenset({"900"})}),
    "one of ours whose receipt is on its way": (
        [document(private_note="Deal 1041 / completion")],
        {"events": {("1041", "completion"): event("1041", state="billed")}},
    ),
    "parts that do not add up": ([document("901", total=Decimal(1000)), document("902", total=Decimal(5000))], {}),
}


@pytest.mark.parametrize(("documents", "changes"), NOT_FOUND.values(), ids=NOT_FOUND.keys())
def test_it_is_no_duplicate(propose_deal: ProposeDeal, documents: list[Document], changes: dict[str, Any]) -> None:
    proposal = propose_deal(documents=documents, **changes)
    assert (proposal.verdict, proposal.choices) == ("clean", ())


def pair(**changes: Any) -> dict[str, Any]:
    """Deal 1042, and an earlier one that differs from it by some fields."""
    earlier = deal("1041", **changes)
    both = {one.id: one for one in (*lines(), *lines("1041"))}
    return {"deals": {"1041": earlier, "1042": deal()}, "line_items": both}


def test_a_later_deal_with_the_same_lines_is_a_copy(propose_deal: ProposeDeal) -> None:
    assert propose_deal(**pair()).cause == "looks like a copy of deal 1041: Chiller swap 1041, 2026-11-14"


def test_a_copy_under_a_duplicate_company_of_the_same_customer_is_one_too(propose_deal: ProposeDeal) -> None:
    changes = pair(company_ids=("11",), primary_company_id="11")
    twin = {
        "companies": {"10": company(), "11": company("11")},
        "links": {("10", "USD"): link(), ("11", "USD"): link("11")},
    }
    assert propose_deal(**changes, **twin).verdict == "blocked"


@pytest.mark.parametrize(
    "changes",
    [
        pair(amount=Decimal("6000.00")),
        pair(line_item_ids=("1041-1",)),
        pair(closed_at=None, won=False, stage_id="open"),
        {**pair(), "rejected": frozenset({"1041"})},
        pair(company_ids=("12",), primary_company_id="12"),
    ],
    ids=["another amount", "other lines", "not won", "rejected", "another customer"],
)
def test_what_only_looks_alike_is_no_copy(propose_deal: ProposeDeal, changes: dict[str, Any]) -> None:
    assert propose_deal(**changes).verdict == "clean"
