"""Many writes in few calls: the batches, and the stamps that go in them (hubspot.md section 4).

A batch is an offer, not a need: whatever of it HubSpot refuses, or does not answer for, is left to single calls, where
each record gets its own answer. What goes in batches changes nothing when it is done twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.hubspot.cookbook import ARCHIVED_PROPERTY, RETYPED_PROPERTY, SCOPES, UNKNOWN_PROPERTY
from qbconsole.connectors.hubspot.engagements import ends, key, kind
from qbconsole.connectors.hubspot.properties import KEYS
from qbconsole.connectors.hubspot.receipts import receipt_of_row
from qbconsole.connectors.hubspot.write import subject
from qbconsole.connectors.many import about
from qbconsole.domain.errors import NeedsPerson, Problem
from qbconsole.domain.operations import CreateNote, CreateTask, Receipt, StampCompany, StampDeal
from qbconsole.domain.stamps import CUSTOMER_TAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qbconsole.connectors.base import Send
    from qbconsole.connectors.hubspot.answers import Reply
    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.connectors.hubspot.engagements import Engagement
    from qbconsole.connectors.hubspot.once import Once

MOST = 100
"""Records that a batch takes."""
FOR_ALL = frozenset({SCOPES, "403", UNKNOWN_PROPERTY, ARCHIVED_PROPERTY, RETYPED_PROPERTY})
"""Refusals that would meet every record of the batch."""


Define = Callable[[str, Mapping[str, str]], Awaitable[None]]
Write = Callable[[Mapping[str, "Send"]], Awaitable[dict[str, Receipt]]]


async def in_batches(sends: Mapping[str, Send], write: Write) -> dict[str, Receipt | Problem]:
    """The outcomes, by request id, of what batches did of some writes of one kind; a single one is no batch.

    Args:
        sends: the writes, each under what names its record in the batch.
        write: sends a batch of them; the receipts, by request id, of those that it confirms.
    """
    done: dict[str, Receipt | Problem] = {}
    for begin in range(0, len(sends), MOST):
        part = dict(list(sends.items())[begin : begin + MOST])
        if len(part) > 1:
            done |= await _halved(part, write)
    return done


async def _halved(sends: Mapping[str, Send], write: Write) -> dict[str, Receipt | Problem]:
    """One bad value fails a whole batch, so a refused batch is halved until it is alone."""
    try:
        return {**await write(sends)}
    except NeedsPerson as refused:
        if refused.code in FOR_ALL:
            return {send.request_id: about(refused, subject(send.operation)) for send in sends.values()}
        done: dict[str, Receipt | Problem] = {}
        for half in _halves(sends) if len(sends) > 1 else ():
            done |= await _halved(half, write)
        return done
    except Problem as problem:
        return {send.request_id: about(problem, subject(send.operation)) for send in sends.values()}


async def stamp_all(client: Client, sends: Sequence[Send], define: Define) -> dict[str, Receipt | Problem]:
    """The outcomes, by request id, of those stamps that batches did; nothing for anything else.

    Args:
        client: the portal.
        define: makes our properties on a kind of record, if the operator agreed to that.
        sends: writes of any kind, no two on one record.
    """
    done: dict[str, Receipt | Problem] = {}
    for of in ("deals", "companies"):
        stamps = {_target(send)[1]: send for send in sends if _target(send)[0] == of}
        done |= await in_batches(stamps, partial(_stamp, client, of, define))
    return done


async def create_all(once: Once, sends: Sequence[Send]) -> dict[str, Receipt | Problem]:
    """The outcomes, by request id, of those tasks and notes that batches made; nothing for anything else."""
    done: dict[str, Receipt | Problem] = {}
    for of in KEYS:
        mine = {key(one): send for send in sends for one in _engagements([send], of) if ends(one)}
        done |= await in_batches(mine, partial(_create, once, of))
    return done


async def _create(once: Once, of: str, sends: Mapping[str, Send]) -> dict[str, Receipt]:
    made = await once.create_many(of, _engagements(sends.values(), of))
    return {sends[name].request_id: receipt for name, receipt in made.items()}


def _engagements(sends: Iterable[Send], of: str) -> list[Engagement]:
    """The tasks, or the notes, among some writes."""
    found = [send.operation for send in sends if isinstance(send.operation, CreateTask | CreateNote)]
    return [one for one in found if kind(one) == of]


async def _stamp(client: Client, of: str, define: Define, sends: Mapping[str, Send]) -> dict[str, Receipt]:
    inputs: list[dict[str, Any]] = [{"id": id_, "properties": _values(send)} for id_, send in sends.items()]
    reply = await _update(client, of, inputs, define)
    rows: list[dict[str, Any]] = reply.body.get("results") or []
    return {
        sends[str(row["id"])].request_id: receipt_of_row(row, reference=reply.reference)
        for row in rows
        if str(row.get("id")) in sends
    }


async def _update(client: Client, of: str, inputs: list[dict[str, Any]], define: Define) -> Reply:
    try:
        return await client.update_many(of, inputs)
    except NeedsPerson as refused:
        if refused.code != UNKNOWN_PROPERTY:
            raise
    await define(of, {name: "" for one in inputs for name in one["properties"]})
    return await client.update_many(of, inputs)


def _halves(sends: Mapping[str, Send]) -> tuple[dict[str, Send], dict[str, Send]]:
    items = list(sends.items())
    return dict(items[: len(items) // 2]), dict(items[len(items) // 2 :])


def _target(send: Send) -> tuple[str, str]:
    """The kind and id of the record that a stamp is for; empty for anything else."""
    match send.operation:
        case StampDeal():
            return "deals", send.operation.deal_id
        case StampCompany():
            return "companies", send.operation.company_id
        case _:
            return "", ""


def _values(send: Send) -> dict[str, str]:
    match send.operation:
        case StampDeal():
            return dict(send.operation.values)
        case StampCompany():
            return {CUSTOMER_TAG: send.operation.customer_id}
        case _:
            return {}
