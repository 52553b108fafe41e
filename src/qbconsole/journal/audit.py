"""Whether outbox and decisions are what the journal says of them: told again from its events, all are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.store import journal as rows
from qbconsole.store import outbox

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection


def differences(connection: Connection) -> list[str]:
    """A plain sentence for each operation or decision that is not what its events say; none when all agree.

    What was forgotten says nothing any more, and is not compared.
    """
    told, forgotten = rows.told(connection)
    operations = _by(told, "operation_id")
    decisions = _by((one for one in told if one["kind"] == "decision"), "decision_id")
    found = [
        words
        for row in outbox.every(connection)
        if row["id"] not in forgotten and (words := _operation(row, operations.pop(row["id"], [])))
    ]
    found += [
        f"Operation {id_} is in the journal, but not in the outbox." for id_ in operations if id_ not in forgotten
    ]
    for row in rows.every_decision(connection):
        events = decisions.pop(row["id"], [])
        if events and any(events[0]["body"][name] != row[column] for name, column in _DECISION.items()):
            found.append(f"Decision {row['id']} is not as the journal says.")
        elif not events and not rows.erased(connection, row["id"]):
            found.append(f"Decision {row['id']} is not in the journal.")
    found += [f"Decision {id_} is in the journal, but not among the decisions." for id_ in decisions]
    return found


_DECISION = {
    name: name for name in ("action", "words", "note", "seen", "undoes")
} | {"row": "row_id", "rules": "rules_hash"}  # fmt: skip


def _by(events: Iterable[dict[str, Any]], column: str) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for one in events:
        if one[column] is not None:
            found.setdefault(one[column], []).append(one)
    return found


def _operation(row: dict[str, Any], events: list[dict[str, Any]]) -> str:
    """Why an operation is not what its events say; empty if it is."""
    name = f"Operation {row['id']}"
    moves = [one["body"] for one in events if one["kind"] == "operation"]
    receipts = [one["body"] for one in events if one["kind"] == "receipt"]
    if not moves or moves[0].get("state") is None:
        return f"{name} is in the outbox, but the journal does not say that it was decided."
    born = moves[0]
    if born["body"] != row["body"] or born["request_id"] != row["request_id"]:
        return f"{name} is not the one that was decided."
    state = born["state"]
    for move in moves[1:]:
        if move["from"] != state:
            return f"{name} went from {move['from']} when the journal had it {state}."
        state = move["to"]
    if state != row["state"]:
        return f"{name} is {row['state']}, but {state} by the journal."
    if [one["remote_id"] for one in receipts] != ([row["remote_id"]] if state == "settled" else []):
        return f"{name} is {state} with {len(receipts)} receipts."
    return ""
