"""References to other records: they must exist and be active, and are answered with the names that Intuit shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import bad_reference, not_found, unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
_TARGETS = {
    "CustomerRef": ("Customer", "Names", True),
    "VendorRef": ("Vendor", "Names", True),
    "EmployeeRef": ("Employee", "Names", True),
    "ItemRef": ("Item", "Item", True),
    "GroupItemRef": ("Item", "Item", True),
    "ClassRef": ("Class", "Klasses", True),
    "DepartmentRef": ("Department", "Depts", True),
    "SalesTermRef": ("Term", "Terms", True),
    "TermRef": ("Term", "Terms", False),
    "PaymentMethodRef": ("PaymentMethod", "PaymentMethods", False),
    "DepositToAccountRef": ("Account", "Accounts", False),
    "AccountRef": ("Account", "Accounts", True),
    "BankAccountRef": ("Account", "Accounts", True),
    "CreditCardAccountRef": ("Account", "Accounts", True),
    "CCAccountRef": ("Account", "Accounts", True),
    "APAccountRef": ("Account", "Accounts", True),
    "ARAccountRef": ("Account", "Accounts", True),
    "FromAccountRef": ("Account", "Accounts", True),
    "ToAccountRef": ("Account", "Accounts", True),
    "IncomeAccountRef": ("Account", "Accounts", True),
    "ExpenseAccountRef": ("Account", "Accounts", True),
    "AssetAccountRef": ("Account", "Accounts", True),
    "DiscountAccountRef": ("Account", "Accounts", True),
    "CustomerTypeRef": ("CustomerType", "CustomerTypes", False),
    "ProjectRef": ("Customer", "Names", True),
}
"""By property: the kind referred to, Intuit's word for its list, whether the answer carries the name."""
_NAMED = ("DisplayName", "FullyQualifiedName", "Name")
_PLACES = {"ClassRef": "tracks_classes", "DepartmentRef": "tracks_locations"}


def resolve(company: Company, record: Record, previous: Record | None) -> None:
    """Check every reference of a record and give it its name, in place.

    What the record referred to before may be inactive by now; it keeps its reference.

    Raises:
        Fault: 2500, 610, or 5030 for a class or location that the company does not track.
    """
    known = {(name, str(ref.get("value"))) for _, name, ref in _references(previous or {})}
    for holder, name, ref in list(_references(record)):
        value = str(ref.get("value") or "")
        if name in _PLACES and not getattr(company.settings, _PLACES[name]) and (name, value) not in known:
            if company.switches["feature_off"] == "refused":
                raise unavailable(name)
            del holder[name]
            continue
        kind, word, named = _TARGETS[name]
        target = company.shelf(kind).get(value)
        if target is None:
            if (name, value) in known:
                continue
            raise bad_reference(word, value)
        if not target.get("Active", True) and (name, value) not in known:
            raise not_found()
        holder[name] = {"value": target["Id"], **({"name": label(target)} if named else {})}


def label(target: Record) -> str:
    """The name under which a reference shows its target: of a customer the leaf alone (quickbooks.md 8.1)."""
    return str(next(target[name] for name in _NAMED if target.get(name)))


def _references(record: Any) -> Iterator[tuple[Record, str, Record]]:
    """Every reference inside a record as (what holds it, its property, itself), lines included."""
    if isinstance(record, list):
        for entry in record:
            yield from _references(entry)
    elif isinstance(record, dict):
        for name, value in list(record.items()):
            if name in _TARGETS:
                if isinstance(value, dict):
                    yield record, name, value
            elif isinstance(value, (dict, list)):
                yield from _references(value)
