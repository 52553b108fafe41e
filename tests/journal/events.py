"""The whole journal, for tests that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.store import journal

if TYPE_CHECKING:
    from sqlalchemy import Connection


def every_event(connection: Connection) -> list[dict[str, Any]]:
    """Each event with its content, the oldest first."""
    return journal.events(connection, limit=-1)[::-1]


def unguard(connection: Connection) -> None:
    """As somebody who has the file: the triggers do not stop that person."""
    guards = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name LIKE 'journal%'"
    for (name,) in connection.exec_driver_sql(guards).all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
