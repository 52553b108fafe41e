"""The write side: absolute values on deals and companies, and tasks that are looked up before any second try."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.hubspot.faults import UNKNOWN_PROPERTY
from qbconsole.connectors.hubspot.properties import CUSTOMER_TAG, OURS, define_ours
from qbconsole.connectors.payload import dump
from qbconsole.domain.errors import Fatal, NeedsPerson, Problem, Retriable
from qbconsole.domain.operations import CreateTask, Operation, Receipt, StampCompany, StampDeal
from qbconsole.domain.tags import has_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qbconsole.connectors.hubspot.client import Client, Reply
    from qbconsole.connectors.hubspot.settings import HubSpotSettings

TASK_TO_DEAL = 216
TASK_TO_COMPANY = 192
"""HubSpot's own association types (hubspot.md section 3)."""

_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li)>", re.IGNORECASE)
_ELEMENT = re.compile(r"<[^>]+>")


class Writer:
    """Applies operations, and looks whether they were applied."""

    def __init__(self, settings: HubSpotSettings, client: Client) -> None:
        """Take the client, and the operator's consent to making properties."""
        self._may_create = settings.may_create_properties
        self._defining = asyncio.Lock()
        self._client = client

    async def apply(self, operation: Operation) -> Receipt:
        """Do the write; see `connectors.base.Connector.apply`. Problems name the record.

        A stamp's receipt holds no record: HubSpot answers with the properties it touched only.
        """
        try:
            match operation:
                case StampDeal():
                    return await self._stamp("deals", operation.deal_id, dict(operation.values))
                case StampCompany():
                    return await self._stamp("companies", operation.company_id, {CUSTOMER_TAG: operation.customer_id})
                case CreateTask():
                    return await self._create_task(operation)
        except Problem as problem:
            problem.message = f"{subject(operation)}: {problem.message}"
            raise
        raise Fatal(f"HubSpot does no {operation.kind}.")

    async def find(self, operation: Operation) -> Receipt | None:
        """Look whether a stamp is there, or a task with that tag among those of its deal or company."""
        try:
            match operation:
                case StampDeal():
                    return await self._stamped("deals", operation.deal_id, dict(operation.values))
                case StampCompany():
                    return await self._stamped("companies", operation.company_id, {CUSTOMER_TAG: operation.customer_id})
                case CreateTask():
                    return await self._task(operation)
        except Problem as problem:
            problem.message = f"{subject(operation)}: {problem.message}"
            raise
        raise Fatal(f"HubSpot does no {operation.kind}.")

    # --- stamps -------------------------------------------------------------------------------------------------------

    async def _stamp(self, kind: str, id_: str, values: Mapping[str, str]) -> Receipt:
        try:
            reply = await self._client.update(kind, id_, values)
        except NeedsPerson as refused:
            if refused.code != UNKNOWN_PROPERTY or not self._may_create:
                raise
            await self.define(kind, values)
            reply = await self._client.update(kind, id_, values)
        return _receipt(reply, str(reply.body.get("id") or id_))

    async def define(self, kind: str, values: Mapping[str, str]) -> None:
        """Make what is missing: all of ours at once, since each will be wanted.

        Raises:
            NeedsPerson: the operator did not agree to that.
        """
        if not self._may_create:
            raise NeedsPerson(
                f"HubSpot has not our properties on {kind}.",
                next_step="Agree to them: set may_create_properties = true under [crm] in book.toml.",
                code=UNKNOWN_PROPERTY,
            )
        async with self._defining:
            await self._define_missing(kind, values)

    async def _define_missing(self, kind: str, values: Mapping[str, str]) -> None:
        there = {str(row.get("name")) for row in await self._client.properties(kind)}
        wanted = [definition.name for definition in OURS[kind]] + list(values)
        await define_ours(self._client, kind, [name for name in dict.fromkeys(wanted) if name not in there])

    async def _stamped(self, kind: str, id_: str, values: Mapping[str, str]) -> Receipt | None:
        reply = await self._client.get(kind, id_, list(values))
        there = reply.body.get("properties") or {}
        if not all(same_value(there.get(name), wanted) for name, wanted in values.items()):
            return None
        return _receipt(reply, str(reply.body.get("id") or id_), found=True)

    # --- tasks --------------------------------------------------------------------------------------------------------

    async def _create_task(self, operation: CreateTask) -> Receipt:
        if not _ends(operation):
            raise NeedsPerson(
                "a task needs a deal or a company.", next_step="Link the invoice's customer to a company first."
            )
        reply = await self._client.create("tasks", task_body(operation))
        id_ = str(reply.body.get("id") or "")
        if not id_:
            msg = "HubSpot answered without the task that it made."
            raise Retriable(msg, sent=True)
        return _receipt(reply, id_)

    async def _task(self, operation: CreateTask) -> Receipt | None:
        """By association and batch read: a search would lag behind the create (hubspot.md section 4)."""
        for kind, id_, _ in _ends(operation):
            ends = (await self._client.associated(kind, [id_], "tasks")).get(id_, ())
            ids = [end.id for end in ends]
            for row in await self._client.batch("tasks", ids, ("hs_task_body", "hs_task_subject")) if ids else []:
                body = str((row.get("properties") or {}).get("hs_task_body") or "")
                if has_line(plain_text(body), operation.tag):
                    return Receipt(str(row["id"]), payload=dump(row), found=True)
        return None


