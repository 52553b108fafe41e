"""What the mirror is proved against: the ids that QuickBooks holds, single records, its report of receivables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.base import Pulled
from qbconsole.connectors.quickbooks.client import folded
from qbconsole.connectors.quickbooks.faults import NOT_FOUND
from qbconsole.connectors.quickbooks.kinds import KINDS, PREFIX, everything, switched_off
from qbconsole.connectors.quickbooks.listing import as_pulled, id_of
from qbconsole.connectors.quickbooks.read import lacks
from qbconsole.connectors.quickbooks.report import by_customer
from qbconsole.connectors.quickbooks.translate.rows import RECURRING, sells
from qbconsole.domain.errors import Problem, Retriable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.listing import Row
    from qbconsole.connectors.quickbooks.read import Reader
    from qbconsole.connectors.quickbooks.translate import Home


class Prover:
    """Answers what a proof of the mirror asks of one company; see `connectors.base.Accounting`."""

    def __init__(self, client: Client, reader: Reader) -> None:
        """Take the client, and the reader for the company's settings and its rows."""
        self._client = client
        self._reader = reader

    async def ids(self, streams: Sequence[str]) -> dict[str, frozenset[str]]:
        """The ids of all records of the streams, inactive ones too; a stream that the plan lacks is left out."""
        off = switched_off(await self._reader.ledger())
        names = [name for stream in streams if (name := stream.removeprefix(PREFIX)) in KINDS and name not in off]
        found = await self._ids_of_kinds([kind for name in names for kind in KINDS[name]])
        told = {
            PREFIX + name: frozenset().union(*(found[kind] for kind in KINDS[name]))
            for name in names
            if all(kind in found for kind in KINDS[name])
        }
        if PREFIX + "custom_fields" in streams:
            told[PREFIX + "custom_fields"] = frozenset(one.id for one in self._reader.company.custom_fields())
        return told

    async def again(self, stream: str, ids: Sequence[str]) -> list[Pulled]:
        """The records as they are now, each by its id; gone is only what QuickBooks says is not there (610)."""
        name = stream.removeprefix(PREFIX)
        if name not in KINDS:
            listed = {one.id: one for one in self._reader.company.custom_fields()}
            return [listed.get(id_, Pulled(name, id_, "")) for id_ in ids]
        if name in switched_off(await self._reader.ledger()):
            return []
        home = await self._reader.home()
        found = await self._queried(name, ids, home)
        for id_ in ids:
            if id_ not in found and (one := await self._single(name, id_, home)):
                found[id_] = one
        return list(found.values())

    async def receivables(self, as_of: date) -> Mapping[str, Decimal]:
        """What each customer owes by QuickBooks' report of aged receivables, in home currency."""
        return by_customer(await self._client.report("AgedReceivables", {"report_date": as_of.isoformat()}))

    async def _ids_of_kinds(self, kinds: Iterable[str]) -> dict[str, set[str]]:
        counts = await self._reader.listing.counts(kinds)
        small: dict[str, int] = {}
        for kind, count in counts.items():
            if isinstance(count, int):
                small[kind] = count
            elif isinstance(count, Retriable):
                raise count
        rows = await self._ids_together({kind: count for kind, count in small.items() if kind != RECURRING})
        found: dict[str, set[str]] = {}
        for kind in small:
            known = rows.get(kind)
            if known is None or len(known) < small[kind]:
                pages = self._reader.listing.pages(kind, everything(kind), fields=_fields(kind))
                known = {id_of(row) async for page in pages for row in page if _concerns(kind, row)}
            found[kind] = known - {""}
        return found

    async def _ids_together(self, counts: Mapping[str, int]) -> dict[str, set[str]]:
        rows = await self._reader.listing.together(counts, fields="Id")
        return {kind: {id_of(row) for row in one} for kind, one in rows.items() if isinstance(one, list)}

    async def _queried(self, name: str, ids: Sequence[str], home: Home) -> dict[str, Pulled]:
        kinds = [kind for kind in KINDS[name] if kind != RECURRING]
        rows = [(kind, row) for kind in kinds for row in await self._reader.listing.by_id(kind, ids)]
        return {id_of(row): as_pulled(kind, row, home, name) for kind, row in rows}

    async def _single(self, name: str, id_: str, home: Home) -> Pulled | None:
        """The record itself, whichever of the stream's kinds it is; None if nothing sure is said of it."""
        for kind in KINDS[name]:
            try:
                row = folded((await self._client.get(kind, id_)).body, kind)
            except Problem as problem:
                if problem.code == NOT_FOUND:
                    continue
                if lacks(problem):
                    return None
                raise
            return as_pulled(kind, row, home, name) if isinstance(row, dict) and id_of(row) == id_ else None
        return Pulled(name, id_, "")


def _fields(kind: str) -> str:
    return "*" if kind == RECURRING else "Id"


def _concerns(kind: str, row: Row) -> bool:
    return kind != RECURRING or not isinstance(row, dict) or sells(row)
