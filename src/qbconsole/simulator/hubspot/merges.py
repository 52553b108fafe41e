"""Merging two records into one (hubspot.md 3, "Deleted, merged")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import hints
from qbconsole.simulator.hubspot.refusals import Refusal, invalid
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from qbconsole.simulator.hubspot.portal import Portal

Record = dict[str, Any]

_ADDITIONAL = {
    "contacts": ("email", "hs_additional_emails"),
    "companies": ("domain", "hs_additional_domains"),
}
"""By kind, the property of which the survivor has one, and that which holds the others."""
MOST_IDENTITIES = 250
"""Merges after which a record takes no more."""


def merge(portal: Portal, kind: str, primary_id: str, other_id: str) -> Record:
    """Merge a record into another: one survives with the values, links and past of both."""
    primary, other = portal.read(kind, primary_id), portal.read(kind, other_id)
    properties = _merged_properties(primary, other) | _others_kept(kind, primary, other)
    for record in (primary, other):
        portal.store.release(kind, record, portal.properties.unique_names(kind))
    survivor = primary["id"] if _keeps_id(portal, kind) else portal.store.new_id(kind)
    portal.store.inherit_history(kind, survivor, primary["id"])
    now = portal.clock.now()
    values = properties | {"hs_object_id": survivor}
    portal.keep(kind, primary | {"id": survivor, "properties": {}}, values, now)
    portal.claim_unique(kind, survivor, properties, {})
    for record in (primary, other):
        if record["id"] != survivor:
            _take_over_links(portal, kind, record["id"], survivor)
            portal.store.forward(kind, record["id"], survivor)
    for to_kind in portal.associations.linked_kinds(kind):
        hints.renew(portal, kind, survivor, to_kind)
        for to_id in portal.associations.linked(kind, survivor, to_kind):
            hints.renew(portal, to_kind, to_id, kind)
    for record in (primary, other):
        portal.index.note(kind, record["id"], record, moment=now, now=now)
    if survivor != primary["id"]:
        portal.index.note(kind, survivor, None, moment=now, now=now)
    return portal.store.existing(kind, survivor)


def _merged_properties(primary: Record, other: Record) -> dict[str, Any]:
    """The values of both, the primary's first, and the ids that went in."""
    if primary["id"] == other["id"]:
        raise invalid("Cannot merge a record into itself.")
    swallowed = [*_swallowed(primary), *_swallowed(other), primary["id"], other["id"]]
    if len(swallowed) > MOST_IDENTITIES:
        raise Refusal(414, f"Cannot have more than {MOST_IDENTITIES} identities on a profile")
    merged: dict[str, Any] = other["properties"] | primary["properties"]
    return merged | {"hs_merged_object_ids": ";".join(dict.fromkeys(swallowed))}


def _others_kept(kind: str, primary: Record, other: Record) -> dict[str, Any]:
    """Where the other's e-mail addresses or domains, and a contact's swallowed ids, are kept (hubspot.md 2 and 3)."""
    if kind not in _ADDITIONAL:
        return {}
    one, many = _ADDITIONAL[kind]
    known = [primary["properties"].get(many), other["properties"].get(one), other["properties"].get(many)]
    values = dict.fromkeys(value for text in known for value in (text or "").split(";") if value)
    values.pop(primary["properties"].get(one), None)
    kept = {many: ";".join(values)} if values else {}
    vids = [*_swallowed(primary), *_swallowed(other), other["id"]]
    return kept | ({"hs_calculated_merged_vids": ";".join(vids)} if kind == "contacts" else {})


def _keeps_id(portal: Portal, kind: str) -> bool:
    """Whether the primary record keeps its id; a contact does, of the others it is unverified."""
    return kind == "contacts" or Switches(portal.database)["hubspot_merged_id"] == "primary"


def _take_over_links(portal: Portal, kind: str, from_id: str, to_id: str) -> None:
    """Move every link of a record to another, which keeps its own primary ones."""
    links = portal.associations
    for to_kind in links.linked_kinds(kind):
        for other_id, numbers in dict(links.linked(kind, from_id, to_kind)).items():
            links.unlink(kind, from_id, to_kind, other_id)
            if other_id in links.linked(kind, to_id, to_kind):
                numbers = []  # noqa: PLW2901 - the survivor's own link stands
            elif links.has_primary(kind, to_kind) and links.primary(kind, to_id, to_kind):
                numbers = [links.plain_type(kind, to_kind)]  # noqa: PLW2901
            if numbers:
                links.link(kind, to_id, to_kind, other_id, numbers)


def _swallowed(record: dict[str, Any]) -> list[str]:
    return [one for one in (record["properties"].get("hs_merged_object_ids") or "").split(";") if one]
