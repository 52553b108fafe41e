"""Using a credit for an invoice: a payment of zero, allowed by the book alone, and the only payment ever written."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.connectors.conftest import REALM
from tests.connectors.quickbooks.shapes import NOW, Body, answer, held, rows

import qbconsole
from qbconsole.connectors.quickbooks import QuickBooks, QuickBooksSettings
from qbconsole.connectors.quickbooks.translate import KIND_OF_TYPE
from qbconsole.domain.errors import Conflict, Fatal, NeedsPerson
from qbconsole.domain.operations import ApplyCredit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

USE = ApplyCredit("131", "130", "8", "USD", Decimal("268.00"), date(2026, 11, 23), "Deal 1042 / credit")
INVOICE = held()
CREDIT = held(Id="131", DocNumber="1043", TotalAmt=268, RemainingCredit=268, TxnTaxDetail={"TotalTax": 0})


def payment(**more: Any) -> dict[str, Any]:
    lines = [
        {"Amount": 268, "LinkedTxn": [{"TxnId": "130", "TxnType": "Invoice"}]},
        {"Amount": 268, "LinkedTxn": [{"TxnId": "131", "TxnType": "CreditMemo"}]},
    ]
    return {
        "Id": "140", "SyncToken": "0", "CustomerRef": {"value": "8"}, "TxnDate": "2026-11-23", "TotalAmt": 0,
        "PrivateNote": "Deal 1042 / credit", "Line": lines, **more,
    }  # fmt: skip


@pytest.fixture
async def allowed(vendor: Any, tokens: Any, quickbooks: QuickBooks) -> AsyncIterator[QuickBooks]:
    """The connector of a book that lets credits be used."""
    settings = QuickBooksSettings(realm_id=REALM, may_apply_credits=True)
    connector = QuickBooks(settings, tokens, http=vendor.http(settings.api_url, settings.oauth_url))
    yield connector
    await connector.close()


def stands(vendor: Any, invoice: dict[str, Any] = INVOICE, credit: dict[str, Any] = CREDIT) -> None:
    vendor.on("GET", "/invoice/130", answer("Invoice", invoice))
    vendor.on("GET", "/creditmemo/131", answer("CreditMemo", credit))
    vendor.on("POST", "/payment", answer("Payment", payment()))


async def test_a_payment_of_zero_links_both_for_the_amount(vendor: Any, allowed: QuickBooks, sent_body: Body) -> None:
    stands(vendor)
    receipt = await allowed.apply(USE, request_id="r")
    (sent,) = vendor.sent("POST", "/payment")
    assert sent_body(sent) == {
        "CustomerRef": {"value": "8"},
        "TotalAmt": 0,
        "TxnDate": "2026-11-23",
        "PrivateNote": "Deal 1042 / credit",
        "Line": [
            {"Amount": 268.00, "LinkedTxn": [{"TxnId": "130", "TxnType": "Invoice"}]},
            {"Amount": 268.00, "LinkedTxn": [{"TxnId": "131", "TxnType": "CreditMemo"}]},
        ],
    }
    assert (receipt.remote_id, receipt.record.total, receipt.found) == ("140", Decimal("0.00"), False)


async def test_a_book_that_does_not_allow_it_is_told_so(vendor: Any, quickbooks: QuickBooks) -> None:
    stands(vendor)
    with pytest.raises(NeedsPerson, match=r"may not use credits.*may_apply_credits = true in book.toml"):
        await quickbooks.apply(USE, request_id="r")
    assert vendor.sent("POST", "/payment") == []


@pytest.mark.parametrize(
    ("invoice", "credit", "words"),
    [
        (held(Balance=100), CREDIT, "invoice 1042 is open with 100.00, which is less than 268.00"),
        (INVOICE, {**CREDIT, "RemainingCredit": 0}, "credit memo 1043 is open with 0.00"),
        (INVOICE, {**CREDIT, "CustomerRef": {"value": "9"}}, "credit memo 1043 is for customer 9"),
        (held(TotalAmt=0, Balance=0, Line=[], PrivateNote="Voided"), CREDIT, "invoice 1042 is void"),
    ],
)
async def test_either_side_must_have_the_amount_open(
    vendor: Any, allowed: QuickBooks, invoice: dict[str, Any], credit: dict[str, Any], words: str
) -> None:
    stands(vendor, invoice, credit)
    with pytest.raises(Conflict, match=words):
        await allowed.apply(USE, request_id="r")
    assert vendor.sent("POST", "/payment") == []


async def test_a_credit_that_quickbooks_applied_by_itself_is_found(vendor: Any, allowed: QuickBooks) -> None:
    link = [{"TxnId": "140", "TxnType": "Payment"}]
    stands(vendor, held(Balance=1000, LinkedTxn=link), {**CREDIT, "RemainingCredit": 0, "LinkedTxn": link})
    vendor.on("GET", "/payment/140", answer("Payment", payment(PrivateNote="")))
    receipt = await allowed.apply(USE, request_id="r")
    assert (receipt.remote_id, receipt.found) == ("140", True)
    assert vendor.sent("POST", "/payment") == []


async def test_a_link_that_was_dropped_is_told(vendor: Any, allowed: QuickBooks) -> None:
    stands(vendor)
    vendor.on("POST", "/payment", answer("Payment", payment(Line=payment()["Line"][:1])))
    with pytest.raises(Conflict, match="dropped a link"):
        await allowed.apply(USE, request_id="r")


@pytest.mark.parametrize(
    ("found", "there"),
    [
        ([payment()], True),
        ([payment(PrivateNote="Deal 7 / credit")], False),
        ([payment(Line=[])], False),
        ([], False),
    ],
)
async def test_a_use_is_found_by_tag_and_links(
    vendor: Any, allowed: QuickBooks, long_ago: datetime, found: list[dict[str, Any]], there: bool
) -> None:
    vendor.on("POST", "/query", rows("Payment", *found))
    assert (await allowed.find(USE, since=long_ago) is not None) is there


async def test_used_twice_is_a_conflict(vendor: Any, allowed: QuickBooks, long_ago: datetime) -> None:
    vendor.on("POST", "/query", rows("Payment", payment(), payment(Id="141")))
    with pytest.raises(Conflict, match="2 times: 140, 141"):
        await allowed.find(USE, since=long_ago)


async def test_a_tag_is_not_needed_but_the_links_are(vendor: Any, allowed: QuickBooks, long_ago: datetime) -> None:
    vendor.on("POST", "/query", rows("Payment", payment(PrivateNote="")))
    assert await allowed.find(replace(USE, private_note=""), since=long_ago) is not None


@pytest.mark.parametrize("body", [{"TotalAmt": 10}, {"TotalAmt": Decimal("0.01")}, {}, None])
async def test_money_is_never_received(vendor: Any, quickbooks: QuickBooks, body: Any) -> None:
    vendor.on("POST", "/payment", {"Payment": payment(), "time": NOW})
    with pytest.raises(Fatal, match="payment of money"):
        await quickbooks._client.write("Payment", body, request_id="r")
    assert vendor.sent("POST", "/payment") == []


def test_no_other_place_writes_a_payment() -> None:
    """Every call of `write` names its kind; a name that is a variable comes from the table of sales forms."""
    source = Path(qbconsole.__file__).parent / "connectors" / "quickbooks"
    named = [
        (path.name, call.args[0].value)
        for path in sorted(source.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "write"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    ]
    assert [name for name, kind in named if kind == "Payment"] == ["credits.py"]
    assert {kind for _, kind in named} == {"Payment", "Customer", "batch"}
    assert "Payment" not in KIND_OF_TYPE.values()
