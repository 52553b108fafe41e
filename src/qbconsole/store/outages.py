"""Which remotes do not answer, and since when: the first run that finds it out tells of it, not each that follows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from qbconsole.store import facts

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NAME = "outages"


def begin(connection: Connection, remote: str, at: datetime) -> bool:
    """Note that a remote does not answer; True if that is new."""
    known = facts.get(connection, _NAME) or {}
    if remote in known:
        return False
    facts.put(connection, _NAME, {**known, remote: at.isoformat()})
    return True


def end(connection: Connection, remote: str) -> datetime | None:
    """Note that a remote answers; since when it had not, None if it always did."""
    known = facts.get(connection, _NAME) or {}
    if remote not in known:
        return None
    facts.put(connection, _NAME, {name: since for name, since in known.items() if name != remote})
    return datetime.fromisoformat(known[remote])
