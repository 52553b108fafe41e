"""Rows of a kind, all of them or those that changed, in an order that holds while rows move (quickbooks.md 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.base import Pulled
from qbconsole.connectors.quickbooks.client import PAGE, folded, moment, quoted, rows_of, select
from qbconsole.connectors.quickbooks.faults import POISONED_PAGE
from qbconsole.connectors.quickbooks.kinds import everything
from qbconsole.connectors.quickbooks.models.shared import Times
from qbconsole.connectors.quickbooks.translate import TYPES, pulled
from qbconsole.connectors.vendor import UNREADABLE
from qbconsole.domain.errors import Problem, Retriable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
    from datetime import datetime

    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.translate import Home

LISTINGS = 3
"""How often a listing is begun again when rows moved under it."""
CAP = 1000
"""Rows at which an answer without pages is taken for cut (quickbooks.md 4, 5.1)."""
SMALL = 250
"""Kinds with fewer rows are read with others in one answer; all of them are in memory at once."""
QUERIES = 30
"""Queries that a batch takes (quickbooks.md 5.1)."""
IDS_AT_ONCE = 100
BY_TIME = "MetaData.LastUpdatedTime"
_WITHOUT_ORDER = frozenset({"RecurringTransaction"})
"""Wrappers have no Id to be ordered by."""


@dataclass(frozen=True, slots=True)
class Poisoned:
    """A row that QuickBooks itself cannot read out (4002): where it stands, what it is called, what was said."""

    id: str
    problem: Problem


Row = dict[str, Any] | Poisoned


def id_of(row: Row) -> str:
    """A row's id; that of a template lies in its wrapper."""
    if isinstance(row, Poisoned):
        return row.id
    inner = next((row[kind] for kind in TYPES if isinstance(row.get(kind), dict)), row)
    return str(inner.get("Id") or "")


def as_pulled(kind: str, row: Row, home: Home, stream: str) -> Pulled:
    """A row as its stream yields it."""
    if isinstance(row, Poisoned):
        words = f"QuickBooks {kind} {row.id} cannot be read out: {row.problem.message}"
        return Pulled(stream, row.id, "{}", problem=words)
    return pulled(kind, row, home)


