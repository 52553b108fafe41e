"""The fields that we write into the CRM (design.md, section 8): their names, labels and types, said once."""

from __future__ import annotations

from dataclasses import dataclass

from qbconsole.domain.statuses import Status


@dataclass(frozen=True, slots=True)
class Stamp:
    """One of our fields; `type` is string, number, date or enumeration, and an enumeration has options."""

    name: str
    label: str
    type: str = "string"
    options: tuple[str, ...] = ()


CUSTOMER_TAG = "qbc_customer_id"

STAMPS: dict[str, tuple[Stamp, ...]] = {
    "deals": (
        Stamp("qbc_document_id", "QuickBooks document id"),
        Stamp("qbc_document_number", "QuickBooks document number"),
        Stamp("qbc_document_url", "QuickBooks document link"),
        Stamp("qbc_kind", "QuickBooks document kind"),
        Stamp("qbc_status", "QuickBooks status", "enumeration", tuple(status.value for status in Status)),
        Stamp("qbc_total", "QuickBooks total", "number"),
        Stamp("qbc_balance", "QuickBooks balance", "number"),
        Stamp("qbc_paid_amount", "QuickBooks paid amount", "number"),
        Stamp("qbc_paid_date", "QuickBooks paid date", "date"),
        Stamp("qbc_due_date", "QuickBooks due date", "date"),
        Stamp("qbc_days_overdue", "QuickBooks days overdue", "number"),
    ),
    "companies": (Stamp(CUSTOMER_TAG, "QuickBooks customer id"),),
}
"""By kind of record."""
