"""What became of a decision: in the posting window, being sent, delivered, parked, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.domain.text import safe_text
from qbconsole.store import journal, outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

FLYING = ("claimed", "unknown")


@dataclass(frozen=True, slots=True)
class Fate:
    """One word (`waiting`, `sending`, `sent`, `parked`, `local`) and the words for a person."""

    verdict: str
    words: str


def in_flight(row: dict[str, Any]) -> bool:
    """Whether an operation may be under way: then nothing about it can be decided."""
    return row["state"] in FLYING or (row["state"] in ("waiting", "pending") and row["attempts"] > 0)


def fate(connection: Connection, decision_id: int | None) -> Fate:
    """What became of a decision and, if it was taken back, of that."""
    decision = journal.decision(connection, decision_id) if decision_id else None
    if decision is None:
        return Fate("local", "")
    if decision["undone_by"]:
        undoing = _of(outbox.of_decision(connection, decision["undone_by"]))
        return Fate(undoing.verdict, f"taking it back: {undoing.words}" if undoing.words else "taken back")
    became = _of(outbox.of_decision(connection, decision["id"]))
    refused = next(iter(refused_undos(connection, decision["id"])), None)
    if refused is None:
        return became
    why = safe_text(f"{refused['problem']} {refused['next_step']}".strip())
    return Fate("parked", f"{became.words}; the undo was refused and it stands: {why}")


def refused_undos(connection: Connection, decision_id: int) -> list[dict[str, Any]]:
    """The parked operations of undos of a decision that stands: the remote held something else than they saw."""
    undos = journal.undoings(connection, decision_id)
    found = [row for undoing in undos for row in outbox.of_decision(connection, undoing["id"])]
    return [row for row in found if row["state"] == "parked"]


def _of(operations: list[dict[str, Any]]) -> Fate:
    live = [row for row in operations if row["state"] != "cancelled"]
    if not live:
        return Fate("local", "")
    parked = next((row for row in live if row["state"] == "parked"), None)
    if parked is not None:
        return Fate("parked", f"parked: {safe_text(parked['problem'])} {safe_text(parked['next_step'])}".strip())
    if all(row["state"] == "settled" for row in live):
        made = next((row for row in live if row["kind"] == "create_document"), None)
        number = (made["number"] or made["remote_id"]) if made else ""
        return Fate("sent", f"delivered as {safe_text(number)}" if number else "delivered")
    if all(row["state"] == "waiting" and not row["attempts"] for row in live):
        return Fate("waiting", "in the posting window: undo leaves no trace")
    return Fate("sending", "being sent")
