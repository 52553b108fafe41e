"""That a book was set back to an older state, by `qbconsole restore` or by whoever copied an old file over it.

Until a cycle has looked what was done since, nothing is decided and nothing is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from qbconsole.domain.canonical import as_json
from qbconsole.store import facts, journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from qbconsole.books.witness import Seen

_RESTORED = "restored"
WARY = timedelta(days=30)
"""So long after it was set back a book looks for what it is about to make: it may have made it in its lost time."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any book."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What is known of it.

    `state` is that of the book now (`open`: nobody looked yet; `done`); `lost` counts the journal events that the book
    had and has no more; `decision` is the one that notes it, 0 until then; `decisions` are the lost ones in words,
    where the replaced file told them; `recovered` says in words what was taken on again.
    """

    state: str
    noticed_at: str
    newest_at: str
    lost: int = 0
    decision: int = 0
    decisions: list[str] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)

    @property
    def newest(self) -> datetime:
        """The time of the newest journal event that is left: what is not known here happened after it."""
        return datetime.fromisoformat(self.newest_at) if self.newest_at else BEGINNING

    @property
    def words(self) -> str:
        """A sentence for whoever is told."""
        when = f"as it was at {self.newest_at[:16].replace('T', ' ')} UTC" if self.newest_at else "as it was when new"
        lost = f"; {self.lost} later entries of its journal are lost" if self.lost else ""
        return f"The book was set back: it is {when}{lost}."


def last(connection: Connection) -> Restored | None:
    """The last time that the book was set back; None if it never was."""
    found: Mapping[str, Any] | None = facts.get(connection, _RESTORED)
    return Restored(**found) if found else None


def is_open(connection: Connection) -> bool:
    """Whether the book was set back and nobody looked yet what was done since."""
    found = last(connection)
    return found is not None and found.state == "open"


def mark(connection: Connection, *, now: datetime, lost: int = 0, decisions: Iterable[str] = ()) -> None:
    """Note that the book was set back."""
    newest = journal.events(connection, limit=1)
    at = newest[0]["at"].isoformat() if newest else ""
    _put(connection, Restored("open", now.isoformat(), at, lost, decisions=list(decisions)))


def notice(connection: Connection, seen: Seen, now: datetime) -> None:
    """Note that the book was set back, as the witness proves."""
    newest = journal.newest(connection)
    mark(connection, now=now, lost=max(1, seen.event - (newest[0] if newest else 0)))


def looked_since(connection: Connection, now: datetime) -> datetime | None:
    """Since when what is about to be made is looked for first; None in a book that was not set back lately."""
    found = last(connection)
    if found is None or now - datetime.fromisoformat(found.noticed_at) > WARY:
        return None
    return found.newest


def keep(connection: Connection, known: Restored, **changes: Any) -> None:
    """Note what became of it."""
    _put(connection, replace(known, **changes))


def _put(connection: Connection, restored: Restored) -> None:
    facts.put(connection, _RESTORED, as_json(restored))
