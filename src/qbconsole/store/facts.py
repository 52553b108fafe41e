"""Small facts of a book that change at run time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from qbconsole.domain.clock import SYSTEM
from qbconsole.domain.sign_in import SignInEnds
from qbconsole.store.tables import Fact

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_FACT = Fact.__table__  # type: ignore[attr-defined]
_REMOTE_OFFSET = "remote_offset_seconds"
_READS = "metered_reads_"
_EARLIEST_OFFSET = "earliest_remote_offset_seconds"
_SIGN_IN = "sign_in"
_BULK, _BULK_OF = "decided_together_", "decided_with_"


def get(connection: Connection, name: str) -> Any:
    """A fact's value, or None."""
    return connection.execute(select(_FACT.c.value).where(_FACT.c.name == name)).scalar()


def put(connection: Connection, name: str, value: Any) -> None:
    """Set a fact."""
    row = {"name": name, "value": value, "at": SYSTEM.now()}
    connection.execute(insert(Fact).values(row).on_conflict_do_update(index_elements=["name"], set_=row))


def keep_decided_with(connection: Connection, first: int, decision_id: int) -> None:
    """Note that a decision was taken by the same key as the first one."""
    put(connection, f"{_BULK}{first}", [*decided_with(connection, first), decision_id])
    put(connection, f"{_BULK_OF}{decision_id}", first)


def decided_with(connection: Connection, decision_id: int) -> list[int]:
    """The decisions that one key took, that one among them, in their order."""
    first = get(connection, f"{_BULK_OF}{decision_id}") or decision_id
    return list(get(connection, f"{_BULK}{first}") or [first])


def count_reads(connection: Connection, month: str, more: int) -> None:
    """Add calls that the accounting vendor meters to those of a month (`2026-11`)."""
    put(connection, _READS + month, reads_in(connection, month) + more)


def reads_in(connection: Connection, month: str) -> int:
    """How many metered calls were made in a month."""
    return int(get(connection, _READS + month) or 0)


def remote_offset(connection: Connection) -> timedelta:
    """How far the remote server's clock is ahead of ours, as last heard; nothing until it was heard."""
    return timedelta(seconds=float(get(connection, _REMOTE_OFFSET) or 0))


def keep_remote_offset(connection: Connection, remote: datetime, now: datetime | None = None) -> None:
    """Note the remote server's clock, as it was heard at `now` of ours (this moment, if it is not said)."""
    offset = remote - (now or SYSTEM.now())
    put(connection, _REMOTE_OFFSET, str(offset.total_seconds()))
    if get(connection, _EARLIEST_OFFSET) is None or offset < earliest_remote_offset(connection):
        put(connection, _EARLIEST_OFFSET, str(offset.total_seconds()))


def earliest_remote_offset(connection: Connection) -> timedelta:
    """The least that the remote server's clock ever was ahead of ours: no write of ours is older there than that."""
    return timedelta(seconds=float(get(connection, _EARLIEST_OFFSET) or 0))


def sign_in_ends(connection: Connection) -> SignInEnds:
    """When the sign-in to QuickBooks ends, as the last cycle found it."""
    return SignInEnds.of_text((get(connection, _SIGN_IN) or {}).get("ends", {}))


def keep_sign_in_ends(connection: Connection, ends: SignInEnds, now: datetime) -> bool:
    """Note when the sign-in ends; whether a step of warning was reached that none was given for yet."""
    before, step = (get(connection, _SIGN_IN) or {}).get("warned"), ends.warning(now)
    put(connection, _SIGN_IN, {"ends": ends.as_text(), "warned": step})
    return step is not None and (before is None or step < before)
