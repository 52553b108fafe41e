"""A folder of spreadsheets as a CRM: read whole when it changed, written to files of our own beside the user's."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qbconsole.connectors.base import Capability
from qbconsole.connectors.many import at_once, in_waves
from qbconsole.connectors.payload import dump
from qbconsole.connectors.spreadsheet import read
from qbconsole.connectors.spreadsheet.side import CUSTOMER, RESULTS, Side
from qbconsole.domain.errors import Fatal
from qbconsole.domain.operations import CreateTask, Operation, Receipt, StampCompany, StampDeal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from qbconsole.connectors.base import Page, Send
    from qbconsole.domain.errors import Problem


class Spreadsheet:
    """One folder with companies.csv, deals.csv and lines.csv."""

    name: str = "spreadsheet"
    reads: int = 0
    streams: tuple[str, ...] = read.STREAMS

    def __init__(self, folder: Path, *, currency: str = "USD") -> None:
        """Take the folder, and the currency of deals that name none."""
        self._folder = folder
        self._currency = currency
        self._side = Side(folder)

    async def pull(
        self,
        cursors: Mapping[str, str],
        *,
        watched: Mapping[str, Sequence[str]],  # noqa: ARG002 - a file hides no change
        full: bool = False,
    ) -> AsyncIterator[Page]:
        """A page for each stream whose files changed; none if nothing did."""
        for page in read.pages(read.load(self._folder), cursors, currency=self._currency, full=full):
            yield page

    async def now(self) -> datetime:
        """This machine's clock: files have no other."""
        return datetime.now(UTC)

    async def apply(self, operation: Operation, *, request_id: str) -> Receipt:  # noqa: ARG002 - looked up by tag
        """Write to our own file; a task with that tag that is there already is left as it is."""
        match operation:
            case StampDeal():
                self._side.set("deal", operation.deal_id, _known(dict(operation.values)))
                return Receipt(operation.deal_id)
            case StampCompany():
                self._side.set("company", operation.company_id, {CUSTOMER: operation.customer_id})
                return Receipt(operation.company_id)
            case CreateTask():
                return self._found_task(operation) or Receipt(self._side.add_task(operation))
            case _:
                msg = f"A spreadsheet does no {operation.kind}."
                raise Fatal(msg)

    async def apply_many(self, sends: Sequence[Send]) -> Sequence[Receipt | Problem]:
        """Do several writes, one after the other."""

        async def send(wave: Sequence[Send]) -> Sequence[Receipt | Problem]:
            return await at_once([self.apply(one.operation, request_id=one.request_id) for one in wave])

        return await in_waves(sends, send)

    async def find(self, operation: Operation, *, since: datetime) -> Receipt | None:  # noqa: ARG002 - by value or tag
        """Look into our own files."""
        match operation:
            case StampDeal():
                return self._found("deal", operation.deal_id, dict(operation.values))
            case StampCompany():
                return self._found("company", operation.company_id, {CUSTOMER: operation.customer_id})
            case CreateTask():
                return self._found_task(operation)
            case _:
                msg = f"A spreadsheet does no {operation.kind}."
                raise Fatal(msg)

    async def check(self) -> Sequence[Capability]:
        """Whether the files are there and the folder may be written."""
        folder = read.load(self._folder)
        return [
            *(
                Capability(table.name, available=True, detail=f"{len(table.rows)} rows")
                for table in (folder.companies, folder.deals, folder.lines)
            ),
            Capability("writable", os.access(self._folder, os.W_OK), "results go to qbconsole.csv and tasks.csv"),
        ]

    async def close(self) -> None:
        """Nothing is open."""

    def _found(self, record: str, id_: str, values: dict[str, str]) -> Receipt | None:
        held = self._side.values(record, id_)
        if not held or any(held.get(name, "") != value for name, value in values.items()):
            return None
        return Receipt(id_, payload=dump(held), found=True)

    def _found_task(self, operation: CreateTask) -> Receipt | None:
        held = self._side.task(operation.tag)
        return Receipt(held["id"], payload=dump(held), found=True) if held else None


def _known(values: dict[str, str]) -> dict[str, str]:
    """The values, all of which have a column.

    Raises:
        Fatal: one has none: it would be lost.
    """
    if unknown := [name for name in values if name not in RESULTS]:
        msg = f"qbconsole.csv has no column for {', '.join(unknown)}."
        raise Fatal(msg)
    return values
