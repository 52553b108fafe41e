"""The rows of billing events, the documents that bill them, their allocations and the stamps of deals."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.sqlite import insert

from qbconsole.store.queries import dicts, where_equal
from qbconsole.store.tables import Allocation, BilledDocument, BillingEvent, DealStamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Select

_EVENT = BillingEvent.__table__  # type: ignore[attr-defined]
_BILLED = BilledDocument.__table__  # type: ignore[attr-defined]
_ALLOCATION = Allocation.__table__  # type: ignore[attr-defined]
_ALL_ALLOCATIONS = (
    select(_ALLOCATION, _EVENT.c.deal_id, _EVENT.c.key, _EVENT.c.currency, _BILLED.c.document_id, _BILLED.c.origin)
    .join(_EVENT, _EVENT.c.id == _ALLOCATION.c.event_id)
    .join(_BILLED, _BILLED.c.id == _ALLOCATION.c.billed_document_id)
    .order_by(_ALLOCATION.c.id)
)
_ALLOCATIONS = {False: _ALL_ALLOCATIONS, True: _ALL_ALLOCATIONS.where(_ALLOCATION.c.ended_at.is_(None))}
_STAMP = DealStamp.__table__  # type: ignore[attr-defined]
_DOCUMENTS = select(_BILLED).order_by(_BILLED.c.id)
_ENSURE = insert(_EVENT).on_conflict_do_nothing(index_elements=["deal_id", "key"])


def ensure(connection: Connection, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Insert billing events, but for those whose deal and key are there already."""
    connection.execute(_ENSURE, [dict(values) for values in wanted])


def events(connection: Connection, columns: Sequence[str], **equal: object) -> list[tuple[Any, ...]]:
    """Those columns of the billing events whose columns equal the given values (a list: are among them), by id."""
    return [tuple(row) for row in where_equal(connection, _events(tuple(columns)), _EVENT, equal).all()]


@cache
def _events(columns: tuple[str, ...]) -> Select[Any]:
    return select(*(_EVENT.c[name] for name in columns)).order_by(_EVENT.c.id)


def change_event(connection: Connection, event_id: int, from_state: str, **values: object) -> bool:
    """Update an event that still is in that state."""
    mine = (_EVENT.c.id == event_id) & (_EVENT.c.state == from_state)
    return connection.execute(update(_EVENT).where(mine).values(**values)).rowcount == 1


def add_document(connection: Connection, values: Mapping[str, Any]) -> int:
    """Insert a document that bills; returns its id."""
    return int(connection.execute(insert(_BILLED), dict(values)).lastrowid)


def documents(connection: Connection, **equal: object) -> list[dict[str, Any]]:
    """Documents that bill whose columns equal the given values (a list or tuple: are among them), by id."""
    return dicts(where_equal(connection, _DOCUMENTS, _BILLED, equal))


def change_document(connection: Connection, billed_id: int, **values: object) -> None:
    """Update a document that bills."""
    connection.execute(update(_BILLED).where(_BILLED.c.id == billed_id).values(**values))


def allocate(connection: Connection, event_id: int, billed_id: int, amount: int) -> None:
    """Insert an allocation.

    Raises:
        sqlalchemy.exc.IntegrityError: the live allocations would exceed the event.
    """
    connection.execute(
        insert(_ALLOCATION).values(event_id=event_id, billed_document_id=billed_id, amount=amount, ended_at=None)
    )


def allocations(connection: Connection, *, live: bool = True) -> list[dict[str, Any]]:
    """Every allocation with its event's deal and key and its document's id and origin; the live ones alone, or all."""
    return dicts(connection.execute(_ALLOCATIONS[live]))


def allocations_of(connection: Connection, *, event_id: int = 0, billed_id: int = 0) -> list[dict[str, Any]]:
    """The live allocations of one event, or of one document."""
    query = select(_ALLOCATION).where(_ALLOCATION.c.ended_at.is_(None))
    query = query.where(
        _ALLOCATION.c.event_id == event_id if event_id else _ALLOCATION.c.billed_document_id == billed_id
    )
    return dicts(connection.execute(query.order_by(_ALLOCATION.c.id)))


def allocated(connection: Connection, event_id: int) -> int:
    """The sum of an event's live allocations, in minor units."""
    mine = (_ALLOCATION.c.event_id == event_id) & _ALLOCATION.c.ended_at.is_(None)
    return int(connection.execute(select(func.coalesce(func.sum(_ALLOCATION.c.amount), 0)).where(mine)).scalar_one())


def end_allocations(connection: Connection, ids: Iterable[int], at: datetime) -> None:
    """End allocations: what they billed is open again."""
    connection.execute(update(_ALLOCATION).where(_ALLOCATION.c.id.in_(tuple(ids))).values(ended_at=at))


def stamps(connection: Connection) -> dict[str, dict[str, Any]]:
    """What was last decided to stand on each deal."""
    rows = connection.execute(select(_STAMP.c.deal_id, _STAMP.c["values"].label("stamp")))
    return {row.deal_id: dict(row.stamp) for row in rows}


def keep_stamp(
    connection: Connection, deal_id: str, values: Mapping[str, str], operation_id: int, at: datetime
) -> None:
    """Note what was decided to stand on a deal."""
    row = {"deal_id": deal_id, "values": dict(values), "operation_id": operation_id, "at": at}
    connection.execute(insert(DealStamp).values(row).on_conflict_do_update(index_elements=["deal_id"], set_=row))
