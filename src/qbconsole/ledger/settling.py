"""What a receipt means for the ledger, in the transaction that settles the operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.domain.records import Customer
from qbconsole.ledger import documents, links

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from qbconsole.domain.operations import Receipt


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
    elif kind == "create_document":
        documents.delivered(connection, id_, receipt.remote_id, receipt.number)
    elif kind in ("void_document", "delete_document"):
        documents.voided(connection, body["document_id"], at)
