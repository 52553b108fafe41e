"""Which records are forgotten: their personal text is not stored again, however often the remote says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.store import facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

_FORGOTTEN = "forgotten"


def subjects(connection: Connection) -> frozenset[str]:
    """Every forgotten record, as `kind:id`."""
    return frozenset(facts.get(connection, _FORGOTTEN) or ())


def ids(connection: Connection, kind: str) -> frozenset[str]:
    """The ids of the forgotten records of a kind."""
    found: Iterable[Any] = facts.get(connection, _FORGOTTEN) or ()
    return frozenset(one.partition(":")[2] for one in found if one.startswith(f"{kind}:"))


def add(connection: Connection, more: Iterable[str]) -> None:
    """Note that records are forgotten."""
    facts.put(connection, _FORGOTTEN, sorted({*subjects(connection), *more}))
