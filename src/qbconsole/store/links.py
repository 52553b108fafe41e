"""The rows of decided pairs. Only `ledger.links` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from qbconsole.store.queries import dicts, where_equal
from qbconsole.store.tables import Link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_LINK = Link.__table__  # type: ignore[attr-defined]


def add(connection: Connection, values: Mapping[str, Any]) -> int:
    """Insert a link; returns its id."""
    return int(connection.execute(insert(_LINK), dict(values)).lastrowid)


def listed(connection: Connection, *, live: bool | None = True, **equal: object) -> list[dict[str, Any]]:
    """Links whose columns equal the given values: the live ones, the ended ones (`live=False`), or all (None)."""
    query = select(_LINK)
    if live is not None:
        query = query.where(_LINK.c.ended_at.is_(None) if live else _LINK.c.ended_at.is_not(None))
    query = where_equal(query, _LINK, equal)
    return dicts(connection.execute(query.order_by(_LINK.c.id)))


def change(connection: Connection, link_id: int, **values: object) -> None:
    """Update a link."""
    connection.execute(update(_LINK).where(_LINK.c.id == link_id).values(**values))
