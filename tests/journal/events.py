"""The whole journal, for tests that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.store import journal

if TYPE_CHECKING:
    from sqlalchemy import Connection


def every_event(connection: Connection) -> list[dict[str, Any]]:
    """Each event with its content, the oldest first."""
    return journal.events(connection, limit=-1)[::-1]
