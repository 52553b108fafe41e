"""Scenario 22: another program holds the database for long, or reads it without an end.

That a locked book delays no other: tests/runner/test_process.py.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth

from qbconsole.domain.errors import Fatal
from qbconsole.store import holders, room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.world import World

PROGRAM = """
import sys
from qbconsole.store.engine import driver
connection = driver().connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
connection.execute("SELECT count(*) FROM run").fetchone()
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def held(world: World, statement: str) -> Iterator[int]:
    """Another program that holds the database until the block ends; its process id."""
    command = [sys.executable, "-c", PROGRAM, str(world.book.store.path), statement]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield other.pid
        finally:
            other.stdin.close()
            other.wait()


def named(pid: int) -> str:
    """How a holder is named where the system tells."""
    return f"(process {pid})" if holders.LOCKS.exists() else "another program"


def test_a_writer_that_holds_on_is_waited_for_then_named_and_nothing_is_half_done(world: World) -> None:
    with held(world, "BEGIN IMMEDIATE") as pid:
        with pytest.raises(Fatal) as caught:
            world.approve()
        ran = world.run("sync")
    assert f"{named(pid)}." in caught.value.message
    assert ran.code == 1
    assert f"{named(pid)}. Close the other program" in ran.err
    assert world.invoices() == []
    world.approve()
    world.sync()
    truth.holds(world)


def log_of(world: World) -> int:
    """Bytes of the write-ahead log."""
    path = world.book.store.path.with_name("mirror.db-wal")
    return path.stat().st_size if path.exists() else 0


def test_a_reader_that_never_ends_stops_pulls_not_decisions_and_the_log_stays_small(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LARGEST_LOG", 256 * 1024)
    with held(world, "BEGIN") as pid:
        _write(world, 2 * room.LARGEST_LOG)
        stopped = world.sync(full=True).problem
        grown = log_of(world)
        for _ in range(3):
            world.sync(full=True)
        assert log_of(world) - grown < room.LARGEST_LOG
        world.approve()
        world.sync()
        assert [one["state"] for one in world.invoices()] == ["settled"]
    assert isinstance(stopped, Fatal)
    assert "has been reading the database for so long" in stopped.message
    assert named(pid).replace("another program", "A program") in stopped.message
    assert stopped.next_step == "Close that program; decisions go on meanwhile."
    assert world.sync(full=True).problem is None
    assert log_of(world) < grown
    truth.holds(world)


def _write(world: World, size: int) -> None:
    """So many bytes into the log, as a big page would."""
    with world.book.store.writing(durable=False) as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS ballast (body BLOB)")
        connection.exec_driver_sql(f"INSERT INTO ballast VALUES (randomblob({size}))")
