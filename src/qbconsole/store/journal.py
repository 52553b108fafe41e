"""The journal's rows: decisions, the chain of events, their content and subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, delete, func, insert, select, type_coerce, update

from qbconsole.store.queries import dicts, each, first
from qbconsole.store.tables import Decision, JournalContent, JournalEvent, JournalSubject

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

_EVENT = JournalEvent.__table__  # type: ignore[attr-defined]
_CONTENT = JournalContent.__table__  # type: ignore[attr-defined]
_SUBJECT = JournalSubject.__table__  # type: ignore[attr-defined]
_DECISION = Decision.__table__  # type: ignore[attr-defined]

_WITH_CONTENT = select(_EVENT, _CONTENT.c.body).join(_CONTENT, _CONTENT.c.event_id == _EVENT.c.id, isouter=True)

# Built once: every decision and every step of every operation goes through these.
_LAST_DIGEST = select(_EVENT.c.digest).order_by(_EVENT.c.id.desc()).limit(1)
_ADD_EVENT, _ADD_CONTENT, _ADD_SUBJECT = insert(_EVENT), insert(_CONTENT), insert(_SUBJECT)


def last_digest(connection: Connection) -> str:
    """The digest of the newest event; empty for an empty journal."""
    return connection.execute(_LAST_DIGEST).scalar() or ""


def add_event(connection: Connection, event: Mapping[str, Any], body: Any, subjects: Iterable[str]) -> int:
    """Append one event with its content and subjects; returns its id."""
    event_id = int(connection.execute(_ADD_EVENT, dict(event)).lastrowid)
    connection.execute(_ADD_CONTENT, {"event_id": event_id, "body": body})
    rows = [{"subject": subject, "event_id": event_id} for subject in dict.fromkeys(subjects)]
    if rows:
        connection.execute(_ADD_SUBJECT, rows)
    return event_id


def events(connection: Connection, subject: str = "", limit: int = 200) -> list[dict[str, Any]]:
    """Events, newest first: of one record (`kind:id`), or of all."""
    query = _WITH_CONTENT
    if subject:
        query = query.join(_SUBJECT, _SUBJECT.c.event_id == _EVENT.c.id).where(_SUBJECT.c.subject == subject)
    return dicts(connection.execute(query.order_by(_EVENT.c.id.desc()).limit(limit)))


def story(connection: Connection, subjects: Collection[str], decisions: Collection[int]) -> list[dict[str, Any]]:
    """All events of records and decisions, in order.

    They follow the decisions that name a record: their operations, what those came to, and the decisions that took
    them back, were taken back by them, or sent their operations again.
    """
    named = select(_EVENT.c.id, _EVENT.c.decision_id).join(_SUBJECT, _SUBJECT.c.event_id == _EVENT.c.id)
    direct = connection.execute(named.where(_SUBJECT.c.subject.in_(subjects))).all()
    ids = {*decisions, *(row.decision_id for row in direct if row.decision_id is not None)}
    ids |= _beside(connection, ids)
    wanted = _EVENT.c.id.in_({row.id for row in direct}) | _EVENT.c.decision_id.in_(ids)
    return dicts(connection.execute(_WITH_CONTENT.where(wanted).order_by(_EVENT.c.id)))


def _beside(connection: Connection, ids: Collection[int]) -> set[int]:
    """The decisions that hang together with those: undoing, undone, and about their operations (rows `L7`)."""
    undo = select(_DECISION.c.id, _DECISION.c.undoes).where(_DECISION.c.undoes.is_not(None))
    pairs = connection.execute(undo.where(_DECISION.c.undoes.in_(ids) | _DECISION.c.id.in_(ids))).all()
    operations = select(_EVENT.c.operation_id).where(_EVENT.c.decision_id.in_(ids), _EVENT.c.operation_id.is_not(None))
    rows = {f"L{one}" for one in connection.execute(operations.distinct()).scalars()}
    about = connection.execute(select(_DECISION.c.id).where(_DECISION.c.row_id.in_(rows))).scalars()
    return {one for pair in pairs for one in pair} | set(about)


def ids(connection: Connection, words: Sequence[str] = ()) -> list[int]:
    """The ids of all events, newest first; of those whose content or subjects hold every word, if words are given."""
    query = select(_EVENT.c.id)
    for word in words:
        text = f"%{word.translate(_LITERAL)}%"
        within = select(_CONTENT.c.event_id).where(type_coerce(_CONTENT.c.body, Text).like(text, escape="\\"))
        about = select(_SUBJECT.c.event_id).where(_SUBJECT.c.subject == word)
        query = query.where(_EVENT.c.id.in_(within.union(about)))
    return list(connection.execute(query.order_by(_EVENT.c.id.desc())).scalars())


_LITERAL = str.maketrans({"%": "\\%", "_": "\\_", "\\": "\\\\"})


def by_ids(connection: Connection, wanted: Collection[int]) -> list[dict[str, Any]]:
    """Those events, in order."""
    return dicts(connection.execute(_WITH_CONTENT.where(_EVENT.c.id.in_(wanted)).order_by(_EVENT.c.id)))


def subjects_of(connection: Connection, event_ids: Collection[int]) -> dict[int, list[str]]:
    """The records that events are about, by event."""
    found: dict[int, list[str]] = {}
    query = select(_SUBJECT.c.event_id, _SUBJECT.c.subject).where(_SUBJECT.c.event_id.in_(event_ids))
    for event_id, subject in connection.execute(query.order_by(_SUBJECT.c.subject)):
        found.setdefault(event_id, []).append(subject)
    return found


def newest(connection: Connection) -> tuple[int, str] | None:
    """The newest event's id and digest; None for an empty journal."""
    row = connection.execute(select(_EVENT.c.id, _EVENT.c.digest).order_by(_EVENT.c.id.desc()).limit(1)).first()
    return (row[0], row[1]) if row else None


