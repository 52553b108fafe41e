"""The firm's database: one summary row a book, upserted by each cycle."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qbconsole.domain.errors import Fatal
from qbconsole.store.engine import driver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS book (
  name TEXT PRIMARY KEY, at TEXT NOT NULL, error TEXT NOT NULL, summary TEXT NOT NULL
) STRICT
"""


class Firm:
    """A small database of its own, so that no book's file has to be opened to say how it is."""

    def __init__(self, path: Path) -> None:
        """Open or make it, for its owner alone.

        Raises:
            Fatal: the file cannot be used.
        """
        self._path = path
        with self._explained():
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = driver().connect(str(path), isolation_level=None, timeout=5)
            self._connection.execute(_SCHEMA)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, driver().Error) as error:
            step = "Check its permissions, or remove it: it is made again."
            raise Fatal(f"{self._path} cannot be used ({type(error).__name__}).", next_step=step) from error

    def put(self, name: str, at: datetime, error: str, summary: dict[str, Any]) -> None:
        """Replace a book's row.

        Raises:
            Fatal: the file cannot be written.
        """
        with self._explained():
            self._connection.execute(
                "INSERT INTO book VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                " at = excluded.at, error = excluded.error, summary = excluded.summary",
                (name, at.isoformat(), error, json.dumps(summary)),
            )

    def forget(self, name: str) -> None:
        """Remove a book's row, and what it said from the file; the next cycle writes it anew.

        Raises:
            Fatal: the file cannot be written.
        """
        with self._explained():
            self._connection.execute("DELETE FROM book WHERE name = ?", (name,))
            self._connection.execute("VACUUM")

    def books(self) -> list[dict[str, Any]]:
        """Every book's row."""
        rows = self._connection.execute("SELECT name, at, error, summary FROM book ORDER BY name")
        return [{"name": name, "at": at, "error": error, **json.loads(summary)} for name, at, error, summary in rows]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
