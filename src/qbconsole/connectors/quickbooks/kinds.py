"""Which of Intuit's kinds make up each stream, and what each kind can and cannot do (quickbooks.md 3.4, 4, 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.quickbooks.translate import TYPES

if TYPE_CHECKING:
    from qbconsole.domain.records import Ledger

PREFIX = "quickbooks."

KINDS: dict[str, tuple[str, ...]] = {
    "currencies": ("CompanyCurrency",),
    "accounts": ("Account",),
    "terms": ("Term",),
    "payment_methods": ("PaymentMethod",),
    "classes": ("Class",),
    "locations": ("Department",),
    "tax_rates": ("TaxRate",),
    "tax_codes": ("TaxCode",),
    "items": ("Item",),
    "other_names": ("Vendor", "Employee"),
    "customers": ("Customer",),
    "documents": tuple(TYPES),
    "payments": ("Payment",),
    "deposits": ("Deposit",),
    "journal_entries": ("JournalEntry",),
    "recurring_documents": ("RecurringTransaction",),
    "time_entries": ("TimeActivity",),
}
"""By stream. Ids are unique in each: all transactions share one sequence, and all names do (8.13)."""

SETTINGS = ("ledgers", "custom_fields")
"""Streams that are read from the company's settings."""

STREAMS = tuple(PREFIX + kind for kind in (*SETTINGS, *KINDS))
"""Every stream in the order in which they are pulled: what records refer to comes before them."""

HIDE_INACTIVE = frozenset(
    {"Account", "Class", "Customer", "Department", "Employee", "Item", "PaymentMethod", "TaxCode", "TaxRate", "Term"}
    | {"Vendor"}
)
"""Kinds that leave their inactive ones out unless asked (3.4)."""

READ_WHOLE = frozenset({"currencies", "tax_rates", "tax_codes", "recurring_documents"})
"""Small streams that CDC does not cover, or not surely: they are read whole, now and then."""
ASKED_SINCE = frozenset({"time_entries"})
"""Large streams that CDC does not cover: they are asked for what changed since, now and then."""
IN_CHANGES = tuple(kind for kind in KINDS if kind not in READ_WHOLE | ASKED_SINCE)
"""Streams whose changes CDC tells (4)."""


def everything(kind: str) -> str:
    """The condition under which a query shows all there is of a kind, inactive ones too."""
    return "Active IN (true, false)" if kind in HIDE_INACTIVE else ""


def switched_off(ledger: Ledger) -> frozenset[str]:
    """Streams that the company's own settings rule out: nobody need be asked."""
    off = {
        "currencies": not ledger.multicurrency,
        "classes": not (ledger.classes or ledger.class_per_line),
        "locations": not ledger.locations,
    }
    return frozenset(stream for stream, lacking in off.items() if lacking)
