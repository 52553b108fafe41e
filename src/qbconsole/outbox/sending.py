"""What an operation sends: the operation as it was decided, with the ids that its predecessors made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qbconsole.domain.errors import Fatal
from qbconsole.domain.operations import CreateDocument, StampCompany, TagCustomer
from qbconsole.outbox.queue import operation_of
from qbconsole.store import outbox as rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.domain.operations import Operation


def sendable(connection: Connection, row: dict[str, Any]) -> Operation:
    """The operation of a row, complete.

    An operation that names no customer takes it from the one it needs that made the customer. One that needs no such
    operation keeps its empty id: for a stamp that means "clear".

    Raises:
        Fatal: the body was changed since it was decided, or the needed operation has no receipt.
    """
    operation = operation_of(row)
    if not isinstance(operation, CreateDocument | StampCompany | TagCustomer) or operation.customer_id:
        return operation
    makers = [need for need in rows.needs(connection, row["id"]) if need["kind"] == "create_customer"]
    if not makers:
        return operation
    if not makers[0]["remote_id"]:
        raise Fatal(f"Operation {row['id']} needs the customer of operation {makers[0]['id']}, which has no receipt.")
    return replace(operation, customer_id=makers[0]["remote_id"])
