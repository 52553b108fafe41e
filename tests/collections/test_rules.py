"""Which invoices are due for a touch, by whom, and what a deal is told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.builders import TODAY, company, customer, deal, document, owner

from qbconsole.books.rules import Collections
from qbconsole.collections.rules import World, document_url, follow_ups, stamp, task
from qbconsole.domain.records import Document
from qbconsole.domain.stamps import STAMPS
from qbconsole.domain.statuses import MoneyStatus, Status
from qbconsole.ledger.statuses import DealMoney


def late(**changes: Any) -> Document:
    return document(**{"due_on": date(2026, 11, 10), **changes})


def world(*documents: Document, **changes: Any) -> World:
    values: dict[str, Any] = {
        "today": TODAY,
        "zone": "America/Chicago",
        "rules": Collections(),
        "documents": documents,
        "customers": {"60": customer()},
        "companies": {"10": company()},
        "deals": {"1042": deal(owner_id="2")},
        "owners": {"1": owner(), "2": owner("2", email="kim@ridgeline.example")},
        "companies_of": {"60": "10"},
        "deals_of": {},
    }
    return World(**{**values, **changes})


@pytest.mark.parametrize(
    ("the_document", "changes", "due"),
    [
        (late(), {}, True),
        (late(), {"companies_of": {}, "deals_of": {"900": ["1042"]}}, True),
        (late(customer_id="61"), {"customers": {"61": customer("61", parent_id="60")}}, True),
        (late(due_on=TODAY), {}, False),
        (late(), {"rules": Collections(task_after_days=7)}, False),
        (late(balance=Decimal(0)), {}, False),
        (late(voided=True), {}, False),
        (late(type="estimate"), {}, False),
        (late(), {"companies_of": {}}, False),
        (late(), {"taken_back": frozenset({"900"})}, False),
    ],
    ids=["linked", "billed by us", "a job of a linked one", "due today", "too early", "paid", "void", "estimate",
         "a stranger's", "taken back"],
)  # fmt: skip
def test_what_is_due_for_a_touch(the_document: Document, changes: dict[str, Any], due: bool) -> None:
    assert bool(follow_ups(world(the_document, **changes))) is due


@pytest.mark.parametrize(
    ("changes", "owner_id"),
    [
        ({"deals_of": {"900": ["1042"]}}, "2"),
        ({"deals_of": {"900": ["1042"]}, "owners": {"1": owner(), "2": owner("2", active=False)}}, "1"),
        ({}, "1"),
        ({"companies": {}, "rules": Collections(fallback_owner="KIM@ridgeline.example")}, "2"),
        ({"companies": {}}, ""),
    ],
    ids=["the deal's", "the deal's has left", "the company's", "the fallback", "nobody"],
)
def test_who_gets_the_task(changes: dict[str, Any], owner_id: str) -> None:
    (found,) = follow_ups(world(late(), **changes))
    assert found.owner_id == owner_id


def test_the_task_is_due_tomorrow_morning_and_carries_its_tag() -> None:
    here = world(late(), deals_of={"900": ["1042"]})
    made = task(follow_ups(here)[0], here)
    assert made.subject == "Invoice 1900 of Harbor Point Dental, P.C. is overdue"
    assert made.due_at == datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
    assert made.tag == "Invoice 1900 overdue (QuickBooks id 900)"
    assert made.tag in made.body.splitlines()
    assert (made.deal_id, made.company_id) == ("1042", "10")


def test_a_deal_is_told_everything_as_text() -> None:
    money = MoneyStatus(
        Status.OVERDUE,
        Decimal("6420.00"),
        Decimal("420.00"),
        Decimal("6000.00"),
        paid_on=date(2026, 11, 1),
        due_on=date(2026, 11, 10),
        days_overdue=6,
    )
    values = stamp(DealMoney("1042", document(), money), "https://app.qbo.intuit.com")
    assert set(values) == {one.name for one in STAMPS["deals"]}
    assert values == {
        "qbc_document_id": "900",
        "qbc_document_number": "1900",
        "qbc_document_url": "https://app.qbo.intuit.com/app/invoice?txnId=900",
        "qbc_kind": "invoice",
        "qbc_status": "overdue",
        "qbc_total": "6420.00",
        "qbc_balance": "420.00",
        "qbc_paid_amount": "6000.00",
        "qbc_paid_date": "2026-11-01",
        "qbc_due_date": "2026-11-10",
        "qbc_days_overdue": "6",
    }


def test_other_documents_have_pages_of_their_own() -> None:
    receipt = document(type="sales_receipt")
    assert document_url("https://app.qbo.intuit.com", receipt).endswith("/app/salesreceipt?txnId=900")
