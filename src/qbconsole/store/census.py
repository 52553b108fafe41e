"""Which ids the mirror knows, for comparing them with the remote's; and which streams await that comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from qbconsole.store import facts
from qbconsole.store.tables import MIRROR, Held

if TYPE_CHECKING:
    from sqlalchemy import Connection

_HELD = Held.__table__  # type: ignore[attr-defined]
_UNSWEPT = "unswept_streams"


def known_ids(connection: Connection, kind: str) -> frozenset[str]:
    """The ids of all live records of a kind, and of those that are held because they cannot be read."""
    table = MIRROR[kind]
    live = connection.execute(select(table.c.id).where(table.c.gone.is_(False))).scalars()
    held = connection.execute(select(_HELD.c.record_id).where(_HELD.c.kind == kind)).scalars()
    return frozenset(live) | frozenset(held)


def any_unseen(connection: Connection, kind: str, sweep: int) -> bool:
    """Whether a complete listing did not show a record that we hold for live."""
    table = MIRROR[kind]
    unseen = select(table.c.id).where(table.c.gone.is_(False), table.c.sweep < sweep).limit(1)
    return connection.execute(unseen).first() is not None


def unswept(connection: Connection) -> list[str]:
    """Streams from which records may have gone without a word."""
    return list(facts.get(connection, _UNSWEPT) or [])


def mark_unswept(connection: Connection, stream: str) -> None:
    """Note, with the page that gives cause, that a stream's ids must be compared; it stays noted until they were."""
    facts.put(connection, _UNSWEPT, sorted({*unswept(connection), stream}))


def mark_swept(connection: Connection, stream: str) -> None:
    """The ids were compared, and what differed is stored."""
    if stream in (marked := unswept(connection)):
        facts.put(connection, _UNSWEPT, [one for one in marked if one != stream])
