"""Taking decisions of the matching desk back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.operations import DeactivateCustomer, StampCompany, TagCustomer
from qbconsole.domain.records import Customer, Document, Payment
from qbconsole.domain.tags import customer_tag
from qbconsole.ledger import links
from qbconsole.outbox.decider import Enqueued, Inverse
from qbconsole.store import candidates, mirror, outbox
from qbconsole.store.queues import UNMATCHED, Row

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.ledger.links import Link
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


def inverse(connection: Connection, decision: Decision, operations: list[Row]) -> Inverse:
    """What takes a delivered link or a created customer back."""
    link = links.of_decision(connection, decision["id"])
    if link is None:
        return Inverse("", refusal="the link was ended already")
    if any(row["kind"] == "create_customer" for row in operations):
        return _uncreate(connection, link)
    subjects = (f"companies:{link.company_id}", f"customers:{link.customer_id}")
    untag = TagCustomer(link.customer_id, customer_tag(link.company_id), remove=True)
    return Inverse(
        "take our tag off the customer and clear the id on the company",
        (
            Enqueued(untag, target=f"customers:{link.customer_id}", subjects=subjects),
            Enqueued(StampCompany(link.company_id, ""), target=f"companies:{link.company_id}", subjects=subjects),
        ),
    )


def _uncreate(connection: Connection, link: Link) -> Inverse:
    customer = mirror.get(connection, Customer, link.customer_id)
    used = mirror.every(connection, Document, customer_id=link.customer_id)
    paid = mirror.every(connection, Payment, customer_id=link.customer_id)
    if used or paid or (customer and customer.balance):
        return Inverse("", refusal="the customer has transactions now: it stays, and so does the link")
    subjects = (f"companies:{link.company_id}", f"customers:{link.customer_id}")
    return Inverse(
        "make the customer inactive and clear the id on the company",
        (
            Enqueued(DeactivateCustomer(link.customer_id), target=f"customers:{link.customer_id}", subjects=subjects),
            Enqueued(StampCompany(link.company_id, ""), target=f"companies:{link.company_id}", subjects=subjects),
        ),
    )
