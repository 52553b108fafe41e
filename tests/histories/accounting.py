"""The connector to the accounting side in memory, by connectors/base.py and quickbooks.md sections 6, 7 and 9."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from tests.histories.ledger import Ledger, Stale
from tests.histories.remote import pulled

from qbconsole.connectors.many import in_waves
from qbconsole.domain.errors import Conflict, NeedsPerson, Problem, Retriable
from qbconsole.domain.operations import (
    CreateCustomer,
    CreateDocument,
    DeactivateCustomer,
    DeleteDocument,
    Operation,
    Receipt,
    TagCustomer,
    VoidDocument,
)
from qbconsole.domain.records import Customer, Document
from qbconsole.domain.tags import has_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from tests.histories.processes import Process
    from tests.histories.wire import Wire

    from qbconsole.connectors.base import Capability, Page, Pulled, Send
    from qbconsole.domain.records import Record

T = TypeVar("T")
TRIES = 3
"""Times that a change is tried under the newest token."""
STEP = "Look at it in QuickBooks, then decide."


@dataclass
class Quickbooks:
    """Implements `Accounting` for one runner."""

    ledger: Ledger
    wire: Wire
    process: Process
    name: str = "quickbooks"
    streams: tuple[str, ...] = tuple(
        f"quickbooks.{kind}" for kind in ("ledgers", "terms", "items", "customers", "documents", "payments")
    )
    reads: int = 0

    # --- reading ------------------------------------------------------------------------------------------------------

    async def pull(
        self, cursors: Mapping[str, str], *, watched: Mapping[str, Sequence[str]], full: bool = False
    ) -> AsyncIterator[Page]:
        """What changed since the cursors, in one call."""
        _ = watched  # the log of changes tells of everything

        def read() -> list[Page]:
            return list(self.ledger.pages(self.name, self.streams, cursors, full=full))

        for page in await self._call("what changed", read):
            yield page

    async def now(self) -> datetime:
        """The server's clock."""
        return await self._call("the time", self.ledger.now)

    async def ids(self, streams: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """All ids, as lists show them."""

        def read() -> dict[str, frozenset[str]]:
            kinds = {stream: stream.removeprefix(f"{self.name}.") for stream in streams}
            return {stream: frozenset(self.ledger.listed(kind)) for stream, kind in kinds.items()}

        return await self._call("all ids", read)

    async def again(self, stream: str, ids: Sequence[str]) -> Sequence[Pulled]:
        """Records by their ids."""
        kind = stream.removeprefix(f"{self.name}.")
        return await self._call("again", lambda: [pulled(kind, id_, self.ledger.get(kind, id_)) for id_ in ids])

    async def receivables(self, as_of: date) -> Mapping[str, Decimal]:
        """What customers owe."""
        _ = as_of
        return await self._call("receivables", self.ledger.owed)

    async def find(self, operation: Operation, *, since: datetime) -> Receipt | None:
        """By the tag where there is one, else by what is there."""
        self.ledger.states["looked up"] += 1
        match operation:
            case CreateCustomer():
                return self._one(await self._list("customers", lambda one: one.active and one.notes == operation.notes))
            case CreateDocument():
                return self._this(operation, await self._list("documents", lambda one: _made_by(one, operation, since)))
            case VoidDocument() | DeleteDocument():
                found = await self._get(Document, operation.document_id)
                return _taken_back(operation.document_id, found)
            case DeactivateCustomer():
                customer = await self._get(Customer, operation.customer_id)
                return None if customer and customer.active else _receipt(customer, operation.customer_id, found=True)
        return None

    def _one(self, found: Sequence[Record]) -> Receipt | None:
        if len(found) > 1:
            raise Conflict(f"It was made {len(found)} times.", next_step=STEP)
        return _receipt(found[0], found[0].id, found=True) if found else None

    def _this(self, operation: CreateDocument, found: Sequence[Document]) -> Receipt | None:
        receipt = self._one(found)
        if found:
            _must_be(found[0], operation)
        return receipt

    # --- writing ------------------------------------------------------------------------------------------------------

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
        """One write under its request id."""
        match operation:
            case CreateCustomer():
                return await self._create(
                    operation, request_id, lambda: self.ledger.create_customer(operation, request_id)
                )
            case CreateDocument():
                if operation.reverses:
                    await self._reversible(operation)
                return await self._create(
                    operation, request_id, lambda: self.ledger.create_document(operation, request_id)
                )
            case VoidDocument() | DeleteDocument():
                return await self._take_back(operation, request_id)
            case TagCustomer():
                return await self._change_customer(
                    operation.customer_id, request_id, lambda one: _tagged(one, operation)
                )
            case DeactivateCustomer():
                return await self._change_customer(operation.customer_id, request_id, self._deactivated)
        raise NeedsPerson(f"{operation.kind} is nothing for accounting.", next_step=STEP)

    async def _create(
        self, operation: CreateCustomer | CreateDocument, request_id: str, effect: Callable[[], Record]
    ) -> Receipt:
        """Make it, and read it back: an old answer given again may be about what is gone since."""
        made: Any = await self._call(
            f"{operation.kind} {_mark(operation)}", lambda: self.ledger.once(request_id, effect)
        )
        try:
            now = await self._get(type(made), made.id)
        except Problem as problem:
            raise Retriable(f"It could not be read back: {problem.message}", sent=True, next_step=STEP) from problem
        if now is None:
            self.ledger.states["replay of a deleted object recognised"] += 1
            raise Conflict("It was made before, and deleted there since.", next_step=STEP)
        if isinstance(now, Document) and isinstance(operation, CreateDocument):
            _must_be(now, operation)
        return _receipt(now, now.id)

    async def _reversible(self, operation: CreateDocument) -> None:
        original = await self._get(Document, operation.reverses)
        if original is None or original.voided or original.balance != operation.reverses_balance:
            raise Conflict("The invoice is no longer as it was when the credit was decided.", next_step=STEP)

    async def _take_back(self, operation: VoidDocument | DeleteDocument, request_id: str) -> Receipt:
        for _ in range(TRIES):
            current = await self._get(Document, operation.document_id)
            if (done := _taken_back(operation.document_id, current)) or current is None:
                return done or Receipt(operation.document_id, gone=True)
            as_seen = (operation.balance, operation.emailed, operation.payments)
            if (current.balance, current.emailed, current.links) != as_seen:
                raise Conflict("The invoice moved since that was decided.", next_step=STEP)
            changed = await self._under_token(current, request_id, f"void {current.id}", self.ledger.void)
            if changed is not None:
                return _receipt(changed, changed.id)
        raise Conflict("The invoice changes again and again.", next_step=STEP)

    async def _change_customer(self, id_: str, request_id: str, change: Callable[[Customer], Customer]) -> Receipt:
        for _ in range(TRIES):
            current = await self._get(Customer, id_)
            if current is None:
                raise NeedsPerson(f"Customer {id_} is gone.", next_step=STEP)
            wanted = change(current)
            if wanted == current:
                return _receipt(current, id_, found=True)
            values = {"notes": wanted.notes, "active": wanted.active, "name": wanted.name}

            def effect(one: Customer, token: str, values: dict[str, Any] = values) -> Record:
                return self.ledger.change(one, token, **values)

            changed = await self._under_token(current, request_id, f"change customer {id_}", effect)
            if changed is not None:
                return _receipt(changed, id_)
        raise Conflict("The customer changes again and again.", next_step=STEP)

    async def _under_token(self, current: Any, request_id: str, what: str, effect: Callable[[Any, str], Record]) -> Any:
        """A change under the token that was read; None when somebody else was first."""

        def write() -> Record:
            return self.ledger.once(f"{request_id}:{current.revision}", lambda: effect(current, current.revision))

        try:
            return await self._call(what, write)
        except Stale:
            return None

    def _deactivated(self, customer: Customer) -> Customer:
        from dataclasses import replace

        used = [one for one in self.ledger.every("documents") if one.customer_id == customer.id]
        if used or customer.balance:
            raise NeedsPerson("The customer has transactions.", next_step="Leave it active.")
        name = customer.name if not customer.active else f"{customer.name} (deleted)"
        return replace(customer, active=False, name=name)

    # --- the wire -----------------------------------------------------------------------------------------------------

    async def _call(self, what: str, effect: Callable[[], T]) -> T:
        return await self.wire.call(self.process, what, effect)

    async def _get(self, kind: type[Any], id_: str) -> Any:
        return await self._call(f"read {kind.kind} {id_}", lambda: self.ledger.get(kind.kind, id_))

    async def _list(self, kind: str, wanted: Callable[[Any], bool]) -> list[Any]:
        def read() -> list[Any]:
            found = [one for one in self.ledger.listed(kind).values() if wanted(one)]
            if len(found) < len([one for one in self.ledger.every(kind) if wanted(one)]):
                self.ledger.states["look-up lagged behind"] += 1
            return found

        return list(await self._call(f"look among {kind}", read))

    async def check(self) -> Sequence[Capability]:
        """Nothing to tell."""
        return ()

    async def close(self) -> None:
        """Nothing to close."""


def _mark(operation: CreateCustomer | CreateDocument) -> str:
    return operation.notes if isinstance(operation, CreateCustomer) else repr(operation.private_note)


def _made_by(document: Document, operation: CreateDocument, since: datetime) -> bool:
    lines = operation.private_note.splitlines()
    return (
        document.customer_id == operation.customer_id
        and document.type == operation.type
        and document.created_at is not None
        and document.created_at >= since
        and all(has_line(document.private_note, line) for line in lines)
    )


def _must_be(document: Document, operation: CreateDocument) -> None:
    """Refuse one that is void, or not what was decided."""
    if document.voided:
        raise Conflict(f"{document.number} was voided in QuickBooks.", next_step=STEP)
    if document.total != operation.before_tax or not _made_by(document, operation, document.created_at):  # type: ignore[arg-type]
        raise Conflict(f"{document.number} is not what was decided.", next_step=STEP)


def _taken_back(id_: str, document: Document | None) -> Receipt | None:
    if document is None:
        return Receipt(id_, gone=True, found=True)
    return _receipt(document, id_, found=True) if document.voided else None


def _tagged(customer: Customer, operation: TagCustomer) -> Customer:
    from dataclasses import replace

    lines = [line for line in customer.notes.splitlines() if line != operation.tag]
    return replace(customer, notes="\n".join(lines if operation.remove else [*lines, operation.tag]))


def _receipt(record: Any, id_: str, *, found: bool = False) -> Receipt:
    number = record.number if isinstance(record, Document) else ""
    return Receipt(
        id_, revision=record.revision if record else "", number=number, record=record, payload=repr(record),
        found=found, gone=record is None,
    )  # fmt: skip
