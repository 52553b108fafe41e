"""Scenario 21: the disk is full, read-only, or fails to keep what it was given.

The disks are real ones: a small tmpfs in a namespace of the test's own, and a seccomp filter under which every fsync
fails. Where the system allows neither, those tests are skipped.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.faults import truth
from tests.faults.disks import on_small_disk, small_disks, syncs_can_fail

from qbconsole.books.book import Book
from qbconsole.domain.errors import Fatal
from qbconsole.pull import storing
from qbconsole.store import mirror, room, streams

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.world import World

MEGABYTES = 12
SCRIPT = [sys.executable, "-m", "tests.faults.on_bad_disk"]


@pytest.fixture
def closed(world: World) -> Iterator[World]:
    """A world whose book only other processes have open; opened again for the checker."""
    world.book.close()
    yield world
    world.book.close()


def opened(world: World) -> World:
    world.book = Book(world.book.folder)
    return world


def on_disk(world: World, how: str, disk: Path) -> list[dict[str, Any]]:
    disk.mkdir()
    done = on_small_disk([*SCRIPT, how, str(world.home), str(disk)], disk, MEGABYTES)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_decisions_that_were_acknowledged_outlive_a_full_disk_and_pulls_stop_first(
    closed: World, tmp_path: Path
) -> None:
    if not small_disks():
        pytest.skip("this user may mount nothing")
    world = closed
    world.quickbooks("POST", "customer", {"DisplayName": "New meanwhile"})
    steps = on_disk(world, "full", tmp_path / "disk")
    syncs = [one for one in steps if one["step"] == "sync"]
    assert {one["code"] for one in syncs} == {1}
    assert not any("Traceback" in str(one) or "unforeseen" in str(one) for one in steps), steps
    assert f"{room.RESERVE:,} are needed" in syncs[-1]["words"]
    assert "bytes beside" in syncs[-1]["words"]
    refused = [one for one in steps if one["step"] == "approve" and one["code"]]
    assert refused
    assert [one["words"] for one in refused if "The disk is full." not in one["words"]] == []
    taken = [one["decision"] for one in steps if one["step"] == "approve" and not one["code"] and one["decision"]]
    assert taken
    opened(world)
    made = world.invoices()
    assert [one["decision_id"] for one in made] == taken
    world.approved += [world.deal_of(row["row"]) for row in steps if row.get("row")]
    truth.holds(world)


def test_a_read_only_disk_is_named_and_nothing_breaks(closed: World, tmp_path: Path) -> None:
    if not small_disks():
        pytest.skip("this user may mount nothing")
    for one in on_disk(closed, "read_only", tmp_path / "disk"):
        assert (one["code"], "is read-only." in one["words"]) == (1, True), one
        assert "Make the file and its folder writable" in one["words"]
    truth.holds(opened(closed))


def test_a_failed_fsync_is_no_acknowledgement_and_the_file_is_checked_before_it_is_used_again(closed: World) -> None:
    if not syncs_can_fail():
        pytest.skip("no system call can be made to fail here")
    world = opened(closed)
    world.approve()
    before = [row["id"] for row in world.invoices()]
    world.book.close()
    done = subprocess.run([*SCRIPT, "failing", str(world.home)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second, status = json.loads(done.stdout)
    for one in (first, second):
        assert one["code"] == 1
        assert "The disk failed" in one["words"]
        assert "checked before it is used again" in one["words"]
    assert status["code"] in (0, 3)
    opened(world)
    after = [row["id"] for row in world.invoices()]
    assert after[: len(before)] == before
    truth.holds(world)


def test_a_page_that_meets_a_full_disk_is_stored_whole_later_and_its_cursor_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is not taken for a fault of the page's records, which would be passed over."""
    made = world.quickbooks("POST", "customer", {"DisplayName": "Met a full disk"})["Customer"]["Id"]
    with world.book.store.reading() as connection:
        before = streams.cursors(connection)
    real = mirror.apply_page

    def full(connection: Any, *page: Any) -> Any:
        size = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {size}")
        try:
            connection.exec_driver_sql("CREATE TABLE too_much AS SELECT randomblob(100000)")
            return real(connection, *page)
        finally:
            connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")

    monkeypatch.setattr(mirror, "apply_page", full)
    problem = world.sync().problem
    monkeypatch.undo()
    assert isinstance(problem, Fatal)
    assert "The disk is full." in str(problem)
    with world.book.store.reading() as connection:
        assert streams.cursors(connection) == before
    assert world.sync().problem is None
    assert made in {row["Id"] for row in world.rows("Customer")}
    with world.book.store.reading() as connection:
        assert "quickbooks.customers" in streams.cursors(connection)
        assert made in {one.id for one in mirror.every(connection, storing.kind_of("quickbooks.customers"))}
    truth.holds(world)
