"""The outbox's rows. A state changes only through `outbox.queue.move`, which journals it."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, exists, func, insert, select, update

from qbconsole.store.queries import dicts, each, first
from qbconsole.store.tables import Dependency, Lease, OutboxOperation
from qbconsole.store.volume import not_withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Update

    from qbconsole.store.volume import Part

_OPERATION = OutboxOperation.__table__  # type: ignore[attr-defined]
_NEEDS = Dependency.__table__  # type: ignore[attr-defined]
_LEASE = Lease.__table__  # type: ignore[attr-defined]

# Built once: every operation goes through these several times.
_ADD = insert(_OPERATION)
_GET = select(_OPERATION).where(_OPERATION.c.id == bindparam("wanted"))
_NEEDED = (
    select(_OPERATION)
    .join(_NEEDS, _NEEDS.c.needs_id == _OPERATION.c.id)
    .where(_NEEDS.c.operation_id == bindparam("wanted"))
)

_NEED = _OPERATION.alias("need")
_UNMET = (
    select(1)
    .select_from(_NEEDS.join(_NEED, _NEED.c.id == _NEEDS.c.needs_id))
    .where(_NEEDS.c.operation_id == _OPERATION.c.id, _NEED.c.state.not_in(("settled", "cancelled")))
    .exists()
)
MOVING = ("waiting", "pending", "claimed", "unknown")
"""Neither settled nor given up, and no person's to look at."""
_SENDABLE = and_(_OPERATION.c.state.in_(MOVING), ~_UNMET)
"""In a state from which it is sent or looked for, and with everything it needs settled or given up.

What needs another's id is never left behind when that one is given up (`outbox.queue.cancel`): only what followed it in
time is.
"""
AHEAD = timedelta(minutes=2)
"""An operation that was sent or decided later than this from now was so by a clock that has been set back since."""
_SET_BACK = func.coalesce(_OPERATION.c.sent_at, _OPERATION.c.created_at) > bindparam(
    "ahead", type_=_OPERATION.c.due_at.type
)
"""What such a clock said of the time at which an operation falls due says nothing: it is due."""
_DUE = (
    select(_OPERATION)
    .where(_SENDABLE, (_OPERATION.c.due_at <= bindparam("now")) | _SET_BACK)
    .order_by(_OPERATION.c.id)
    .limit(bindparam("most"))
)
_NEXT_DUE = (
    select(
        case((_SET_BACK, bindparam("now", type_=_OPERATION.c.due_at.type)), else_=_OPERATION.c.due_at).label("moment")
    )
    .where(_SENDABLE)
    .order_by("moment")
    .limit(1)
)

OPEN = ("waiting", "pending", "claimed", "unknown", "parked")


def add(connection: Connection, values: Mapping[str, Any], needs: Iterable[int]) -> int:
    """Insert an operation with the operations it needs settled first; returns its id."""
    operation_id = int(connection.execute(_ADD, dict(values)).lastrowid)
    rows = [{"operation_id": operation_id, "needs_id": need} for need in dict.fromkeys(needs)]
    if rows:
        connection.execute(insert(_NEEDS), rows)
    return operation_id


def get(connection: Connection, operation_id: int) -> dict[str, Any] | None:
    """One operation, or None."""
    return first(connection.execute(_GET, {"wanted": operation_id}))


def change(
    connection: Connection, operation_id: int, from_state: str, values: Mapping[str, Any], fence: int | None
) -> bool:
    """Update an operation that still is in that state; with a fence only while that fence holds the lease."""
    statement = _change(tuple(values), fenced=fence is not None)
    mine = {"wanted": operation_id, "from_state": from_state, "held": fence}
    return connection.execute(statement, {**values, **mine}).rowcount == 1


@lru_cache
def _change(columns: tuple[str, ...], *, fenced: bool) -> Update:
    mine = and_(_OPERATION.c.id == bindparam("wanted"), _OPERATION.c.state == bindparam("from_state"))
    if fenced:
        mine = and_(mine, exists().where(_LEASE.c.name == "runner", _LEASE.c.fence == bindparam("held")))
    return update(_OPERATION).where(mine).values({name: bindparam(name) for name in columns})


