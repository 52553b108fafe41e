"""A witness outside the database: the newest journal event that was ever committed here.

It lies beside the books, not in one: whoever copies an old folder back does not bring the old witness along. A database
whose chain lacks the witnessed event was set back.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qbconsole.domain.canonical import canonical
from qbconsole.store import journal

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """An event that was committed: its id in the chain, its digest, and when."""

    event: int
    digest: str
    at: str

    def holds(self, connection: Connection) -> bool:
        """Whether the event is in the chain."""
        return journal.digest_of(connection, self.event) == self.digest


class Witness:
    """One book's file in `HOME/witness`."""

    def __init__(self, folder: Path) -> None:
        """Take the book's folder."""
        self.path = folder.parent.parent / "witness" / f"{folder.name}.json"

    def note(self, event: int, digest: str) -> None:
        """Replace what was noted; called after the commit, so that it is never ahead of the database.

        It is not brought to the disk: after a power loss an older witness is there, which is as true. One that cannot
        be written (a full disk) is logged and stays as it was: what was committed must not be told as failed.
        """
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}-{threading.get_ident()}")
        seen = Seen(event, digest, datetime.now(UTC).isoformat())
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
                file.write(canonical(seen))
            temporary.replace(self.path)
        except OSError as error:
            logger.warning("book %s: no witness of event %d: %s", self.path.stem, event, error.strerror)
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)

    def read(self) -> Seen | None:
        """What was noted; None when nothing was, or it cannot be read."""
        try:
            return Seen(**json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
