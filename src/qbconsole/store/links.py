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
_ALL = select(_LINK).order_by(_LINK.c.id)
_LISTED = {None: _ALL, True: _ALL.where(_LINK.c.ended_at.is_(None)), False: _ALL.where(_LINK.c.ended_at.is_not(None))}


def add(connection: Connection, values: Mapping[str, Any]) -> int:
    """Insert a link; returns its id."""
    return int(connection.execute(insert(_LINK), dict(values)).lastrowid)


def listed(connection: Connection, *, live: bool | None = True, **equal: object) -> list[dict[str, Any]]:
    """Links whose columns equal the given values: the live ones, the ended ones (`live=False`), or all (None)."""
    return dicts(where_equal(connection, _LISTED[live], _LINK, equal))


def change(connection: Connection, link_id: int, **values: object) -> None:
    """Update a link."""
    connection.execute(update(_LINK).where(_LINK.c.id == link_id).values(**values))