def listed(connection: Connection, states: Sequence[str] = OPEN, limit: int = 500) -> list[dict[str, Any]]:
    """Operations in those states, oldest first."""
    query = select(_OPERATION).where(_OPERATION.c.state.in_(states)).order_by(_OPERATION.c.id).limit(limit)
    return dicts(connection.execute(query))


def every(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every operation, in order."""
    return each(connection.execute(select(_OPERATION).order_by(_OPERATION.c.id)))


def of_decision(connection: Connection, decision_id: int) -> list[dict[str, Any]]:
    """A decision's operations, in the order in which they were enqueued."""
    query = select(_OPERATION).where(_OPERATION.c.decision_id == decision_id).order_by(_OPERATION.c.id)
    return dicts(connection.execute(query))


def on_target(connection: Connection, kind: str, target: str) -> list[dict[str, Any]]:
    """The operations of a kind on one target, in any state, oldest first."""
    mine = (_OPERATION.c.kind == kind) & (_OPERATION.c.target == target)
    return dicts(connection.execute(select(_OPERATION).where(mine).order_by(_OPERATION.c.id)))


def open_on(connection: Connection, kind: str, target: str) -> list[dict[str, Any]]:
    """The operations of a kind on one target that are neither settled nor cancelled."""
    mine = (_OPERATION.c.kind == kind) & (_OPERATION.c.target == target) & _OPERATION.c.state.in_(OPEN)
    return dicts(connection.execute(select(_OPERATION).where(mine).order_by(_OPERATION.c.id)))


def needs(connection: Connection, operation_id: int) -> list[dict[str, Any]]:
    """The operations that one waits for."""
    return dicts(connection.execute(_NEEDED, {"wanted": operation_id}))


def unmet(connection: Connection) -> dict[int, list[dict[str, Any]]]:
    """By operation that waits for others, those others, of all that are open."""
    query = select(_NEEDS.c.operation_id, _NEED).join(_NEED, _NEED.c.id == _NEEDS.c.needs_id)
    found: dict[int, list[dict[str, Any]]] = {}
    for row in dicts(connection.execute(query.where(_NEED.c.state.in_(OPEN)).order_by(_NEED.c.id))):
        found.setdefault(row.pop("operation_id"), []).append(row)
    return found


def dependents(connection: Connection, operation_id: int) -> list[dict[str, Any]]:
    """The operations that wait for one."""
    query = select(_OPERATION).join(_NEEDS, _NEEDS.c.operation_id == _OPERATION.c.id)
    return dicts(connection.execute(query.where(_NEEDS.c.needs_id == operation_id)))


def due(connection: Connection, now: datetime, limit: int = 100, withheld: Iterable[Part] = ()) -> list[dict[str, Any]]:
    """Operations that may be sent now: due, in a sendable state, with everything they need settled, not withheld."""
    query = _DUE.where(*not_withheld(withheld))
    return dicts(connection.execute(query, {"now": now, "ahead": now + AHEAD, "most": limit}))


def next_due(connection: Connection, now: datetime, withheld: Iterable[Part] = ()) -> datetime | None:
    """When the next sendable operation falls due; None when there is none. What waits for another is not sendable."""
    query = _NEXT_DUE.where(*not_withheld(withheld))
    moment: datetime | None = connection.execute(query, {"now": now, "ahead": now + AHEAD}).scalar()
    return moment


def shift(connection: Connection, by: timedelta) -> None:
    """Move when operations that are under way fall due and were decided or sent last: the clock was set by so much.

    When they were first sent stays: it is compared with the remote's clock as it was heard at that time.
    """
    for row in listed(connection, MOVING):
        last = "created_at" if row["sent_at"] is None else "sent_at"
        moved = {name: row[name] + by for name in ("due_at", last)}
        connection.execute(update(_OPERATION).where(_OPERATION.c.id == row["id"]).values(**moved))


def counts(connection: Connection) -> dict[str, int]:
    """How many operations are in each state."""
    query = select(_OPERATION.c.state, func.count()).group_by(_OPERATION.c.state)
    return {state: count for state, count in connection.execute(query)}  # noqa: C416 - rows are not pairs to a type checker
