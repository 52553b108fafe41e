"""Scenario 23: a byte is flipped, in the database, its write-ahead log, the journal or a backup.

It is found at the next start, before anything is written or sent, and the way out is named.
"""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.builders import basics, put
from tests.cli.command import call

from qbconsole.actions import decide, propose
from qbconsole.books import restored
from qbconsole.books.book import Book
from qbconsole.care import backups, checks
from qbconsole.domain.errors import Damaged
from qbconsole.journal import Actor
from qbconsole.store import runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ANN = Actor("ann", "tty1")
AT = datetime(2026, 11, 16, 2, tzinfo=UTC)
PAGE = 4096


@pytest.fixture
def closed(book: Book) -> Path:
    """A closed book with a backup, and decisions since; its folder."""
    put(book, *basics())
    propose.propose(book)
    propose.decide_automatically(book)
    backups.make(book, now=AT)
    decide.decide(book, "invoices.approve", "I1", ANN)
    book.close()
    return book.folder


def flip(path: Path, place: int, bits: int = 0xFF) -> None:
    """Flip bits of one byte."""
    content = bytearray(path.read_bytes())
    content[place] ^= bits
    path.write_bytes(content)


def header_of_the_file(database: Path) -> None:
    flip(database, 3)


def header_of_a_tables_page(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'operation'").fetchone()
    flip(database, (root - 1) * PAGE)


def place_of_a_cell(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'decision'").fetchone()
    flip(database, (root - 1) * PAGE + 8)


def content_of_the_journal(database: Path) -> None:
    at = database.read_bytes().index(b'"action":"invoices.approve"')
    flip(database, at + 12, 0x01)


def digest_of_the_journal(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        (digest,) = connection.execute("SELECT digest FROM journal_event ORDER BY id DESC").fetchone()
    flip(database, database.read_bytes().index(digest.encode()) + 5, 0x01)


@pytest.mark.parametrize(
    "damage",
    [
        header_of_the_file, header_of_a_tables_page, place_of_a_cell, content_of_the_journal, digest_of_the_journal,
    ],
)  # fmt: skip
def test_a_flipped_byte_is_found_at_the_start_and_the_newest_good_backup_named(
    closed: Path, damage: Callable[[Path], None]
) -> None:
    database = closed / "mirror.db"
    damage(database)
    before = database.read_bytes()
    home = closed.parent.parent
    ran = call("sync", home=home)
    assert ran.code == 1
    backup = closed / "backups" / f"{closed.name}-20261116T020000Z"
    assert ran.line.endswith(f"Restore a backup: qbconsole restore {backup}")
    assert "Traceback" not in ran.err
    assert database.read_bytes() == before, "nothing was written"

    assert call("restore", str(backup), home=home).code == 0
    with closing(checks.open_sound(closed)) as book, book.store.reading() as connection:
        assert restored.is_open(connection)


def test_a_backup_with_a_flipped_byte_is_not_the_one_that_is_named(closed: Path) -> None:
    with closing(Book(closed)) as book:
        newer = backups.make(book, now=AT.replace(day=17))
    header_of_a_tables_page(newer.database)
    content_of_the_journal(closed / "mirror.db")
    assert f"{closed.name}-20261116T020000Z" in call("sync", home=closed.parent.parent).line


def test_without_a_good_backup_it_says_so(closed: Path) -> None:
    header_of_the_file(closed / "backups" / f"{closed.name}-20261116T020000Z" / "mirror.db")
    content_of_the_journal(closed / "mirror.db")
    assert call("sync", home=closed.parent.parent).line.endswith("none was found in the book's own.")


def test_what_was_verified_once_is_verified_again_each_night(closed: Path) -> None:
    """A start looks at what is new in the journal; the nightly check at all of it."""
    with closing(checks.open_sound(closed)) as book:
        checks.keep_verified(book)
    content_of_the_journal(closed / "mirror.db")
    with closing(checks.open_sound(closed)) as book:
        with pytest.raises(Damaged, match="its content was changed"):
            checks.look(book)
        with pytest.raises(Damaged, match="its content was changed"):
            backups.make(book)


@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_byte_in_the_log_loses_what_comes_after_it_and_the_book_knows(
    book: Book, tmp_path: Path, seed: int
) -> None:
    """SQLite ends its log at the first frame whose checksum is wrong, and says nothing: the witness does."""
    put(book, *basics())
    propose.propose(book)
    propose.decide_automatically(book)
    for _ in range(5):
        decide.decide(book, "invoices.hold", "I1", ANN, reason="ask Sam")
        decide.undo(book, ANN)
    with book.store.writing() as connection:
        runs.ask_for_sync(connection, AT)
    folder = tmp_path / "after" / "books" / book.folder.name
    folder.mkdir(parents=True)
    (tmp_path / "after" / "witness").mkdir()
    for name in ("mirror.db", "mirror.db-wal", "book.toml", "rules.toml"):
        (folder / name).write_bytes((book.folder / name).read_bytes())
    (tmp_path / "after" / "witness" / f"{book.name}.json").write_bytes(book.witness.path.read_bytes())
    log = folder / "mirror.db-wal"
    last = log.stat().st_size - 3 * (PAGE + 24)  # what comes last is no journal event
    flip(log, random.Random(seed).randrange(32, last))  # noqa: S311
    with closing(checks.open_sound(folder)) as opened, opened.store.reading() as connection:
        found = restored.last(connection)
        assert found is not None
        assert found.state == "open"
