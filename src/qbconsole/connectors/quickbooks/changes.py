"""What changed since an instant, as Intuit's change data capture tells it (quickbooks.md 4)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.quickbooks.client import folded, listed
from qbconsole.connectors.quickbooks.faults import NOT_FOUND, POISONED_PAGE
from qbconsole.connectors.quickbooks.listing import CAP, id_of
from qbconsole.domain.errors import Problem, Retriable, SignIn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.listing import Listing, Row

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Told:
    """The changed rows by kind. A kind that is in neither place changed more than one answer tells, or too long ago."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refused: dict[str, Problem] = field(default_factory=dict)

    def add(self, other: Told) -> None:
        """Take in another answer."""
        self.rows |= other.rows
        self.refused |= other.refused


class Changes:
    """Asks for changes, and asks again where the answer is no proof."""

    def __init__(self, client: Client, listing: Listing) -> None:
        """Take the client, and the listing for reading single records again."""
        self._client = client
        self._listing = listing

    async def ask(self, since: Mapping[str, datetime]) -> Told:
        """What changed of each kind since its instant: one call, if the answer is whole.

        Raises:
            Retriable: QuickBooks cannot be reached, and the like: nothing is known of any kind.
            SignIn: the credentials were refused.
        """
        told = Told()
        try:
            reply = await self._client.changes(list(since), min(since.values()))
        except (Retriable, SignIn):
            raise
        except Problem as refused:
            if _too_old(refused) or refused.code == POISONED_PAGE:
                log.info("QuickBooks: the changes are not told (code %s); they are asked for by time", refused.code)
                return told
            if len(since) == 1:
                told.refused = dict.fromkeys(since, refused)
                return told
        else:
            rows = slots(reply.body, list(since))
            if sum(map(len, rows.values())) < CAP:
                told.rows = rows
                return told
            if len(since) == 1:
                return told
        for kind, when in since.items():
            told.add(await self.ask({kind: when}))
        return told

    async def believed(self, kind: str, rows: Sequence[dict[str, Any]]) -> list[Row]:
        """The rows, each deletion borne out: the status has been wrong on a live record (quickbooks.md 4).

        What a query does not find either is gone. What it finds may lag behind: the record itself decides.
        """
        gone = [id_of(row) for row in rows if _deleted(row)]
        found = {id_of(row) for row in await self._listing.by_id(kind, gone)} if gone else set()
        return [await self._itself(kind, row) if _deleted(row) and id_of(row) in found else row for row in rows]

    async def _itself(self, kind: str, row: dict[str, Any]) -> Row:
        try:
            return (await self._client.get(kind, id_of(row))).entity(kind)
        except Problem as problem:
            if problem.code == NOT_FOUND:
                return row
            raise


def slots(body: dict[str, Any], kinds: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """CDC's slots by the kind that each holds: they come in no order, and an empty one names none (quickbooks.md 4)."""
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    for response in listed(folded(body, "CDCResponse")):
        for slot in listed(folded(response, "QueryResponse")):
            for kind in kinds:
                rows[kind].extend(listed(folded(slot, kind)))
    return rows


def _deleted(row: dict[str, Any]) -> bool:
    return row.get("status") == "Deleted"


def _too_old(problem: Problem) -> bool:
    return "older than" in problem.message
