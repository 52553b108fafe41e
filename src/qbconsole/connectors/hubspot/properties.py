"""Which properties are read, and which are ours: `qbc_*` in the group "quickbooks" (design.md section 8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from qbconsole.domain.statuses import Status

GROUP = "quickbooks"


@dataclass(frozen=True, slots=True)
class Definition:
    """One of our properties as HubSpot is to define it."""

    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    options: tuple[str, ...] = field(default=())

    def body(self) -> dict[str, Any]:
        """HubSpot's JSON for it."""
        body: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "groupName": GROUP,
        }
        if self.options:
            body["options"] = [
                {"label": value.replace("_", " ").capitalize(), "value": value, "displayOrder": place, "hidden": False}
                for place, value in enumerate(self.options)
            ]
        return body


OURS: dict[str, tuple[Definition, ...]] = {
    "deals": (
        Definition("qbc_document_id", "QuickBooks document id"),
        Definition("qbc_document_number", "QuickBooks document number"),
        Definition("qbc_document_url", "QuickBooks document link"),
        Definition("qbc_kind", "QuickBooks document kind"),
        Definition(
            "qbc_status", "QuickBooks status", "enumeration", "select", tuple(status.value for status in Status)
        ),
        Definition("qbc_total", "QuickBooks total", "number", "number"),
        Definition("qbc_balance", "QuickBooks balance", "number", "number"),
        Definition("qbc_paid_amount", "QuickBooks paid amount", "number", "number"),
        Definition("qbc_paid_date", "QuickBooks paid date", "date", "date"),
        Definition("qbc_due_date", "QuickBooks due date", "date", "date"),
        Definition("qbc_days_overdue", "QuickBooks days overdue", "number", "number"),
    ),
    "companies": (Definition("qbc_customer_id", "QuickBooks customer id"),),
}
STAMPS = tuple(definition.name for definition in OURS["deals"])
CUSTOMER_TAG = "qbc_customer_id"

READ: dict[str, tuple[str, ...]] = {
    "products": ("name", "hs_sku", "price", "description", "hs_lastmodifieddate"),
    "companies": (
        "name", "domain", "phone", "address", "address2", "city", "state", "zip", "country", "hubspot_owner_id",
        "hs_merged_object_ids", "hs_lastmodifieddate", CUSTOMER_TAG,
    ),
    "contacts": (
        "email", "firstname", "lastname", "phone", "lifecyclestage", "hs_merged_object_ids", "lastmodifieddate",
    ),
    "deals": (
        "dealname", "amount", "deal_currency_code", "dealstage", "pipeline", "closedate", "hubspot_owner_id",
        "hs_is_closed_won", "hs_merged_object_ids", "hs_lastmodifieddate", *STAMPS,
    ),
    "line_items": (
        "name", "quantity", "price", "hs_sku", "hs_product_id", "description", "discount", "hs_discount_percentage",
        "recurringbillingfrequency", "hs_position_on_quote", "hs_lastmodifieddate",
    ),
    "quotes": (
        "hs_title", "hs_status", "hs_template_type", "hs_quote_amount", "hs_currency", "hs_quote_number",
        "hs_expiration_date", "hs_quote_link", "hs_esign_enabled", "hs_esign_num_signers_required",
        "hs_acceptance_method", "hs_clickwrap_accepted_by", "hs_payment_enabled", "hs_payment_status",
        "hs_billing_enabled", "hs_lastmodifieddate",
    ),
}  # fmt: skip
"""By kind, what is asked for by name: HubSpot gives a small default set otherwise (hubspot.md section 2)."""

CHANGED = {"contacts": "lastmodifieddate"}
"""The property that holds the time of the last change, where it is not `hs_lastmodifieddate`."""