def subject(operation: Operation) -> str:
    """What an operation is about, for the head of a message."""
    match operation:
        case StampDeal():
            return f"Deal {operation.deal_id}"
        case StampCompany():
            return f"Company {operation.company_id}"
        case CreateTask():
            return f"Task {operation.subject!r}"
        case _:
            return operation.kind


def task_body(operation: CreateTask) -> dict[str, Any]:
    """The JSON of a new task, its associations in the same call (hubspot.md section 4). Its body is HTML there."""
    text = operation.body if has_line(operation.body, operation.tag) else f"{operation.body}\n{operation.tag}"
    properties = {
        "hs_timestamp": operation.due_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "hs_task_subject": operation.subject,
        "hs_task_body": "<br>".join(html.escape(line, quote=False) for line in text.strip().splitlines()),
        "hs_task_status": "NOT_STARTED",
        "hs_task_priority": "HIGH",
        "hs_task_type": "TODO",
    }
    if operation.owner_id:
        properties["hubspot_owner_id"] = operation.owner_id
    return {
        "properties": properties,
        "associations": [
            {
                "to": {"id": id_},
                "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}],
            }
            for _, id_, type_id in _ends(operation)
        ],
    }


def plain_text(body: str) -> str:
    """The lines of a task's HTML body."""
    return html.unescape(_ELEMENT.sub("", _BREAK.sub("\n", body)))


def same_value(there: object, wanted: str) -> bool:
    """Whether a property holds a value: numbers by value, days with or without midnight, null as empty."""
    held = "" if there is None else str(there)
    if held == wanted:
        return True
    if not held or not wanted:
        return False
    try:
        return Decimal(held) == Decimal(wanted)
    except InvalidOperation:
        return _moment(held) is not None and _moment(held) == _moment(wanted)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _ends(operation: CreateTask) -> Sequence[tuple[str, str, int]]:
    """What the task hangs on: kind, id and type of the association."""
    ends = (("deals", operation.deal_id, TASK_TO_DEAL), ("companies", operation.company_id, TASK_TO_COMPANY))
    return [end for end in ends if end[1]]


def _receipt(reply: Reply, id_: str, *, found: bool = False) -> Receipt:
    return Receipt(
        remote_id=id_,
        revision=str(reply.body.get("updatedAt") or ""),
        payload=dump(reply.body),
        found=found,
        server_reference=reply.reference,
    )
