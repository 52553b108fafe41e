"""Pull: pages of records into the mirror, each with the cursor that covers it. It never decides."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from qbconsole.domain.failpoints import failpoint
from qbconsole.domain.records import KINDS
from qbconsole.store import mirror, runs, streams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from qbconsole.connectors.base import Connector, Page, Pulled
    from qbconsole.domain.records import Record
    from qbconsole.store.engine import Store


async def pull(
    store: Store, connector: Connector, *, run_id: int, watched: Mapping[str, Sequence[str]], full: bool = False
) -> int:
    """Pull every stream of a connector; returns how many records changed.

    Args:
        store: the book's database.
        connector: one remote.
        run_id: the run that counts what is seen.
        watched: by stream, ids to read again although nothing says that they changed.
        full: list everything again.

    Raises:
        SignIn: the credentials were refused.
        Problem: the pull broke off; what came before it is stored with its cursor, what comes after it is for the next.
    """
    with store.reading() as connection:
        cursors = streams.cursors(connection)
    changed = 0
    async for page in connector.pull(cursors, watched=watched, full=full):
        changed += _store(store, page, run_id)
    return changed


def kind_of(stream: str) -> type[Record]:
    """The kind of record that a stream `connector.kind` holds."""
    return KINDS[stream.partition(".")[2]]


def _store(store: Store, page: Page, run_id: int) -> int:
    """One page and its cursor in one transaction; returns how many records changed."""
    at = datetime.now(UTC)
    kind = kind_of(page.stream)
    incoming = [_incoming(kind, pulled) for pulled in page.records]
    with store.writing(durable=False) as connection:
        sweep = streams.sweep(connection, page.stream) + (1 if page.first else 0)
        applied = _apply(connection, kind, incoming, at, sweep)
        failpoint("mirror.apply")
        values: dict[str, object] = {"cursor": page.cursor, "pulled_at": at, "sweep": sweep}
        if page.complete:
            gone = mirror.bury_unseen(connection, kind, sweep, at)
            values["swept_at"] = at
            if gone:
                words = f"{page.stream}: {gone} records are gone on the remote."
                runs.log(connection, run_id, "info", words, at=at, subject=page.stream)
        streams.keep(connection, page.stream, values)
        counts = {
            "seen": applied.seen,
            "applied": applied.applied,
            "unchanged": applied.unchanged,
            "held": applied.held,
            "failed": applied.failed,
            "calls": page.calls,
        }
        runs.count_stream(connection, run_id, page.stream, counts)
        _log_held(connection, run_id, incoming, at)
        failpoint("page.commit")
    return len(applied.changed)


def _incoming(kind: type[Record], pulled: Pulled) -> mirror.Incoming:
    """The record for the mirror; one that no row can hold is held with that reason."""
    problem = pulled.problem
    if pulled.record is not None and not problem:
        try:
            mirror.to_row(pulled.record)
        except (ValueError, TypeError) as error:
            problem = f"{kind.kind} {pulled.id}: {error}"
    return mirror.Incoming(kind, pulled.id, pulled.payload, None if problem else pulled.record, problem)


def _apply(
    connection: Connection, kind: type[Record], incoming: list[mirror.Incoming], at: datetime, sweep: int
) -> mirror.Applied:
    """The page at once; if the database refuses one of its records, one by one, and that one is held."""
    try:
        with connection.begin_nested():
            return mirror.apply_page(connection, kind, incoming, at, sweep)
    except SQLAlchemyError:
        total = mirror.Applied()
        for record in incoming:
            total.add(_apply_one(connection, kind, record, at, sweep))
        return total


def _apply_one(
    connection: Connection, kind: type[Record], record: mirror.Incoming, at: datetime, sweep: int
) -> mirror.Applied:
    try:
        with connection.begin_nested():
            return mirror.apply_page(connection, kind, [record], at, sweep)
    except SQLAlchemyError as error:
        problem = f"{kind.kind} {record.id} cannot be stored: {type(error).__name__}"
        held = mirror.Incoming(kind, record.id, record.payload, None, problem)
        return mirror.apply_page(connection, kind, [held], at, sweep)


def _log_held(connection: Connection, run_id: int, incoming: Sequence[mirror.Incoming], at: datetime) -> None:
    for record in incoming:
        if record.problem:
            subject = f"{record.kind.kind}:{record.id}"
            step = "Mend the record there; it is read again when it changes."
            runs.log(connection, run_id, "warning", record.problem, at=at, subject=subject, next_step=step)
