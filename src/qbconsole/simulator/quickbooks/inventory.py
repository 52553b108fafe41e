"""Quantities on hand: a sale takes from them at once, a return gives back (quickbooks.md 4, 8.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import Fault
from qbconsole.simulator.quickbooks.tax import flat
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
_SIGNS = {"Invoice": -1, "SalesReceipt": -1, "CreditMemo": 1, "RefundReceipt": 1}


def follow(company: Company, kind: str, before: Record | None, after: Record | None, at: datetime) -> None:
    """Move the quantities of the inventory items on a form from what it took before to what it takes now."""
    if kind not in _SIGNS:
        return
    old, new = _quantities(before), _quantities(after)
    for item_id in dict.fromkeys([*old, *new]):
        item = company.shelf("Item").get(item_id)
        moved = (new.get(item_id, Decimal(0)) - old.get(item_id, Decimal(0))) * _SIGNS[kind]
        if item is None or item.get("Type") != "Inventory" or not moved:
            continue
        if after is not None and item_id in new and after["TxnDate"] < str(item["InvStartDate"]):
            detail = "The transaction is dated before the inventory start date of an item."
            raise Fault("6270", "Transaction date is prior to start date", detail, "TxnDate")
        company.touch("Item", {**item, "QtyOnHand": item["QtyOnHand"] + moved}, at, bump=False)


def _quantities(record: Record | None) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in flat((record or {}).get("Line") or []):
        detail = line.get("SalesItemLineDetail") or {}
        if item := (detail.get("ItemRef") or {}).get("value"):
            found[item] = found.get(item, Decimal(0)) + decimal(detail.get("Qty", 1))
    return found
