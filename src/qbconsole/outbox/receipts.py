"""What the journal keeps of a receipt: whose it is, and the record before the write and as the remote returned it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.domain import subjects
from qbconsole.domain.forgetting import masked
from qbconsole.domain.records import KINDS
from qbconsole.store import forgotten, mirror

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.domain.operations import Receipt


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt's journal event: what it says, and the records that it is about."""

    content: dict[str, Any]
    subjects: tuple[str, ...]


def told(connection: Connection, row: dict[str, Any], receipt: Receipt) -> Told:
    """A receipt for the journal; call before the mirror takes the new state in.

    `before` is the record as the mirror held it (None for one that was made), `after` as the remote returned it (None
    where it answers with no record: then the operation says what was set).
    """
    changed = subjects.changed(row["kind"], row["body"])
    kind, id_ = changed or ("", "")
    content = {
        "kind": row["kind"],
        "request_id": row["request_id"],
        "remote_id": receipt.remote_id,
        "revision": receipt.revision,
        "number": receipt.number,
        "found": receipt.found,
        "gone": receipt.gone,
        "reference": receipt.server_reference,
        "notice": receipt.notice,
        "before": mirror.get(connection, KINDS[kind], id_, gone=True) if changed else None,
        "after": receipt.record,
    }
    wrote = subjects.written(row["kind"], row["body"], receipt.remote_id)
    if wrote in forgotten.subjects(connection):
        content["after"] = masked(receipt.record)
    return Told(content, (wrote, *subjects.named(row["body"])))
