"""Tasks and notes: made once, with their associations in the same call, and looked for by their tag (hubspot.md 4).

There is no idempotency key. Before a second try the tasks or notes of the deal or company are read through their
associations and by id: a search would lag behind the create.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.hubspot.receipts import receipt
from qbconsole.connectors.hubspot.values import as_html, plain_text
from qbconsole.connectors.payload import dump
from qbconsole.domain.errors import NeedsPerson, Retriable
from qbconsole.domain.operations import CreateNote, CreateTask, Receipt
from qbconsole.domain.tags import has_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qbconsole.connectors.hubspot.client import Client

    Engagement = CreateTask | CreateNote

BODY = {"tasks": "hs_task_body", "notes": "hs_note_body"}
"""By kind, the property that holds the text."""
ENDS = {"tasks": {"deals": 216, "companies": 192}, "notes": {"deals": 214, "companies": 190}}
"""By kind, HubSpot's own types of the associations with what it hangs on (hubspot.md section 3)."""


async def create(client: Client, operation: Engagement) -> Receipt:
    """Make it.

    Raises:
        NeedsPerson: it hangs on nothing.
        Retriable: HubSpot answered without what it made.
    """
    if not ends(operation):
        raise NeedsPerson(
            "a task or note needs a deal or a company.", next_step="Link the invoice's customer to a company first."
        )
    reply = await client.create(kind(operation), body(operation))
    if not reply.body.get("id"):
        msg = "HubSpot answered without what it made."
        raise Retriable(msg, sent=True)
    return receipt(reply, "")


async def find(client: Client, operation: Engagement) -> Receipt | None:
    """Look for one with the tag among those of its deal or company."""
    of, holds = kind(operation), BODY[kind(operation)]
    for to_kind, id_, _ in ends(operation):
        there = (await client.associated(to_kind, [id_], of)).get(id_, ())
        ids = [end.id for end in there]
        for row in await client.batch(of, ids, (holds,)) if ids else []:
            if has_line(plain_text(str(row["properties"].get(holds) or "")), operation.tag):
                return Receipt(str(row["id"]), payload=dump(row), found=True)
    return None


def kind(operation: Engagement) -> str:
    """HubSpot's kind of record for it."""
    return "tasks" if isinstance(operation, CreateTask) else "notes"


def body(operation: Engagement) -> dict[str, Any]:
    """The JSON of a new one. Its text is HTML there; the time of a task is when it is due."""
    tagged = has_line(operation.body, operation.tag)
    text = as_html(operation.body if tagged else f"{operation.body}\n{operation.tag}")
    if isinstance(operation, CreateTask):
        properties = {
            "hs_timestamp": operation.due_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "hs_task_subject": operation.subject,
            "hs_task_body": text,
            "hs_task_status": "NOT_STARTED",
            "hs_task_priority": "HIGH",
            "hs_task_type": "TODO",
        }
        if operation.owner_id:
            properties["hubspot_owner_id"] = operation.owner_id
    else:
        at = operation.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        properties = {"hs_timestamp": at, "hs_note_body": text}
    return {
        "properties": properties,
        "associations": [
            {
                "to": {"id": id_},
                "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}],
            }
            for _, id_, type_id in ends(operation)
        ],
    }


def ends(operation: Engagement) -> Sequence[tuple[str, str, int]]:
    """What it hangs on: kind, id and type of the association."""
    types = ENDS[kind(operation)]
    found = (("deals", operation.deal_id), ("companies", operation.company_id))
    return [(to_kind, id_, types[to_kind]) for to_kind, id_ in found if id_]
