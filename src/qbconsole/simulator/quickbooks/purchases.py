"""The purchase side in the generic way: lines are numbered and added up; payables are not kept."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import lines
from qbconsole.simulator.quickbooks.documents import currency, date_it
from qbconsole.simulator.quickbooks.fault import business, missing
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
ZERO = Decimal("0.00")
_REQUIRED = {
    "Bill": ("VendorRef", "Line"),
    "VendorCredit": ("VendorRef", "Line"),
    "PurchaseOrder": ("VendorRef", "Line"),
    "Purchase": ("PaymentType", "AccountRef", "Line"),
    "BillPayment": ("VendorRef", "PayType", "TotalAmt"),
    "Transfer": ("FromAccountRef", "ToAccountRef", "Amount"),
    "CreditCardPayment": ("BankAccountRef", "CreditCardAccountRef", "Amount"),
}


def complete(company: Company, kind: str, record: Record, previous: Record | None) -> Record:
    """Fill in one of the purchase side's transactions and refuse one that lacks what it must have."""
    for name in _REQUIRED[kind]:
        if name not in record:
            raise missing(name)
    date_it(company, record)
    vendor = (record.get("VendorRef") or {}).get("value")
    currency(company, record, company.read("Vendor", str(vendor)) if vendor else None)
    if "Amount" in record:
        record["Amount"] = company.rounded(decimal(record["Amount"]))
    if kind == "BillPayment":
        record["TotalAmt"] = company.rounded(decimal(record["TotalAmt"]))
        record["Line"] = [{**line, "Amount": decimal(line.get("Amount", 0))} for line in record.get("Line") or []]
    elif "Line" in record:
        _add_up(company, record, previous)
    if kind == "Bill":
        record["Balance"] = record["TotalAmt"]
        record.setdefault("DueDate", record["TxnDate"])
    elif kind == "PurchaseOrder":
        record.setdefault("POStatus", "Open")
    elif kind == "Purchase":
        record.setdefault("Credit", False)
    return record


def _add_up(company: Company, record: Record, previous: Record | None) -> None:
    entries = [dict(line) for line in record["Line"]]
    lines.number(entries, previous)
    for line in entries:
        if "Amount" not in line and line["DetailType"] != "DescriptionOnly":
            raise missing("Line.Amount")
        line["Amount"] = company.rounded(decimal(line.get("Amount", 0)))
    record["Line"] = entries
    record["TotalAmt"] = sum((line["Amount"] for line in entries), ZERO)
    if record["TotalAmt"] < 0:
        raise business("Amount must be 0 or greater.")
