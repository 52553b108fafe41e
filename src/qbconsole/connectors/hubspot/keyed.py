"""Tasks and notes made by their key: sent twice, they are there once (hubspot.md 4, a).

An upsert cannot set associations, so they follow it; both may be repeated. One whose associations are not all there yet
counts as not done: it is sent again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbconsole.connectors.hubspot import answers
from qbconsole.connectors.hubspot.engagements import BODY, ends, key, kind, properties
from qbconsole.connectors.hubspot.properties import KEYS
from qbconsole.connectors.hubspot.receipts import receipt_of_row
from qbconsole.domain.errors import Conflict, NeedsPerson, Problem, Retriable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qbconsole.connectors.hubspot.answers import JSON
    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.connectors.hubspot.engagements import Engagement
    from qbconsole.domain.operations import Receipt

SINGULAR = {"deals": "deal", "companies": "company"}


@dataclass(frozen=True, slots=True)
class Upserted:
    """What an upsert confirmed: the ids by key, and HubSpot's reference of the call."""

    ids: Mapping[str, str]
    reference: str


@dataclass(frozen=True, slots=True)
class Made:
    """One that is there: its record, and whether it hangs on all that it should."""

    row: JSON
    whole: bool


async def upsert(client: Client, of: str, operations: Sequence[Engagement]) -> Upserted:
    """Make up to 100 of one kind, or set them again. With a name each, a bad one does not refuse the others."""
    inputs = [
        {
            "idProperty": KEYS[of],
            "id": key(one),
            "objectWriteTraceId": key(one),
            "properties": {**properties(one), KEYS[of]: key(one)},
        }
        for one in operations
    ]
    reply = await client.upsert(of, inputs)
    rows = answers.records([row for row in answers.rows(reply) if row.get("id")])
    return Upserted({str(row["properties"].get(KEYS[of])): str(row["id"]) for row in rows}, reply.reference)


async def hang(client: Client, operation: Engagement, upserted: Upserted) -> Receipt:
    """Put one on its ends, each by a call of its own, so that a refusal says which; then read it again.

    Raises:
        Retriable: HubSpot answered without what it made.
        Problem: an end was refused; the task or note is there without it.
    """
    of, id_ = kind(operation), upserted.ids.get(key(operation), "")
    for to_kind, to_id in ends(operation) if id_ else ():
        try:
            await client.associate(of, id_, to_kind, to_id)
        except Problem as problem:
            problem.message = f"it was made, but could not be put on {SINGULAR[to_kind]} {to_id}: {problem.message}"
            raise
    rows = await _rows(client, of, [operation]) if id_ else {}
    if not rows:
        msg = "HubSpot answered without what it made."
        raise Retriable(msg, sent=True)
    return receipt_of_row(rows[key(operation)], reference=upserted.reference)


async def hang_many(
    client: Client, of: str, operations: Sequence[Engagement], upserted: Upserted
) -> dict[str, Receipt]:
    """Put those of one kind on their ends; the receipts, by key, of those that are then there with all of them."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for one in operations:
        for to_kind, to_id in ends(one) if key(one) in upserted.ids else ():
            pairs.setdefault(to_kind, []).append((upserted.ids[key(one)], to_id))
    for to_kind, wanted in pairs.items():
        with suppress(NeedsPerson, Conflict):  # what is not there afterwards is done singly, and says why not
            await client.associate_many(of, to_kind, wanted)
    there = await read(client, of, operations)
    return {name: receipt_of_row(made.row, reference=upserted.reference) for name, made in there.items() if made.whole}


async def read(client: Client, of: str, operations: Sequence[Engagement]) -> dict[str, Made]:
    """Those of one kind that are there, by key."""
    rows = await _rows(client, of, operations)
    ids = [str(row["id"]) for row in rows.values()]
    hung: set[tuple[str, str, str]] = set()
    for to_kind in dict.fromkeys(to_kind for one in operations for to_kind, _ in ends(one)) if ids else ():
        for id_, others in (await client.associated(of, ids, to_kind)).items():
            hung |= {(id_, to_kind, other.id) for other in others}
    return {
        key(one): Made(row, all((str(row["id"]), *end) in hung for end in ends(one)))
        for one in operations
        if (row := rows.get(key(one)))
    }


async def _rows(client: Client, of: str, operations: Sequence[Engagement]) -> dict[str, JSON]:
    """The records that are there, by key."""
    rows = await client.batch(of, [key(one) for one in operations], (BODY[of], KEYS[of]), by=KEYS[of])
    return {str(row["properties"].get(KEYS[of])): row for row in rows}
