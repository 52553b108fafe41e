"""Two processes on one file: commits are seen, failures are one plain line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qbconsole.domain.errors import Fatal
from qbconsole.store import facts, migrations
from qbconsole.store.engine import Store

if TYPE_CHECKING:
    from pathlib import Path


def test_another_connections_commit_moves_the_data_version(tmp_path: Path) -> None:
    console, runner = Store(tmp_path / "mirror.db"), Store(tmp_path / "mirror.db")
    migrations.prepare(runner)
    before = console.data_version()
    assert console.data_version() == before
    with runner.writing() as connection:
        facts.put(connection, "one", 1)
    after = console.data_version()
    assert after != before
    with runner.writing(durable=False) as connection:
        facts.put(connection, "one", 2)
    assert console.data_version() != after
    console.close()
    runner.close()


def test_what_raises_is_rolled_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "mirror.db")
    migrations.prepare(store)
    with pytest.raises(ZeroDivisionError), store.writing() as connection:
        facts.put(connection, "one", 1)
        raise ZeroDivisionError
    with store.reading() as connection:
        assert facts.get(connection, "one") is None
    store.close()


def test_a_database_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "mirror.db")
    migrations.prepare(store)
    with pytest.raises(Fatal, match="is read-only"), store.writing() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        facts.put(connection, "one", 1)
    store.close()
