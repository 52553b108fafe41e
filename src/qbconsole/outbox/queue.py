"""Enqueueing operations with a decision, and the one function through which their states change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole import journal
from qbconsole.domain import subjects
from qbconsole.domain.canonical import digest, request_id
from qbconsole.domain.errors import Fatal, Gone, NeedsPerson, Retriable
from qbconsole.domain.operations import from_json, to_json
from qbconsole.store import outbox as rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from qbconsole.domain.operations import Operation

ABSOLUTE = ("stamp_deal", "stamp_company", "tag_customer")
"""Kinds that set a value: sending them again changes nothing, so they are not looked for, and may be given up."""
MOVES = {
    "waiting": {"claimed", "cancelled", "parked"},
    "pending": {"claimed", "cancelled", "parked"},
    "claimed": {"claimed", "settled", "unknown", "pending", "parked"},
    "unknown": {"unknown", "claimed", "settled", "parked"},
    "parked": {"pending", "unknown", "cancelled", "settled"},
    "settled": set[str](),
    "cancelled": set[str](),
}
"""From each state the states it may go to."""
OPEN = rows.OPEN
"""The states of what is neither settled nor given up."""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """One operation of a decision.

    `target` names what it is about for the request id: the billing events, or the record. `recurs` is True for what may
    rightly happen again to one target: then the decision's id is part of the request id.
    """

    operation: Operation
    target: str
    subjects: tuple[str, ...] = ()
    needs: tuple[int, ...] = ()
    generation: int = 1
    recurs: bool = True


def enqueue(
    connection: Connection,
    enqueued: Enqueued,
    *,
    book: str,
    decision_id: int,
    rules_hash: str,
    at: datetime,
    due_at: datetime,
) -> int:
    """Store an operation with its decision, in the decision's transaction; returns its id.

    Raises:
        sqlalchemy.exc.IntegrityError: the same intent is already in the outbox (its request id is taken).
    """
    operation = enqueued.operation
    body = to_json(operation)
    decision = str(decision_id) if enqueued.recurs else ""
    values = {
        "decision_id": decision_id,
        "kind": operation.kind,
        "system": operation.system,
        "target": enqueued.target,
        "generation": enqueued.generation,
        "body": body,
        "body_hash": digest(body),
        "request_id": request_id(book, enqueued.target, operation.kind, enqueued.generation, decision),
        "rules_hash": rules_hash,
        "state": "waiting" if due_at > at else "pending",
        "due_at": due_at,
        "created_at": at,
    }
    operation_id = rows.add(connection, values, enqueued.needs)
    kept = ("kind", "system", "target", "generation", "state", "request_id", "rules_hash", "due_at", "body")
    content = {name: values[name] for name in kept} | {"needs": enqueued.needs}
    journal.append(
        connection,
        "operation",
        content,
        at=at,
        subjects=(*enqueued.subjects, *subjects.named(body)),
        decision_id=decision_id,
        operation_id=operation_id,
    )
    return operation_id


def move(
    connection: Connection, row: dict[str, Any], state: str, *, at: datetime, fence: int | None = None, **values: Any
) -> dict[str, Any] | None:
    """Change an operation's state and journal it; the only way to.

    Args:
        connection: a durable writing connection.
        row: the operation as it was read.
        state: where it goes.
        at: now.
        fence: the runner's fencing number; a runner that lost its lease changes nothing.
        values: other columns that change with it.

    Returns:
        The operation as it is now, or None when it was no longer in the state that was read, or the fence is stale.

    Raises:
        Fatal: the move is not one of `MOVES`.
    """
    if state not in MOVES[row["state"]]:
        raise Fatal(f"Operation {row['id']} cannot go from {row['state']} to {state}.")
    changed = {"state": state, **values} | ({} if fence is None else {"fence": fence})
    if not rows.change(connection, row["id"], row["state"], changed, fence):
        return None
    content = {"kind": row["kind"], "request_id": row["request_id"], "from": row["state"], "to": state} | values
    journal.append(connection, "operation", content, at=at, decision_id=row["decision_id"], operation_id=row["id"])
    return {**row, **changed}


def _needs_its_result(one: dict[str, Any], needed: dict[str, Any]) -> bool:
    """Whether an open operation rests on another; one on the same target only follows it in time."""
    return one["state"] in rows.OPEN and (one["kind"], one["target"]) != (needed["kind"], needed["target"])


def operation_of(row: dict[str, Any]) -> Operation:
    """The operation that a row holds.

    Raises:
        Fatal: its body is not the one that was decided.
    """
    if digest(row["body"]) != row["body_hash"]:
        raise Fatal(f"Operation {row['id']} was changed after it was decided; it is not sent.")
    return from_json(row["kind"], row["body"])


def cancel_unsent(connection: Connection, operations: Iterable[dict[str, Any]], *, at: datetime) -> bool:
    """Cancel a decision's operations inside the posting window: all of them, or (False) none because one was sent."""
    listed = [row for row in operations if row["state"] != "cancelled"]
    if any(row["state"] not in ("waiting", "pending") or row["attempts"] for row in listed):
        return False
    for row in listed:
        if move(connection, row, "cancelled", at=at) is None:
            raise Fatal(f"Operation {row['id']} was claimed while it was being cancelled.", next_step="Undo it again.")
    return True


def retry(connection: Connection, row: dict[str, Any], *, at: datetime) -> bool:
    """Send a parked operation again, after a look for it if it was ever sent; False if it is not parked.

    Raises:
        NeedsPerson: what it made is gone: to make it anew is another decision.
    """
    if made_and_gone(row):
        words = f"What operation {row['id']} made ({row['number'] or row['remote_id']}) was taken away by somebody."
        raise NeedsPerson(words, next_step="Give it up; then bill again, if that was a mistake.")
    state = "unknown" if row["first_sent_at"] else "pending"
    cleared: dict[str, Any] = {"attempts": 0, "problem": "", "problem_class": "", "next_step": "", "code": ""}
    return row["state"] == "parked" and move(connection, row, state, at=at, due_at=at, **cleared) is not None


def outcome_unknown(row: dict[str, Any]) -> bool:
    """Whether an operation was parked without anybody knowing if it was done."""
    return bool(row["state"] == "parked" and row["problem_class"] == Retriable.__name__)


def made_and_gone(row: dict[str, Any]) -> bool:
    """Whether an operation was parked because what it made is void or deleted by now."""
    return bool(row["state"] == "parked" and row["problem_class"] == Gone.__name__)


def cancel(connection: Connection, row: dict[str, Any], *, at: datetime) -> bool:
    """Give a parked or unsent operation up; False if it may be under way.

    Raises:
        NeedsPerson: it is parked, and may have been done: what it holds must not be freed; or another needs it.
    """
    if waiting := [one for one in rows.dependents(connection, row["id"]) if _needs_its_result(one, row)]:
        named = f"{waiting[0]['kind'].replace('_', ' ')} L{waiting[0]['id']}"
        raise NeedsPerson(
            f"Operation {row['id']} is needed: {named} waits for it.", next_step=f"Give {named} up first."
        )
    if outcome_unknown(row) and row["kind"] not in ABSOLUTE:
        words = f"Operation {row['id']} may have reached the {row['system']} system: no answer to it ever came."
        raise NeedsPerson(words, next_step="Retry it: it is looked for there before it is sent again.")
    cancellable = row["state"] == "parked" or (row["state"] in ("waiting", "pending") and not row["attempts"])
    return cancellable and move(connection, row, "cancelled", at=at) is not None
