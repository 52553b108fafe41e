"""A remote of a test's own: it does what it is asked, remembers request ids, and fails when it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qbconsole.connectors.base import Pulled
from qbconsole.domain.errors import Problem
from qbconsole.domain.operations import CreateCustomer, CreateTask, Receipt, StampCompany
from qbconsole.domain.records import Customer
from qbconsole.outbox.deliver import Deliverer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Capability, Page, Send
    from qbconsole.domain.operations import Operation


@dataclass
class Remote:
    """Implements the connector protocol in memory. `faults` are raised one for each call, `after` once it was done."""

    name: str = "remote"
    streams: tuple[str, ...] = ()
    reads: int = 0
    pages: list[Page | Problem] = field(default_factory=list)
    faults: list[Problem | None] = field(default_factory=list)
    after: bool = False
    done: dict[str, Receipt] = field(default_factory=dict)
    sent: list[Operation] = field(default_factory=list)
    looked: int = 0
    blind: bool = False
    since: datetime | None = None

    async def pull(
        self, cursors: Mapping[str, str], *, watched: Mapping[str, Sequence[str]], full: bool = False
    ) -> AsyncIterator[Page]:
        """The prepared pages; a problem among them breaks off."""
        self.cursors, self.watched, self.full = dict(cursors), dict(watched), full
        for page in self.pages:
            if isinstance(page, Problem):
                raise page
            yield page

    async def now(self) -> datetime:
        """This machine's clock."""
        return datetime.now(UTC)

    async def apply(self, operation: Operation, *, request_id: str) -> Receipt:
        """Do it once under its request id, unless a fault is next."""
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and not self.after:
            raise fault
        if request_id not in self.done:
            self.sent.append(operation)
            self.done[request_id] = self._receipt(operation)
        if fault is not None:
            raise fault
        return self.done[request_id]

    async def apply_many(self, sends: Sequence[Send]) -> Sequence[Receipt | Problem]:
        """Each on its own."""
        outcomes: list[Receipt | Problem] = []
        for send in sends:
            try:
                outcomes.append(await self.apply(send.operation, request_id=send.request_id))
            except Problem as problem:
                outcomes.append(problem)
        return outcomes

    async def find(self, operation: Operation, *, since: datetime) -> Receipt | None:
        """The receipt of the same operation, if it was done; nothing while `blind`."""
        self.looked += 1
        self.since = since
        if self.blind or operation not in self.sent:
            return None
        return self._receipt(operation)

    def _receipt(self, operation: Operation) -> Receipt:
        number = str(100 + self.sent.index(operation))
        record = None
        if isinstance(operation, CreateCustomer):
            record = Customer(id=number, name=operation.name, notes=operation.notes, revision="0")
        return Receipt(number, record=record, payload=f'{{"id":"{number}"}}')

    async def check(self) -> Sequence[Capability]:
        """Nothing to tell."""
        return ()

    async def close(self) -> None:
        """Nothing to close."""


async def deliver(book: Book, *faults: Problem | None) -> None:
    """Everything that is due, by the real deliverer, to two such remotes; the faults are the accounting side's."""
    with book.store.writing() as connection:
        connection.exec_driver_sql("INSERT OR REPLACE INTO lease VALUES ('runner', 'me', 'here', 1, 1, '')")
    await Deliverer(book, {"crm": Remote("crm"), "accounting": Remote("accounting", faults=list(faults))}, 1).deliver()


def task(tag: str = "Invoice 1 overdue") -> CreateTask:
    """A task."""
    return CreateTask("Call", f"Call them\n{tag}", tag, datetime(2026, 11, 17, 15, tzinfo=UTC), deal_id="1")


def stamp(company_id: str = "7", customer_id: str = "") -> StampCompany:
    """A stamp on a company."""
    return StampCompany(company_id, customer_id)


def customer(name: str = "Harbor Point Dental") -> CreateCustomer:
    """A customer to be made."""
    return CreateCustomer(name, "CRM company 7", "USD")


@dataclass
class Provable(Remote):
    """A remote that can be asked for its ids, for single records and for its receivables."""

    there: dict[str, Pulled] = field(default_factory=dict)
    owed: dict[str, Decimal] = field(default_factory=dict)
    asked_again: list[str] = field(default_factory=list)
    unsure: set[str] = field(default_factory=set)
    refused: list[Problem] = field(default_factory=list)

    async def ids(self, streams: Sequence[str]) -> dict[str, frozenset[str]]:
        """The ids of what is there, for its one stream."""
        return {one: frozenset(self.there) for one in streams if one == "remote.owners"}

    async def again(self, stream: str, ids: Sequence[str]) -> list[Pulled]:
        """What is there, and tombstones for the rest."""
        if self.refused:
            raise self.refused.pop(0)
        self.asked_again += ids
        kind = stream.partition(".")[2]
        return [self.there.get(id_, Pulled(kind, id_, "")) for id_ in ids if id_ not in self.unsure]

    async def receivables(self, as_of: date) -> dict[str, Decimal]:
        """What is owed."""
        self.as_of = as_of
        if self.refused:
            raise self.refused.pop(0)
        return self.owed
