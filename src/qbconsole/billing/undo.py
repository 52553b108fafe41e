"""What taking a decision of the billing desk back means for its draft, its event and its document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.billing import queue
from qbconsole.domain.errors import Gone, NeedsPerson
from qbconsole.ledger import documents, events
from qbconsole.store import journal, outbox
from qbconsole.store.queues import DRAFTS, Row

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.ledger.documents import Billed
    from qbconsole.ledger.events import Event
    from qbconsole.outbox.decider import Decider

Decision = dict[str, Any]


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
    if decision["action"] == "invoices.apply_credit":
        return
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


def why_not_stand_again(connection: Connection, decision_id: int) -> str:
    """Why an invoice cannot stand again whose undo is taken back; empty if it can."""
    billed = _made_by(connection, decision_id)
    if billed is None:
        return "it made no invoice"
    if billed.state == "taken_back":
        ids = {
            row.event_id for row in documents.allocations(connection, live=False) if row.billed_document_id == billed.id
        }
        if any(event.state != "taken_back" for event in events.every(connection, id=sorted(ids))):
            return "it was billed again since: take that back first"
    return ""


def stand_again(decider: Decider, decision: Decision, sent: list[int]) -> None:
    """An undo is taken back: at once if its credit memo was never made or is gone, else when that is voided."""
    billed = _made_by(decider.connection, decision["undoes"])
    if billed is None or sent:
        return
    if billed.state == "taken_back":
        documents.stand_again(decider.connection, billed)
    else:
        documents.crediting(decider.connection, billed.id, None)
    journal.mark_standing(decider.connection, decision["undoes"])


def _made_by(connection: Connection, decision_id: int) -> Billed | None:
    found = documents.every(connection, decision_id=decision_id)
    return found[0] if found else None


def inverse_cancelled(decider: Decider, operation_id: int) -> None:
    """The operation that was to take a document back was given up: the document bills as before."""
    for billed in documents.every(decider.connection, credit_operation_id=operation_id):
        documents.crediting(decider.connection, billed.id, None)
