"""List entries: items, accounts, classes, locations, terms and the like (quickbooks.md 3.4, 8.3, 8.12)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import kinds
from qbconsole.simulator.quickbooks.fault import Fault, bad_reference, business, duplicate_entry, missing, not_found
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
DELETED = " (deleted)"
_SUB = {"Item": "SubItem", "Account": "SubAccount", "Class": "SubClass", "Department": "SubDepartment"}
_LABELS = {"TaxAgency": "DisplayName", "CompanyCurrency": "Code"}
_FORBIDDEN = {"Account": '":', "Item": ":\t\n", "Class": ":", "Department": ":"}
_CLASSES = {
    "Asset": ("Bank", "Other Current Asset", "Fixed Asset", "Other Asset", "Accounts Receivable"),
    "Liability": ("Accounts Payable", "Credit Card", "Long Term Liability", "Other Current Liability"),
    "Equity": ("Equity",),
    "Revenue": ("Income", "Other Income"),
    "Expense": ("Expense", "Other Expense", "Cost of Goods Sold"),
}
_TYPES = {kind: side for side, found in _CLASSES.items() for kind in found}
_SUBTYPES = {
    "UndepositedFunds": "Other Current Asset",
    "Inventory": "Other Current Asset",
    "AccountsReceivable": "Accounts Receivable",
    "AccountsPayable": "Accounts Payable",
    "Checking": "Bank",
    "SalesOfProductIncome": "Income",
}
"""The account types that follow from a sub-type alone, for those a seed company needs."""


def complete(company: Company, kind: str, record: Record, previous: Record | None) -> Record:
    """Fill in what the server sets on a list entry and refuse what it refuses."""
    label = _LABELS.get(kind, "Name")
    if not record.get(label):
        raise missing(label)
    if any(sign in str(record[label]) for sign in _FORBIDDEN.get(kind, "")):
        raise Fault("2040", "Invalid string", f"The name holds a sign that is not allowed: {record[label]}", label)
    if kind != "TaxAgency":
        record.setdefault("Active", True)
    if previous and previous.get("Active") and not record.get("Active", True):
        record[label] += DELETED
    if kind in kinds.TREES:
        _qualify(company, kind, record, previous)
    _check_unique(company, kind, label, record)
    if kind == "Item":
        _item(record)
    elif kind == "Account":
        _account(company, record, previous)
    elif kind == "Term":
        _term(record)
    elif kind == "TaxRate":
        record["RateValue"] = decimal(record.get("RateValue", 0))
    elif kind == "PaymentMethod":
        record.setdefault("Type", "NON_CREDIT_CARD")
    return record


def _qualify(company: Company, kind: str, record: Record, previous: Record | None) -> None:
    """The path of names down to an entry of a tree, at most five levels deep."""
    parent_id = str((record.get("ParentRef") or {}).get("value") or "")
    record[_SUB[kind]] = bool(parent_id)
    if kind == "Item" and not parent_id:
        del record["SubItem"]
    record.pop("Level", None)
    record["FullyQualifiedName"] = record["Name"]
    if not parent_id:
        return
    parent = company.shelf(kind).get(parent_id)
    if parent is None:
        raise bad_reference(
            {"Account": "Accounts", "Class": "Klasses", "Department": "Depts"}.get(kind, kind), parent_id
        )
    if not parent["Active"]:
        raise not_found()
    if previous and f"{parent['FullyQualifiedName']}:".startswith(f"{previous['FullyQualifiedName']}:"):
        raise Fault("900", "Invalid parent", "An entry cannot be its own parent.", "ParentRef")
    if parent["FullyQualifiedName"].count(":") >= 4:
        raise Fault("6170", "Too many levels", "A list has at most five levels.", "ParentRef")
    if kind == "Item":
        record["Level"] = parent["FullyQualifiedName"].count(":") + 1
    record["ParentRef"] = {"value": parent_id, "name": parent["FullyQualifiedName"]}
    record["FullyQualifiedName"] = f"{parent['FullyQualifiedName']}:{record['Name']}"


def _check_unique(company: Company, kind: str, label: str, record: Record) -> None:
    field = "FullyQualifiedName" if kind in kinds.TREES else label
    wanted = str(record[field]).casefold()
    for other in company.shelf(kind):
        if other["Id"] != record.get("Id") and str(other.get(field)).casefold() == wanted:
            raise duplicate_entry(str(record[label]))


def _item(record: Record) -> None:
    record.setdefault("Type", "Service")
    if record["Type"] == "Category":
        return
    record.setdefault("Taxable", False)
    record["UnitPrice"] = decimal(record.get("UnitPrice", Decimal("0.00")))
    if "PurchaseCost" in record:
        record["PurchaseCost"] = decimal(record["PurchaseCost"])
    if record["Type"] == "Group":
        return
    record.setdefault("TrackQtyOnHand", False)
    if not record.get("IncomeAccountRef"):
        raise missing("IncomeAccountRef")
    if record["Type"] == "Inventory":
        record["TrackQtyOnHand"] = bool(record["TrackQtyOnHand"])
        for name in ("ExpenseAccountRef", "AssetAccountRef", "QtyOnHand", "InvStartDate"):
            if name not in record:
                raise missing(name)
        record["QtyOnHand"] = decimal(record["QtyOnHand"])


def _account(company: Company, record: Record, previous: Record | None) -> None:
    kind = record.get("AccountType") or _SUBTYPES.get(str(record.get("AccountSubType")))
    if not kind:
        raise missing("AccountType")
    if kind not in _TYPES:
        raise Fault("2170", "Invalid Enumeration", f"Invalid Enumeration : {kind}", "AccountType")
    record["AccountType"], record["Classification"] = kind, _TYPES[kind]
    for name in ("CurrentBalance", "CurrentBalanceWithSubAccounts"):
        record[name] = (previous or {}).get(name, Decimal(0))
    home = company.settings.home_currency
    record.setdefault("CurrencyRef", {"value": home, "name": home})


def _term(record: Record) -> None:
    record.setdefault("Type", "DATE_DRIVEN" if "DayOfMonthDue" in record else "STANDARD")
    if record["Type"] == "STANDARD":
        if "DueDays" not in record:
            raise missing("DueDays")
        record.setdefault("DiscountPercent", 0)
        record.setdefault("DiscountDays", 0)
    elif not 1 <= int(decimal(record.get("DayOfMonthDue", 0))) <= 31:
        raise business("The day of the month on which the term falls due must be from 1 to 31.")
