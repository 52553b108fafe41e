"""Taking decisions of the matching desk back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.domain.errors import NeedsPerson
from qbconsole.ledger import links
from qbconsole.store import candidates, outbox
from qbconsole.store.queues import UNMATCHED, Row

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.outbox.decider import Decider

Decision = dict[str, Any]


def row_of(connection: Connection, decision: Decision) -> Row:
    """The company's row that a decision was about."""
    row = UNMATCHED.get(connection, int(decision["row_id"][1:]))
    if row is None:
        raise NeedsPerson(f"There is no row {decision['row_id']} any more.")
    return row


def refusal(connection: Connection, decision: Decision) -> str:
    """Why a decision cannot be taken back now, whatever was sent of it; empty if it can."""
    link = links.of_decision(connection, decision["id"])
    waiting = outbox.dependents(connection, link.operation_id) if link and link.operation_id else []
    invoices = [one for one in waiting if one["kind"] == "create_document" and one["state"] != "cancelled"]
    return "an invoice was approved for this customer; take that back first" if invoices else ""


def revert(decider: Decider, decision: Decision) -> None:
    """Take a decision back of which nothing was sent, or bring the row back beside its inverse."""
    row = row_of(decider.connection, decision)
    if decision["action"] == "unmatched.never":
        candidates.rule_out(decider.connection, row["company_id"], decision["note"], never=False)
    if link := links.of_decision(decider.connection, decision["id"]):
        links.end(decider.connection, link.id, decider.at)
    if row["decision_id"] == decision["id"]:
        unlike_any = f"taken back {decision['id']}"  # proposed anew, and refused to whom it was shown before that
        UNMATCHED.change(decider.connection, row, state="open", decision_id=None, inputs_hash=unlike_any)
