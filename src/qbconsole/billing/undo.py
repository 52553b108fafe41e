"""Taking decisions of the billing desk back: void where nobody saw it, else a credit memo dated today."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from qbconsole.billing import queue
from qbconsole.domain.dates import same_month
from qbconsole.domain.errors import Gone, NeedsPerson
from qbconsole.domain.operations import CreateDocument, VoidDocument
from qbconsole.domain.records import Document, Ledger
from qbconsole.ledger import documents, events
from qbconsole.outbox.decider import Enqueued, Inverse
from qbconsole.store import mirror, outbox
from qbconsole.store.queues import DRAFTS, Row

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.ledger.documents import Billed
    from qbconsole.ledger.events import Event
    from qbconsole.outbox.decider import Decider

Decision = dict[str, Any]
OWN_LINKS = frozenset({"estimate", "time_activity", "reimburse_charge"})
"""Links of an invoice to what it was made from: they forbid no void (design.md section 8)."""


def row_of(connection: Connection, decision: Decision) -> Row:
    """The draft that a decision was about."""
    row = DRAFTS.get(connection, int(decision["row_id"][1:]))
    if row is None:
        raise NeedsPerson(f"There is no row {decision['row_id']} any more.")
    return row


def revert(decider: Decider, decision: Decision) -> None:
    """Take a decision back of which nothing was sent: as if it had never been.

    Raises:
        NeedsPerson: the row was decided anew since.
    """
    row = row_of(decider.connection, decision)
    if row["decision_id"] != decision["id"]:
        raise NeedsPerson(f"{decision['row_id']} was decided again since.", next_step="Take the later decision back.")
    event = events.get(decider.connection, row["event_id"])
    match decision["action"]:
        case "invoices.approve":
            _let_go(decider, decision, event)
        case "invoices.adopt":
            documents.release(decider.connection, event, at=decider.at, state=_before(event, decider.book))
        case "invoices.bill_again":
            if event.state != "open":
                raise NeedsPerson(f"{decision['row_id']} was billed again since.", next_step="Take that back first.")
            values = {"generation": event.generation - 1, "was": decision["note"]}
            events.set_state(decider.connection, event, "taken_back", **values)
    DRAFTS.change(decider.connection, row, state="open", decision_id=None, note="")
    queue.refresh_company(decider.connection, decider.book, row["company_id"])


def _let_go(decider: Decider, decision: Decision, event: Event) -> None:
    """Nothing bills the event any more; if the invoice was made and somebody took it away, that is said."""
    connection = decider.connection
    made = [row for row in outbox.of_decision(connection, decision["id"]) if row["problem_class"] == Gone.__name__]
    for row in made:
        documents.made_and_gone(connection, row["id"], row["remote_id"], row["number"], decider.at)
    if not made:
        documents.release(connection, event, at=decider.at)


def _before(event: Event, book: Book) -> str:
    """What an adopted event was before."""
    if event.was:
        return "taken_back"
    return "ignored" if event.due_on < book.settings.cut_over else "open"


def inverse(connection: Connection, book: Book, operations: list[Row]) -> Inverse:
    """What takes a delivered invoice back now (invariant 9): a void, a credit memo, or nothing that is left to do."""
    made = next(row for row in operations if row["kind"] == "create_document")
    billed = documents.of_operation(connection, made["id"])
    if billed is None or billed.state != "live":
        return Inverse("", refusal="it was taken back already")
    document = mirror.get(connection, Document, billed.document_id)
    if document is None or document.voided:
        return Inverse(f"{_name(billed)} is void or gone in QuickBooks already: only noted here")
    today = book.today(connection)
    subjects = (f"documents:{document.id}",)
    if not (reasons := why_not_void(connection, book, document, today)):
        operation = VoidDocument(
            document.type,
            document.id,
            document.revision,
            document.balance,
            document.emailed,
            payments=document.links,
        )
        return Inverse(
            f"void {_name(billed)}",
            (Enqueued(operation, target=f"documents:{document.id}", subjects=subjects, recurs=True),),
        )
    if document.type != "invoice":
        return Inverse("", refusal=f"{_name(billed)} cannot be voided ({reasons[0]})")
    credit = _credit(document, documents.events_of(connection, billed.id), today)
    target = f"credit of documents:{document.id}"
    return Inverse(
        f"credit memo dated today for {_name(billed)} ({reasons[0]})",
        (Enqueued(credit, target=target, subjects=subjects, recurs=False),),
    )


def why_not_void(connection: Connection, book: Book, document: Document, today: date) -> list[str]:
    """The reasons for which an invoice is not voided; none when it may be."""
    ledger = next(iter(mirror.every(connection, Ledger)), None)
    closed = max(
        (day for day in (ledger.closed_through if ledger else None, book.settings.reported_through) if day),
        default=date.min,
    )
    linked = [type_ for type_, _ in document.links if type_ not in OWN_LINKS]
    reasons = (
        (not same_month(document.posted_on, today), f"it is dated in {document.posted_on:%B}"),
        (document.posted_on <= closed, f"{closed} is closed or reported"),
        (document.emailed, "it was e-mailed"),
        (document.balance != document.total, "it is paid or partly paid"),
        (bool(linked), "something is linked to it"),
    )
    return [words for holds, words in reasons if holds]


def _credit(document: Document, billed: list[Event], today: date) -> CreateDocument:
    """The same items, classes and taxability, dated today; its note names what it takes back."""
    note = (f"Credit for invoice {document.number or document.id}", *(event.tag for event in billed))
    return CreateDocument(
        type="credit_memo",
        customer_id=document.customer_id,
        posted_on=today,
        currency=document.currency,
        lines=tuple(line for line in document.lines if line.item_id),
        private_note="\n".join(note),
        reverses=document.id,
        reverses_balance=document.balance,
    )


def reversed_by(decider: Decider, decision: Decision, operations: list[Row], inverse_ids: list[int]) -> None:
    """Note what takes a delivered invoice back; with nothing left to send it is taken back at once."""
    made = next(row for row in operations if row["kind"] == "create_document")
    billed = documents.of_operation(decider.connection, made["id"])
    if billed is None:
        raise NeedsPerson(f"Decision {decision['id']} made no document.")
    if not inverse_ids:
        documents.take_back(decider.connection, billed, decider.at)
        queue.refresh(decider.connection, decider.book, row_of(decider.connection, decision)["deal_id"])
        return
    documents.crediting(decider.connection, billed.id, inverse_ids[0])


def inverse_cancelled(decider: Decider, operation_id: int) -> None:
    """The operation that was to take a document back was given up: the document bills as before."""
    for billed in documents.every(decider.connection, credit_operation_id=operation_id):
        documents.crediting(decider.connection, billed.id, None)


def _name(billed: Billed) -> str:
    return f"{billed.type.replace('_', ' ')} {billed.number or billed.document_id}"
