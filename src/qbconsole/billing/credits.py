"""Using the credit memo of an undo for the invoice that it takes back: until then the row says that it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.inverses import name_of, usable
from qbconsole.domain.money import spoken
from qbconsole.domain.operations import ApplyCredit, VoidDocument
from qbconsole.domain.records import Document
from qbconsole.ledger import documents, events
from qbconsole.outbox.decider import Enqueued, Outcome, Taken
from qbconsole.outbox.inverse import days
from qbconsole.store import mirror, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.outbox.decider import Decider
    from qbconsole.store.queues import Row

UNDO_APPLY = "cancel inside the posting window; no undo later: delete the payment of zero in QuickBooks"


@dataclass(frozen=True, slots=True)
class OpenCredit:
    """A credit memo that took an invoice back and is not wholly used yet."""

    credit: Document
    invoice: Document

    @property
    def target(self) -> str:
        """What its use is about, for the request id."""
        return f"use of documents:{self.credit.id} for documents:{self.invoice.id}"


def of_event(connection: Connection, event_id: int) -> Iterator[OpenCredit]:
    """The open credits of what was taken back of an event, the newest first."""
    taken_back = documents.every(connection, state="taken_back")
    ended = {
        row.billed_document_id for row in documents.allocations(connection, live=False) if row.event_id == event_id
    }
    for billed in reversed(taken_back):
        if billed.id in ended and billed.credit_document_id:
            credit = mirror.get(connection, Document, billed.credit_document_id)
            invoice = mirror.get(connection, Document, billed.document_id)
            if credit and invoice and credit.balance > 0 and not credit.voided:
                yield OpenCredit(credit, invoice)


def being_voided(connection: Connection, event_id: int) -> str:
    """The credit memo of an event that is being voided, because its undo was taken back; empty if none is."""
    for found in of_event(connection, event_id):
        if outbox.open_on(connection, VoidDocument.kind, f"documents:{found.credit.id}"):
            return name_of(found.credit)
    return ""


def why_not_apply(connection: Connection, book: Book, row: Row) -> str:
    """Why the open credit of a draft's event cannot be used for its invoice from here; empty if it can."""
    found = next(of_event(connection, row["event_id"]), None)
    return "it has no credit that is open" if found is None else _why_not(connection, book, found)


def _why_not(connection: Connection, book: Book, found: OpenCredit) -> str:
    now, invoice = days(connection, book), found.invoice
    if not usable(found.credit, invoice):
        left = spoken(found.credit.balance, found.credit.currency)
        return f"{name_of(invoice)} owes nothing: {left} stay with the customer, to be used for another or paid back"
    if outbox.open_on(connection, ApplyCredit.kind, found.target):
        return f"{name_of(found.credit)} is being applied"
    if not now.is_open(now.today):
        return f"{now.closed_through} is closed or reported: nothing can be dated today"
    if not book.settings.accounting.may_apply_credits:
        by_hand = f"in QuickBooks open {name_of(invoice)}, Receive payment, tick {name_of(found.credit)}, save"
        return f"this book may not apply credits (accounting.may_apply_credits in book.toml); {by_hand}"
    return ""


def apply(decider: Decider, row: Row) -> Outcome:
    """Use the open credit of a draft's event for the invoice that it took back, as far as that is still owed.

    Raises:
        NeedsPerson: there is none, nothing is owed, or the book does not allow it.
    """
    connection = decider.connection
    if refusal := why_not_apply(connection, decider.book, row):
        raise NeedsPerson(f"No credit is applied for draft I{row['id']}: {refusal}.")
    found = next(of_event(connection, row["event_id"]))
    credit, invoice = found.credit, found.invoice
    amount = usable(credit, invoice)
    words = f"use {spoken(amount, credit.currency)} of {name_of(credit)} for {name_of(invoice)}"
    subjects = (f"documents:{credit.id}", f"documents:{invoice.id}", f"deals:{row['deal_id']}")
    decision_id = decider.record(
        Taken("invoices.apply_credit", "billing", f"I{row['id']}", words, seen=row["inputs_hash"], subjects=subjects)
    )
    tag = events.get(connection, row["event_id"]).tag
    operation = ApplyCredit(
        credit.id, invoice.id, credit.customer_id, credit.currency, amount, decider.today, f"{tag}\nCredit {credit.id}"
    )
    decider.enqueue(decision_id, Enqueued(operation, target=found.target, subjects=subjects))
    return Outcome(decision_id, words, UNDO_APPLY)
