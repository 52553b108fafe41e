"""The documents that bill events, made by us or adopted, and how much of which event each bills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.money import ZERO, from_minor, to_minor
from qbconsole.ledger import events
from qbconsole.store import events as rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy import Connection

    from qbconsole.domain.records import Document
    from qbconsole.ledger.events import Event


@dataclass(frozen=True, slots=True)
class Billed:
    """A document that bills. `state`: coming (approved, not delivered), live, taken_back, released (bills nothing)."""

    id: int
    type: str
    document_id: str
    number: str
    origin: str
    state: str
    operation_id: int | None
    decision_id: int
    credit_operation_id: int | None
    credit_document_id: str


@dataclass(frozen=True, slots=True)
class Allocated:
    """How much of one event one document bills."""

    id: int
    event_id: int
    deal_id: str
    key: str
    billed_document_id: int
    document_id: str
    origin: str
    amount: Decimal
    live: bool


def _billed(row: dict[str, Any]) -> Billed:
    return Billed(**{name: row[name] for name in Billed.__dataclass_fields__})


def every(connection: Connection, **equal: object) -> list[Billed]:
    """Documents that bill whose columns equal the given values, by id."""
    return [_billed(row) for row in rows.documents(connection, **equal)]


def of_operation(connection: Connection, operation_id: int) -> Billed | None:
    """The document that an operation makes."""
    found = every(connection, operation_id=operation_id)
    return found[0] if found else None


def allocations(connection: Connection, *, live: bool = True) -> list[Allocated]:
    """All allocations: the live ones, or with the ended ones."""
    return [
        Allocated(
            **{
                name: row[name]
                for name in ("id", "event_id", "deal_id", "key", "billed_document_id", "document_id", "origin")
            },
            amount=from_minor(row["amount"], row["currency"]),
            live=row["ended_at"] is None,
        )
        for row in rows.allocations(connection, live=live)
    ]


def events_of(connection: Connection, billed_id: int) -> list[Event]:
    """The events that a document bills now."""
    ids = [row["event_id"] for row in rows.allocations_of(connection, billed_id=billed_id)]
    return events.every(connection, id=ids) if ids else []


def bill(connection: Connection, event: Event, *, type_: str, operation_id: int, decision_id: int, at: datetime) -> int:
    """Bill the whole event by the document that an operation makes; returns the billed document's id.

    Raises:
        NeedsPerson: the event is not open any more.
        sqlalchemy.exc.IntegrityError: it is billed already.
    """
    values = {
        "type": type_,
        "origin": "made",
        "state": "coming",
        "operation_id": operation_id,
        "decision_id": decision_id,
        "at": at,
    }
    billed_id = rows.add_document(connection, _new(values))
    events.set_state(connection, event, "billed")
    rows.allocate(connection, event.id, billed_id, to_minor(event.amount, event.currency))
    return billed_id


def _new(values: dict[str, Any]) -> dict[str, Any]:
    empty = {"document_id": "", "number": "", "credit_operation_id": None, "credit_document_id": ""}
    return {**empty, "operation_id": None, **values}


def adopt(
    connection: Connection, event: Event, documents: Sequence[Document], *, decision_id: int, at: datetime
) -> None:
    """Take documents made elsewhere on for an event: each bills what is left of both.

    Raises:
        NeedsPerson: a document bills other deals to its full amount already, or the event is decided.
    """
    events.set_state(connection, event, "billed")
    for document in documents:
        billed_id = _adopted(connection, document, decision_id, at)
        used = [row["amount"] for row in rows.allocations_of(connection, billed_id=billed_id)]
        left_of_document = to_minor(document.total - document.tax, document.currency) - sum(used)
        left_of_event = to_minor(event.amount, event.currency) - rows.allocated(connection, event.id)
        if used and left_of_document <= 0:
            raise NeedsPerson(
                f"{document.number or document.id} bills other deals to its full amount already.",
                next_step="Choose another document.",
            )
        rows.allocate(connection, event.id, billed_id, max(0, min(left_of_document, left_of_event)))


def _adopted(connection: Connection, document: Document, decision_id: int, at: datetime) -> int:
    known = every(connection, document_id=document.id)
    if known and known[0].state in ("coming", "live"):
        return known[0].id
    if known:
        rows.change_document(connection, known[0].id, state="live", origin="adopted", decision_id=decision_id)
        return known[0].id
    values = {
        "type": document.type,
        "document_id": document.id,
        "number": document.number,
        "origin": "adopted",
        "state": "live",
        "decision_id": decision_id,
        "at": at,
    }
    return rows.add_document(connection, _new(values))


def release(connection: Connection, event: Event, *, at: datetime, state: str = "open") -> None:
    """End all that bills an event, as if it had never been decided; documents that bill nothing else are let go."""
    ended = rows.allocations_of(connection, event_id=event.id)
    rows.end_allocations(connection, [row["id"] for row in ended], at)
    for row in ended:
        if not rows.allocations_of(connection, billed_id=row["billed_document_id"]):
            rows.change_document(connection, row["billed_document_id"], state="released")
    events.set_state(connection, event, state)


def delivered(connection: Connection, operation_id: int, document_id: str, number: str) -> None:
    """The document that an operation makes is there."""
    if billed := of_operation(connection, operation_id):
        rows.change_document(connection, billed.id, document_id=document_id, number=number, state="live")


def made_and_gone(connection: Connection, operation_id: int, document_id: str, number: str, at: datetime) -> None:
    """The document that an operation made was taken away by somebody: its events read "taken back, was 1042"."""
    delivered(connection, operation_id, document_id, number)
    if billed := of_operation(connection, operation_id):
        take_back(connection, billed, at)


def crediting(connection: Connection, billed_id: int, operation_id: int | None) -> None:
    """Note the operation that takes a document back by a credit memo, or that there is none any more."""
    rows.change_document(connection, billed_id, credit_operation_id=operation_id)


def credited(connection: Connection, operation_id: int, credit_document_id: str, at: datetime) -> None:
    """A credit memo was made: the document it takes back bills nothing any more."""
    for billed in every(connection, credit_operation_id=operation_id):
        rows.change_document(connection, billed.id, credit_document_id=credit_document_id)
        take_back(connection, billed, at)


def voided(connection: Connection, document_id: str, at: datetime) -> None:
    """A document was voided by us: it bills nothing any more; a credit memo takes nothing back any more."""
    for billed in every(connection, document_id=document_id, state="live"):
        take_back(connection, billed, at)
    for billed in every(connection, credit_document_id=document_id, state="taken_back"):
        stand_again(connection, billed)


def take_back(connection: Connection, billed: Billed, at: datetime) -> None:
    """A document bills nothing any more; events that nothing else bills read "taken back, was 1042"."""
    listed = events_of(connection, billed.id)
    rows.end_allocations(connection, [row["id"] for row in rows.allocations_of(connection, billed_id=billed.id)], at)
    rows.change_document(connection, billed.id, state="taken_back")
    for event in listed:
        if event.state == "billed" and not rows.allocated(connection, event.id):
            events.set_state(connection, event, "taken_back", was=billed.number or billed.document_id)


def stand_again(connection: Connection, billed: Billed) -> None:
    """A document bills again what it billed when it was taken back, but for what was billed anew since."""
    ended = [row for row in rows.allocations(connection, live=False) if row["billed_document_id"] == billed.id]
    last = max(row["ended_at"] for row in ended)
    for row in ended:
        event = events.get(connection, row["event_id"])
        if row["ended_at"] == last and event.state == "taken_back":
            rows.allocate(connection, event.id, billed.id, row["amount"])
            events.set_state(connection, event, "billed", was="")
    rows.change_document(connection, billed.id, state="live", credit_operation_id=None, credit_document_id="")


def used(connection: Connection) -> dict[str, Decimal]:
    """By document id, how much of it is allocated to events."""
    sums: dict[str, Decimal] = {}
    for allocated in allocations(connection):
        if allocated.document_id:
            sums[allocated.document_id] = sums.get(allocated.document_id, ZERO) + allocated.amount
    return sums
