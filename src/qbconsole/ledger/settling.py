"""What a receipt means for the ledger, in the transaction that settles the operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.domain.records import Customer
from qbconsole.ledger import documents, links
from qbconsole.store import journal

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from qbconsole.domain.operations import Receipt

RESTING = ("void_document", "delete_document", "create_document", "update_customer", "update_document")
"""Kinds of inverse that rest on what a record holds, and are refused when that moved."""


def settle(connection: Connection, operation_row: dict[str, Any], receipt: Receipt, at: datetime) -> None:
    """Take a delivered operation into the ledger: the ids it made, and what it took back.

    Args:
        connection: the settling transaction.
        operation_row: the operation as the outbox holds it.
        receipt: what the remote answered.
        at: now.
    """
    kind, body, id_ = operation_row["kind"], operation_row["body"], operation_row["id"]
    if kind == "create_customer":
        customer = receipt.record if isinstance(receipt.record, Customer) else None
        links.customer_made(connection, id_, receipt.remote_id, customer)
    elif kind == "create_document" and body["reverses"]:
        documents.credited(connection, id_, receipt.remote_id, at)
        _undone(connection, operation_row)
    elif kind == "create_document":
        documents.delivered(connection, id_, receipt.remote_id, receipt.number)
    elif kind in ("void_document", "delete_document"):
        documents.voided(connection, body["document_id"], at)
        _undone(connection, operation_row)


def _undone(connection: Connection, operation_row: dict[str, Any]) -> None:
    """A decision was taken back, also if that was refused before and sent again; what it took back itself stands."""
    undoing = journal.decision(connection, operation_row["decision_id"])
    if not undoing or not undoing["undoes"]:
        return
    journal.mark_undone(connection, undoing["undoes"], undoing["id"])
    undone = journal.decision(connection, undoing["undoes"])
    if undone and undone["undoes"]:
        journal.mark_standing(connection, undone["undoes"])


def refused(connection: Connection, operation_row: dict[str, Any]) -> None:
    """The remote refused what was to take a decision back, which stands: a payment since, say (invariant 3)."""
    undoing = journal.decision(connection, operation_row["decision_id"])
    if undoing and undoing["undoes"] and operation_row["kind"] in RESTING:
        journal.mark_standing(connection, undoing["undoes"])
