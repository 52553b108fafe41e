"""Putting a backup back in a book's place: nobody may hold the book, and what was replaced is kept aside."""

from __future__ import annotations

import os
import shutil
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qbconsole.books import restored
from qbconsole.books.witness import Witness
from qbconsole.care import backups
from qbconsole.domain.errors import Busy, Fatal
from qbconsole.store import migrations
from qbconsole.store.engine import Store, driver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qbconsole.care.backups import State

INCOMING = "mirror.db.incoming"
MOST_LISTED = 200
"""Lost decisions beyond so many are only counted."""


@dataclass(frozen=True, slots=True)
class Put:
    """What was put back, where the replaced files lie, and what the book had decided since."""

    state: State
    aside: Path
    settings: tuple[str, ...]
    lost: int
    decisions: tuple[str, ...]


def restore(folder: Path, backup: Path, *, settings: bool = False, now: datetime | None = None) -> Put:
    """Put a backup's database in the place of the book's, which nobody may hold.

    Args:
        folder: the book's folder.
        backup: the backup's folder, or a database.
        settings: whether settings and rules are put back, too; where they are missing they always are.
        now: the time that the folder of the replaced files is named for.

    Raises:
        Configuration: there is no such backup.
        Busy: a program has the book open.
        Damaged: the backup is not sound.
        Fatal: it is no book's, or a file cannot be written. The book is as it was.
    """
    database = backups.database_of(backup)
    at = now or datetime.now(UTC)
    incoming, aside = folder / INCOMING, folder / f"replaced-{at:{backups.STAMP}}"
    try:
        _copy(database, incoming)
        state = backups.inspect(incoming)
        with _alone(folder / backups.DATABASE) as old:
            lost, decisions = _lost(old, folder, state)
            _mark(incoming, lost, decisions, at)
            aside.mkdir(mode=0o700)
            taken = _beside(folder, database.parent, aside, wanted=settings)
            _swap(folder, aside, incoming)
    except OSError as error:
        raise Fatal(f"The backup cannot be put back: {error.strerror or error}.") from error
    finally:
        for left in folder.glob(f"{INCOMING}*"):
            left.unlink()
    return Put(state, aside, taken, lost, decisions)


def _copy(database: Path, incoming: Path) -> None:
    os.close(os.open(incoming, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600))
    shutil.copyfile(database, incoming)


@contextmanager
def _alone(database: Path) -> Iterator[Any]:
    """Hold the book's old database, of which nobody else may have a connection.

    Leaving WAL mode needs just that, and brings the whole of it into the one file that is kept aside. A file that is no
    database any more holds nobody.

    Raises:
        Busy: somebody has.
    """
    module = driver()
    with closing(module.connect(str(database), isolation_level=None, timeout=0)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except module.DatabaseError as error:
            if "locked" in str(error):
                step = "Stop its runner and close its consoles, then try again."
                raise Busy("The book is open in another program.", next_step=step) from error
        yield connection
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _lost(old: Any, folder: Path, state: State) -> tuple[int, tuple[str, ...]]:
    """How many journal events the book had that the backup lacks, and what was decided in them.

    Of a database that cannot be read only the witness tells.
    """
    seen = Witness(folder).read()
    lost = max(0, seen.event - state.event) if seen else 0
    try:
        newest = old.execute("SELECT COALESCE(MAX(id), 0) FROM journal_event").fetchone()[0]
        query = "SELECT actor, words FROM decision WHERE id > ? ORDER BY id DESC LIMIT ?"
        rows = old.execute(query, (state.decision, MOST_LISTED)).fetchall()
    except driver().DatabaseError:
        return lost, ()
    return max(lost, newest - state.event), tuple(f"{actor}: {words}" for actor, words in reversed(rows))


def _mark(incoming: Path, lost: int, decisions: tuple[str, ...], at: datetime) -> None:
    with closing(Store(incoming)) as store:
        migrations.prepare(store)
        with store.writing() as connection:
            restored.mark(connection, now=at, lost=lost, decisions=decisions)


def _beside(folder: Path, source: Path, aside: Path, *, wanted: bool) -> tuple[str, ...]:
    """Put settings and rules back where they are wanted or missing; returns which."""
    taken = []
    for name in backups.BESIDE:
        here, there = folder / name, source / name
        if not there.is_file() or there == here or (here.exists() and not wanted):
            continue
        if here.exists():
            shutil.copyfile(here, aside / name)
        shutil.copyfile(there, here)
        taken.append(name)
    return tuple(taken)


def _swap(folder: Path, aside: Path, incoming: Path) -> None:
    """Keep the old files under a second name, then let the new one take the place in one step.

    A log of the old database must not lie beside the new one: it would be taken for its own.
    """
    database = folder / backups.DATABASE
    for name in (f"{backups.DATABASE}-wal", f"{backups.DATABASE}-shm"):
        if (folder / name).exists():
            (folder / name).rename(aside / name)
    if database.exists():
        os.link(database, aside / backups.DATABASE)
    incoming.replace(database)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
