"""The read side: list everything once, then search what changed, and read again what tells nobody (hubspot.md 3)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.base import Page, Pulled
from qbconsole.connectors.hubspot import translate
from qbconsole.connectors.hubspot.client import ASSOCIATION_BATCH, BATCH, LIST_PAGE
from qbconsole.connectors.hubspot.faults import MISSING
from qbconsole.connectors.hubspot.properties import CHANGED, READ
from qbconsole.connectors.hubspot.translate import Portal, merged_ids, pulled, tombstone
from qbconsole.connectors.payload import dump
from qbconsole.connectors.vendor import readable
from qbconsole.domain.errors import Conflict
from qbconsole.domain.records import Deal, Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from qbconsole.connectors.hubspot.client import Association, Client

PREFIX = "hubspot."
OBJECTS = ("products", "companies", "contacts", "deals", "line_items")
STREAMS = tuple(PREFIX + kind for kind in ("owners", "stages", *OBJECTS))

RELATED = {"contacts": ("companies",), "deals": ("companies", "line_items"), "line_items": ("deals",)}
"""By kind, the associations that belong to the record as we see it."""

OVERLAP = timedelta(minutes=5)
"""How far before the last search the next one looks: the index lags, by up to half a minute seen."""
SWEEP = timedelta(hours=1)
"""How often the archived records are listed: no search shows them."""
RELIST = timedelta(days=7)
"""How often everything is listed again: a record deleted for good leaves no trace."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a stream stands, by the server's clock: last search, last sweep of the archived, last listing."""

    time: datetime | None = None
    swept: datetime | None = None
    listed: datetime | None = None
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor in a stored text; an empty or foreign one is none."""
        try:
            held = json.loads(text)
            times = {name: datetime.fromisoformat(held[name]) for name in ("time", "swept", "listed") if held.get(name)}
            return cls(**times, digest=held.get("digest", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def text(self) -> str:
        """The text to store."""
        times = {name: getattr(self, name) for name in ("time", "swept", "listed")}
        return json.dumps({name: at.isoformat() for name, at in times.items() if at} | {"digest": self.digest})


class Reader:
    """Pulls the streams of one portal."""

    def __init__(self, client: Client) -> None:
        """Take the client."""
        self._client = client

    async def pull(
        self, cursors: Mapping[str, str], *, watched: Mapping[str, Sequence[str]], full: bool
    ) -> AsyncIterator[Page]:
        """Pages of all streams in their order; see `connectors.base.Connector.pull`."""
        account = await self._client.account()
        now = account.time
        portal = Portal(currency=str(account.body.get("companyCurrency") or "USD"))
        known = {stream: Cursor() if full else Cursor.parse(cursors.get(stream, "")) for stream in STREAMS}

        yield _settled(PREFIX + "owners", await self._owners(), known[PREFIX + "owners"], now, calls=3)
        stages = await self._stages()
        portal = replace(portal, won_stages=_won(stages))
        yield _settled(PREFIX + "stages", stages, known[PREFIX + "stages"], now)

        lines_of_deals: list[str] = []
        for kind in OBJECTS:
            stream = PREFIX + kind
            cursor, before = known[stream], cursors.get(stream, "")
            if cursor.time is None or cursor.listed is None or now - cursor.listed > RELIST:
                async for page in self._list(kind, before, portal, now):
                    yield page
                continue
            wanted = [*watched.get(stream, ()), *(lines_of_deals if kind == "line_items" else ())]
            async for rows in self._changed(kind, cursor.time):
                changed = await self._complete(kind, rows, portal)
                lines_of_deals += _lines_of(changed)  # their search index may lag behind the deal's
                yield Page(stream, tuple(changed), before)
            found, gone = await self._again(kind, list(dict.fromkeys(wanted)), portal)
            if found:
                yield Page(stream, tuple(found), before, calls=-(-len(found) // BATCH))
            lines_of_deals += _lines_of(found)
            cursor = replace(cursor, time=now)
            if cursor.swept is None or now - cursor.swept > SWEEP:
                gone += await self._archived(kind, cursor.swept)
                cursor = replace(cursor, swept=now)
            yield Page(stream, tuple(gone), cursor.text(), calls=0)

    # --- small lists --------------------------------------------------------------------------------------------------

    async def _owners(self) -> list[Pulled]:
        live = await self._client.owners(archived=False)
        left = [{**row, "archived": True} for row in await self._client.owners(archived=True)]
        return [
            Pulled(
                "owners",
                str(row.get("id")),
                dump(row),
                readable("A HubSpot owner", partial(translate.owner, row)),
            )
            for row in (*live, *left)
        ]

    async def _stages(self) -> list[Pulled]:
        found: list[Pulled] = []
        for row in await self._client.pipelines():
            stages = readable("A HubSpot pipeline", partial(translate.stages, row))
            payloads = {str(entry.get("id")): dump(entry) for entry in row.get("stages") or []}
            found += [Pulled("stages", stage.id, payloads[stage.id], stage) for stage in stages]
        return found

    # --- everything ---------------------------------------------------------------------------------------------------

    async def _list(self, kind: str, before: str, portal: Portal, now: datetime) -> AsyncIterator[Page]:
        """All records. The cursor moves with the last page only: a listing that was cut short begins again."""
        stream, first = PREFIX + kind, True
        async for rows in self._many(kind):
            found = await self._complete(kind, rows, portal)
            calls = -(-len(rows) // LIST_PAGE) + len(RELATED.get(kind, ()))
            yield Page(stream, tuple(found), before, first=first, calls=calls)
            first = False
        yield Page(stream, (), Cursor(now, now, now).text(), first=first, complete=True, calls=0)

    async def _many(self, kind: str) -> AsyncIterator[list[dict[str, Any]]]:
        """The list in portions as large as one batch read of associations takes."""
        portion: list[dict[str, Any]] = []
        async for rows in self._client.listing(kind, READ[kind]):
            portion += rows
            if len(portion) > ASSOCIATION_BATCH - LIST_PAGE:
                yield portion
                portion = []
        if portion:
            yield portion

    # --- what changed, and what is watched ----------------------------------------------------------------------------

    async def _changed(self, kind: str, since: datetime) -> AsyncIterator[list[dict[str, Any]]]:
        """Pages of what the search shows as changed since an instant."""
        changed = CHANGED.get(kind, "hs_lastmodifieddate")
        async for rows in self._client.search(kind, READ[kind], changed=changed, since=since - OVERLAP):
            if rows:
                yield rows

    async def _again(self, kind: str, ids: Sequence[str], portal: Portal) -> tuple[list[Pulled], list[Pulled]]:
        """The watched records as they are now, and tombstones for those that are gone or were merged into another.

        They are read even if the search has just shown them: its index lags behind the records.
        """
        rows = await self._client.batch(kind, ids, READ[kind]) if ids else []
        found = await self._complete(kind, rows, portal)
        there = {str(row["id"]) for row in rows}
        missing = [id_ for id_ in ids if id_ not in there]
        return found, [row for id_ in missing if (row := await self._fate(kind, id_)) is not None]

    async def _fate(self, kind: str, id_: str) -> Pulled | None:
        """The tombstone of a record that a batch read left out; None if it is there after all."""
        try:
            reply = await self._client.get(kind, id_, READ[kind])
        except Conflict as missing:
            if missing.code != MISSING:
                raise
            return tombstone(kind, id_)
        survivor = str(reply.body.get("id", ""))
        return None if survivor == id_ else tombstone(kind, id_, merged_into=survivor)

    async def _archived(self, kind: str, since: datetime | None) -> list[Pulled]:
        """Tombstones for what was archived since an instant."""
        gone: list[Pulled] = []
        async for rows in self._client.listing(kind, ("hs_object_id",), archived=True):
            gone += [tombstone(kind, str(row["id"])) for row in rows if _archived_since(row, since)]
        return gone

    async def _complete(self, kind: str, rows: Sequence[dict[str, Any]], portal: Portal) -> list[Pulled]:
        """The rows with their associations; and a tombstone for each id that one of them swallowed."""
        ids = [str(row["id"]) for row in rows]
        related: dict[str, dict[str, tuple[Association, ...]]] = {
            to_kind: await self._client.associated(kind, ids, to_kind) for to_kind in RELATED.get(kind, ()) if ids
        }
        found: list[Pulled] = []
        for row in rows:
            id_ = str(row["id"])
            found += [tombstone(kind, old, merged_into=id_) for old in merged_ids(row)]
            found.append(pulled(kind, row, {to: ends.get(id_, ()) for to, ends in related.items()}, portal))
        return found


def _won(stages: Sequence[Pulled]) -> frozenset[tuple[str, str]]:
    records = [row.record for row in stages]
    return frozenset((stage.pipeline_id, stage.id) for stage in records if isinstance(stage, Stage) and stage.won)


def _lines_of(found: Sequence[Pulled]) -> list[str]:
    deals = [row.record for row in found]
    return [id_ for deal in deals if isinstance(deal, Deal) for id_ in deal.line_item_ids]


def _archived_since(row: dict[str, Any], since: datetime | None) -> bool:
    """Whether it was archived since; also if that cannot be told, since a second tombstone does no harm."""
    try:
        return since is None or datetime.fromisoformat(str(row.get("archivedAt"))) >= since - OVERLAP
    except (ValueError, TypeError):
        return True


def _settled(stream: str, rows: Sequence[Pulled], before: Cursor, now: datetime, *, calls: int = 1) -> Page:
    """The page of a list that is read whole each time: without records if it is as it was."""
    digest = hashlib.sha256("\n".join(row.payload for row in rows).encode()).hexdigest()
    cursor = Cursor(time=now, digest=digest).text()
    if digest == before.digest:
        return Page(stream, (), cursor, calls=calls)
    return Page(stream, tuple(rows), cursor, first=True, complete=True, calls=calls)
