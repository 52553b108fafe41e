"""The decisions of the billing desk: approve, adopt, hold, reject, bill again. Each in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.billing import credits as credits_
from qbconsole.billing import queue
from qbconsole.billing.drafts import BLOCKED
from qbconsole.billing.duplicates import BILLS, named
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.money import spoken
from qbconsole.domain.operations import CreateDocument
from qbconsole.domain.records import Document, DocumentLine
from qbconsole.domain.text import safe_text
from qbconsole.ledger import documents, events, links
from qbconsole.outbox.decider import CHANGED, Enqueued, Outcome, Taken
from qbconsole.store import mirror
from qbconsole.store.queues import DRAFTS, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qbconsole.billing.drafts import Composed
    from qbconsole.ledger.events import Event
    from qbconsole.outbox.decider import Decider

DESK = "billing"
UNDO_APPROVE = (
    "cancel inside the posting window; later void while unpaid, not e-mailed and this month, else credit memo"
)
UNDO_LOCAL = "takes the decision back; nothing was written"


def approve(decider: Decider, row: Row, *, seen: str = "") -> Outcome:
    """Approve a draft: what was shown is frozen as the operation that makes the document.

    Raises:
        NeedsPerson: it is blocked, decided already, or no longer as it was shown.
    """
    _still(row, ("open",))
    if row["verdict"] == BLOCKED:
        raise NeedsPerson(f"{_name(row)} is blocked: {safe_text(row['cause'])}.", next_step="Mend that first.")
    event = events.get(decider.connection, row["event_id"])
    _unchanged(decider, row, event, seen)
    composed = queue.composed_of(row)
    link = links.of_company(decider.connection, row["company_id"], row["currency"])
    needs = (link.operation_id,) if link and not link.customer_id and link.operation_id else ()
    words = (
        f"approve {row['deal_name']}: {composed.type} over {spoken(composed.before_tax, row['currency'])} before tax"
    )
    subjects = (*_about(row), f"customers:{composed.customer_id}")
    decision_id = decider.record(
        Taken("invoices.approve", DESK, f"I{row['id']}", words, seen=row["inputs_hash"], subjects=subjects)
    )
    operation_id = decider.enqueue(
        decision_id,
        Enqueued(
            _document(composed, event),
            target=f"events:{event.deal_id}/{event.key}",
            subjects=subjects,
            needs=needs,
            generation=event.generation,
            recurs=False,
        ),
    )
    documents.bill(
        decider.connection,
        event,
        type_=composed.type,
        operation_id=operation_id,
        decision_id=decision_id,
        at=decider.at,
    )
    _decided(decider, row, "approved", decision_id)
    return Outcome(decision_id, words, UNDO_APPROVE)


def _document(composed: Composed, event: Event) -> CreateDocument:
    return CreateDocument(
        type=composed.type,
        customer_id=composed.customer_id,
        posted_on=composed.posted_on,
        currency=composed.currency,
        lines=tuple(
            DocumentLine(
                line.item_id, line.description, line.quantity, line.unit_price, line.amount, taxable=line.taxable
            )
            for line in composed.lines
        ),
        private_note=event.tag,
        due_on=composed.due_on,
        term_id=composed.term_id,
        email=composed.email,
    )


def _unchanged(decider: Decider, row: Row, event: Event, seen: str) -> None:
    """Refuse unless the draft is what was shown and still what the rules make of the deal.

    Raises:
        NeedsPerson: it moved; its code is `CHANGED`.
    """
    now = queue.as_it_is_now(decider.connection, decider.book, row)
    fresh = queue.fingerprint(now, event, decider.book.rules.hash) if now else ""
    if fresh != row["inputs_hash"] or (seen and seen != row["inputs_hash"]):
        raise NeedsPerson(f"{_name(row)} has changed since it was shown.", next_step="Look at it again.", code=CHANGED)


def adopt(decider: Decider, row: Row, *, wanted: str = "") -> Outcome:
    """Take documents made elsewhere on for a deal: "already billed by that one".

    Args:
        decider: who decides.
        row: the draft.
        wanted: ids or numbers of documents, comma-separated; the only choice there is when empty.

    Raises:
        NeedsPerson: it is decided already, or a document is not one that can be adopted.
    """
    _still(row, ("open", "held"))
    chosen = _chosen(decider, row, wanted)
    event = events.get(decider.connection, row["event_id"])
    words = f"adopt {', '.join(named(one) for one in chosen)} for {row['deal_name']}"
    subjects = (*_about(row), *(f"documents:{one.id}" for one in chosen))
    decision_id = decider.record(
        Taken(
            "invoices.adopt",
            DESK,
            f"I{row['id']}",
            words,
            seen=row["inputs_hash"],
            subjects=subjects,
            content={"documents": [one.id for one in chosen]},
        )
    )
    documents.adopt(decider.connection, event, chosen, decision_id=decision_id, at=decider.at)
    note = ", ".join(one.number or one.id for one in chosen)
    _decided(decider, row, "adopted", decision_id, note=note)
    return Outcome(decision_id, words, "removes the adoption, never the document")


def _chosen(decider: Decider, row: Row, wanted: str) -> list[Document]:
    choices = queue.choices_of(row)
    if not wanted:
        if len(choices) != 1:
            step = "Name the document that bills it: its number or its id."
            raise NeedsPerson(f"{_name(row)} has {len(choices)} documents to choose from.", next_step=step)
        wanted = choices[0].documents
    keys = list(dict.fromkeys(part.strip() for part in wanted.split(",") if part.strip()))
    return [_found(decider, row, key) for key in keys]


def _found(decider: Decider, row: Row, key: str) -> Document:
    """A document by its id or else by its number, of the draft's customer first."""
    by_id = mirror.get(decider.connection, Document, key)
    offered = {id_ for choice in queue.choices_of(row) for id_ in choice.documents.split(",")}
    by_number = [one for one in mirror.every(decider.connection, Document, number=key) if one.type in BILLS]
    mine = [one for one in by_number if one.id in offered or one.customer_id == row["customer_id"]]
    if by_id is not None and (by_id.id in offered or not mine):
        found: Document | None = by_id
    else:
        found = (mine or by_number)[0] if len(mine or by_number) == 1 else None
    if found is None or found.type not in BILLS:
        raise NeedsPerson(f"There is no one invoice {safe_text(key)!r}.", next_step="Give its id or its number.")
    if found.voided:
        raise NeedsPerson(f"{named(found)} is void: it bills nothing.", next_step="Choose another document.")
    if found.currency != row["currency"]:
        raise NeedsPerson(f"{named(found)} is in {found.currency}, the deal in {row['currency']}.")
    return found


