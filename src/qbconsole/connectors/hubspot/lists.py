"""The small lists that each pull reads whole: owners, stages, and the definitions of properties (hubspot.md 2, 8)."""

from __future__ import annotations

import asyncio
import hashlib
from functools import partial
from typing import TYPE_CHECKING

from qbconsole.connectors.base import Page, Pulled
from qbconsole.connectors.hubspot import translate
from qbconsole.connectors.hubspot.cursor import Cursor
from qbconsole.connectors.payload import dump
from qbconsole.connectors.vendor import readable
from qbconsole.domain.records import FieldDefinition, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from qbconsole.connectors.hubspot.client import Client

SIGNED = ("hs_esign", "completed")
"""What the name of a quote's property that counts signatures begins with and holds; the rest differs by account."""


async def owners(client: Client) -> list[Pulled]:
    """All owners, those who left included."""
    live = await client.owners(archived=False)
    left = [{**row, "archived": True} for row in await client.owners(archived=True)]
    return [
        Pulled("owners", str(row.get("id")), dump(row), readable("A HubSpot owner", partial(translate.owner, row)))
        for row in (*live, *left)
    ]


async def stages(client: Client) -> list[Pulled]:
    """The stages of all pipelines of deals."""
    found: list[Pulled] = []
    for row in await client.pipelines():
        records = readable("A HubSpot pipeline", partial(translate.stages, row))
        payloads = {str(entry.get("id")): dump(entry) for entry in row.get("stages") or []}
        found += [Pulled("stages", stage.id, payloads[stage.id], stage) for stage in records]
    return found


async def definitions(client: Client, kinds: Sequence[str]) -> list[Pulled]:
    """The properties that the portal defines on some kinds of records, all kinds asked for at once."""
    answers = await asyncio.gather(*(client.properties(kind) for kind in kinds))
    found: list[Pulled] = []
    for kind, rows in zip(kinds, answers, strict=True):
        for row in rows:
            record = readable("A HubSpot property", partial(translate.definition, kind, row))
            found.append(Pulled("field_definitions", record.id, dump(row), record))
    return found


def won(rows: Sequence[Pulled]) -> frozenset[tuple[str, str]]:
    """The (pipeline, stage) that count as won."""
    records = [row.record for row in rows]
    return frozenset((stage.pipeline_id, stage.id) for stage in records if isinstance(stage, Stage) and stage.won)


def counting_signatures(rows: Sequence[Pulled]) -> tuple[str, ...]:
    """The properties of quotes that say how many signed, by what this account calls them."""
    prefix, part = SIGNED
    quotes = [row.record for row in rows if isinstance(row.record, FieldDefinition) and row.record.object == "quotes"]
    return tuple(sorted(one.name for one in quotes if one.name.startswith(prefix) and part in one.name))


def settled(stream: str, rows: Sequence[Pulled], before: Cursor, now: datetime, *, calls: int = 1) -> Page:
    """The page of a list that is read whole each time: without records if it is as it was."""
    digest = hashlib.sha256("\n".join(row.payload for row in rows).encode()).hexdigest()
    cursor = Cursor(time=now, digest=digest).text()
    if digest == before.digest:
        return Page(stream, (), cursor, calls=calls)
    return Page(stream, tuple(rows), cursor, first=True, complete=True, calls=calls)
