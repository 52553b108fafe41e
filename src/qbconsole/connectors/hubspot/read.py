"""The read side: list everything once, then search what changed, and read again what tells nobody (hubspot.md 3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.base import Page, Pulled
from qbconsole.connectors.hubspot import lists
from qbconsole.connectors.hubspot.client import ASSOCIATION_BATCH, BATCH, LIST_PAGE
from qbconsole.connectors.hubspot.cookbook import MISSING
from qbconsole.connectors.hubspot.cursor import OVERLAP, Cursor
from qbconsole.connectors.hubspot.properties import CHANGED
from qbconsole.connectors.hubspot.translate import Portal, merged_ids, pulled, tombstone
from qbconsole.domain.errors import Conflict
from qbconsole.domain.records import Deal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from qbconsole.connectors.hubspot.answers import Association
    from qbconsole.connectors.hubspot.client import Client
    from qbconsole.connectors.hubspot.settings import HubSpotSettings

    Row = dict[str, Any]

PREFIX = "hubspot."
OBJECTS = ("products", "companies", "contacts", "deals", "line_items", "quotes")
STREAMS = tuple(PREFIX + kind for kind in ("owners", "field_definitions", "stages", *OBJECTS))
DEFINED = ("companies", "deals", "quotes")
"""The kinds of which the definitions of properties are of use: what rules hang on, and who signs a quote."""

RELATED = {
    "contacts": ("companies",),
    "deals": ("companies", "line_items"),
    "line_items": ("deals",),
    "quotes": ("deals", "line_items"),
}
"""By kind, the associations that belong to the record as we see it."""
FEW = ("products", "quotes")
"""Kinds that are listed each time while one page holds them all: no search is spent, and no index lags."""
PAST = {"deals": ("dealstage",)}
"""By kind, the properties whose former values are read."""
HISTORY = "propertiesWithHistory"


@dataclass(frozen=True)
class Reader:
    """Pulls the streams of one portal."""

    settings: HubSpotSettings
    client: Client

    async def pull(
        self, cursors: Mapping[str, str], *, watched: Mapping[str, Sequence[str]], full: bool
    ) -> AsyncIterator[Page]:
        """Pages of all streams in their order; see `connectors.base.Connector.pull`."""
        account = await self.client.account()
        now = account.time
        known = {stream: Cursor.parse(cursors.get(stream, "")) for stream in STREAMS}
        if full:
            known = {stream: Cursor(time=cursor.time) for stream, cursor in known.items()}

        owners, defined, stages = PREFIX + "owners", PREFIX + "field_definitions", PREFIX + "stages"
        yield lists.settled(owners, await lists.owners(self.client), known[owners], now, calls=3)
        definitions = await lists.definitions(self.client, DEFINED)
        yield lists.settled(defined, definitions, known[defined], now, calls=len(DEFINED))
        found = await lists.stages(self.client)
        now = min(now, (await self.client.account()).time)  # one clock that is fast must not make the cursor run ahead
        yield lists.settled(stages, found, known[stages], now)

        portal = Portal(
            currency=str(account.body.get("companyCurrency") or "USD"),
            won_stages=lists.won(found),
            custom={kind: self.settings.custom(kind) for kind in OBJECTS},
            signed_by=lists.counting_signatures(definitions),
            billing_label=self.settings.billing_label,
        )
        lines_of_deals: list[str] = []  # their search index may lag behind the deal's
        for kind in OBJECTS:
            stream = PREFIX + kind
            wanted = [*watched.get(stream, ()), *(lines_of_deals if kind == "line_items" else ())]
            one = _OneKind(self.client, kind, portal, now, known[stream], cursors.get(stream, ""))
            async for page in one.pages(list(dict.fromkeys(wanted))):
                if kind == "deals" and not one.listing:
                    lines_of_deals += _lines_of(page.records)
                yield page


@dataclass
class _OneKind:
    """The pull of one kind of record.

    `listing` tells whether it became a listing of everything, `many` whether it did since so much had changed.
    """

    client: Client
    kind: str
    portal: Portal
    now: datetime
    cursor: Cursor
    before: str
    listing: bool = False
    many: bool = False
    stream: str = field(init=False)
    asked: tuple[str, ...] = field(init=False)
    own: str = field(init=False)
    """The properties that are asked for in this portal only."""

    def __post_init__(self) -> None:
        self.stream = PREFIX + self.kind
        self.asked = self.portal.asked(self.kind)
        self.own = ",".join(self.portal.own(self.kind))

    async def pages(self, wanted: Sequence[str]) -> AsyncIterator[Page]:
        """What changed, or everything; `wanted` are ids to read again although nothing says that they changed."""
        if self.kind in FEW and self.cursor.count < LIST_PAGE:
            yield await self._few()
            return
        if self.cursor.wants_listing(self.now, self.own):
            async for page in self._everything():
                yield page
            return
        changed = CHANGED.get(self.kind, "hs_lastmodifieddate")
        async for found in self.client.search(self.kind, self.asked, changed=changed, since=self._since()):
            if self.cursor.too_many(found.total):
                self.many = True
                async for page in self._everything():
                    yield page
                return
            if found.rows:
                yield Page(self.stream, tuple(await self._complete(found.rows)), self.before)
        again, gone = await self._again(wanted)
        if again:
            yield Page(self.stream, tuple(again), self.before, calls=-(-len(again) // BATCH))
        cursor = replace(self.cursor, time=self.now)
        if cursor.wants_sweep(self.now):
            gone += await self._archived(cursor.swept)
            cursor = replace(cursor, swept=self.now)
        yield Page(self.stream, tuple(gone), cursor.text(), calls=0)

    async def _few(self) -> Page:
        """All of the few records; without them if they are as they were."""
        rows = [row for found in [rows async for rows in self._portions()] for row in found]
        page = lists.settled(self.stream, await self._complete(rows), self.cursor, self.now)
        cursor = replace(Cursor.parse(page.cursor), swept=self.now, listed=self.now, count=len(rows), asked=self.own)
        return replace(page, cursor=cursor.text())

    def _since(self) -> datetime:
        return (self.cursor.time or self.now) - OVERLAP

    async def _everything(self) -> AsyncIterator[Page]:
        """All records. The cursor moves with the last page only: a listing that was cut short begins again."""
        self.listing, count = True, 0
        async for rows in self._portions():
            found = await self._complete(rows)
            calls = -(-len(rows) // LIST_PAGE) + len(RELATED.get(self.kind, ()))
            yield Page(self.stream, tuple(found), self.before, first=count == 0, calls=calls)
            count += len(rows)
        cursor = Cursor(self.now, self.now, self.now, count=count, asked=self.own)
        yield Page(self.stream, (), cursor.text(), first=count == 0, complete=True, calls=0)

    async def _portions(self) -> AsyncIterator[list[Row]]:
        """The list in portions as large as one batch read of associations takes."""
        portion: list[Row] = []
        async for rows in self.client.listing(self.kind, self.asked):
            portion += rows
            if len(portion) > ASSOCIATION_BATCH - LIST_PAGE:
                yield portion
                portion = []
        if portion:
            yield portion

    async def _again(self, ids: Sequence[str]) -> tuple[list[Pulled], list[Pulled]]:
        """The watched records as they are now, and tombstones for those that are gone or were merged into another.

        They are read even if the search has just shown them: its index lags behind the records.
        """
        rows = await self.client.batch(self.kind, ids, self.asked, past=PAST.get(self.kind, ())) if ids else []
        there = {str(row["id"]) for row in rows}
        missing = [id_ for id_ in ids if id_ not in there]
        rows = [{HISTORY: {}, **row} for row in rows]  # it was asked for
        return await self._complete(rows), [row for id_ in missing if (row := await self._fate(id_)) is not None]

    async def _fate(self, id_: str) -> Pulled | None:
        """The tombstone of a record that a batch read left out; None if it is there after all."""
        try:
            reply = await self.client.get(self.kind, id_, ("hs_object_id",))
        except Conflict as missing:
            if missing.code != MISSING:
                raise
            return tombstone(self.kind, id_)
        survivor = str(reply.body.get("id", ""))
        return None if survivor == id_ else tombstone(self.kind, id_, merged_into=survivor)

    async def _archived(self, since: datetime | None) -> list[Pulled]:
        """Tombstones for what was archived since an instant."""
        gone: list[Pulled] = []
        async for rows in self.client.listing(self.kind, ("hs_object_id",), archived=True):
            gone += [tombstone(self.kind, str(row["id"])) for row in rows if _archived_since(row, since)]
        return gone

    async def _complete(self, rows: Sequence[Row]) -> list[Pulled]:
        """The rows with associations and history; and a tombstone for each id that one of them swallowed."""
        ids = [str(row["id"]) for row in rows]
        related: dict[str, dict[str, tuple[Association, ...]]] = {
            to: await self.client.associated(self.kind, ids, to) for to in RELATED.get(self.kind, ()) if ids
        }
        found: list[Pulled] = []
        for row in await self._with_history(rows):
            id_ = str(row["id"])
            found += [tombstone(self.kind, old, merged_into=id_) for old in merged_ids(row)]
            ends = {to: of.get(id_, ()) for to, of in related.items()}
            found.append(pulled(self.kind, row, ends, self.portal))
        return found

    async def _with_history(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Deals with the stages that they went through, where that is cheap: those that are won or changed lately."""
        past = PAST.get(self.kind, ())
        bare = [str(row["id"]) for row in rows if HISTORY not in row and (self._won(row) or self._changed(row))]
        if not past or not bare:
            return rows
        history = {str(row["id"]): row for row in await self.client.batch(self.kind, bare, (), past=past)}
        return [{HISTORY: (history.get(str(row["id"])) or {}).get(HISTORY), **row} for row in rows]

    def _won(self, row: Row) -> bool:
        properties = row["properties"]
        stage = (properties.get("pipeline"), properties.get("dealstage"))
        return properties.get("hs_is_closed_won") == "true" or stage in self.portal.won_stages

    def _changed(self, row: Row) -> bool:
        """Whether it is one of a few that changed since the stream was last read; of a first listing none is."""
        if self.many:
            return False
        try:
            modified = datetime.fromisoformat(str(row["properties"].get("hs_lastmodifieddate")))
            return self.cursor.time is not None and modified >= self._since()
        except (ValueError, TypeError):
            return True


def _lines_of(found: Sequence[Pulled]) -> list[str]:
    deals = [row.record for row in found]
    return [id_ for deal in deals if isinstance(deal, Deal) for id_ in deal.line_item_ids]


def _archived_since(row: Row, since: datetime | None) -> bool:
    """Whether it was archived since; also if that cannot be told, since a second tombstone does no harm."""
    try:
        return since is None or datetime.fromisoformat(str(row.get("archivedAt"))) >= since - OVERLAP
    except (ValueError, TypeError):
        return True
