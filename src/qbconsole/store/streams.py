"""Where the pull of each stream stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from qbconsole.store.tables import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

_STREAM = Stream.__table__  # type: ignore[attr-defined]


def cursors(connection: Connection) -> dict[str, str]:
    """The stored cursor of each stream that has one."""
    return {row.name: row.cursor for row in connection.execute(select(_STREAM)) if row.cursor}


def sweep(connection: Connection, name: str) -> int:
    """The number of the stream's newest full listing; 0 before the first."""
    return int(connection.execute(select(_STREAM.c.sweep).where(_STREAM.c.name == name)).scalar() or 0)


def keep(connection: Connection, name: str, values: Mapping[str, Any]) -> None:
    """Store a stream's cursor, times and sweep; columns that are not given stay."""
    row = {"name": name, "cursor": "", "sweep": 0, **values}
    statement = insert(_STREAM).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=dict(values)))


def listed(connection: Connection) -> list[tuple[str, datetime, datetime | None]]:
    """(name, last pull, last full listing) of every stream."""
    query = select(_STREAM.c.name, _STREAM.c.pulled_at, _STREAM.c.swept_at).order_by(_STREAM.c.name)
    return [(name, pulled_at, swept_at) for name, pulled_at, swept_at in connection.execute(query)]
