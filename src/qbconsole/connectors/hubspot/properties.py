"""Which properties are read, and which are ours: `qbc_*` in the group "quickbooks" (design.md section 8)."""

from __future__ import annotations

from typing import Any

from qbconsole.domain.stamps import CUSTOMER_TAG, STAMPS, Stamp

GROUP = "quickbooks"


FIELD_TYPES = {"string": "text", "number": "number", "date": "date", "enumeration": "select"}
"""By type, how HubSpot is to show it."""
NAMES = tuple(stamp.name for stamp in STAMPS["deals"])
"""Our properties of a deal."""


def body(stamp: Stamp) -> dict[str, Any]:
    """HubSpot's JSON of one of our properties."""
    found: dict[str, Any] = {
        "name": stamp.name,
        "label": stamp.label,
        "type": stamp.type,
        "fieldType": FIELD_TYPES[stamp.type],
        "groupName": GROUP,
    }
    if stamp.options:
        found["options"] = [
            {"label": value.replace("_", " ").capitalize(), "value": value, "displayOrder": place, "hidden": False}
            for place, value in enumerate(stamp.options)
        ]
    return found


KEYS = {"tasks": "qbc_task_key", "notes": "qbc_note_key"}
"""By kind of what has no stamp to be known by, our property that holds each value once."""


def key_body(kind: str) -> dict[str, Any]:
    """HubSpot's JSON of that property; that it holds each value once can be said at its making alone (hubspot.md 4)."""
    return {**body(Stamp(KEYS[kind], "QuickBooks key")), "hasUniqueValue": True}


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
        "hs_is_closed_won", "hs_merged_object_ids", "hs_lastmodifieddate", *NAMES,
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
