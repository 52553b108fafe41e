"""Letting one company swallow another. HubSpot cannot undo it, and may give the survivor a new id (hubspot.md 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.hubspot.receipts import receipt
from qbconsole.domain.errors import Conflict

if TYPE_CHECKING:
    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.domain.operations import MergeCompanies, Receipt

KIND = "companies"
READ_BACK = ("name", "hs_merged_object_ids")


async def merge(client: Client, operation: MergeCompanies) -> Receipt:
    """Merge, unless it was done before; the receipt is of the survivor, read again.

    Raises:
        Conflict: one of the two is gone, or they are the same.
    """
    if operation.company_id == operation.swallowed_id:
        raise Conflict("a company cannot swallow itself.", next_step="Choose another one.")
    if done := await find(client, operation):
        return done
    merged = await client.merge(KIND, operation.company_id, operation.swallowed_id)
    survivor = str(merged.body.get("id") or operation.company_id)
    return receipt(await client.get(KIND, survivor, READ_BACK), survivor)


async def find(client: Client, operation: MergeCompanies) -> Receipt | None:
    """Look whether both ids lead to one company.

    Raises:
        Conflict: one of the two is gone.
    """
    survivor = await client.get(KIND, operation.company_id, READ_BACK)
    swallowed = await client.get(KIND, operation.swallowed_id, READ_BACK)
    id_ = str(survivor.body.get("id"))
    return receipt(survivor, id_, found=True) if str(swallowed.body.get("id")) == id_ else None
