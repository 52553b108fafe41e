"""How much is written to the remotes: unsent now, in a run, on the busiest day. Parts of the outbox are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, not_, or_, select

from qbconsole.store.queries import dicts
from qbconsole.store.tables import Decision, OutboxOperation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

_OPERATION = OutboxOperation.__table__  # type: ignore[attr-defined]
_DECISION = Decision.__table__  # type: ignore[attr-defined]
_DECIDED = _DECISION.alias("decided")
_UNSENT = and_(_OPERATION.c.state.in_(("waiting", "pending")), _OPERATION.c.first_sent_at.is_(None))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the outbox: operations of those kinds, or (`others`) automatic ones of any other kind; beyond an id."""

    kinds: tuple[str, ...]
    others: bool = False
    beyond: int = 0


def _in(part: Part) -> ColumnElement[bool]:
    later = _OPERATION.c.id > part.beyond
    if not part.others:
        return and_(later, _OPERATION.c.kind.in_(part.kinds))
    mine = and_(_DECIDED.c.id == _OPERATION.c.decision_id, _DECIDED.c.automatic.is_(True))
    automatic = exists().where(mine).correlate(_OPERATION)
    return and_(later, _OPERATION.c.kind.not_in(part.kinds), automatic)


def withheld(parts: Iterable[Part]) -> ColumnElement[bool]:
    """The condition of unsent operations in any of the parts."""
    return and_(_UNSENT, or_(*(_in(part) for part in parts)))


def not_withheld(parts: Iterable[Part]) -> list[ColumnElement[bool]]:
    """The conditions of what is in none of the parts, or was sent already."""
    listed = list(parts)
    return [not_(withheld(listed))] if listed else []


def unsent(connection: Connection, part: Part) -> int:
    """How many operations of a part were never sent."""
    return int(connection.execute(select(func.count()).select_from(_OPERATION).where(withheld([part]))).scalar_one())


def unsent_rows(connection: Connection, part: Part) -> list[dict[str, Any]]:
    """The operations of a part that were never sent, with who decided each (`actor`), by id."""
    query = select(_OPERATION, _DECISION.c.actor).join(_DECISION, _DECISION.c.id == _OPERATION.c.decision_id)
    return dicts(connection.execute(query.where(withheld([part])).order_by(_OPERATION.c.id)))


def sent_since(connection: Connection, part: Part, since: datetime) -> int:
    """How many operations of a part were first sent since a time."""
    mine = and_(_in(part), _OPERATION.c.first_sent_at >= since)
    return int(connection.execute(select(func.count()).select_from(_OPERATION).where(mine)).scalar_one())


def busiest_day(connection: Connection, part: Part, since: datetime, until: datetime) -> int:
    """The most operations of a part that were first sent on one day (UTC) between two times, whatever their ids."""
    whole = Part(part.kinds, others=part.others)
    day = func.substr(_OPERATION.c.first_sent_at, 1, 10)
    mine = and_(_in(whole), _OPERATION.c.first_sent_at >= since, _OPERATION.c.first_sent_at < until)
    counted = select(func.count().label("sent")).where(mine).select_from(_OPERATION).group_by(day).subquery()
    return int(connection.execute(select(func.coalesce(func.max(counted.c.sent), 0))).scalar_one())
