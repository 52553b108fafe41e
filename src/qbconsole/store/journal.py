"""The journal's rows: decisions, the chain of events, their content and subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from qbconsole.store.queries import dicts, each, first
from qbconsole.store.tables import Decision, JournalContent, JournalEvent, JournalSubject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

_EVENT = JournalEvent.__table__  # type: ignore[attr-defined]
_CONTENT = JournalContent.__table__  # type: ignore[attr-defined]
_SUBJECT = JournalSubject.__table__  # type: ignore[attr-defined]
_DECISION = Decision.__table__  # type: ignore[attr-defined]

APPENDED = "journal_appended"
"""Noted on a connection (`Connection.info`) whose transaction appended an event."""

# Built once: every decision and every step of every operation goes through these.
_NEWEST = select(_EVENT.c.id, _EVENT.c.digest).order_by(_EVENT.c.id.desc()).limit(1)
_ADD_EVENT, _ADD_CONTENT, _ADD_SUBJECT = insert(_EVENT), insert(_CONTENT), insert(_SUBJECT)


def newest(connection: Connection) -> tuple[int, str] | None:
    """The id and the digest of the newest event; None for an empty journal."""
    row = connection.execute(_NEWEST).first()
    return (int(row[0]), str(row[1])) if row else None


def last_digest(connection: Connection) -> str:
    """The digest of the newest event; empty for an empty journal."""
    found = newest(connection)
    return found[1] if found else ""


def digest_of(connection: Connection, event_id: int) -> str:
    """The digest of one event; empty when there is none of that id."""
    return connection.execute(select(_EVENT.c.digest).where(_EVENT.c.id == event_id)).scalar() or ""


def add_event(connection: Connection, event: Mapping[str, Any], body: Any, subjects: Iterable[str]) -> int:
    """Append one event with its content and subjects; returns its id."""
    event_id = int(connection.execute(_ADD_EVENT, dict(event)).lastrowid)
    connection.execute(_ADD_CONTENT, {"event_id": event_id, "body": body})
    rows = [{"subject": subject, "event_id": event_id} for subject in dict.fromkeys(subjects)]
    if rows:
        connection.execute(_ADD_SUBJECT, rows)
    connection.info[APPENDED] = True
    return event_id


def events(connection: Connection, subject: str = "", limit: int = 200) -> list[dict[str, Any]]:
    """Events, newest first: of one record (`kind:id`), or of all."""
    query = select(_EVENT, _CONTENT.c.body).join(_CONTENT, _CONTENT.c.event_id == _EVENT.c.id, isouter=True)
    if subject:
        query = query.join(_SUBJECT, _SUBJECT.c.event_id == _EVENT.c.id).where(_SUBJECT.c.subject == subject)
    return dicts(connection.execute(query.order_by(_EVENT.c.id.desc()).limit(limit)))


def chain(connection: Connection, after: int = 0) -> Iterator[dict[str, Any]]:
    """Every event later than one in order, with its content, for verification."""
    query = select(_EVENT, _CONTENT.c.body).join(_CONTENT, _CONTENT.c.event_id == _EVENT.c.id, isouter=True)
    query = query.where(_EVENT.c.id > after)
    return each(connection.execute(query.order_by(_EVENT.c.id)))


def add_decision(connection: Connection, values: Mapping[str, Any]) -> int:
    """Insert a decision; returns its id."""
    return int(connection.execute(insert(_DECISION), dict(values)).lastrowid)


def decision(connection: Connection, decision_id: int) -> dict[str, Any] | None:
    """One decision, or None."""
    return first(connection.execute(select(_DECISION).where(_DECISION.c.id == decision_id)))


def decisions(connection: Connection, *, row_id: str = "", limit: int = 200) -> list[dict[str, Any]]:
    """Decisions, newest first: of one row, or of all."""
    query = select(_DECISION)
    if row_id:
        query = query.where(_DECISION.c.row_id == row_id)
    return dicts(connection.execute(query.order_by(_DECISION.c.id.desc()).limit(limit)))


def last_undoable(connection: Connection, actions: Sequence[str]) -> dict[str, Any] | None:
    """The newest decision of a person, of one of those actions, that was not taken back."""
    query = select(_DECISION).where(
        _DECISION.c.undone_by.is_(None),
        _DECISION.c.undoes.is_(None),
        _DECISION.c.automatic.is_(False),
        _DECISION.c.action.in_(actions),
    )
    return first(connection.execute(query.order_by(_DECISION.c.id.desc()).limit(1)))


def mark_undone(connection: Connection, decision_id: int, by: int) -> bool:
    """Note which decision took one back; False if another was first."""
    mine = (_DECISION.c.id == decision_id) & _DECISION.c.undone_by.is_(None)
    return connection.execute(update(_DECISION).where(mine).values(undone_by=by)).rowcount == 1


def mark_standing(connection: Connection, decision_id: int) -> None:
    """Note that a decision stands after all: what was to take it back was given up."""
    connection.execute(update(_DECISION).where(_DECISION.c.id == decision_id).values(undone_by=None))


def newest_decision(connection: Connection) -> int:
    """The id of the newest decision; 0 when there is none."""
    return int(connection.execute(select(func.max(_DECISION.c.id))).scalar() or 0)


def decision_count(connection: Connection) -> int:
    """How many decisions there are."""
    return int(connection.execute(select(func.count()).select_from(_DECISION)).scalar_one())
