"""HubSpot's answers taken apart: pages, records, associations (hubspot.md 2, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.domain.errors import Retriable

if TYPE_CHECKING:
    from datetime import datetime

JSON = dict[str, Any]

NONE_THERE = frozenset({"crm.associations.NO_ASSOCIATIONS_FOUND", "OBJECT_NOT_FOUND"})
"""Errors of a batch association read that mean "none" (hubspot.md section 3)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A success: its JSON, the server's clock in UTC, HubSpot's reference of the call."""

    body: JSON
    time: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search: how many records it found in all from here on, and the first of them."""

    total: int
    rows: list[JSON]


@dataclass(frozen=True, slots=True)
class Association:
    """One record at the other end, and the labels of the association."""

    id: str
    labels: tuple[str, ...]

    @property
    def primary(self) -> bool:
        """Whether it is the primary one of its kind."""
        return "Primary" in self.labels


def rows(reply: Reply) -> list[JSON]:
    """The results of an answer."""
    found = reply.body.get("results", [])
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def records(raw: list[JSON]) -> list[JSON]:
    """The rows, each of which has an id and properties.

    Raises:
        Retriable: one has not: the answer is not what was asked for.
    """
    if not all(row.get("id") and isinstance(row.get("properties", {}), dict) for row in raw):
        msg = "HubSpot answered with records that have no id."
        raise Retriable(msg)
    return [{"properties": {}, **row} for row in raw]


def after(body: JSON) -> str:
    """Where the next page begins; empty on the last one."""
    paging = body.get("paging") or {}
    return str((paging.get("next") or {}).get("after") or "")


def association(entry: JSON) -> Association:
    """One entry of an association read."""
    labels = [kind.get("label") for kind in entry.get("associationTypes", [])]
    return Association(str(entry.get("toObjectId", entry.get("id", ""))), tuple(label for label in labels if label))


def refuse_partial(reply: Reply) -> None:
    """See that no item failed for another reason than having none: it must not be taken for having none.

    Raises:
        Retriable: one did.
    """
    for error in reply.body.get("errors", []):
        if error.get("subCategory") not in NONE_THERE and error.get("category") not in NONE_THERE:
            msg = "HubSpot answered for some of the associations only."
            raise Retriable(msg)
