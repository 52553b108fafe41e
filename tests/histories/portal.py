"""The CRM in memory and the connector to it: stamps are absolute, tasks are looked for by their tag."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.histories.remote import Records

from qbconsole.connectors.many import in_waves
from qbconsole.domain.errors import Conflict, NeedsPerson, Problem
from qbconsole.domain.operations import CreateTask, Operation, Receipt, StampCompany, StampDeal
from qbconsole.domain.tags import has_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from tests.histories.processes import Process
    from tests.histories.wire import Wire

    from qbconsole.connectors.base import Capability, Page, Send

STEP = "Look at it in the CRM."


@dataclass
class Portal(Records):
    """A portal at the vendor. It knows no request ids. A task is (made at, id, body)."""

    tasks: list[tuple[float, str, str]] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def do(self, operation: Operation) -> str:
        """One write; the id of what was written."""
        match operation:
            case StampDeal():
                return self._set("deals", operation.deal_id, stamp=operation.values)
            case StampCompany():
                return self._set("companies", operation.company_id, customer_tag=operation.customer_id)
            case CreateTask():
                if any(has_line(body, operation.tag) for _, _, body in self.tasks):
                    self.violations.append(f"double: the task {operation.tag!r} was made twice")
                self.tasks.append((self.elapsed(), self.new_id(), operation.body))
                return self.tasks[-1][1]
        raise NeedsPerson(f"{operation.kind} is nothing for the CRM.", next_step=STEP)

    def _set(self, kind: str, id_: str, **values: Any) -> str:
        record = self.get(kind, id_)
        if record is None:
            raise NeedsPerson(f"{kind} {id_} is gone.", next_step="Nothing is left to stamp: give it up.")
        self.put(replace(record, **values))
        return id_

    def tagged(self, tag: str) -> list[str]:
        """The ids of tasks with that tag, as lists show them."""
        until = self.elapsed() - self.lag
        return [id_ for at, id_, body in self.tasks if at <= until and has_line(body, tag)]


@dataclass
class Crm:
    """Implements `Connector` for one runner."""

    portal: Portal
    wire: Wire
    process: Process
    name: str = "hubspot"
    streams: tuple[str, ...] = tuple(
        f"hubspot.{kind}" for kind in ("owners", "stages", "companies", "contacts", "deals", "line_items")
    )
    reads: int = 0

    async def pull(
        self, cursors: Mapping[str, str], *, watched: Mapping[str, Sequence[str]], full: bool = False
    ) -> AsyncIterator[Page]:
        """What changed since the cursors, in one call."""
        _ = watched  # the log of changes tells of everything

        def read() -> list[Page]:
            return list(self.portal.pages(self.name, self.streams, cursors, full=full))

        for page in await self.wire.call(self.process, "what changed", read):
            yield page

    async def now(self) -> datetime:
        """The server's clock."""
        return await self.wire.call(self.process, "the time", self.portal.now)

    async def apply_many(self, sends: Sequence[Send]) -> Sequence[Receipt | Problem]:
        """Side by side, but for writes on one record."""

        async def together(wave: Sequence[Send]) -> Sequence[Receipt | Problem]:
            return await asyncio.gather(*(self._outcome(one) for one in wave))

        return await in_waves(sends, together)

    async def _outcome(self, send: Send) -> Receipt | Problem:
        try:
            return await self.apply(send.operation, request_id=send.request_id)
        except Problem as problem:
            return problem

    async def apply(self, operation: Operation, *, request_id: str) -> Receipt:
        """One write; the CRM takes no request ids."""
        _ = request_id
        return Receipt(await self.wire.call(self.process, _words(operation), lambda: self.portal.do(operation)))

    async def find(self, operation: Operation, *, since: datetime) -> Receipt | None:
        """A task by its tag."""
        _ = since
        if not isinstance(operation, CreateTask):
            return None
        self.portal.states["looked up"] += 1
        found = await self.wire.call(self.process, "look among tasks", lambda: self.portal.tagged(operation.tag))
        if len(found) > 1:
            raise Conflict(f"The task was made {len(found)} times.", next_step=STEP)
        return Receipt(found[0], found=True) if found else None

    async def check(self) -> Sequence[Capability]:
        """Nothing to tell."""
        return ()

    async def close(self) -> None:
        """Nothing to close."""


def _words(operation: Operation) -> str:
    match operation:
        case StampDeal():
            return f"stamp deal {operation.deal_id}"
        case StampCompany():
            return f"stamp company {operation.company_id} with {operation.customer_id!r}"
    return operation.kind
