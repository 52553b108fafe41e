"""Who runs the book: one row with a heartbeat and a rising fence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from qbconsole.store.tables import Lease

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_LEASE = Lease.__table__  # type: ignore[attr-defined]
NAME = "runner"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lease. An empty `holder` means that it was given back."""

    holder: str
    host: str
    pid: int
    fence: int
    heartbeat_at: datetime


def current(connection: Connection) -> Holder | None:
    """The lease as it stands; None before the first runner."""
    row = connection.execute(select(_LEASE).where(_LEASE.c.name == NAME)).first()
    return Holder(row.holder, row.host, row.pid, row.fence, row.heartbeat_at) if row else None


def take(connection: Connection, holder: str, host: str, pid: int, at: datetime) -> int:
    """Take the lease, whoever had it; returns the new fence, one above the last."""
    known = current(connection)
    fence = (known.fence if known else 0) + 1
    row = {"name": NAME, "holder": holder, "host": host, "pid": pid, "fence": fence, "heartbeat_at": at}
    connection.execute(insert(_LEASE).values(row).on_conflict_do_update(index_elements=["name"], set_=row))
    return fence


def beat(connection: Connection, fence: int, at: datetime) -> bool:
    """Renew the lease; False when another holder took it."""
    mine = (_LEASE.c.name == NAME) & (_LEASE.c.fence == fence)
    return connection.execute(update(_LEASE).where(mine).values(heartbeat_at=at)).rowcount == 1


def give_back(connection: Connection, fence: int) -> None:
    """Let the lease go, if it is still ours; the fence stays, so that it keeps rising."""
    mine = (_LEASE.c.name == NAME) & (_LEASE.c.fence == fence)
    connection.execute(update(_LEASE).where(mine).values(holder="", pid=0))
