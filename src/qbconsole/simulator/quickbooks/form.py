"""What form of JSON a property has, whatever it says; another form is fault 2010 (quickbooks.md 2.4, 7.4, 8)."""

from __future__ import annotations

from typing import Any

from qbconsole.simulator.quickbooks.fault import Fault

_LISTS = (
    *("Line", "LinkedTxn", "CustomField", "AttachableRef", "TaxRateDetail", "TaxRateDetails", "TaxLine"),
    *("ItemGroupLine", "NameValue"),
)
_OBJECTS = (
    *("Ref", "Addr", "LineDetail", "BillEmail", "BillEmailCc", "BillEmailBcc", "CustomerMemo", "Phone", "Prefs"),
    *("Mobile", "Fax", "TxnTaxDetail", "RecurringInfo", "ScheduleInfo", "TaxRateList", "ItemGroupDetail"),
)
_TEXTS = (
    *("Id", "SyncToken", "DisplayName", "DocNumber", "PrivateNote", "TxnDate", "DueDate", "DetailType", "value"),
    *("Name", "Type", "AccountType", "AccountSubType", "FreeFormNumber"),
)
BOOLEANS = ("Active", "Job", "BillWithParent", "Taxable", "SubItem", "TrackQtyOnHand", "ApplyTaxAfterDiscount")


def check(path: str, body: object) -> None:
    """Refuse at any depth what is of another form than its name says.

    Args:
        path: where the body stands, for the refusal.
        body: what a client sent; it must be an object.

    Raises:
        Fault: 2010.
    """
    if not isinstance(body, dict):
        raise unreadable(path)
    for name, value in body.items():
        where = f"{path}.{name}"
        if value is None:
            continue
        if name in _LISTS:
            if not isinstance(value, list):
                raise unreadable(where)
            for member in value:
                check(where, member)
        elif name.endswith(_OBJECTS):
            check(where, value)
        elif (name in _TEXTS and isinstance(value, dict | list)) or (name in BOOLEANS and not _is_boolean(value)):
            raise unreadable(where)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool) or value in ("true", "false", "")


def unreadable(where: str) -> Fault:
    """2010: a property that cannot be read."""
    detail = f"Property Name:Can not deserialize instance of {where}"
    return Fault("2010", "Request has invalid or unsupported property", detail, "")
