"""One SQLite file a book, opened by the rules of two processes: WAL, IMMEDIATE writers, FULL where it must last.

Sources: SQLite's documentation of WAL, `synchronous` and the WAL-reset bug (fixed in 3.51.3, 3.50.7 and 3.44.6).
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from qbconsole.domain.errors import Fatal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine, PoolProxiedConnection


def driver() -> Any:
    """The SQLite driver in use: pysqlite3 where its wheel exists, else the interpreter's own."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def has_reset_bug(version: tuple[int, ...]) -> bool:
    """Whether that SQLite may lose commits when two processes write and checkpoint one WAL file."""
    if version >= (3, 51, 3):
        return False
    return not ((3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45))


class Store:
    """The connections to one book's database.

    `reading` gives a snapshot, `writing` an IMMEDIATE transaction under synchronous=FULL (decisions, outbox, journal),
    `writing(durable=False)` one under NORMAL for what can be pulled again. None may be held across a network call.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; the schema is `migrations.prepare`'s business.

        Raises:
            Fatal: the file cannot be opened or is no database.
        """
        self.path = path
        module = driver()
        self._wal = not has_reset_bug(module.sqlite_version_info)
        self._writable = not path.exists() or os.access(path, os.W_OK)
        self._durable = self._engine(module, "FULL")
        self._plain = self._engine(module, "NORMAL")
        self._watch: PoolProxiedConnection | None = None

    def _engine(self, module: Any, synchronous: str) -> Engine:
        engine = create_engine(
            f"sqlite:///{self.path}",
            module=module,
            connect_args={"check_same_thread": False},
            hide_parameters=True,  # an error's text goes into logs, a book's data does not
        )

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: object) -> None:
            connection.isolation_level = None
            for pragma in (
                "busy_timeout=5000",
                "foreign_keys=ON",
                "trusted_schema=OFF",
                "temp_store=MEMORY",
                "cache_size=-32768",
                f"synchronous={synchronous}",
            ):
                connection.execute(f"PRAGMA {pragma}")
            if self._writable:
                connection.execute(f"PRAGMA journal_mode={'WAL' if self._wal else 'TRUNCATE'}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

        return engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A short read of one consistent state."""
        with self._explained(), self._plain.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction that is committed when the block ends, or rolled back if it raises."""
        engine = self._durable if durable else self._plain
        with (
            self._explained(),
            engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """SQLite's failures in one plain line each."""
        try:
            yield
        except (OperationalError, DatabaseError) as error:
            text = str(error.orig)
            if "readonly" in text:
                step = "Make the file and its folder writable, then try again."
                raise Fatal(f"The database {self.path} is read-only.", next_step=step) from error
            if "locked" in text:
                step = "Close the other program that uses it, then try again."
                raise Fatal(f"The database {self.path} is locked by another program.", next_step=step) from error
            if "full" in text:
                raise Fatal("The disk is full.", next_step=f"Free space beside {self.path}, then try again.") from error
            if "unable to open" in text or "not a database" in text:
                step = "Check the path and its permissions, or restore a backup."
                raise Fatal(f"{self.path} cannot be opened as a database ({text}).", next_step=step) from error
            raise

    def data_version(self) -> int:
        """A number that changes when another connection commits; cheap enough to ask every 250 ms."""
        if self._watch is None:
            # Below SQLAlchemy: its BEGIN would pin a snapshot, in which the number never changes.
            self._watch = self._plain.raw_connection()
        cursor = self._watch.cursor()
        try:
            cursor.execute("PRAGMA data_version")
            row = cursor.fetchone()
            return int(row[0]) if row else 0
        finally:
            cursor.close()

    def copy_to(self, path: Path) -> None:
        """Write the whole database, as it is now, into another file that is there and empty."""
        with self._explained(), contextlib.closing(driver().connect(path)) as copy:
            source = self._plain.raw_connection()
            try:
                source.driver_connection.backup(copy)  # type: ignore[union-attr]
            finally:
                source.close()

    def compact(self) -> bool:
        """Write the file anew without what was deleted, and empty the WAL; False if a reader keeps old pages there.

        Raises:
            Fatal: another program writes at the same time.
        """
        with self._explained():
            source = self._plain.raw_connection()
            cursor = source.cursor()
            try:
                cursor.execute("VACUUM")
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy or not busy[0]
            except driver().DatabaseError as error:
                raise OperationalError("VACUUM", None, error) from error
            finally:
                cursor.close()
                source.close()

    def close(self) -> None:
        """Close every connection."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self._durable.dispose()
        self._plain.dispose()
