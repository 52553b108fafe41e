"""What a record says about its links: how many there are, and which company is the primary one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qbconsole.simulator.hubspot.portal import Portal

_COUNTS: dict[tuple[str, str], str] = {
    ("deals", "line_items"): "hs_num_of_associated_line_items",
    ("deals", "contacts"): "num_associated_contacts",
    ("companies", "contacts"): "num_associated_contacts",
    ("companies", "deals"): "num_associated_deals",
    ("contacts", "deals"): "num_associated_deals",
}
_SUMMED = ("quotes", "line_items")
_PRIMARIES: dict[tuple[str, str], str] = {
    ("deals", "companies"): "hs_primary_associated_company",
    ("contacts", "companies"): "associatedcompanyid",
}


def renew(portal: Portal, kind: str, record_id: str, to_kind: str) -> None:
    """Renew what a record says about its links to a kind; its modification time stays (hubspot.md 9, 4)."""
    record = portal.store.find(kind, record_id)
    counted, primary = _COUNTS.get((kind, to_kind)), _PRIMARIES.get((kind, to_kind))
    if record is None or (counted is None and primary is None and (kind, to_kind) != _SUMMED):
        return
    properties = dict(record["properties"])
    if (kind, to_kind) == _SUMMED:
        amounts = (
            portal.read(to_kind, one)["properties"].get("amount") for one in portal.links(kind, record_id, to_kind)
        )
        properties["hs_quote_amount"] = str(sum((Decimal(amount or 0) for amount in amounts), Decimal(0)))
    if counted is not None:
        properties[counted] = str(len(portal.links(kind, record_id, to_kind)))
    if primary is not None:
        company = portal.associations.primary(kind, record_id, to_kind)
        properties.pop(primary, None)
        properties |= {primary: company} if company else {}
    portal.store.put(kind, record | {"properties": properties})
    portal.index.touch(kind, record_id)