class Listing:
    """Reads the rows of one company."""

    def __init__(self, client: Client) -> None:
        """Take the client."""
        self._client = client

    async def pages(self, kind: str, where: str = "", *, fields: str = "*") -> AsyncIterator[list[Row]]:
        """Pages of a kind by position. Each begins with the last row of the one before: if it is not there, rows moved
        while we read (one was deleted, say), a row may have been skipped, and the listing begins again.

        Raises:
            Retriable: the rows never rested.
        """
        for _ in range(LISTINGS):
            last, start, moved = "", 1, False
            while True:
                rows = await self._page(kind, where, start, PAGE, fields=fields)
                if last and (not rows or id_of(rows[0]) != last):
                    moved = True
                    break
                if fresh := rows[1:] if last else rows:
                    yield fresh
                if len(rows) < PAGE:
                    break
                last, start = id_of(rows[-1]), start + len(rows) - 1
            if not moved:
                return
        msg = f"The QuickBooks list of {kind.lower()} records kept changing while it was read."
        raise Retriable(msg, next_step="It is tried again by itself.")

    async def since(self, kind: str, when: datetime) -> AsyncIterator[list[Row]]:
        """What changed since an instant, in the order of change. Each page begins at the time at which the one before
        it ended, so that no position moves: a row that changes meanwhile comes again, later."""
        floor = when
        while True:
            rows = await self._page(kind, _changed(kind, floor), 1, PAGE, order=BY_TIME)
            if rows:
                yield rows
            if len(rows) < PAGE:
                return
            following = _last_time(rows)
            if following is None or moment(following) <= moment(floor):  # one second holds more than a page
                async for page in self.pages(kind, _changed(kind, floor)):
                    yield page
                return
            floor = following

    async def counts(self, kinds: Iterable[str]) -> dict[str, int | Problem]:
        """How many rows of each kind there are, inactive ones too; or why that cannot be told."""
        asked = list(kinds)
        statements = [f"SELECT COUNT(*) FROM {kind}{_where(kind)}" for kind in asked]  # noqa: S608 - constants
        found: dict[str, int | Problem] = {}
        for begin in range(0, len(asked), QUERIES):
            answers = await self._client.queries(statements[begin : begin + QUERIES])
            for kind, answer in zip(asked[begin : begin + QUERIES], answers, strict=True):
                total = answer if isinstance(answer, Problem) else folded(folded(answer, "QueryResponse"), "totalCount")
                found[kind] = total if isinstance(total, Problem) else int(total or 0)
        return found

    async def together(self, counts: Mapping[str, int], *, fields: str = "*") -> dict[str, list[Row] | Problem]:
        """All rows of the small kinds, in few calls; the others are for `pages`."""
        found: dict[str, list[Row] | Problem] = {}
        for group in packed(counts):
            statements = [select(kind, everything(kind), order=_order(kind), fields=fields) for kind in group]
            answers = await self._client.queries(statements)
            rows: dict[str, list[Row] | Problem] = {
                kind: answer if isinstance(answer, Problem) else list(rows_of(answer, kind))
                for kind, answer in zip(group, answers, strict=True)
            }
            if sum(len(one) for one in rows.values() if isinstance(one, list)) < CAP:  # else it may have been cut
                poisoned = [
                    kind for kind, one in rows.items() if isinstance(one, Problem) and one.code == POISONED_PAGE
                ]
                found |= {kind: one for kind, one in rows.items() if kind not in poisoned}
        return found

    async def by_id(self, kind: str, ids: Sequence[str]) -> list[Row]:
        """The rows with these ids that a query finds: a query may lag behind."""
        found: list[Row] = []
        for begin in range(0, len(ids), IDS_AT_ONCE):
            chosen = ", ".join(quoted(id_) for id_ in ids[begin : begin + IDS_AT_ONCE])
            active = everything(kind)
            where = f"Id IN ({chosen})" + (f" AND {active}" if active else "")
            found += await self._page(kind, where, 1, PAGE)
        return found

    async def _page(
        self, kind: str, where: str, start: int, limit: int, *, order: str = "", fields: str = "*"
    ) -> list[Row]:
        """Rows by position. A page that one of its rows stops is halved until that row stands alone (trap 24)."""
        order = order or _order(kind)
        try:
            return list(await self._client.rows(kind, where, start=start, limit=limit, order=order, fields=fields))
        except Problem as stopped:
            if stopped.code != POISONED_PAGE:
                raise
            if limit == 1:
                return [await self._isolated(kind, where, start, order, stopped)]
        half = limit // 2
        first = await self._page(kind, where, start, half, order=order, fields=fields)
        if len(first) < half:
            return first
        return first + await self._page(kind, where, start + half, limit - half, order=order, fields=fields)

    async def _isolated(self, kind: str, where: str, start: int, order: str, stopped: Problem) -> Row:
        """The row that stops a page: read by its id, which may work where the query does not; else set aside."""
        try:
            rows = await self._client.rows(kind, where, start=start, limit=1, order=order, fields="Id")
            id_ = id_of(rows[0])
        except (Problem, IndexError):
            return Poisoned(f"{kind}-at-place-{start}", stopped)
        try:
            return (await self._client.get(kind, id_)).entity(kind)
        except Problem:
            return Poisoned(id_, stopped)


def packed(counts: Mapping[str, int]) -> list[list[str]]:
    """Small kinds in groups whose rows together stay below what one answer holds; larger kinds are in none."""
    groups: list[tuple[int, list[str]]] = []
    for kind, count in sorted(counts.items(), key=lambda entry: -entry[1]):
        if count >= SMALL:
            continue
        for place, (total, group) in enumerate(groups):
            if total + count < CAP and len(group) < QUERIES:
                group.append(kind)
                groups[place] = (total + count, group)
                break
        else:
            groups.append((count, [kind]))
    return [group for _, group in groups]


def _order(kind: str) -> str:
    return "" if kind in _WITHOUT_ORDER else "Id"


def _where(kind: str) -> str:
    condition = everything(kind)
    return f" WHERE {condition}" if condition else ""


def _changed(kind: str, since: datetime) -> str:
    condition = f"{BY_TIME} >= {quoted(moment(since))}"
    active = everything(kind)
    return f"{condition} AND {active}" if active else condition


def _last_time(rows: Sequence[Row]) -> datetime | None:
    """When the last row changed, if the rows are in that order and each says its time."""
    times = [_time(row) for row in rows]
    known = [time for time in times if time is not None]
    return known[-1] if len(known) == len(times) and known == sorted(known) else None


def _time(row: Row) -> datetime | None:
    if isinstance(row, Poisoned):
        return None
    try:
        return Times.model_validate(row.get("MetaData") or {}).LastUpdatedTime
    except UNREADABLE:
        return None
