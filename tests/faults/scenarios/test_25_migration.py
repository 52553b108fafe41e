"""Scenario 25: a migration is killed at any of its steps; an old program meets a newer file.

A new file's migration that is killed, or fails, and what a migration keeps: tests/store/test_migrations.py.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth
from tests.store.test_migrations import first_version

from qbconsole.books.book import Book
from qbconsole.store import migrations
from qbconsole.store.engine import Store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.world import World

STATEMENTS = """
import os, signal, sys
from pathlib import Path
from qbconsole.store import engine, migrations
left = int(sys.argv[2])
real = engine.driver().connect
class Counted(engine.driver().Connection):
    def cursor(self, *given):
        return super().cursor(*(given or (Counting,)))
class Counting(engine.driver().Cursor):
    def execute(self, *given):
        global left
        if "CREATE" in given[0] or "ALTER" in given[0] or "INSERT" in given[0] or "UPDATE" in given[0]:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().execute(*given)
engine.driver().connect = lambda *given, **named: real(*given, **{**named, "factory": Counted})
migrations.prepare(engine.Store(Path(sys.argv[1])))
"""
"""Migrates, and dies just before the so-manieth statement that changes anything."""


def version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def shape(path: Path) -> list[tuple[str, str]]:
    """The schema, and what the customer of the first version says."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"))


def migrate(path: Path, statement: int) -> int:
    """Migrate in a process that dies at a statement; its exit code."""
    command = [sys.executable, "-c", STATEMENTS, str(path), str(statement)]
    return subprocess.run(command, check=False, env={**os.environ, "QBCONSOLE_FAILPOINT": ""}).returncode


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database as the first version left it."""
    store = Store(tmp_path / "old" / "mirror.db")
    first_version(store)
    store.close()
    return store.path


def test_a_migration_that_is_killed_at_any_statement_has_changed_nothing(old: Path) -> None:
    """Old or new, never between; and what was put aside before is whole by then."""
    before, died = shape(old), 0
    for statement in (1, 2, 3, 5, 8):
        code = migrate(old, statement)
        if code == 0:
            break
        died += 1
        assert code == -signal.SIGKILL
        assert (version(old), shape(old)) == ("0001", before)
    assert died >= 3
    assert migrate(old, 0) == 0
    assert version(old) == migrations.HEAD
    aside = old.with_suffix(f".before-{migrations.HEAD}.db")
    assert (version(aside), shape(aside)) == ("0001", before)


def test_a_migration_that_is_killed_at_its_commit_has_changed_nothing(old: Path) -> None:
    before = shape(old)
    words = "import sys; from pathlib import Path; from qbconsole.store import engine, migrations;"
    words += "migrations.prepare(engine.Store(Path(sys.argv[1])))"
    environment = {**os.environ, "QBCONSOLE_FAILPOINT": "migrate.step"}
    killed = subprocess.run([sys.executable, "-c", words, str(old)], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (version(old), shape(old)) == ("0001", before)
    assert migrate(old, 0) == 0
    assert version(old) == migrations.HEAD


def test_an_old_program_refuses_a_newer_file_says_which_version_and_leaves_it_alone(world: World) -> None:
    world.approve()
    world.book.close()
    path = world.book.store.path
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    before = path.read_bytes()
    for words in (("sync",), ("status",), ("queue", "invoices"), ("journal", "verify")):
        ran = world.run(*words)
        assert ran.code == 1
        assert f"made by a newer qbconsole (schema 0099; this one knows {migrations.HEAD})" in ran.err
        assert "Install that version or a later one." in ran.err
    assert path.read_bytes() == before
    assert world.requests("create_invoice") == []
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (migrations.HEAD,))
    world.book = Book(world.book.folder)
    world.sync()
    truth.holds(world)
    world.book.close()
