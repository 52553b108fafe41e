"""The runner's process: every book by itself, decisions delivered as they fall due, a stop that leaves no riddle."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.remote import customer, task

from qbconsole.domain.errors import Busy, SignIn
from qbconsole.runner import process
from qbconsole.runner.process import BookThread, Stop, run_home
from qbconsole.store import leases, runs
from qbconsole.store.engine import driver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tests.runner.conftest import Office

    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Send


class Runner:
    """The threads of a runner's process, in this one."""

    def __init__(self) -> None:
        self.stop = Stop()
        self.threads: list[BookThread] = []

    def run(self, *offices: Office) -> None:
        """Start on books, and wait for their first cycles."""
        for office in offices:
            root = office.book.folder.parent.parent
            self.threads.append(BookThread(root, office.book.name, self.stop))
        for office in offices:
            until(partial(_first_cycle_is_over, office))

    def end(self) -> float:
        """Stop; returns the seconds that it took."""
        began = time.monotonic()
        self.stop.asked = True
        for thread in self.threads:
            thread.join(10)
        return time.monotonic() - began


def _first_cycle_is_over(office: Office) -> bool:
    return any(run["state"] != "running" for run in office.runs())


def until(holds: Callable[[], Any], seconds: float = 8.0) -> float:
    """Wait until something holds; returns how long it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it never held"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    monkeypatch.setattr(process, "POLL", 0.05)
    monkeypatch.setattr(process, "TRY_AGAIN", 0.1)
    one = Runner()
    yield one
    one.end()


def test_a_decision_is_delivered_when_it_falls_due_and_the_lease_given_back_at_the_end(
    runner: Runner, office: Office
) -> None:
    runner.run(office)
    id_ = office.add(customer(), window=0.3)
    until(lambda: office.state(id_) == "settled", 3)
    assert runner.end() < 3
    with office.book.store.reading() as connection:
        holder = leases.current(connection)
    assert holder is not None
    assert holder.holder == ""


def test_a_wish_starts_a_cycle_now(runner: Runner, office: Office) -> None:
    runner.run(office)
    with office.book.store.writing() as connection:
        runs.ask_for_sync(connection, datetime.now(UTC))
    until(lambda: [run["reason"] for run in office.runs()] == ["asked", "start"], 3)


def _settled(office: Office, id_: int) -> bool:
    return office.state(id_) == "settled"


def test_a_locked_database_delays_no_other_book(runner: Runner, make_office: Callable[[], Office]) -> None:
    locked, free = make_office(), make_office()
    runner.run(locked, free)
    other = driver().connect(str(locked.book.store.path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asked = other.execute("SELECT count(*) FROM sync_request").fetchone()
    with free.book.store.writing() as connection:
        runs.ask_for_sync(connection, datetime.now(UTC))
    took = []
    for number in range(5):
        id_ = free.add(task(f"Invoice {number} overdue"))
        took.append(until(partial(_settled, free, id_)))
        time.sleep(0.2)
    other.execute("ROLLBACK")
    other.close()
    assert asked == (0,)
    assert max(took) < 2, "well under the 5 seconds that a writer waits for a lock"


def test_a_fault_in_one_book_is_logged_without_its_text_and_tried_again(
    runner: Runner, make_office: Callable[[], Office], caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = make_office(), make_office()
    private = "Ann Lee, 1 Pier, Austin"

    async def fault() -> datetime:
        raise RuntimeError(private)

    bad.accounting.now = fault  # type: ignore[method-assign]
    runner.run(bad, good)
    until(lambda: len(bad.runs()) > 1)
    id_ = good.add(task())
    until(lambda: good.state(id_) == "settled")
    assert "unforeseen RuntimeError" in caplog.text
    assert private not in caplog.text
    assert {run["state"] for run in bad.runs() if run["state"] != "running"} == {"failed"}


def test_a_stop_waits_for_what_is_being_sent(runner: Runner, office: Office) -> None:
    runner.run(office)
    sending: list[Any] = []
    real = office.crm.apply_many

    async def slow(sends: list[Send]) -> Any:
        sending.append(sends)
        await asyncio.sleep(0.5)
        return await real(sends)

    office.crm.apply_many = slow  # type: ignore[method-assign, assignment]
    id_ = office.add(task())
    until(lambda: sending)
    runner.end()
    assert (office.state(id_), len(office.crm.sent)) == ("settled", 1)


def test_a_stop_does_not_wait_for_ever_and_leaves_the_outcome_unknown(
    runner: Runner, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "WIND_DOWN", 0.2)
    runner.run(office)
    sending: list[Any] = []

    async def never(sends: list[Send]) -> Any:
        sending.append(sends)
        hang: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await hang

    office.crm.apply_many = never  # type: ignore[method-assign, assignment]
    id_ = office.add(task())
    until(lambda: sending)
    assert runner.end() < 3
    assert office.state(id_) == "unknown"


def test_credentials_that_cannot_be_read_are_said_in_the_sync_log(
    runner: Runner, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def locked(book: Book) -> AsyncIterator[dict[str, Any]]:
        if book.name:
            raise SignIn("The keyring does not answer.", next_step="Unlock it.")
        yield {}

    monkeypatch.setattr(process, "opened", locked)
    runner.run(office)
    assert (office.runs()[0]["state"], office.log()) == ("failed", [("error", "The keyring does not answer.")])


def test_a_named_book_that_another_runner_holds_is_said(office: Office) -> None:
    with office.book.store.writing() as connection:
        leases.take(connection, "another", socket.gethostname(), os.getpid(), datetime.now(UTC))
    with pytest.raises(Busy, match="holds the book"):
        run_home(office.book.folder.parent.parent, [office.book.name])


def test_a_runner_that_is_one_too_many_ends_by_itself(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "HELD_FOR_GOOD", 0.5)
    with office.book.store.writing() as connection:
        leases.take(connection, "another", socket.gethostname(), os.getpid(), datetime.now(UTC))
    run_home(office.book.folder.parent.parent)
    assert office.runs() == []
