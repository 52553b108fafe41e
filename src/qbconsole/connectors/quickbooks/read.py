"""The read side: list everything once, then ask what changed (quickbooks.md 3, 4)."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.base import Page, Pulled
from qbconsole.connectors.payload import dump
from qbconsole.connectors.quickbooks import translate
from qbconsole.connectors.quickbooks.client import PAGE, Client, quoted, rows_of
from qbconsole.connectors.quickbooks.translate import STREAM_KINDS, Home, pulled
from qbconsole.connectors.vendor import readable
from qbconsole.domain.errors import Problem, Retriable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings
    from qbconsole.domain.records import Ledger

log = logging.getLogger(__name__)

PREFIX = "quickbooks."
STREAMS = tuple(PREFIX + kind for kind in ("ledgers", *STREAM_KINDS))

OVERLAP = timedelta(minutes=5)
"""How far before the last good answer the changes are asked for: CDC lags by seconds and compares whole seconds."""
LOOK_BACK = timedelta(days=29)
"""CDC refuses what is 30 days old; a day less, for safety."""
CAP = 1000
"""Rows at which a CDC answer is taken for cut: it has no pages (quickbooks.md 4)."""
LISTINGS = 3
"""How often a listing is begun again when rows moved under it."""
WATCHED_AT_ONCE = 100

NAME_LISTS = frozenset({"Customer", "Item", "Term", "TaxRate"})
"""Kinds that hide their inactive ones unless asked (quickbooks.md 3.4)."""
NOT_IN_CHANGES = frozenset({"tax_rates"})
"""Streams whose kinds CDC does not cover."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a stream stands: the server's clock of the last good answer, and a digest of a small list."""

    time: datetime | None = None
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor in a stored text; an empty or foreign one is none."""
        try:
            held = json.loads(text)
            return cls(datetime.fromisoformat(held["time"]), held.get("digest", ""))
        except (ValueError, KeyError, TypeError):
            return cls()

    def text(self) -> str:
        """The text to store."""
        return json.dumps({"time": self.time.isoformat() if self.time else "", "digest": self.digest})


class Reader:
    """Pulls the streams of one company."""

    def __init__(self, settings: QuickBooksSettings, client: Client) -> None:
        """Take the client; the company's own settings are read when first needed, and again on each pull."""
        self._settings = settings
        self._client = client
        self._ledger: tuple[Ledger, Pulled, datetime] | None = None

    async def ledger(self) -> Ledger:
        """The company's settings as last read."""
        return (self._ledger or await self._read_ledger())[0]

    async def home(self) -> Home:
        """What all records of the company share."""
        return Home(currency=(await self.ledger()).currency)

    async def pull(
        self, cursors: Mapping[str, str], *, watched: Mapping[str, Sequence[str]], full: bool
    ) -> AsyncIterator[Page]:
        """Pages of all streams in their order; see `connectors.base.Connector.pull`."""
        known = {} if full else {name: Cursor.parse(text) for name, text in cursors.items()}
        _, row, now = await self._read_ledger()
        yield _settled(PREFIX + "ledgers", [row], known.get(PREFIX + "ledgers", Cursor()), now, calls=2)
        home = await self.home()
        changes = await self._changes(known, home, now)
        for kind in STREAM_KINDS:
            stream = PREFIX + kind
            if kind in NOT_IN_CHANGES:
                rows = [pulled("TaxRate", row, home) for row in await self._client.rows("TaxRate", _all("TaxRate"))]
                yield _settled(stream, rows, known.get(stream, Cursor()), now)
            elif stream in changes:
                yield changes[stream]
            else:
                async for page in self._list(kind, cursors.get(stream, ""), now, home):
                    yield page
            async for page in self._watched(kind, watched.get(stream, ()), home, changes):
                yield page

    async def _read_ledger(self) -> tuple[Ledger, Pulled, datetime]:
        company = await self._client.company()
        preferences = await self._client.preferences()
        info, prefs = company.body.get("CompanyInfo"), preferences.body.get("Preferences")
        if not isinstance(info, dict) or not isinstance(prefs, dict):
            msg = "QuickBooks answered without the company's settings."
            raise Retriable(msg)
        ledger = readable("QuickBooks company settings", lambda: translate.ledger(self._settings.realm_id, info, prefs))
        row = Pulled("ledgers", ledger.id, dump({"CompanyInfo": info, "Preferences": prefs}), ledger)
        self._ledger = (ledger, row, company.time)
        return self._ledger

    # --- what changed -------------------------------------------------------------------------------------------------

    async def _changes(self, known: Mapping[str, Cursor], home: Home, now: datetime) -> dict[str, Page]:
        """One page for each stream whose changes CDC tells in full; the others must be listed."""
        times = {
            kind: min(cursor.time, now)
            for kind in STREAM_KINDS
            if kind not in NOT_IN_CHANGES and (cursor := known.get(PREFIX + kind)) and cursor.time
        }
        fresh = [kind for kind, time in times.items() if time - OVERLAP > now - LOOK_BACK]
        if not fresh:
            return {}
        asked = [theirs for kind in fresh for theirs in STREAM_KINDS[kind]]
        since = min(times[kind] for kind in fresh) - OVERLAP
        try:
            rows, time = await self._ask(asked, since)
        except Problem as refused:
            if not _too_old(refused):
                raise
            log.info("QuickBooks: the changes reach no further back; the streams are listed")
            return {}
        pages: dict[str, Page] = {}
        for kind in fresh:
            whole = {theirs: rows.get(theirs) for theirs in STREAM_KINDS[kind]}
            if None in whole.values():
                continue
            found = tuple(pulled(theirs, row, home) for theirs, many in whole.items() for row in many or ())
            pages[PREFIX + kind] = Page(PREFIX + kind, found, Cursor(time).text(), calls=0 if pages else 1)
        return pages

    async def _ask(self, kinds: Sequence[str], since: datetime) -> tuple[dict[str, list[dict[str, Any]]], datetime]:
        """The changed rows by kind. A kind that is missing changed more than one answer holds."""
        reply = await self._client.changes(kinds, since)
        rows = _slots(reply.body, kinds)
        if sum(map(len, rows.values())) < CAP:
            return rows, reply.time
        if len(kinds) == 1:
            return {}, reply.time
        apart = [(await self._ask([kind], since))[0] for kind in kinds]
        return {kind: many for found in apart for kind, many in found.items()}, reply.time

    # --- everything ---------------------------------------------------------------------------------------------------

    async def _list(self, kind: str, before: str, now: datetime, home: Home) -> AsyncIterator[Page]:
        """All of a stream. The cursor moves with the last page only: a listing that was cut short begins again."""
        stream = PREFIX + kind
        first = True
        for theirs in STREAM_KINDS[kind]:
            async for rows in self._pages(theirs):
                yield Page(stream, tuple(pulled(theirs, row, home) for row in rows), before, first=first)
                first = False
        yield Page(stream, (), Cursor(now).text(), first=first, complete=True, calls=0)

    async def _pages(self, kind: str) -> AsyncIterator[list[dict[str, Any]]]:
        """Pages of a kind by position. Each begins with the last row of the one before: if it is not there, rows moved
        while we read (one was deleted, say), a row may have been skipped, and the listing begins again."""
        for _ in range(LISTINGS):
            last, start, moved = "", 1, False
            while True:
                rows = await self._client.rows(kind, _all(kind), start=start)
                if last and (not rows or str(rows[0].get("Id")) != last):
                    moved = True
                    break
                if rows[1:] or not last:
                    yield rows[1:] if last else rows
                if len(rows) < PAGE:
                    break
                last, start = str(rows[-1].get("Id")), start + len(rows) - 1
            if not moved:
                return
        msg = f"The QuickBooks list of {kind.lower()} records kept changing while it was read."
        raise Retriable(msg, next_step="It is tried again by itself.")

    # --- what tells nobody that it changed ----------------------------------------------------------------------------

    async def _watched(
        self, kind: str, ids: Sequence[str], home: Home, changes: Mapping[str, Page]
    ) -> AsyncIterator[Page]:
        """The watched records anew: a deposit of a payment moves neither its token nor its time (quickbooks.md 4)."""
        stream = PREFIX + kind
        if stream not in changes:  # it has just been listed
            return
        for begin in range(0, len(ids), WATCHED_AT_ONCE):
            chosen = ", ".join(quoted(id_) for id_ in ids[begin : begin + WATCHED_AT_ONCE])
            found = [
                pulled(theirs, row, home)
                for theirs in STREAM_KINDS[kind]
                for row in await self._client.rows(theirs, f"Id IN ({chosen})")
            ]
            yield Page(stream, tuple(found), changes[stream].cursor, calls=len(STREAM_KINDS[kind]))


def _all(kind: str) -> str:
    return "Active IN (true, false)" if kind in NAME_LISTS else ""


def _settled(stream: str, rows: Sequence[Pulled], before: Cursor, now: datetime, *, calls: int = 1) -> Page:
    """The page of a list that is read whole each time: without records if it is as it was."""
    digest = hashlib.sha256("\n".join(row.payload for row in rows).encode()).hexdigest()
    cursor = Cursor(now, digest).text()
    if digest == before.digest:
        return Page(stream, (), cursor, calls=calls)
    return Page(stream, tuple(rows), cursor, first=True, complete=True, calls=calls)


def _slots(body: dict[str, Any], kinds: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """CDC's slots by the kind that each holds: they come in no order, and an empty one names none (quickbooks.md 4)."""
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    for response in _listed(body.get("CDCResponse")):
        for slot in _listed(response.get("QueryResponse")):
            for kind in kinds:
                rows[kind].extend(rows_of(slot, kind))
    return rows


def _listed(value: Any) -> list[dict[str, Any]]:
    """Some answers have an object where the documents say a list."""
    many = value if isinstance(value, list) else [value]
    return [entry for entry in many if isinstance(entry, dict)]


def _too_old(problem: Problem) -> bool:
    return "older than" in problem.message
