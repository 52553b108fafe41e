"""The journal: decisions, operations and receipts, append-only and hash-chained. It holds content; logs hold ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from qbconsole.domain.canonical import as_json, digest
from qbconsole.journal.chain import FORGET, Head, head, seal, verify
from qbconsole.store import journal as rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = ["Actor", "Head", "Taken", "append", "erase", "head", "record_decision", "verify"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who decides, and from where: an operating-system account and its terminal or SSH source, or a rule by name."""

    name: str
    origin: str
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision on its way into the journal.

    `words` say in a line what was decided and what its undo will be; `seen` is the hash of what was shown; `subjects`
    are the records it is about (`deals:1042`); `content` is kept whole.
    """

    action: str
    desk: str
    row_id: str
    words: str
    seen: str = ""
    note: str = ""
    undoes: int | None = None
    subjects: tuple[str, ...] = ()
    content: Any = None


def append(
    connection: Connection,
    kind: str,
    body: Any,
    *,
    at: datetime,
    subjects: Iterable[str] = (),
    decision_id: int | None = None,
    operation_id: int | None = None,
) -> int:
    """Append one event to the chain, in the caller's transaction; returns its id."""
    content, about = as_json(body), sorted({one for one in subjects if not one.endswith(":")})
    at = at.astimezone(UTC)
    header = {"kind": kind, "decision_id": decision_id, "operation_id": operation_id, "content_digest": digest(content)}
    header |= {"subjects_digest": digest(about), "previous": rows.last_digest(connection)}
    return rows.add_event(connection, {**header, "at": at, "digest": seal(header, at.isoformat())}, content, about)


def erase(connection: Connection, event_ids: Collection[int], *, at: datetime, words: str, actor: Actor) -> int:
    """Erase what events say, in the caller's transaction; the chain of digests stays whole. Returns the new event's id.

    An event that names the erased ones is appended: content that is missing otherwise was lost or stolen.
    """
    rows.erase_content(connection, event_ids)
    return append(connection, FORGET, {"words": words, "actor": actor, "erased": sorted(event_ids)}, at=at)


def record_decision(
    connection: Connection, taken: Taken, actor: Actor, *, at: datetime, rules_hash: str, shown: Any = None
) -> int:
    """Store a decision and its journal event in the caller's transaction; returns the decision's id.

    `shown` is what the person saw when deciding, whole; `Taken.seen` is its hash.
    """
    decision_id = rows.add_decision(
        connection,
        {
            "action": taken.action,
            "desk": taken.desk,
            "row_id": taken.row_id,
            "at": at,
            "actor": actor.name,
            "origin": actor.origin,
            "automatic": actor.automatic,
            "rules_hash": rules_hash,
            "seen": taken.seen,
            "words": taken.words,
            "note": taken.note,
            "undoes": taken.undoes,
        },
    )
    body = {"action": taken.action, "row": taken.row_id, "words": taken.words, "note": taken.note, "seen": taken.seen,
            "actor": actor, "rules": rules_hash, "undoes": taken.undoes, "content": taken.content,
            "shown": shown}  # fmt: skip
    append(connection, "decision", body, at=at, subjects=taken.subjects, decision_id=decision_id)
    return decision_id
