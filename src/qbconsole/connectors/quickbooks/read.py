"""The read side: list everything once, then ask what changed (quickbooks.md 3, 4)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from qbconsole.connectors.base import Page
from qbconsole.connectors.quickbooks.changes import Changes, Told
from qbconsole.connectors.quickbooks.company import Company, read_whole, refuse_another
from qbconsole.connectors.quickbooks.cursor import Cursor, Heard
from qbconsole.connectors.quickbooks.kinds import (
    ASKED_SINCE,
    IN_CHANGES,
    KINDS,
    PREFIX,
    READ_WHOLE,
    everything,
    switched_off,
)
from qbconsole.connectors.quickbooks.listing import Listing, as_pulled
from qbconsole.connectors.quickbooks.translate import Home
from qbconsole.connectors.quickbooks.translate.rows import RECURRING, sells
from qbconsole.domain.errors import Problem, SignIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.listing import Row
    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings
    from qbconsole.domain.records import Ledger

LOOK_BACK = timedelta(days=29)
"""CDC refuses what is 30 days old; a day less, for safety."""
NOW_AND_THEN = 900.0
"""Seconds of real time between two looks at what CDC does not cover: settings, taxes, currencies, templates, time."""
_LACKS = frozenset({"5020", "5030", "610"})
_UNKNOWN_KIND = "context declaration"


@dataclass(slots=True)
class Plan:
    """What one pull must do: which streams are listed, asked for changes by CDC, asked by time, or left for later."""

    known: dict[str, Cursor]
    off: frozenset[str]
    listed: dict[str, list[str]]
    told: dict[str, datetime]
    asked: dict[str, datetime]
    counts: dict[str, int] = field(default_factory=dict)


class Reader:
    """Pulls the streams of one company."""

    def __init__(
        self, settings: QuickBooksSettings, client: Client, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the client; `monotonic` gives the seconds by which rare looks are spaced."""
        self._client = client
        self._monotonic = monotonic
        self._looked: float | None = None
        self.company = Company(settings.realm_id, client)
        self.listing = Listing(client)
        self._changes = Changes(client, self.listing)

    async def ledger(self) -> Ledger:
        """The company's settings as last read."""
        return await self.company.ledger()

    async def home(self) -> Home:
        """What all records of the company share."""
        return Home(currency=(await self.ledger()).currency)

    async def pull(
        self, cursors: Mapping[str, str], *, watched: Mapping[str, Sequence[str]], full: bool
    ) -> AsyncIterator[Page]:
        """Pages of all streams in their order; see `connectors.base.Connector.pull`."""
        self._client.heard = Heard()
        known = {} if full else {name: Cursor.parse(text) for name, text in cursors.items()}
        rarely = full or self._looked is None or self._monotonic() - self._looked >= NOW_AND_THEN
        self._client.reads = 0
        async for page in self._settings(known, rarely=rarely):
            yield self._counted(page)
        home = await self.home()
        plan = self._plan(known, switched_off(await self.ledger()), rarely=rarely)
        told = await self._tell(plan)
        whole = await self._together(plan)
        for stream in KINDS:
            before = cursors.get(PREFIX + stream, "")
            try:
                async for page in self._stream(stream, plan, told, whole, home):
                    before = page.cursor
                    yield self._counted(page)
                if stream in plan.told and (ids := watched.get(PREFIX + stream)):
                    yield self._counted(await self._watched(stream, ids, home, before))
            except SignIn:
                raise
            except Problem as problem:
                yield self._counted(Page(PREFIX + stream, (), before, problem=problem))
        if rarely:
            self._looked = self._monotonic()

    def _counted(self, page: Page) -> Page:
        """The page with the calls since the one before it: what several streams share counts for the first."""
        calls, self._client.reads = self._client.reads, 0
        return replace(page, calls=calls)

    # --- what is to be done -------------------------------------------------------------------------------------------

    async def _settings(self, known: Mapping[str, Cursor], *, rarely: bool) -> AsyncIterator[Page]:
        before = known.get(PREFIX + "ledgers", Cursor())
        row, known_by = await self.company.read(preferences=rarely)
        refuse_another(before, known_by)
        now = self._client.heard.earliest
        yield read_whole("ledgers", [row], replace(before, company=known_by), now)
        fields = self.company.custom_fields()
        yield read_whole("custom_fields", fields, known.get(PREFIX + "custom_fields", Cursor()), now)

    def _plan(self, known: dict[str, Cursor], off: frozenset[str], *, rarely: bool) -> Plan:
        plan = Plan(known, off, {}, {}, {})
        now = self._client.heard.earliest
        for stream, kinds in KINDS.items():
            cursor = known.get(PREFIX + stream, Cursor())
            since = cursor.since(now) if now else None
            if stream in off or (cursor.lacking and not rarely):
                continue
            if stream in READ_WHOLE:
                if rarely or cursor.time is None:
                    plan.listed[stream] = list(kinds)
            elif since is None or now is None:
                plan.listed[stream] = list(kinds)
            elif stream in IN_CHANGES and since > now - LOOK_BACK:
                plan.told[stream] = since
            elif stream in IN_CHANGES or rarely:
                plan.asked[stream] = since
        return plan

    async def _tell(self, plan: Plan) -> Told:
        """What CDC tells of the streams that it is asked for."""
        since = {kind: when for stream, when in plan.told.items() for kind in KINDS[stream]}
        return await self._changes.ask(since) if since else Told()

    async def _together(self, plan: Plan) -> dict[str, list[Row] | Problem]:
        """The rows of all kinds to be listed that are small enough to come in one answer, or why they do not come."""
        kinds = [kind for listed in plan.listed.values() for kind in listed]
        if not kinds:
            return {}
        counts = await self.listing.counts(kinds)
        plan.counts = {kind: count for kind, count in counts.items() if isinstance(count, int)}
        refused = {kind: count for kind, count in counts.items() if isinstance(count, Problem)}
        return {**refused, **await self.listing.together(plan.counts)}

    # --- the pages of one stream --------------------------------------------------------------------------------------

    async def _stream(
        self, stream: str, plan: Plan, told: Told, whole: Mapping[str, list[Row] | Problem], home: Home
    ) -> AsyncIterator[Page]:
        before = plan.known.get(PREFIX + stream, Cursor())
        refusals = {kind: told.refused.get(kind, whole.get(kind)) for kind in KINDS[stream]}
        refused = next((one for one in refusals.values() if isinstance(one, Problem)), None)
        if stream in plan.off or (refused is not None and lacks(refused)):
            yield _lacking(stream, before, refused)
        elif refused is not None:
            raise refused
        elif stream in READ_WHOLE and stream in plan.listed:
            rows = [row for kind in KINDS[stream] async for page in self._pages(kind, whole) for row in page]
            found = [as_pulled(kind, row, home, stream) for kind, row in _of_concern(stream, rows)]
            yield read_whole(stream, found, before, self._now)
        elif stream in plan.listed:
            async for page in self._list(stream, before, plan, whole, home):
                yield page
        elif stream in plan.told and all(kind in told.rows for kind in KINDS[stream]):
            yield await self._told(stream, before, told, home)
        elif stream in plan.told or stream in plan.asked:
            since = plan.told.get(stream) or plan.asked[stream]
            async for page in self._since(stream, since, before, home):
                yield page
        else:
            yield Page(PREFIX + stream, (), before.text())

    @property
    def _now(self) -> datetime | None:
        return self._client.heard.earliest

    def _moved(self, before: Cursor) -> str:
        return (before.moved(self._now) if self._now else before).text()

    async def _list(
        self, stream: str, before: Cursor, plan: Plan, whole: Mapping[str, list[Row] | Problem], home: Home
    ) -> AsyncIterator[Page]:
        """All of a stream. The cursor moves with the last page only: a listing that was cut short begins again.

        Fewer rows than were counted are no proof that the others are gone: then the ids are compared.
        """
        first, missing = True, 0
        for kind in KINDS[stream]:
            missing += plan.counts.get(kind, 0)
            async for rows in self._pages(kind, whole):
                missing -= len(rows)
                found = tuple(as_pulled(kind, row, home, stream) for row in rows)
                yield Page(PREFIX + stream, found, before.text(), first=first)
                first = False
        cut = missing > 0
        yield Page(PREFIX + stream, (), self._moved(before), first=first, complete=True, unswept=cut)

    async def _pages(self, kind: str, whole: Mapping[str, list[Row] | Problem]) -> AsyncIterator[list[Row]]:
        rows = whole.get(kind)
        if isinstance(rows, list):
            yield rows
            return
        async for page in self.listing.pages(kind, everything(kind)):
            yield page

    async def _told(self, stream: str, before: Cursor, told: Told, home: Home) -> Page:
        found = [
            as_pulled(kind, row, home, stream)
            for kind in KINDS[stream]
            for row in await self._changes.believed(kind, told.rows[kind])
        ]
        return Page(PREFIX + stream, tuple(found), self._moved(before))

    async def _since(self, stream: str, since: datetime, before: Cursor, home: Home) -> AsyncIterator[Page]:
        """What changed, by time. Deletions go unsaid, so the ids must be compared, but for what the night is enough."""
        for kind in KINDS[stream]:
            async for page in self.listing.since(kind, since):
                yield Page(PREFIX + stream, tuple(as_pulled(kind, row, home, stream) for row in page), before.text())
        yield Page(PREFIX + stream, (), self._moved(before), unswept=stream not in ASKED_SINCE)

    async def _watched(self, stream: str, ids: Sequence[str], home: Home, cursor: str) -> Page:
        """The watched records anew: a deposit of a payment moves neither its token nor its time (quickbooks.md 4)."""
        rows = [(kind, row) for kind in KINDS[stream] for row in await self.listing.by_id(kind, ids)]
        return Page(PREFIX + stream, tuple(as_pulled(kind, row, home, stream) for kind, row in rows), cursor)


def lacks(problem: Problem) -> bool:
    """Whether it says that the company's plan, edition or the user's role lacks a kind (3.2, 7.4)."""
    return problem.code in _LACKS or _UNKNOWN_KIND in problem.message


def _of_concern(stream: str, rows: Iterable[Row]) -> list[tuple[str, Row]]:
    """The rows of a stream of one kind; of templates only those that make sales forms."""
    (kind,) = KINDS[stream]
    return [(kind, row) for row in rows if kind != RECURRING or not isinstance(row, dict) or sells(row)]


def _lacking(stream: str, before: Cursor, refused: Problem | None) -> Page:
    """A stream that the company's plan or settings lack: said once, asked again later, and nothing of it is buried."""
    why = f"{PREFIX}{stream}: not in this company's plan or switched off; it is asked again later."
    if refused is not None and refused.code:
        why = f"{why} QuickBooks says code {refused.code}."
    cursor = Cursor(lacking=True).text()
    if before.lacking:
        return Page(PREFIX + stream, (), cursor)
    return Page(PREFIX + stream, (), cursor, first=True, complete=True, note=why)
