"""Merging two records into one (hubspot.md 3, "Deleted, merged")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.refusals import Refusal, invalid

if TYPE_CHECKING:
    from qbconsole.simulator.hubspot.portal import Portal

MOST_IDENTITIES = 250
"""Merges after which a record takes no more."""
_KEEP_THEIR_ID = frozenset({"contacts"})
"""Kinds whose primary record keeps its id; the others get a new one (unverified, so the more surprising reading)."""


def merged_properties(primary: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The values of both, the primary's first, and the ids that went in."""
    if primary["id"] == other["id"]:
        raise invalid("Cannot merge a record into itself.")
    swallowed = [*_swallowed(primary), *_swallowed(other), primary["id"], other["id"]]
    if len(swallowed) > MOST_IDENTITIES:
        raise Refusal(414, f"Cannot have more than {MOST_IDENTITIES} identities on a profile")
    merged: dict[str, Any] = other["properties"] | primary["properties"]
    return merged | {"hs_merged_object_ids": ";".join(dict.fromkeys(swallowed))}


def keeps_id(kind: str) -> bool:
    """Whether the primary record of a merge keeps its id."""
    return kind in _KEEP_THEIR_ID


def take_over_links(portal: Portal, kind: str, from_id: str, to_id: str) -> None:
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
