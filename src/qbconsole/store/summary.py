"""Small sums over the whole book, for its state in one look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from qbconsole.store.queries import dicts, first
from qbconsole.store.tables import MIRROR, Lease, OutboxOperation, Run, Stream

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

_STREAM = Stream.__table__  # type: ignore[attr-defined]
_RUN = Run.__table__  # type: ignore[attr-defined]
_LEASE = Lease.__table__  # type: ignore[attr-defined]
_OPERATION = OutboxOperation.__table__  # type: ignore[attr-defined]


def streams(connection: Connection) -> list[dict[str, Any]]:
    """Every stream with the time of its last page."""
    query = select(_STREAM.c.name, _STREAM.c.pulled_at).order_by(_STREAM.c.name)
    return dicts(connection.execute(query))


def last_runs(connection: Connection, limit: int = 10) -> list[dict[str, Any]]:
    """The newest runs, newest first."""
    query = select(_RUN).order_by(_RUN.c.id.desc()).limit(limit)
    return dicts(connection.execute(query))


def lease(connection: Connection) -> dict[str, Any] | None:
    """Who runs the book, as was last heard."""
    return first(connection.execute(select(_LEASE).where(_LEASE.c.name == "runner")))


def open_invoices(connection: Connection) -> list[tuple[date | None, int, str]]:
    """Due date, balance in minor units and currency of every open invoice."""
    table = MIRROR["documents"]
    open_ = (table.c.type == "invoice") & table.c.gone.is_(False) & table.c.voided.is_(False) & (table.c.balance > 0)
    query = select(table.c.due_on, table.c.balance, table.c.currency).where(open_)
    return [(row.due_on, row.balance, row.currency) for row in connection.execute(query)]


def operations_of_kind(connection: Connection, kind: str) -> dict[str, int]:
    """How many operations of a kind are in each state."""
    query = select(_OPERATION.c.state, func.count()).where(_OPERATION.c.kind == kind).group_by(_OPERATION.c.state)
    return {state: count for state, count in connection.execute(query)}  # noqa: C416 - rows are no pairs to a type checker
