"""The inverse of what was delivered: reads what the mirror holds now of each record, and asks the rules."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from qbconsole.domain import inverses
from qbconsole.domain.inverses import NO_INVERSE, Days, Reversal
from qbconsole.domain.operations import (
    CreateCustomer,
    CreateDocument,
    DeactivateCustomer,
    DeleteDocument,
    Operation,
    StampCompany,
    TagCustomer,
    UpdateCustomer,
    UpdateDocument,
    VoidDocument,
)
from qbconsole.domain.records import Company, Customer, Document, Ledger, Payment
from qbconsole.ledger import documents
from qbconsole.outbox.decider import Enqueued, Inverse
from qbconsole.outbox.sending import sendable
from qbconsole.store import mirror
from qbconsole.store import outbox as rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from qbconsole.books.book import Book

Row = dict[str, Any]


def days(connection: Connection, book: Book) -> Days:
    """The book's days: the later of what accounting has closed and what the book says was reported."""
    ledger = next(iter(mirror.every(connection, Ledger)), None)
    known = (ledger.closed_through if ledger else None, book.settings.reported_through)
    return Days(book.today(connection), max((day for day in known if day), default=date.min))


def inverse(connection: Connection, book: Book, settled: Sequence[Row]) -> Inverse:
    """What takes a decision's delivered operations back now: all of them, or (`refusal`) none."""
    now = days(connection, book)
    found = [_reversal(connection, now, row) for row in settled]
    refused = [one.refusal for one in found if one.refusal]
    if refused:
        return Inverse("", refusal="; ".join(refused))
    operations = [operation for one in found for operation in one.operations]
    subjects = tuple(dict.fromkeys(_record(operation) for operation in operations))
    return Inverse(
        " and ".join(one.words for one in found if one.words),
        tuple(_enqueued(connection, operation, subjects) for operation in operations),
    )


def _reversal(connection: Connection, now: Days, row: Row) -> Reversal:
    if row["kind"] in NO_INVERSE:
        return Reversal(refusal=NO_INVERSE[row["kind"]])
    operation = sendable(connection, row)
    match operation:
        case CreateDocument():
            return _of_document(connection, now, row, operation)
        case CreateCustomer():
            return _of_customer(connection, row["remote_id"])
        case TagCustomer():
            return inverses.of_tag(operation)
        case StampCompany():
            return inverses.of_stamp(operation, mirror.get(connection, Company, operation.company_id))
        case UpdateCustomer():
            return _of_update(operation, mirror.get(connection, Customer, operation.customer_id))
        case UpdateDocument():
            return _of_update(operation, mirror.get(connection, Document, operation.document_id))
        case _:
            return Reversal(refusal=f"nothing takes a {row['kind'].replace('_', ' ')} back")


def _of_document(connection: Connection, now: Days, row: Row, operation: CreateDocument) -> Reversal:
    billed = documents.of_operation(connection, row["id"])
    if billed is not None and billed.state != "live":
        return Reversal(refusal="it was taken back already")
    document = mirror.get(connection, Document, row["remote_id"])
    if document is None or document.voided:
        name = f"{operation.type.replace('_', ' ')} {row['number'] or row['remote_id']}"
        return Reversal(f"{name} is void or gone in QuickBooks already: only noted here")
    return inverses.of_document(document, now, operation.private_note)


def _of_customer(connection: Connection, customer_id: str) -> Reversal:
    customer = mirror.get(connection, Customer, customer_id)
    if customer is None:
        return Reversal("the customer is gone in QuickBooks already: only noted here")
    used = mirror.every(connection, Document, customer_id=customer_id)
    return inverses.of_customer(
        customer, in_use=bool(used or mirror.every(connection, Payment, customer_id=customer_id))
    )


def _of_update(operation: UpdateCustomer | UpdateDocument, record: Customer | Document | None) -> Reversal:
    if record is None:
        return Reversal("the record is gone in QuickBooks already: only noted here")
    return inverses.of_update(operation, record)


def _record(operation: Operation) -> str:
    """The record that an inverse is about, as the journal names it."""
    match operation:
        case CreateDocument():
            return f"documents:{operation.reverses}"
        case VoidDocument() | DeleteDocument() | UpdateDocument():
            return f"documents:{operation.document_id}"
        case TagCustomer() | DeactivateCustomer() | UpdateCustomer():
            return f"customers:{operation.customer_id}"
        case StampCompany():
            return f"companies:{operation.company_id}"
        case _:
            raise AssertionError(operation.kind)


def _enqueued(connection: Connection, operation: Operation, subjects: tuple[str, ...]) -> Enqueued:
    """An inverse on its way into the outbox.

    A credit memo is made once for an undo; after it was given up or voided again, the next undo is a new intent.
    """
    if not isinstance(operation, CreateDocument):
        return Enqueued(operation, target=_record(operation), subjects=subjects)
    target = f"credit of {_record(operation)}"
    before = len(rows.on_target(connection, operation.kind, target))
    return Enqueued(operation, target=target, subjects=subjects, generation=before + 1, recurs=False)


def overtaken(connection: Connection, book: Book, operation: Operation) -> str:
    """Why an inverse that was decided on may not be sent any more; empty if it may."""
    taken_back = operation.document_id if isinstance(operation, VoidDocument | DeleteDocument) else ""
    if not taken_back and not (isinstance(operation, CreateDocument) and operation.reverses):
        return ""
    document = mirror.get(connection, Document, taken_back) if taken_back else None
    return inverses.overtaken(operation, document, days(connection, book))
