"""One SQLite file a book, opened by the rules of two processes: WAL, IMMEDIATE writers, FULL where it must last.

Sources: SQLite's documentation of WAL, `synchronous` and the WAL-reset bug (fixed in 3.51.3, 3.50.7 and 3.44.6).
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.exc import DatabaseError

from qbconsole.domain.errors import Damaged, Fatal
from qbconsole.store import journal
from qbconsole.store.holders import WRITER, holders

RESTORE = "Restore a backup: qbconsole restore"
"""The next step for whoever holds a damaged file."""
PATIENCE_STEPS = 10_000
"""Steps of SQLite's machine between two looks at the clock."""

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine, PoolProxiedConnection

NO_ROOM = 1024**2
"""Bytes of a disk on which there is no room: what lies beside a database then fails in other words than itself."""


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
        self._broken = False
        """Whether the disk failed since the file was opened or checked."""
        self.witness: Callable[[int, str], None] | None = None
        """Told the newest journal event (id, digest) after each commit that appended one."""

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
        newest = None
        with (
            self._explained(),
            engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection,
            connection.begin(),
        ):
            connection.info.pop(journal.APPENDED, None)
            yield connection
            if connection.info.pop(journal.APPENDED, None):
                newest = journal.newest(connection)
        if newest is not None and self.witness is not None:
            self.witness(*newest)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """SQLite's failures in one plain line each."""
        if self._broken:
            self._come_back()
        try:
            yield
        except DatabaseError as error:
            explained = self._meaning(str(error.orig))
            if explained is None:
                raise
            raise explained from error

    def _meaning(self, text: str) -> Fatal | None:
        """What SQLite's words say to a person; None for words that are no matter of disk, lock or file."""
        self._broken = self._broken or "disk I/O error" in text
        if "readonly" in text or ("unable to open" in text and not os.access(self.path.parent, os.W_OK)):
            step = "Make the file and its folder writable, then try again."
            return Fatal(f"The database {self.path} is read-only.", next_step=step)
        if "locked" in text:
            who = ", ".join(holders(self.path, WRITER)) or "another program"
            step = "Close the other program that uses it, then try again."
            return Fatal(f"The database {self.path} is locked by {who}.", next_step=step)
        if "full" in text or ("I/O" in text and shutil.disk_usage(self.path.parent).free < NO_ROOM):
            return Fatal("The disk is full.", next_step=f"Free space beside {self.path}, then try again.")
        if "disk I/O error" in text:
            words = f"The disk failed while {self.path} was in use: nothing of that step is kept."
            return Fatal(words, next_step="Check the disk. The database is checked before it is used again.")
        if "not a database" in text:
            return Damaged(f"{self.path} cannot be opened as a database ({text}).", next_step=RESTORE)
        if "malformed" in text:
            return Damaged(f"The database {self.path} is damaged ({text}).", next_step=RESTORE)
        if "unable to open" in text:
            step = "Check the path and its permissions, or restore a backup."
            return Fatal(f"{self.path} cannot be opened as a database ({text}).", next_step=step)
        return None

    def _come_back(self) -> None:
        """After the disk failed, go on as after a crash: from what the disk holds, and only if that is whole.

        What a failed `fsync` left in memory is not to be trusted, and trying it again proves nothing.

        Raises:
            Fatal: the disk still fails, or the file is damaged.
        """
        self.close()
        with contextlib.closing(driver().connect(self.path)) as fresh:
            try:
                verdict = fresh.execute("PRAGMA quick_check(1)").fetchone()[0]
            except driver().DatabaseError as error:
                still = self._meaning(str(error))
                raise still or Damaged(f"The database {self.path} is damaged ({error}).", next_step=RESTORE) from error
        if verdict != "ok":
            raise Damaged(f"The database {self.path} is damaged ({verdict}).", next_step=RESTORE)
        self._broken = False

    def put_log_back(self) -> bool:
        """Move all of the write-ahead log into the database and empty it; False while somebody reads an older state.

        It waits a moment for those who are about to end, and no longer: a runner's loop stands still meanwhile.
        """
        with self._explained(), contextlib.closing(driver().connect(self.path, timeout=0.25)) as connection:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

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

    def quick_check(self, *, within: float | None = None) -> str:
        """What is wrong with the file's pages and their order, in SQLite's words; empty when nothing is.

        `within` are the seconds after which the check is broken off, and what it saw until then counts.
        """
        end = None if within is None else time.monotonic() + within
        try:
            raw = self._plain.raw_connection()
        except driver().DatabaseError as error:
            return str(error)
        connection: Any = raw.driver_connection
        try:
            if end is not None:
                connection.set_progress_handler(lambda: int(time.monotonic() > end), PATIENCE_STEPS)
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
        except driver().DatabaseError as error:
            return "" if "interrupted" in str(error) else str(error)
        finally:
            connection.set_progress_handler(None, 0)
            raw.close()
        return "" if found == ["ok"] else "; ".join(found)

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
                raise DatabaseError("VACUUM", None, error) from error
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
