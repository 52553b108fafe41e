"""Receipts of HubSpot's answers to writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.payload import dump
from qbconsole.domain.operations import Receipt

if TYPE_CHECKING:
    from qbconsole.connectors.hubspot.answers import JSON, Reply


def receipt(reply: Reply, id_: str, *, found: bool = False) -> Receipt:
    """The receipt of an answer. It holds no record: HubSpot answers with the properties that a write touched only.

    Args:
        reply: the answer; its id is the surviving one if the record was merged.
        id_: the record's id, if the answer names none.
        found: whether the work was found done.
    """
    return Receipt(
        remote_id=str(reply.body.get("id") or id_),
        revision=str(reply.body.get("updatedAt") or ""),
        payload=dump(reply.body),
        found=found,
        server_reference=reply.reference,
    )


def receipt_of_row(row: JSON, *, reference: str = "", found: bool = False) -> Receipt:
    """The receipt of one record among several.

    Args:
        row: the record as HubSpot gave it.
        reference: HubSpot's reference of the call that wrote it.
        found: whether the work was found done.
    """
    return Receipt(
        str(row["id"]), str(row.get("updatedAt") or ""), payload=dump(row), found=found, server_reference=reference
    )
