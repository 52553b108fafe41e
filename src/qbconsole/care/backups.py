"""Backups of a book: an online, consistent copy of its database, with its settings and rules beside; never secrets.

A backup is a folder `NAME-20261124T020000Z`. It is put together under another name and gets its own only when the copy
was read through: what carries the name is whole.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from qbconsole import journal
from qbconsole.domain.errors import Configuration, Damaged, Fatal
from qbconsole.domain.failpoints import failpoint
from qbconsole.store import journal as rows
from qbconsole.store import migrations
from qbconsole.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qbconsole.books.book import Book

DATABASE, BESIDE = "mirror.db", ("book.toml", "rules.toml")
STAMP = "%Y%m%dT%H%M%SZ"
UNFINISHED = ".unfinished"
_NAMED = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)-(?P<at>\d{8}T\d{6}Z)")


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup that is there: its folder, when it was made, and the bytes of its database."""

    folder: Path
    at: datetime
    size: int

    @property
    def database(self) -> Path:
        """The copied database."""
        return self.folder / DATABASE


@dataclass(frozen=True, slots=True)
class State:
    """What a database holds: its schema, the newest journal event with its time, and the newest decision."""

    schema: str
    event: int
    at: datetime | None
    decision: int


def usual_folder(book_folder: Path) -> Path:
    """Where a book's backups lie unless another folder is named."""
    return book_folder / "backups"


def make(book: Book, to: Path | None = None, *, now: datetime | None = None) -> Backup:
    """Copy the book as it is now, and read the copy through.

    Args:
        book: the opened book; others may go on writing to it.
        to: the folder for its backups; the book's own without.
        now: the time that it is named for.

    Raises:
        Damaged: the copy is not sound, so the book's database is not either; nothing is kept.
        Fatal: the folder cannot be written.
    """
    parent = to or usual_folder(book.folder)
    at, final = _free(parent, book.name, (now or datetime.now(UTC)).replace(microsecond=0))
    partial = final.with_name(final.name + UNFINISHED)
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(parent, book.name)
        partial.mkdir(mode=0o700)
        copy = partial / DATABASE
        os.close(os.open(copy, os.O_CREAT | os.O_RDWR, 0o600))
        book.store.copy_to(copy)
        for name in BESIDE:
            shutil.copyfile(book.folder / name, partial / name)
        failpoint("backup.copied")
        inspect(copy)
        _to_disk(partial)
        partial.rename(final)
        _to_disk(parent)
    except OSError as error:
        step = "Name another folder with --to, or make room in it."
        raise Fatal(f"No backup can be made in {parent}: {error.strerror or error}.", next_step=step) from error
    return Backup(final, at, (final / DATABASE).stat().st_size)


def _free(parent: Path, name: str, at: datetime) -> tuple[datetime, Path]:
    """The first name that no backup has: two may be made within a second."""
    while (final := parent / f"{name}-{at:{STAMP}}").exists():
        at += timedelta(seconds=1)
    return at, final


def _sweep(parent: Path, name: str) -> None:
    """Remove what backups of the book that were killed have left."""
    for left in parent.glob(f"{name}-*{UNFINISHED}"):
        shutil.rmtree(left, ignore_errors=True)


def _to_disk(folder: Path) -> None:
    for path in (*(one for one in folder.iterdir() if one.is_file()), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def inspect(database: Path) -> State:
    """Read a copied database through: its pages and the journal's chain.

    Raises:
        Damaged: it is not sound.
        Fatal: it was made by a newer qbconsole, or is not a book's database.
    """
    with closing(Store(database)) as store:
        if wrong := store.quick_check():
            raise Damaged(f"{database} is damaged: {wrong}.", next_step="Take another backup.")
        schema = migrations.current(store)
        if not schema:
            raise Fatal(f"{database} is not a book's database.", next_step="Name a folder that backup has made.")
        if schema > migrations.HEAD:
            words = f"{database} was made by a newer qbconsole (schema {schema}; this one knows {migrations.HEAD})."
            raise Fatal(words, next_step="Install that version or a later one.")
        with store.reading() as connection:
            if broken := journal.verify(connection):
                raise Damaged(f"{database}: {broken}", next_step="Take another backup.")
            newest = rows.events(connection, limit=1)
            event, at = (newest[0]["id"], newest[0]["at"]) if newest else (0, None)
            return State(schema, event, at, rows.newest_decision(connection))


def listed(parent: Path, name: str) -> list[Backup]:
    """The finished backups of a book in a folder, newest first."""
    return sorted(_found(parent, name), key=lambda one: one.at, reverse=True)


def _found(parent: Path, name: str) -> Iterator[Backup]:
    for folder in parent.glob(f"{name}-*") if parent.is_dir() else ():
        match = _NAMED.fullmatch(folder.name)
        if match and match["name"] == name and (folder / DATABASE).is_file():
            at = datetime.strptime(match["at"], STAMP).replace(tzinfo=UTC)
            yield Backup(folder, at, (folder / DATABASE).stat().st_size)


def newest_good(book_folder: Path) -> Backup | None:
    """The newest of the book's own backups that still is sound; None if there is none."""
    for one in listed(usual_folder(book_folder), book_folder.name):
        try:
            inspect(one.database)
        except Fatal:
            continue
        return one
    return None


def prune(parent: Path, name: str, keep: int) -> None:
    """Remove the oldest backups of a book, all but so many."""
    for one in listed(parent, name)[keep:]:
        shutil.rmtree(one.folder)


def database_of(path: Path) -> Path:
    """The database that a person means by a backup's folder, or by a file.

    Raises:
        Configuration: there is none.
    """
    database = path / DATABASE if path.is_dir() else path
    if not database.is_file():
        raise Configuration(f"There is no backup {path}.", next_step="See them all: qbconsole restore")
    return database
