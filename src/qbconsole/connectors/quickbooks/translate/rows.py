"""One row of Intuit's as a stream yields it, whatever its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.connectors.base import Pulled
from qbconsole.connectors.payload import dump
from qbconsole.connectors.quickbooks.translate import forms, lists, names, payments, work
from qbconsole.connectors.vendor import UNREADABLE, readable, unreadable
from qbconsole.domain.canonical import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.connectors.quickbooks.translate.shared import Home
    from qbconsole.domain.records import Customer, Document, Record

_TRANSLATORS: dict[str, tuple[str, Callable[[str, dict[str, Any], Home], Record]]] = {
    "Account": ("accounts", lists.account),
    "Term": ("terms", lists.term),
    "PaymentMethod": ("payment_methods", lists.payment_method),
    "Class": ("classes", lists.tracking_class),
    "Department": ("locations", lists.location),
    "CompanyCurrency": ("currencies", lists.currency),
    "TaxRate": ("tax_rates", lists.tax_rate),
    "TaxCode": ("tax_codes", lists.tax_code),
    "Item": ("items", lists.item),
    "Vendor": ("other_names", names.other_name),
    "Employee": ("other_names", names.other_name),
    "Customer": ("customers", names.customer),
    "Payment": ("payments", payments.payment),
    "Deposit": ("deposits", payments.deposit),
    "JournalEntry": ("journal_entries", work.journal_entry),
    "TimeActivity": ("time_entries", work.time_entry),
    **dict.fromkeys(forms.TYPES, ("documents", forms.document)),
}
RECURRING = "RecurringTransaction"


def pulled(kind: str, row: dict[str, Any], home: Home) -> Pulled:
    """A record, a tombstone, or a problem with the payload kept."""
    if kind == RECURRING:
        return _recurring(row, home)
    stream, translate = _TRANSLATORS[kind]
    return _pulled(stream, kind, row, row, home, translate)


def sells(row: dict[str, Any]) -> bool:
    """Whether a recurring transaction makes sales forms: bills and expenses are no concern of ours."""
    return any(theirs in row for theirs in forms.TYPES)


def _recurring(row: dict[str, Any], home: Home) -> Pulled:
    """The wrapper of a template names its kind (quickbooks.md 2.1); the payload is the wrapper."""
    kind = next((theirs for theirs in forms.TYPES if isinstance(row.get(theirs), dict)), "")
    return _pulled("recurring_documents", kind or RECURRING, row.get(kind, row), row, home, forms.template)


def _pulled(
    stream: str,
    kind: str,
    row: dict[str, Any],
    payload: dict[str, Any],
    home: Home,
    translate: Callable[[str, dict[str, Any], Home], Record],
) -> Pulled:
    text = dump(payload)
    id_ = str(row.get("Id") or "")
    if not id_:
        nameless = f"without-id-{digest(text)[:12]}"
        return Pulled(stream, nameless, text, problem=f"QuickBooks {kind}: a row came without an id; it is kept.")
    if row.get("status") == "Deleted":
        return Pulled(stream, id_, text)
    try:
        return Pulled(stream, id_, text, translate(kind, row, home))
    except UNREADABLE as error:
        return Pulled(stream, id_, text, problem=unreadable(f"QuickBooks {kind} {id_}", error))


def read_document(kind: str, row: dict[str, Any], home: Home) -> Document:
    """A sales form that we cannot go on without.

    Raises:
        NeedsPerson: a field that we use could not be read.
    """
    return readable(f"QuickBooks {kind} {row.get('Id')}", lambda: forms.document(kind, row, home))


def read_customer(row: dict[str, Any], home: Home) -> Customer:
    """A customer that we cannot go on without.

    Raises:
        NeedsPerson: a field that we use could not be read.
    """
    return readable(f"QuickBooks customer {row.get('Id')}", lambda: names.customer("Customer", row, home))
