"""Customers, vendors, employees: unique names, jobs under parents, the "(deleted)" rule (quickbooks.md 3.4, 8.1)."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import Fault, bad_reference, business, duplicate_name, missing, not_found
from qbconsole.simulator.quickbooks.kinds import NAMES
from qbconsole.simulator.quickbooks.lists import DELETED

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
ZERO = Decimal("0.00")
_DEFAULTS: Record = {
    "Taxable": True,
    "Job": False,
    "BillWithParent": False,
    "Balance": ZERO,
    "BalanceWithJobs": ZERO,
    "PreferredDeliveryMethod": "Print",
    "IsProject": False,
}
_ADDRESSES = ("BillAddr", "ShipAddr", "PrimaryAddr")


def complete(company: Company, kind: str, record: Record, previous: Record | None) -> Record:
    """Fill in what the server sets and refuse what it refuses."""
    record["DisplayName"] = _display_name(record)
    if kind == "Customer":
        _complete_customer(company, record, previous)
    elif kind == "Vendor":
        record.setdefault("Balance", ZERO)
        record.setdefault("Vendor1099", False)
        record.setdefault("CurrencyRef", _home(company))
        record.pop("Notes", None)  # the vendor throws them away (quickbooks.md 12, trap 50)
    elif kind == "Employee":
        record.setdefault("BillableTime", False)
    record.setdefault("Active", True)
    _active(company, kind, record, previous)
    record["FullyQualifiedName"] = _qualified(company, record, previous)
    _check_unique(company, kind, record)
    record.setdefault("PrintOnCheckName", record.get("CompanyName") or record["DisplayName"])
    for name in _ADDRESSES:
        if name in record:
            record[name] = company.addressed(record[name])
    return record


def _active(company: Company, kind: str, record: Record, previous: Record | None) -> None:
    """The suffix that a name gets when it is made inactive, and keeps when it comes back (quickbooks.md 3.4)."""
    if previous is None or previous["Active"] == record["Active"]:
        return
    if record["Active"]:
        if company.switches["reactivated_name"] == "clean" and record["DisplayName"] == previous["DisplayName"]:
            record["DisplayName"] = record["DisplayName"].split(DELETED)[0]
        return
    if kind == "Customer" and record["Balance"] and company.switches["balance_inactive"] == "refused":
        raise Fault("6220", "Delete refused", "The customer has a balance that is not zero.", "")
    record.setdefault("PrintOnCheckName", record.get("CompanyName") or previous["DisplayName"])
    record["DisplayName"] = _retired(company, record, previous)


def _retired(company: Company, record: Record, previous: Record) -> str:
    """The name of something made inactive: with the suffix, and a counter if that is taken (quickbooks.md 3.4)."""
    name = f"{record['DisplayName']}{DELETED}"
    candidate, number = name, 2
    while company.name_holder(_qualified(company, {**record, "DisplayName": candidate}, previous)):
        candidate, number = f"{name} {number}", number + 1
    return candidate


def _display_name(record: Record) -> str:
    parts = [record.get(name) for name in ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")]
    name = str(record.get("DisplayName") or " ".join(str(part) for part in parts if part)).strip()
    if not name:
        raise missing("Name", "DisplayName")
    for element in ("DisplayName", "GivenName", "MiddleName", "FamilyName"):
        text = name if element == "DisplayName" else str(record.get(element) or "")
        if any(sign in text for sign in ":\t\n"):
            raise Fault("2040", "Invalid string", "The name holds a colon, a tab or a line break", element)
    return name


def _home(company: Company) -> Record:
    home = company.settings.home_currency
    return {"value": home, "name": home}


def _complete_customer(company: Company, record: Record, previous: Record | None) -> None:
    for name, value in _DEFAULTS.items():
        record.setdefault(name, value)
    record["Balance"] = previous["Balance"] if previous else ZERO
    if not record.get("CurrencyRef", {}).get("value"):
        record["CurrencyRef"] = _home(company)
    record["CurrencyRef"].setdefault("name", record["CurrencyRef"]["value"])
    if previous and previous["CurrencyRef"]["value"] != record["CurrencyRef"]["value"]:
        raise business("The currency of a customer cannot be changed.")
    if not company.settings.multicurrency and record["CurrencyRef"]["value"] != company.settings.home_currency:
        raise business("Multicurrency is not enabled for this company.")
    if record["Taxable"] and company.settings.automated_tax:
        record.setdefault("DefaultTaxCodeRef", {"value": "2"})


def _qualified(company: Company, record: Record, previous: Record | None) -> str:
    parent_id = str((record.get("ParentRef") or {}).get("value") or "")
    if not parent_id:
        record.pop("Level", None)
        return str(record["DisplayName"])
    parent = company.shelf("Customer").get(parent_id)
    if parent is None:
        raise bad_reference("Names", parent_id)
    if not parent["Active"] and (previous or {}).get("ParentRef") != record["ParentRef"]:
        raise not_found()
    if previous and f"{parent['FullyQualifiedName']}:".startswith(f"{previous['FullyQualifiedName']}:"):
        raise Fault("900", "Invalid parent", "A customer cannot be its own parent.", "ParentRef")
    record["ParentRef"] = {"value": parent_id}
    record["Level"] = int(parent.get("Level") or 0) + 1
    if record["Level"] > 4:
        raise Fault("6170", "Too many levels", "A customer can have at most five levels.", "ParentRef")
    return f"{parent['FullyQualifiedName']}:{record['DisplayName']}"


def _check_unique(company: Company, kind: str, record: Record) -> None:
    holder = company.name_holder(record["FullyQualifiedName"])
    if holder is not None and holder != (kind, record.get("Id")):
        raise duplicate_name(company.switches["name_clash"], holder[1])


def folded(name: str, reading: str) -> str:
    """A name as it is compared: without case, and by the loose reading without accents and doubled spaces."""
    if reading == "case" or name.isascii():
        return " ".join(name.casefold().split()) if reading == "loose" else name.casefold()
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return " ".join(bare.casefold().split())


def holders(company: Company) -> dict[str, tuple[str, str]]:
    """Who holds which qualified name, folded."""
    reading = company.switches["name_compare"]
    return {
        folded(record["FullyQualifiedName"], reading): (kind, record["Id"])
        for kind in NAMES
        for record in company.shelf(kind)
    }
