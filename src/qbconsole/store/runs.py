"""Runs of the sync cycle: what each stream saw, and the lines of the sync log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from qbconsole.store.queries import dicts
from qbconsole.store.tables import Run, RunEvent, RunStream, SyncRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

_RUN = Run.__table__  # type: ignore[attr-defined]
_STREAM = RunStream.__table__  # type: ignore[attr-defined]
_EVENT = RunEvent.__table__  # type: ignore[attr-defined]
_REQUEST = SyncRequest.__table__  # type: ignore[attr-defined]

KEPT = 500
"""Runs older than the newest so many are forgotten."""


def begin(connection: Connection, reason: str, at: datetime) -> int:
    """Open a run; one that a killed runner left open is closed as stopped. Returns its id."""
    connection.execute(update(_RUN).where(_RUN.c.state == "running").values(state="stopped", finished_at=at))
    run_id = int(
        connection.execute(
            insert(_RUN).values(started_at=at, state="running", reason=reason, error="", counts={})
        ).lastrowid
    )
    for table, column in ((_RUN, _RUN.c.id), (_STREAM, _STREAM.c.run_id), (_EVENT, _EVENT.c.run_id)):
        connection.execute(delete(table).where(column <= run_id - KEPT))
    return run_id


def finish(
    connection: Connection, run_id: int, state: str, at: datetime, *, error: str, counts: Mapping[str, Any]
) -> None:
    """Close a run."""
    values = {"state": state, "finished_at": at, "error": error, "counts": dict(counts)}
    connection.execute(update(_RUN).where(_RUN.c.id == run_id).values(**values))


def count_stream(connection: Connection, run_id: int, stream: str, counts: Mapping[str, int], error: str = "") -> None:
    """Add a page's counts to what the run did with a stream."""
    added = {name: _STREAM.c[name] + value for name, value in counts.items()}
    row = {"run_id": run_id, "stream": stream, "error": error, **counts}
    changed = {**added, "error": error} if error else added
    statement = upsert(_STREAM).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["run_id", "stream"], set_=changed))


def log(
    connection: Connection,
    run_id: int,
    level: str,
    message: str,
    *,
    at: datetime,
    subject: str = "",
    next_step: str = "",
) -> None:
    """Add a line to the sync log: ids, codes and plain words; `level` is info, warning or error."""
    row = {"run_id": run_id, "at": at, "level": level, "subject": subject, "message": message, "next_step": next_step}
    connection.execute(insert(_EVENT).values(**row))


def listed(connection: Connection, limit: int = 50) -> list[dict[str, Any]]:
    """Runs, newest first."""
    query = select(_RUN).order_by(_RUN.c.id.desc()).limit(limit)
    return dicts(connection.execute(query))


def streams(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    """What a run did with each stream."""
    query = select(_STREAM).where(_STREAM.c.run_id == run_id).order_by(_STREAM.c.stream)
    return dicts(connection.execute(query))


def events(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    """The lines of a run, in order."""
    query = select(_EVENT).where(_EVENT.c.run_id == run_id).order_by(_EVENT.c.id)
    return dicts(connection.execute(query))


def ask_for_sync(connection: Connection, at: datetime) -> None:
    """Leave a wish for a cycle now."""
    connection.execute(insert(_REQUEST).values(at=at))


def take_requests(connection: Connection, at: datetime) -> int:
    """Take the open wishes; returns how many there were."""
    return connection.execute(update(_REQUEST).where(_REQUEST.c.done_at.is_(None)).values(done_at=at)).rowcount


def sync_asked(connection: Connection) -> bool:
    """Whether a cycle is wished for."""
    return connection.execute(select(_REQUEST.c.id).where(_REQUEST.c.done_at.is_(None)).limit(1)).first() is not None
