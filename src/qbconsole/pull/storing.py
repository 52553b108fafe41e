"""One page and the cursor that covers it into the mirror: one transaction, each record counted where it ends up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from qbconsole.domain.failpoints import failpoint
from qbconsole.domain.records import KINDS
from qbconsole.store import census, mirror, runs, streams

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from qbconsole.connectors.base import Page, Pulled
    from qbconsole.domain.records import Record
    from qbconsole.store.engine import Store


def kind_of(stream: str) -> type[Record]:
    """The kind of record that a stream `connector.kind` holds."""
    return KINDS[stream.partition(".")[2]]


def store_page(store: Store, page: Page, run_id: int, *, provable: bool, at: datetime) -> list[str]:
    """Store a page; returns the ids of the records that changed.

    Args:
        store: the book's database.
        page: what came.
        run_id: the run that counts it.
        provable: the remote can be asked for its ids: what a listing did not show is asked for, not buried unheard.
        at: now.
    """
    kind = kind_of(page.stream)
    incoming = [_incoming(kind, pulled) for pulled in page.records]
    with store.writing(durable=False) as connection:
        sweep = streams.sweep(connection, page.stream) + (1 if page.first else 0)
        applied = _apply(connection, kind, incoming, at, sweep)
        if page.problem is None:
            failpoint("cursor.commit")
            _keep_cursor(connection, page, at, sweep)
        if page.complete:
            _miss(connection, page.stream, sweep, at, run_id, provable=provable)
        if page.unswept:
            census.mark_unswept(connection, page.stream)
        _count(connection, run_id, page, applied)
        _log(connection, run_id, page, incoming, at)
        failpoint("page.commit")
    return applied.changed


def _keep_cursor(connection: Connection, page: Page, at: datetime, sweep: int) -> None:
    values: dict[str, object] = {"cursor": page.cursor, "pulled_at": at, "sweep": sweep}
    if page.complete:
        values["swept_at"] = at
    streams.keep(connection, page.stream, values)


def _miss(connection: Connection, stream: str, sweep: int, at: datetime, run_id: int, *, provable: bool) -> None:
    """What a complete listing did not show is gone, or the listing was cut: a remote that can be asked is asked."""
    kind = kind_of(stream)
    if provable:
        if census.any_unseen(connection, kind.kind, sweep):
            census.mark_unswept(connection, stream)
        return
    if gone := mirror.bury_unseen(connection, kind, sweep, at):
        words = f"{stream}: {gone} records are gone on the remote."
        runs.log(connection, run_id, "info", words, at=at, subject=stream)


def _count(connection: Connection, run_id: int, page: Page, applied: mirror.Applied) -> None:
    counts = {
        "seen": applied.seen,
        "applied": applied.applied,
        "unchanged": applied.unchanged,
        "held": applied.held,
        "failed": applied.failed,
        "calls": page.calls,
    }
    error = page.problem.message if page.problem else ""
    runs.count_stream(connection, run_id, page.stream, counts, error)


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
    try:
        with connection.begin_nested():
            held = mirror.Incoming(kind, record.id, record.payload, None, problem)
            return mirror.apply_page(connection, kind, [held], at, sweep)
    except SQLAlchemyError:
        return mirror.Applied(seen=1, failed=1)


def _log(connection: Connection, run_id: int, page: Page, incoming: Sequence[mirror.Incoming], at: datetime) -> None:
    for record in incoming:
        if record.problem:
            subject = f"{record.kind.kind}:{record.id}"
            step = "Mend the record there; it is read again when it changes."
            runs.log(connection, run_id, "warning", record.problem, at=at, subject=subject, next_step=step)
    if page.note:
        runs.log(connection, run_id, "info", page.note, at=at, subject=page.stream)
    if page.problem is not None:
        words, step = f"{page.stream}: {page.problem.message}", page.problem.next_step
        runs.log(connection, run_id, "error", words, at=at, subject=page.stream, next_step=step)
