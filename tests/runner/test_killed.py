"""A runner killed at a commit point: the next one repairs what it left, and the invoice stands once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from qbconsole import journal
from qbconsole.actions import decide, outbox, queues
from qbconsole.books.book import open_book
from qbconsole.store import journal as events
from qbconsole.store import mirror, runs
from qbconsole.store import outbox as rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

ANN = journal.Actor("ann", "tty1")


class Business:
    """A small simulated business with a book on it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        command = [sys.executable, "-m", "qbconsole.simulator", "--size", "0.2", "--home", str(folder / "simulator")]
        self.simulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.simulator.stdout is not None
        self.url = json.loads(self.simulator.stdout.readline())["control_url"]
        self.run("book", "add", "acme", "--simulator", self.url, "--posting-window", "0")
        self.run("sync")
        self.run("sync", "--full")  # reads the properties that the first one's stamps made
        self.book = open_book(self.home)

    def run(self, *words: str, failpoint: str = "") -> int:
        """One command in a process of its own; its exit code."""
        environment = {**os.environ, "QBCONSOLE_HOME": str(self.home), "QBCONSOLE_FAILPOINT": failpoint}
        command = [sys.executable, "-m", "qbconsole", *words]
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    def approve(self) -> None:
        """Approve the first draft that may be."""
        row = next(row for row in queues.rows(self.book, "invoices") if row.verdict == "clean")
        decide.decide(self.book, "invoices.approve", row.id, ANN)

    def state(self) -> Any:
        """The simulator's own word."""
        with urlopen(f"{self.url}/state", timeout=10) as reply:
            return json.load(reply)


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Business]:
    made = Business(tmp_path_factory.mktemp("business"))
    with closing(made.book):
        yield made
    made.simulator.terminate()
    made.simulator.wait(10)
    if made.simulator.stdout:
        made.simulator.stdout.close()


@pytest.mark.parametrize(
    ("failpoint", "found"), [("claim.commit:1", False), ("sent:1", True), ("settle.commit:1", True)]
)
def test_an_invoice_stands_once_whenever_its_runner_dies(business: Business, failpoint: str, *, found: bool) -> None:
    """What was sent is found by its tag, although the simulator's clock is not ours."""
    before = business.state()["invoices"]["made_by_clients"]
    business.approve()
    assert business.run("sync", failpoint=failpoint) == -signal.SIGKILL
    business.run("sync")
    invoices = business.state()["invoices"]
    assert (invoices["made_by_clients"], invoices["double"], invoices["wrong"]) == (before + 1, 0, 0)
    assert outbox.listed(business.book) == []
    with business.book.store.reading() as connection:
        assert journal.verify(connection) == ""
        made = next(event for event in events.events(connection) if _made_a_document(connection, event))
    assert made["body"]["found"] is found


def _made_a_document(connection: Connection, event: dict[str, Any]) -> bool:
    """Whether an event is the receipt of a document."""
    operation = rows.get(connection, event["operation_id"]) if event["kind"] == "receipt" else None
    return operation is not None and operation["kind"] == "create_document"


@pytest.mark.parametrize("failpoint", ["mirror.apply:2", "page.commit:2"])
def test_a_pull_that_was_killed_is_taken_up_and_nothing_is_lost(business: Business, failpoint: str) -> None:
    with business.book.store.reading() as connection:
        before = mirror.counts(connection)
    assert business.run("sync", "--full", failpoint=failpoint) == -signal.SIGKILL
    business.run("sync")
    with business.book.store.reading() as connection:
        assert mirror.counts(connection) == before
        newest, killed = runs.listed(connection)[:2]
        counts = runs.streams(connection, newest["id"])
    assert (newest["state"], killed["state"]) == ("done", "stopped")
    assert all(one["seen"] == one["applied"] + one["unchanged"] + one["held"] + one["failed"] for one in counts)
