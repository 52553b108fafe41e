"""Tasks and notes as HubSpot takes them: their kind, values, ends and key (hubspot.md 2, 3, 4)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from qbconsole.connectors.hubspot.values import as_html
from qbconsole.domain.canonical import digest
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.operations import CreateNote, CreateTask
from qbconsole.domain.tags import has_line

if TYPE_CHECKING:
    from collections.abc import Sequence

Engagement = CreateTask | CreateNote

BODY = {"tasks": "hs_task_body", "notes": "hs_note_body"}
"""By kind, the property that holds the text."""
TIME = "%Y-%m-%dT%H:%M:%SZ"


def kind(operation: Engagement) -> str:
    """HubSpot's kind of record for it."""
    return "tasks" if isinstance(operation, CreateTask) else "notes"


def key(operation: Engagement) -> str:
    """What tells it from all others: its tag and what it hangs on, as two books on one portal may have equal tags."""
    return digest(operation.tag, operation.deal_id, operation.company_id)[:32]


def properties(operation: Engagement) -> dict[str, str]:
    """The values of a new one. Its text is HTML there; the time of a task is when it is due."""
    tagged = has_line(operation.body, operation.tag)
    text = as_html(operation.body if tagged else f"{operation.body}\n{operation.tag}")
    if isinstance(operation, CreateNote):
        return {"hs_timestamp": operation.at.astimezone(UTC).strftime(TIME), "hs_note_body": text}
    owner = {"hubspot_owner_id": operation.owner_id} if operation.owner_id else {}
    return {
        "hs_timestamp": operation.due_at.astimezone(UTC).strftime(TIME),
        "hs_task_subject": operation.subject,
        "hs_task_body": text,
        "hs_task_status": "NOT_STARTED",
        "hs_task_priority": "HIGH",
        "hs_task_type": "TODO",
        **owner,
    }


def ends(operation: Engagement) -> Sequence[tuple[str, str]]:
    """What it hangs on: kinds and ids."""
    found = (("deals", operation.deal_id), ("companies", operation.company_id))
    return [(to_kind, id_) for to_kind, id_ in found if id_]


def require_ends(operation: Engagement) -> None:
    """See that it hangs on something.

    Raises:
        NeedsPerson: it does not.
    """
    if not ends(operation):
        raise NeedsPerson(
            "a task or note needs a deal or a company.", next_step="Link the invoice's customer to a company first."
        )