def digest_of(connection: Connection, event_id: int) -> str | None:
    """One event's digest, or None."""
    found: str | None = connection.execute(select(_EVENT.c.digest).where(_EVENT.c.id == event_id)).scalar()
    return found


_RAW = """
SELECT event.id, event.at, event.kind, event.decision_id, event.operation_id, event.content_digest,
       event.subjects_digest, event.previous, event.digest, content.body
FROM journal_event AS event LEFT JOIN journal_content AS content ON content.event_id = event.id
WHERE event.id > ? ORDER BY event.id
"""


def raw_chain(connection: Connection, after: int) -> Iterator[dict[str, Any]]:
    """Every event after one, in order, as it is stored: times and content as their text."""
    return each(connection.exec_driver_sql(_RAW, (after,)))


def raw_subjects(connection: Connection, after: int) -> Iterator[tuple[int, str]]:
    """(event id, subject) of what comes after one event, in order."""
    query = "SELECT event_id, subject FROM journal_subject WHERE event_id > ? ORDER BY event_id, subject"
    return ((row[0], row[1]) for row in connection.exec_driver_sql(query, (after,)))


def stray_content(connection: Connection) -> int | None:
    """An event id that has content and does not exist, or None."""
    query = "SELECT event_id FROM journal_content WHERE event_id NOT IN (SELECT id FROM journal_event) LIMIT 1"
    stray: int | None = connection.exec_driver_sql(query).scalar()
    return stray


def erase_content(connection: Connection, event_ids: Collection[int]) -> None:
    """Erase what events say. The triggers allow it only while the book is forgetting somebody."""
    for event_id in event_ids:
        connection.execute(delete(_CONTENT).where(_CONTENT.c.event_id == event_id))


def told(connection: Connection) -> tuple[list[dict[str, Any]], set[int]]:
    """Every event that still has its content, in order: kind, decision_id, operation_id, body; and the ids of the
    operations of which anything was erased."""
    columns = (_EVENT.c.kind, _EVENT.c.decision_id, _EVENT.c.operation_id, _CONTENT.c.body)
    query = select(*columns).join(_CONTENT, _CONTENT.c.event_id == _EVENT.c.id, isouter=True)
    found = dicts(connection.execute(query.order_by(_EVENT.c.id)))
    erased = {one["operation_id"] for one in found if one["body"] is None and one["operation_id"] is not None}
    return [one for one in found if one["body"] is not None and one["operation_id"] not in erased], erased


def erased(connection: Connection, decision_id: int) -> bool:
    """Whether there is an event of a decision whose content was erased."""
    query = select(_EVENT.c.id).join(_CONTENT, _CONTENT.c.event_id == _EVENT.c.id, isouter=True)
    query = query.where(_EVENT.c.decision_id == decision_id, _EVENT.c.kind == "decision", _CONTENT.c.event_id.is_(None))
    return connection.execute(query.limit(1)).first() is not None


def every_decision(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every decision, in order."""
    return each(connection.execute(select(_DECISION).order_by(_DECISION.c.id)))


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


def undoings(connection: Connection, decision_id: int) -> list[dict[str, Any]]:
    """The decisions that took one back or tried to, newest first."""
    query = select(_DECISION).where(_DECISION.c.undoes == decision_id)
    return dicts(connection.execute(query.order_by(_DECISION.c.id.desc())))


def mark_undone(connection: Connection, decision_id: int, by: int) -> bool:
    """Note which decision took one back; False if another was first."""
    mine = (_DECISION.c.id == decision_id) & _DECISION.c.undone_by.is_(None)
    return connection.execute(update(_DECISION).where(mine).values(undone_by=by)).rowcount == 1


def mark_standing(connection: Connection, decision_id: int) -> None:
    """Note that a decision stands after all: what was to take it back was given up."""
    connection.execute(update(_DECISION).where(_DECISION.c.id == decision_id).values(undone_by=None))


def decision_count(connection: Connection) -> int:
    """How many decisions there are."""
    return int(connection.execute(select(func.count()).select_from(_DECISION)).scalar_one())
