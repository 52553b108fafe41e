"""Customers, vendors, employees: unique names, jobs under parents, the "(deleted)" rule (quickbooks.md 3.4, 8.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import Fault, bad_reference, business, duplicate_name, missing
from qbconsole.simulator.quickbooks.kinds import NAMES

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

DELETED = " (deleted)"
ZERO = Decimal("0.00")
_DEFAULTS: dict[str, Any] = {
    "Taxable": True,
    "Job": False,
    "BillWithParent": False,
    "Balance": ZERO,
    "BalanceWithJobs": ZERO,
    "PreferredDeliveryMethod": "Print",
    "Active": True,
}


def complete(company: Company, kind: str, record: dict[str, Any], previous: dict[str, Any] | None) -> dict[str, Any]:
    """Fill in what the server sets and refuse what it refuses."""
    record["DisplayName"] = _display_name(record)
    if kind == "Customer":
        _complete_customer(company, record, previous)
    record.setdefault("Active", True)
    if previous and previous["Active"] and not record["Active"]:
        record.setdefault("PrintOnCheckName", record.get("CompanyName") or previous["DisplayName"])
        record["DisplayName"] = _retired(company, record)
    record["FullyQualifiedName"] = _qualified(company, record)
    _check_unique(company, kind, record)
    record.setdefault("PrintOnCheckName", record.get("CompanyName") or record["DisplayName"])
    return record


def _retired(company: Company, record: dict[str, Any]) -> str:
    """The name of something made inactive: with the suffix, and a counter if that is taken (quickbooks.md 3.4)."""
    name = f"{record['DisplayName']}{DELETED}"
    candidate, number = name, 2
    while company.name_holder(_qualified(company, {**record, "DisplayName": candidate}).casefold()):
        candidate, number = f"{name} {number}", number + 1
    return candidate


def _display_name(record: dict[str, Any]) -> str:
    parts = [record.get(name) for name in ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")]
    name = str(record.get("DisplayName") or " ".join(str(part) for part in parts if part)).strip()
    if not name:
        raise missing("Name", "DisplayName")
    if any(sign in name for sign in ":\t\n"):
        raise Fault("2040", "Invalid string", "The name holds a colon, a tab or a line break", "DisplayName")
    if len(name) > 500:
        raise _too_long("DisplayName", name, 500)
    return name


def _too_long(element: str, text: str, most: int) -> Fault:
    detail = f"Min:0 Max:{most} supported. Supplied length:{len(text)}"
    return Fault("2050", "String length is either shorter or longer than supported by specification", detail, element)


def _complete_customer(company: Company, record: dict[str, Any], previous: dict[str, Any] | None) -> None:
    for name, value in _DEFAULTS.items():
        record.setdefault(name, value)
    record.setdefault("CurrencyRef", {"value": company.home_currency})
    record["CurrencyRef"].setdefault("name", record["CurrencyRef"]["value"])
    if previous and previous["CurrencyRef"]["value"] != record["CurrencyRef"]["value"]:
        raise business("The currency of a customer cannot be changed.")
    for name, most in (("Notes", 2000), ("CompanyName", 100)):
        if len(str(record.get(name) or "")) > most:
            raise _too_long(name, str(record[name]), most)
    address = (record.get("PrimaryEmailAddr") or {}).get("Address")
    if address and ("@" not in address or "." not in address):
        raise Fault("2210", "Invalid Email Address format", "Email Address does not conform to the standard format", "")
    term = (record.get("SalesTermRef") or {}).get("value")
    if term and company.shelf("Term").get(term) is None:
        raise bad_reference("Terms", term)
    if record["Taxable"] and company.automated_tax:
        record.setdefault("DefaultTaxCodeRef", {"value": "2"})
    if previous and previous["Active"] and not record["Active"] and record["Balance"]:
        raise Fault("6220", "Delete refused", "The customer has a balance that is not zero.", "")


def _qualified(company: Company, record: dict[str, Any]) -> str:
    parent_id = (record.get("ParentRef") or {}).get("value")
    if not parent_id:
        record.pop("Level", None)
        return str(record["DisplayName"])
    parent = company.shelf("Customer").get(parent_id)
    if parent is None:
        raise bad_reference("Names", parent_id)
    record["Level"] = int(parent.get("Level") or 0) + 1
    if record["Level"] > 4:
        raise Fault("6170", "Too many levels", "A customer can have at most five levels.", "ParentRef")
    return f"{parent['FullyQualifiedName']}:{record['DisplayName']}"


def _check_unique(company: Company, kind: str, record: dict[str, Any]) -> None:
    wanted = record["FullyQualifiedName"].casefold()
    holder = company.name_holder(wanted)
    if holder is not None and holder != (kind, record.get("Id")):
        raise duplicate_name()


def holders(company: Company) -> dict[str, tuple[str, str]]:
    """Who holds which qualified name, case folded."""
    return {
        record["FullyQualifiedName"].casefold(): (kind, record["Id"])
        for kind in NAMES
        for record in company.shelf(kind)
    }
