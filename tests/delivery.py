"""A remote that does what it is asked, for tests of desks: operations settle as the deliverer settles them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole import ledger
from qbconsole.domain.operations import (
    CreateCustomer,
    CreateDocument,
    DeactivateCustomer,
    Operation,
    Receipt,
    TagCustomer,
    VoidDocument,
)
from qbconsole.domain.records import Customer, Document, Record
from qbconsole.outbox.queue import move
from qbconsole.outbox.sending import sendable
from qbconsole.store import mirror, outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.books.book import Book


def deliver(book: Book) -> list[Operation]:
    """Settle everything that is not settled yet, in order; returns what was sent."""
    sent: list[Operation] = []
    with book.store.writing() as connection:
        for row in outbox.listed(connection, ("waiting", "pending")):
            operation = sendable(connection, row)
            record = _done(connection, operation, 5000 + row["id"])
            remote_id = record.id if record else f"task{row['id']}"
            number = record.number if isinstance(record, Document) else ""
            receipt = Receipt(remote_id, number=number, record=record)
            now = datetime.now(UTC)
            claimed = move(connection, row, "claimed", at=now, attempts=1)
            assert claimed is not None
            move(connection, claimed, "settled", at=now, remote_id=remote_id, number=number)
            if record is not None:
                mirror.put_record(connection, record, repr(record), now)
            ledger.settle(connection, row, receipt, now)
            sent.append(operation)
    return sent


def _done(connection: Connection, operation: Operation, new: int) -> Record | None:
    match operation:
        case CreateCustomer():
            return Customer(
                id=str(new), name=operation.name, email=operation.email, phone=operation.phone, notes=operation.notes,
                address=operation.address, currency=operation.currency,
            )  # fmt: skip
        case CreateDocument():
            return Document(
                id=str(new), type=operation.type, number=str(new), customer_id=operation.customer_id,
                posted_on=operation.posted_on, currency=operation.currency, total=operation.before_tax,
                balance=operation.before_tax, due_on=operation.due_on, lines=operation.lines,
                private_note=operation.private_note, revision="0",
            )  # fmt: skip
        case VoidDocument():
            return _changed(
                connection, Document, operation.document_id, voided=True, total=Decimal(0), balance=Decimal(0)
            )
        case TagCustomer():
            found = mirror.get(connection, Customer, operation.customer_id)
            notes = (found.notes if found else "").replace(operation.tag, "").strip()
            notes = notes if operation.remove else f"{notes}\n{operation.tag}".strip()
            return _changed(connection, Customer, operation.customer_id, notes=notes)
        case DeactivateCustomer():
            return _changed(connection, Customer, operation.customer_id, active=False)
        case _:
            return None


def _changed(connection: Connection, kind: type[Customer | Document], id_: str, **changes: Any) -> Record:
    found = mirror.get(connection, kind, id_)
    assert found is not None
    return replace(found, **changes)
