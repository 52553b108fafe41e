"""Taking a decision back: cancel what was not sent, reverse what was, and say beforehand which it will be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.actions.fate import in_flight, refused_undos
from qbconsole.billing import undo as billing
from qbconsole.collections import decide as collections
from qbconsole.conflicts import decide as conflicts
from qbconsole.domain.errors import Configuration, NeedsPerson
from qbconsole.matching import undo as matching
from qbconsole.outbox import inverse as inverses
from qbconsole.outbox import queue
from qbconsole.outbox.decider import Inverse, Outcome, Taken
from qbconsole.store import journal, outbox
from qbconsole.store.forgetting import WORDS as FORGOTTEN

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.outbox.decider import Decider

UNDOABLE = (
    "unmatched.link", "unmatched.create", "unmatched.ignore", "unmatched.never",
    "invoices.approve", "invoices.adopt", "invoices.hold", "invoices.reject", "invoices.bill_again",
    "invoices.apply_credit", "overdue.task", "overdue.snooze", "conflicts.resolve",
)  # fmt: skip
"""The actions whose decisions `u` looks through for the newest one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a decision is taken back: what is cancelled, what is sent; or why it cannot be (`refusal`).

    `superseded` are operations of earlier undos of it that the remote refused: they are given up for this one.
    """

    decision: dict[str, Any]
    words: str = ""
    unsent: tuple[dict[str, Any], ...] = ()
    settled: tuple[dict[str, Any], ...] = ()
    superseded: tuple[dict[str, Any], ...] = ()
    inverse: Inverse | None = None
    refusal: str = ""

    @property
    def told(self) -> str:
        """What it would do, or `no undo: ...` with the reason."""
        return f"no undo: {self.refusal}" if self.refusal else self.words

    @property
    def writes(self) -> bool:
        """Whether something is sent to a remote."""
        return self.inverse is not None and bool(self.inverse.operations)


def plan(connection: Connection, book: Book, decision_id: int) -> Plan:
    """What taking a decision back would do now.

    Raises:
        Configuration: there is no such decision.
    """
    decision = journal.decision(connection, decision_id)
    if decision is None:
        raise Configuration(f"There is no decision {decision_id}.")
    operations = [row for row in outbox.of_decision(connection, decision_id) if row["state"] != "cancelled"]
    refusal = _refusal(connection, decision, operations)
    if refusal:
        return Plan(decision, refusal=refusal)
    unsent = tuple(row for row in operations if row["state"] != "settled")
    settled = tuple(row for row in operations if row["state"] == "settled")
    if not settled:
        return Plan(decision, _cancel_words(unsent), unsent=unsent)
    inverse = inverses.inverse(connection, book, settled)
    superseded = tuple(refused_undos(connection, decision_id))
    return Plan(decision, inverse.words, unsent, settled, superseded, inverse, inverse.refusal)


def _cancel_words(unsent: tuple[dict[str, Any], ...]) -> str:
    if not unsent:
        return "take the decision back: nothing was written"
    if any(queue.made_and_gone(row) for row in unsent):
        return "somebody took it away in the remote already: only noted here"
    if any(row["attempts"] for row in unsent):
        return "give up what is parked; look in the remote whether it is there"
    return "cancel: not sent yet"


def _refusal(connection: Connection, decision: dict[str, Any], operations: list[dict[str, Any]]) -> str:
    if decision["undone_by"]:
        return "it was taken back already"
    if decision["words"] == FORGOTTEN:
        return "whom it was about is forgotten"
    if decision["undoes"]:
        if refusal := _refusal_of_undo(connection, decision, operations):
            return refusal
    elif decision["desk"] == "drift":
        return "the rules follow the CRM again: change it there, or the rules"
    elif decision["action"] not in UNDOABLE:
        return "its values are set again whenever they change"
    if any(in_flight(row) for row in operations):
        return "being sent; try again in a moment"
    if any(queue.outcome_unknown(row) for row in operations):
        return "no answer to it ever came: retry it in the sync log, which looks for it first"
    return matching.refusal(connection, decision) if decision["desk"] == "matching" else ""


def _refusal_of_undo(connection: Connection, decision: dict[str, Any], operations: list[dict[str, Any]]) -> str:
    """An undo is taken back itself only as long as its credit memo can be: what it freed must not be billed anew."""
    if decision["desk"] != "billing" or not any(row["kind"] == "create_document" for row in operations):
        return "it took another one back; decide that row again"
    return billing.why_not_stand_again(connection, decision["undoes"])


def take_back(decider: Decider, decision_id: int | None) -> tuple[dict[str, Any], Outcome]:
    """Take a decision back in the caller's transaction; a person's newest one without an id.

    Returns:
        The decision that was taken back, and what came of it.

    Raises:
        NeedsPerson: nothing is there to take back, or it cannot be, with the reason.
        Configuration: there is no such decision.
    """
    connection = decider.connection
    planned = plan(connection, decider.book, newest(connection) if decision_id is None else decision_id)
    decision = planned.decision
    if planned.refusal:
        raise NeedsPerson(f"Cannot undo {decision['words']!r}: {planned.refusal}.")
    words = f"undo {decision['words']}: {planned.words}"
    taken = Taken("undo", decision["desk"], decision["row_id"], words, undoes=decision["id"])
    undo_id = decider.record(taken)
    if not journal.mark_undone(connection, decision["id"], undo_id):
        raise NeedsPerson(f"{decision['words']} was taken back by somebody else meanwhile.")
    _cancel(decider, planned)
    _carry_out(decider, planned, undo_id)
    return decision, Outcome(undo_id, words, "no undo: decide the row again")


def newest(connection: Connection) -> int:
    """The newest decision of a person that was not taken back.

    Raises:
        NeedsPerson: there is none.
    """
    found = journal.last_undoable(connection, UNDOABLE)
    if found is None:
        raise NeedsPerson("There is nothing to take back.")
    return int(found["id"])


def _cancel(decider: Decider, planned: Plan) -> None:
    for row in (*reversed(planned.unsent), *planned.superseded):  # what waits for another comes after it
        if not queue.cancel(decider.connection, row, at=decider.at):
            raise NeedsPerson("It is being sent.", next_step="Try again in a moment.")


def _carry_out(decider: Decider, planned: Plan, undo_id: int) -> None:
    decision = planned.decision
    sent = [
        decider.enqueue(undo_id, enqueued, window=False)
        for enqueued in (planned.inverse.operations if planned.inverse else ())
    ]
    desk = decision["desk"]
    if desk == "billing" and decision["undoes"]:
        billing.stand_again(decider, decision, sent)
    elif desk == "billing" and planned.settled:
        billing.reversed_by(decider, decision, list(planned.settled), sent)
    elif desk == "billing":
        billing.revert(decider, decision)
    elif desk == "matching":
        matching.revert(decider, decision)
    elif desk == "collections":
        collections.revert(decider, decision)
    else:
        conflicts.revert(decider, decision)