def hold(decider: Decider, row: Row, *, reason: str) -> Outcome:
    """Put a draft aside with a reason; undo brings it back.

    Raises:
        NeedsPerson: it is decided already, or there is no reason.
    """
    _still(row, ("open",))
    if not reason.strip():
        raise NeedsPerson(f"{_name(row)} is held only with a reason.", next_step="Say in a few words why.")
    return _aside(decider, row, "hold", "held", reason.strip())


def reject(decider: Decider, row: Row, *, reason: str = "") -> Outcome:
    """Decide that a deal is not to be billed; without a reason the draft's own cause is noted.

    Raises:
        NeedsPerson: it is decided already.
    """
    _still(row, ("open", "held"))
    return _aside(decider, row, "reject", "rejected", reason.strip() or row["cause"])


def _aside(decider: Decider, row: Row, verb: str, state: str, reason: str) -> Outcome:
    words = f"{verb} {row['deal_name']}" + (f": {reason}" if reason else "")
    taken = Taken(
        f"invoices.{verb}",
        DESK,
        f"I{row['id']}",
        words,
        seen=row["inputs_hash"],
        note=reason,
        subjects=_about(row),
    )
    decision_id = decider.record(taken)
    _decided(decider, row, state, decision_id, note=reason)
    _copies(decider, row)
    return Outcome(decision_id, words, UNDO_LOCAL)


def _copies(decider: Decider, row: Row) -> None:
    """A rejected deal makes no copy of another one suspicious any more."""
    queue.refresh_company(decider.connection, decider.book, row["company_id"])


def bill_again(decider: Decider, row: Row) -> Outcome:
    """Bill anew what was taken back, under the next generation; only after a delivered undo.

    Raises:
        NeedsPerson: nothing was taken back, or not yet.
    """
    _still(row, ("open", "held", "approved"))
    event = events.get(decider.connection, row["event_id"])
    if event.state != "taken_back":
        raise NeedsPerson(f"{_name(row)} was not taken back.", next_step="Undo its invoice first, and wait for that.")
    if credit := credits_.being_voided(decider.connection, event.id):
        raise NeedsPerson(f"{_name(row)} is being made to stand again: {credit} is being voided.")
    words = f"bill {row['deal_name']} again, was {event.was}"
    decision_id = decider.record(
        Taken("invoices.bill_again", DESK, f"I{row['id']}", words, note=event.was, subjects=_about(row))
    )
    events.set_state(decider.connection, event, "open", generation=event.generation + 1, was="")
    _decided(decider, row, "open", decision_id)
    queue.refresh(decider.connection, decider.book, row["deal_id"])
    return Outcome(decision_id, words, UNDO_LOCAL)


def _still(row: Row, states: Iterable[str]) -> None:
    if row["state"] not in states:
        raise NeedsPerson(f"{_name(row)} is {row['state']} already.", next_step="Take that back first: u.")


def _decided(decider: Decider, row: Row, state: str, decision_id: int, *, note: str = "") -> None:
    if not DRAFTS.change(decider.connection, row, state=state, decision_id=decision_id, note=note):
        raise NeedsPerson(f"{_name(row)} was decided by somebody else meanwhile.", next_step="Look again.")


def _about(row: Row) -> tuple[str, ...]:
    """The records that a draft is about."""
    return (f"deals:{row['deal_id']}", f"companies:{row['company_id']}")


def _name(row: Row) -> str:
    return f"Draft I{row['id']} ({safe_text(row['deal_name'], limit=60)})"
