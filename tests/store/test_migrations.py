"""The schema: what migrations make is what the tables say, in one piece, and never downwards."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from tests.builders import NOW

from qbconsole.domain.canonical import digest
from qbconsole.domain.errors import Fatal
from qbconsole.domain.records import Customer
from qbconsole.store import migrations, mirror, streams
from qbconsole.store.engine import Store, has_reset_bug
from qbconsole.store.tables import ALLOCATION_GUARD, JOURNAL_GUARDS, metadata

STAMP = "2026-11-16T12:00:00.000000Z"


def _schema(path: Path) -> dict[str, str]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'alembic_version'"
        )
        return {name: re.sub(r"\s+", " ", sql).strip() for name, sql in rows}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "book" / "mirror.db")


def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path, store: Store) -> None:
    migrations.prepare(store)
    engine = create_engine(f"sqlite:///{tmp_path / 'direct.db'}")
    metadata.create_all(engine)
    with engine.begin() as connection:
        for guard in (ALLOCATION_GUARD, *JOURNAL_GUARDS):
            connection.exec_driver_sql(guard)
    engine.dispose()
    assert _schema(store.path) == _schema(tmp_path / "direct.db")
    store.close()


def test_a_new_database_is_for_its_owner_alone(store: Store) -> None:
    migrations.prepare(store)
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700
    store.close()


def test_preparing_twice_changes_nothing(store: Store) -> None:
    migrations.prepare(store)
    before = store.path.read_bytes()
    migrations.prepare(store)
    assert store.path.read_bytes() == before
    store.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(store: Store) -> None:
    migrations.prepare(store)
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Fatal, match="made by a newer qbconsole"):
        migrations.prepare(store)
    assert migrations.current(store) == "9999"
    store.close()


def _first_version(store: Store) -> None:
    """A database as the first version left it: a linked customer that was pulled, with its payload."""
    store.path.parent.mkdir(parents=True)
    statements = (Path(migrations.__file__).parent / "versions" / "v0001.sql").read_text().split("\n\n")
    with contextlib.closing(sqlite3.connect(store.path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        row = {
            **dict.fromkeys(
                ["id", "name", "company_name", "parent_id", "email", "phone", "notes", "revision", "term_id"], ""
            ),
            "id": "7",
            "name": "Bluebird Café",
            "address": "{}",
            "ship_address": "{}",
            "currency": "USD",
            "active": 1,
            "taxable": 1,
            "balance": 12_345,
            "gone": 0,
            "pulled_at": STAMP,
            "payload_hash": digest('{"Id":"7"}'),
        }
        connection.execute(
            f"INSERT INTO mirror_customers ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
        )
        body = zlib.compress(b'{"Id":"7"}')
        values = ("customers", "7", digest('{"Id":"7"}'), body, STAMP)
        connection.execute(
            "INSERT INTO payload (kind, record_id, hash, body, pulled_at) VALUES (?, ?, ?, ?, ?)", values
        )
        stream = ("quickbooks.customers", "here", STAMP, 3)
        connection.execute("INSERT INTO stream (name, cursor, pulled_at, sweep) VALUES (?, ?, ?, ?)", stream)


def test_a_mirror_of_the_first_version_keeps_its_records_and_is_listed_again(store: Store) -> None:
    _first_version(store)
    migrations.prepare(store)
    assert store.path.with_suffix(f".before-{migrations.HEAD}.db").exists()
    with store.writing() as connection:
        kept = mirror.get(connection, Customer, "7")
        assert kept is not None
        assert (kept.name, kept.balance, kept.project) == ("Bluebird Café", Decimal("123.45"), False)
        assert streams.cursors(connection) == {}
        again = mirror.Incoming(Customer, "7", '{"Id":"7"}', replace(kept, project=True))
        mirror.apply_page(connection, Customer, [again], NOW, 4)
        fresh = mirror.get(connection, Customer, "7")
        assert fresh is not None
        assert fresh.project
        assert len(mirror.payload_versions(connection, "customers", "7")) == 1
    store.close()


def test_a_migration_that_fails_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.read_text

    def broken(self: Path, *args: str, **kwargs: str) -> str:
        text = real(self, *args, **kwargs)
        return text + "\n\nCREATE TABLE nonsense (" if self.name == "v0001.sql" else text

    monkeypatch.setattr(Path, "read_text", broken)
    with pytest.raises(Exception, match="incomplete input"):
        migrations.prepare(store)
    assert _schema(store.path) == {}
    monkeypatch.undo()
    migrations.prepare(store)
    assert migrations.current(store) == migrations.HEAD
    store.close()


def test_books_that_are_opened_at_once_are_each_migrated(tmp_path: Path) -> None:
    stores = [Store(tmp_path / f"book{number}" / "mirror.db") for number in range(6)]
    with ThreadPoolExecutor(len(stores)) as pool:
        list(pool.map(migrations.prepare, stores))
    assert {migrations.current(store) for store in stores} == {migrations.HEAD}
    assert all(_schema(store.path) == _schema(stores[0].path) for store in stores)
    for store in stores:
        store.close()


def test_a_migration_that_is_killed_leaves_nothing_behind(store: Store) -> None:
    words = "import sys; from pathlib import Path; from qbconsole.store import engine, migrations;"
    words += "migrations.prepare(engine.Store(Path(sys.argv[1])))"
    environment = {**os.environ, "QBCONSOLE_FAILPOINT": "migrate.step"}
    killed = subprocess.run([sys.executable, "-c", words, str(store.path)], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert migrations.current(store) == ""
    migrations.prepare(store)
    assert migrations.current(store) == migrations.HEAD
    store.close()


def test_what_is_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    path.write_bytes(b"this is a letter, not a database" * 100)
    store = Store(path)
    with pytest.raises(Fatal, match="cannot be opened as a database"):
        migrations.prepare(store)
    store.close()


@pytest.mark.parametrize(
    ("version", "buggy"),
    [
        ((3, 40, 1), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_engines_with_the_wal_reset_bug_are_known(version: tuple[int, ...], buggy: bool) -> None:
    assert has_reset_bug(version) is buggy


def test_the_engine_in_use_has_not_that_bug(store: Store) -> None:
    migrations.prepare(store)
    with store.reading() as connection:
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    buggy = has_reset_bug(tuple(int(part) for part in version.split(".")))
    assert mode == ("delete" if buggy else "wal") or mode == "truncate"
    store.close()
