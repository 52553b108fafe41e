"""Backups: whole or not there, without secrets, the oldest removed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.builders import basics, put
from tests.journal.events import unguard

from qbconsole.actions import decide, propose
from qbconsole.books.book import Book
from qbconsole.care import backups
from qbconsole.domain.errors import Damaged, Fatal
from qbconsole.journal import Actor
from qbconsole.store import journal, mirror

if TYPE_CHECKING:
    from pathlib import Path

ANN = Actor("ann", "tty1")
AT = datetime(2026, 11, 16, 2, tzinfo=UTC)


@pytest.fixture
def decided(book: Book) -> Book:
    """A book with records and a few decisions."""
    put(book, *basics())
    propose.propose(book)
    propose.decide_automatically(book)
    decide.decide(book, "invoices.approve", "I1", ANN)
    return book


def test_a_backup_holds_database_settings_and_rules_and_no_secret(decided: Book) -> None:
    (decided.folder / "secrets-quickbooks.sealed").write_text("sealed")
    (decided.folder / "simulator-secrets.json").write_text("{}")
    made = backups.make(decided, now=AT)
    assert made.folder == decided.folder / "backups" / f"{decided.name}-20261116T020000Z"
    assert sorted(one.name for one in made.folder.iterdir()) == ["book.toml", "mirror.db", "rules.toml"]
    assert {one.stat().st_mode & 0o777 for one in (made.folder, made.database)} == {0o700, 0o600}


def test_a_backup_says_what_the_book_said_when_it_was_made(decided: Book) -> None:
    with decided.store.reading() as connection:
        newest, decision = journal.newest(connection), journal.newest_decision(connection)
        counts = mirror.counts(connection)
    made = backups.make(decided, now=AT)
    decide.undo(decided, ANN)
    state = backups.inspect(made.database)
    assert newest is not None
    assert (state.event, state.decision) == (newest[0], decision)
    with closing(sqlite3.connect(made.database)) as copy:
        assert copy.execute("SELECT COUNT(*) FROM mirror_deals").fetchone()[0] == counts["deals"]


def test_a_backup_is_made_beside_writers(decided: Book) -> None:
    with decided.store.writing() as connection:
        connection.exec_driver_sql("UPDATE deal_stamp SET deal_id = deal_id")
        made = backups.make(decided, now=AT)
    assert backups.inspect(made.database).decision > 0


def test_two_backups_in_one_second_have_two_names(decided: Book, tmp_path: Path) -> None:
    one, two = (backups.make(decided, tmp_path / "elsewhere", now=AT) for _ in range(2))
    assert two.at - one.at == timedelta(seconds=1)
    assert backups.listed(tmp_path / "elsewhere", decided.name) == [two, one]


def test_the_oldest_are_removed(decided: Book) -> None:
    made = [backups.make(decided, now=AT + timedelta(days=day)) for day in range(4)]
    backups.prune(decided.folder / "backups", decided.name, keep=2)
    assert backups.listed(decided.folder / "backups", decided.name) == [made[3], made[2]]


def test_of_a_damaged_book_no_backup_is_kept(decided: Book) -> None:
    with decided.store.writing() as connection:
        unguard(connection)
        connection.exec_driver_sql("UPDATE journal_content SET body = '{}' WHERE event_id = 1")
    with pytest.raises(Damaged, match="Journal event 1 does not match its digest"):
        backups.make(decided, now=AT)
    assert backups.listed(decided.folder / "backups", decided.name) == []


def test_a_folder_that_cannot_be_written_is_said(decided: Book, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Fatal, match="No backup can be made"):
        backups.make(decided, tmp_path / "file" / "folder")


def _backup(folder: Path, failpoint: str) -> None:
    os.environ["QBCONSOLE_FAILPOINT"] = failpoint
    with closing(Book(folder)) as book:
        backups.make(book, now=AT)


def test_a_backup_that_was_killed_counts_as_none(decided: Book) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_backup, args=(decided.folder, "backup.copied"))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    parent = decided.folder / "backups"
    assert [one.name for one in parent.iterdir()] == [f"{decided.name}-20261116T020000Z.unfinished"]
    assert backups.listed(parent, decided.name) == []
    made = backups.make(decided, now=AT)
    assert list(parent.iterdir()) == [made.folder]


def test_the_newest_good_one_is_named(decided: Book) -> None:
    old, new = (backups.make(decided, now=AT + timedelta(days=day)) for day in range(2))
    assert backups.newest_good(decided.folder) == new
    content = bytearray(new.database.read_bytes())
    content[100:4096] = bytes(3996)
    new.database.write_bytes(content)
    assert backups.newest_good(decided.folder) == old
