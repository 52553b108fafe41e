"""A receipt noted: operation, mirror and ledger as the remote answered, and what the journal keeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole import journal, ledger
from qbconsole.domain import subjects
from qbconsole.domain.forgetting import masked
from qbconsole.domain.records import KINDS, Document
from qbconsole.outbox.queue import move
from qbconsole.store import forgotten, mirror

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from qbconsole.domain.operations import Receipt


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt's journal event: what it says, and the records that it is about."""

    content: dict[str, Any]
    subjects: tuple[str, ...]


def note(connection: Connection, row: dict[str, Any], receipt: Receipt, *, at: datetime, fence: int) -> bool:
    """Settle an operation in the caller's transaction, whose commit makes all of it true at once.

    Returns:
        False when the fence is stale, or the operation is not as it was read: then nothing is noted.
    """
    values = {"remote_id": receipt.remote_id, "revision": receipt.revision, "number": receipt.number, "settled_at": at}
    cleared = dict.fromkeys(("problem", "problem_class", "next_step", "code"), "")
    if move(connection, row, "settled", at=at, fence=fence, **values, **cleared) is None:
        return False
    event = told(connection, row, receipt)
    if receipt.record is not None:
        mirror.put_record(connection, receipt.record, receipt.payload, at)
    elif receipt.gone:
        mirror.bury(connection, Document, [receipt.remote_id], at)
    ledger.settle(connection, row, receipt, at)
    ids = {"decision_id": row["decision_id"], "operation_id": row["id"]}
    journal.append(connection, "receipt", event.content, at=at, subjects=event.subjects, **ids)
    return True


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
