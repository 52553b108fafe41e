"""Recurring transactions: a template inside a wrapper that bears the inner transaction's name (quickbooks.md 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import bad_value, missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.quickbooks.company import Company

    Complete = Callable[[Company, str, dict[str, Any], dict[str, Any] | None], dict[str, Any]]

Record = dict[str, Any]
KIND = "RecurringTransaction"
INNER = (
    "Invoice",
    "Estimate",
    "CreditMemo",
    "SalesReceipt",
    "RefundReceipt",
    "Bill",
    "VendorCredit",
    "PurchaseOrder",
    "Purchase",
    "Deposit",
    "JournalEntry",
    "Transfer",
)
_TYPES = ("Automated", "Reminded", "UnScheduled")
_RECKONED = ("Balance", "LinkedTxn", "DocNumber", "TxnDate", "DueDate", "RemainingCredit", "Deposit")


def unwrapped(body: Record) -> tuple[str, Record]:
    """The inner kind and the inner transaction of a wrapper, which holds nothing else.

    Raises:
        Fault: 2020, there is none.
    """
    for kind in INNER:
        if isinstance(body.get(kind), dict):
            return kind, body[kind]
    raise missing("RecurringTransaction")


def wrapped(record: Record) -> Record:
    """A stored template as it is answered."""
    kind = record["Type"]
    return {kind: {name: value for name, value in record.items() if name != "Type"}}


def complete(company: Company, record: Record, previous: Record | None, inner: Complete) -> Record:
    """Fill in a template, whose `Type` is the inner kind; it has no number, date or balance of its own.

    Args:
        company: whose it is.
        record: the template.
        previous: as it is kept now, if it is.
        inner: what completes the transaction inside.
    """
    info = dict(record.get("RecurringInfo") or {})
    for name in ("Name", "RecurType"):
        if not info.get(name):
            raise missing(f"RecurringInfo.{name}", name)
    if info["RecurType"] not in _TYPES:
        raise bad_value(info["RecurType"], "RecurType")
    schedule = dict(info.get("ScheduleInfo") or {})
    if info["RecurType"] != "UnScheduled" and not schedule.get("IntervalType"):
        raise missing("ScheduleInfo.IntervalType", "IntervalType")
    if schedule.get("StartDate"):
        schedule.setdefault("NextDate", schedule["StartDate"])
    kind = record.pop("Type")
    made = inner(company, kind, record, previous)
    kept = {name: value for name, value in made.items() if name not in _RECKONED}
    return {**kept, "Type": kind, "RecurringInfo": {"Active": True, **info, "ScheduleInfo": schedule}}
