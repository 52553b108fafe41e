"""Tasks and notes without a key: made with their associations in one call, looked for by their tag (hubspot.md 4, b).

Before a second try the tasks or notes of the deal or company are read through their associations and by id: a search
would lag behind the create. What something between sends twice is made twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.hubspot.engagements import BODY, ends, kind, properties
from qbconsole.connectors.hubspot.receipts import receipt, receipt_of_row
from qbconsole.connectors.hubspot.values import plain_text
from qbconsole.domain.errors import Retriable
from qbconsole.domain.tags import has_line

if TYPE_CHECKING:
    from qbconsole.connectors.hubspot.answers import JSON
    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.connectors.hubspot.engagements import Engagement
    from qbconsole.domain.operations import Receipt

TYPES = {"tasks": {"deals": 216, "companies": 192}, "notes": {"deals": 214, "companies": 190}}
"""By kind, HubSpot's own types of the associations with what it hangs on (hubspot.md section 3)."""


async def create(client: Client, operation: Engagement) -> Receipt:
    """Make it.

    Raises:
        Retriable: HubSpot answered without what it made.
    """
    reply = await client.create(kind(operation), _body(operation))
    if not reply.body.get("id"):
        msg = "HubSpot answered without what it made."
        raise Retriable(msg, sent=True)
    return receipt(reply, "")


async def find(client: Client, operation: Engagement) -> Receipt | None:
    """Look for one with the tag among those of its deal or company."""
    of, holds = kind(operation), BODY[kind(operation)]
    for to_kind, id_ in ends(operation):
        there = (await client.associated(to_kind, [id_], of)).get(id_, ())
        ids = [end.id for end in there]
        for row in await client.batch(of, ids, (holds,)) if ids else []:
            if has_line(plain_text(str(row["properties"].get(holds) or "")), operation.tag):
                return receipt_of_row(row, found=True)
    return None


def _body(operation: Engagement) -> JSON:
    types = TYPES[kind(operation)]
    return {
        "properties": properties(operation),
        "associations": [
            {
                "to": {"id": id_},
                "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": types[to_kind]}],
            }
            for to_kind, id_ in ends(operation)
        ],
    }
