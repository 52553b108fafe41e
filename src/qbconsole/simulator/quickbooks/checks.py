"""Refusals that hang on one value alone: too long, not in its enumeration, no e-mail address, no date."""

from __future__ import annotations

from datetime import date
from typing import Any

from qbconsole.simulator.quickbooks.fault import Fault, bad_value, too_long
from qbconsole.simulator.quickbooks.form import BOOLEANS
from qbconsole.simulator.quickbooks.properties import ENUMERATIONS, LENGTHS

_ADDRESSES = ("PrimaryEmailAddr", "BillEmail", "EmailAddress")
_DATES = ("TxnDate", "DueDate", "ExpirationDate", "ShipDate", "AcceptedDate", "OpenBalanceDate", "InvStartDate")


def check(kind: str, record: dict[str, Any]) -> None:
    """Refuse what the record's values alone forbid, in place making plain dates of dates and booleans of their words.

    Raises:
        Fault: 2050, 2060, 2170 or 2210.
    """
    for name in _DATES:
        if record.get(name):
            record[name] = day(record[name], name)
    for name in BOOLEANS:
        if isinstance(record.get(name), str):
            record[name] = record[name] == "true"
    for name, value in record.items():
        _check_value(kind, name, name, value)
    for name in _ADDRESSES:
        address = str((record.get(name) or {}).get("Address") or "")
        if address and ("@" not in address or "." not in address):
            raise Fault(
                "2210", "Invalid Email Address format", "Email Address does not conform to the standard format.", name
            )


def _check_value(kind: str, path: str, name: str, value: Any) -> None:
    if isinstance(value, dict):
        for inner, part in value.items():
            _check_value(kind, f"{path}.{inner}", inner, part)
    elif isinstance(value, list):
        for entry in value:
            if isinstance(entry, dict):
                _check_value(kind, path, name, entry)
    elif isinstance(value, str):
        most = LENGTHS.get(f"{kind}.{path}") or LENGTHS.get(path) or (LENGTHS.get(name) if name == "Description" else 0)
        if most and len(value) > most:
            raise too_long(name, value, most)
        allowed = ENUMERATIONS.get(f"{kind}.{path}") or ENUMERATIONS.get(path)
        if allowed and value not in allowed:
            raise bad_value(value, name)


def day(text: object, element: str) -> str:
    """A plain date as the API writes it; what follows the day is ignored."""
    try:
        return date.fromisoformat(str(text)[:10]).isoformat()
    except ValueError:
        raise Fault("2060", "Invalid Date", f"Invalid date : {text}", element) from None
