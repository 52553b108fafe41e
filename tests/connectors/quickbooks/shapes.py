"""QuickBooks' JSON as tests need it, and operations with their ordinary values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx

from qbconsole.domain.operations import CreateCustomer, CreateDocument, VoidDocument
from qbconsole.domain.records import Address, DocumentLine

NOW = "2026-11-23T09:00:00.000-08:00"
Body = Callable[[httpx.Request], Any]

LABOR = DocumentLine(
    "1", "Install labor", Decimal(8), Decimal("145.00"), Decimal("1160.00"), taxable=False, class_id="7"
)
CHILLER = DocumentLine("5", "Chiller", Decimal(3), Decimal("33.33"), Decimal("100.00"), taxable=True)
INVOICE = CreateDocument(
    type="invoice",
    customer_id="8",
    posted_on=date(2026, 11, 23),
    currency="USD",
    lines=(LABOR, CHILLER),
    private_note="Deal 1042 / completion",
    due_on=date(2026, 12, 23),
    term_id="3",
    email="ap@harbor.example",
    ship_address=Address("1 Pier Rd", "Duluth", "MN", "55802"),
)


def held(**more: Any) -> dict[str, Any]:
    """The invoice as QuickBooks holds it."""
    return {
        "Id": "130", "SyncToken": "0", "DocNumber": "1042", "CustomerRef": {"value": "8"}, "TxnDate": "2026-11-23",
        "TotalAmt": 1268.00, "Balance": 1268.00, "TxnTaxDetail": {"TotalTax": 8},
        "PrivateNote": "Deal 1042 / completion", "Line": [{"Amount": 1260, "DetailType": "SalesItemLineDetail"}],
        **more,
    }  # fmt: skip


def voided(**more: Any) -> dict[str, Any]:
    return held(TotalAmt=0, Balance=0, Line=[], SyncToken="1", PrivateNote="Voided - Deal 1042 / completion", **more)


def answer(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    return {kind: row, "time": NOW}


def fault(code: str, detail: str = "") -> tuple[int, dict[str, Any]]:
    return 400, {"Fault": {"Error": [{"Message": "m", "Detail": detail, "code": code}], "type": "ValidationFault"}}


def rows(kind: str, *found: dict[str, Any]) -> dict[str, Any]:
    return {"QueryResponse": {kind: list(found)} if found else {}, "time": NOW}


VOID = VoidDocument("invoice", "130", revision="0", balance=Decimal("1268.00"), emailed=False)
MAKE = CreateCustomer("Harbor Point Dental, P.C.", "CRM company 7", "USD", email="ap@harbor.example", phone="555 0100")


def customer(**more: Any) -> dict[str, Any]:
    return {"Id": "8", "SyncToken": "4", "DisplayName": MAKE.name, "Notes": "vip\nCRM company 7", "Balance": 0, **more}
