"""The journal: decisions, operations and receipts, append-only and hash-chained. It holds content; logs hold ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.domain.canonical import as_json, digest
from qbconsole.store import journal as rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection


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
    content = as_json(body)
    content_digest, previous = digest(content), rows.last_digest(connection)
    event = {
        "at": at,
        "kind": kind,
        "decision_id": decision_id,
        "operation_id": operation_id,
        "content_digest": content_digest,
        "previous": previous,
        "digest": digest(previous, kind, at, decision_id, operation_id, content_digest),
    }
    return rows.add_event(connection, event, content, subjects)


def record_decision(
    connection: Connection, taken: Taken, actor: Actor, *, at: datetime, rules_hash: str, beyond: int = 0
) -> int:
    """Store a decision and its journal event in the caller's transaction; returns the decision's id.

    With `beyond` the id is above that one: ids that a book has lost are not given again, for request ids hold them.
    """
    given = {"id": beyond + 1} if beyond else {}
    decision_id = rows.add_decision(
        connection,
        {
            **given,
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
            "actor": actor, "rules": rules_hash, "undoes": taken.undoes, "content": taken.content}  # fmt: skip
    append(connection, "decision", body, at=at, subjects=taken.subjects, decision_id=decision_id)
    return decision_id


def verify(connection: Connection, after: int = 0) -> str:
    """An empty text when the chain holds, else the plain sentence that names the first event that does not.

    With `after` the events up to that one are taken for verified.
    """
    previous = rows.digest_of(connection, after) if after else ""
    for event in rows.chain(connection, after):
        erased = event["body"] is None
        if not erased and digest(event["body"]) != event["content_digest"]:
            return f"Journal event {event['id']} does not match its digest: its content was changed."
        expected = digest(
            previous, event["kind"], event["at"], event["decision_id"], event["operation_id"], event["content_digest"]
        )
        if event["previous"] != previous or event["digest"] != expected:
            return f"Journal event {event['id']} breaks the chain: it or one before it was changed or removed."
        previous = event["digest"]
    return ""
