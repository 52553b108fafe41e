"""What an operation sends: the operation as it was decided, with the ids that its predecessors made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qbconsole.domain.canonical import digest
from qbconsole.domain.errors import Fatal
from qbconsole.domain.operations import CreateCustomer, CreateDocument, Operation, StampCompany, TagCustomer
from qbconsole.outbox.queue import operation_of
from qbconsole.store import outbox as rows

if TYPE_CHECKING:
    from sqlalchemy import Connection


FILLED: dict[type[Operation], str] = {
    CreateCustomer: "parent_id",
    CreateDocument: "customer_id",
    StampCompany: "customer_id",
    TagCustomer: "customer_id",
}
"""By operation the id that an operation which it needs may have made."""


def sendable(connection: Connection, row: dict[str, Any]) -> Operation:
    """The operation of a row, complete.

    An operation that names no customer takes it from the newest one it needs that made a customer or job; a job takes
    its parent. One that needs no such operation keeps its empty id: for a stamp that means "clear".

    Raises:
        Fatal: the body was changed since it was decided, or the needed operation has no receipt.
    """
    operation = operation_of(row)
    name = next((name for kind, name in FILLED.items() if isinstance(operation, kind)), "")
    if not name or getattr(operation, name):
        return operation
    makers = [need for need in rows.needs(connection, row["id"]) if need["kind"] == CreateCustomer.kind]
    if not makers:
        return operation
    maker = max(makers, key=lambda need: int(need["id"]))
    if not maker["remote_id"]:
        raise Fatal(f"Operation {row['id']} needs the customer of operation {maker['id']}, which has no receipt.")
    return replace(operation, **{name: maker["remote_id"]})


def payload_hash(row: dict[str, Any], operation: Operation) -> str:
    """The hash of what is sent: the body as it was decided, with the ids that were filled in.

    Raises:
        Fatal: something else was sent under the same request id before.
    """
    filled = {name: getattr(operation, name) for name in FILLED.values() if name in row["body"]}
    hash_ = digest({**row["body"], **filled})
    if row["sent_hash"] not in ("", hash_):
        raise Fatal(f"Operation {row['id']} is not what was sent under its request id before; it is not sent.")
    return hash_
