"""A small world for scenarios: a simulated business on a loopback port, and an armed book whose drafts wait.

The business and the book's first sync are made once and copied for each test, so that a world costs a fraction of a
second and nothing that a test does to one is met by another.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from tests.cli.command import Ran
from tests.faults.zygote import Zygote
from tests.journal.events import every_event

from qbconsole import journal
from qbconsole.actions import decide, queues
from qbconsole.books.book import Book
from qbconsole.books.home import book_folder
from qbconsole.books.secrets import secrets_of
from qbconsole.cli import adding
from qbconsole.domain.clock import SystemClock
from qbconsole.runner.once import sync_once
from qbconsole.simulator.connection import Protocol
from qbconsole.simulator.server import Simulator, build
from qbconsole.store import outbox, runs
from qbconsole.store.queues import DRAFTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from qbconsole.runner.cycle import Result

NAME = "acme"
SIZE = 0.02
"""Of the business: four drafts that are clean, after the first sync."""
ANN = journal.Actor("ann", "tty1")
UNHURRIED = {
    "requests_per_minute": "100000",
    "requests_per_second": "100000",
    "batches_per_minute": "100000",
    "search_lag_seconds": "0",
}
"""Switches that let a test go as fast as it can."""


class Fixed(Random):
    """A chance that always falls alike: which variant of a fault strikes."""

    def __init__(self, *, late: bool, form: str) -> None:
        super().__init__(0)
        self._late, self._form = late, form

    def random(self) -> float:
        return 0.0 if self._late else 1.0

    def choice(self, seq: Any) -> Any:
        assert self._form in seq
        return self._form


class Turned(SystemClock):
    """The machine's clock, which a test may turn forward."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead.total_seconds()


@dataclass
class World:
    """A book, its remotes as people see them, and the console's commands."""

    home: Path
    simulator: Simulator
    book: Book
    clock: Turned
    """The book's, in this process."""
    web: httpx.Client
    zygote: Zygote
    approved: list[str] = field(default_factory=list)
    """The deals whose invoices were approved."""

    # --- the simulator, over its control API --------------------------------------------------------------------------

    def control(self, path: str, **body: Any) -> Any:
        """Ask the simulator itself, or (with a body) tell it."""
        url = f"{self.simulator.base_url}/control/{path}"
        answer = self.web.post(url, json=body) if body else self.web.get(url)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def faults(self, spec: str) -> None:
        """Put faults in force; an empty text ends them."""
        self.control("faults", spec=spec)

    def vary(self, *, late: bool, form: str) -> None:
        """From now on a server error comes after the work or before it, and in that form."""
        self.simulator.faults.random = Fixed(late=late, form=form)

    def struck(self) -> dict[str, int]:
        """How often each fault has struck, by name."""
        return dict(self.control("faults")["by_fault"])

    def requests(self, endpoint: str = "", *, system: str = "quickbooks") -> list[dict[str, Any]]:
        """What clients asked, in order; a person's own requests carry no request id."""
        found = self.control(f"requests?count=5000&system={system}&endpoint={endpoint}")["requests"]
        return list(reversed(found))

    def state(self) -> dict[str, Any]:
        """Where the business stands, by its own ledger."""
        return dict(self.control("state"))

    # --- a person in QuickBooks ---------------------------------------------------------------------------------------

    def quickbooks(self, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        """What a person does in QuickBooks, who meets no faults and must succeed."""
        given = self.simulator.credentials()["quickbooks"]
        headers = {"Authorization": f"Bearer {given['access_token']}", "Accept": "application/json"}
        url = f"{given['api_url']}/v3/company/{given['realm_id']}/{path}"
        answer = self.web.request(method, url, json=body, params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def rows(self, kind: str, where: str = "") -> list[dict[str, Any]]:
        """The records of a kind that are there."""
        statement = f"select * from {kind} {where} maxresults 1000"
        return list(self.quickbooks("GET", "query", query=statement)["QueryResponse"].get(kind, []))

    def end_invoice(self, invoice_id: str, how: str) -> None:
        """A person voids or deletes an invoice."""
        token = self.quickbooks("GET", f"invoice/{invoice_id}")["Invoice"]["SyncToken"]
        self.quickbooks("POST", "invoice", {"Id": invoice_id, "SyncToken": token}, operation=how)

    def invoice_made(self) -> str:
        """The id of the one invoice that the program made last, by the server's log."""
        return str(self.requests("create_invoice")[-1]["record_ids"][0])

    def expire_token(self) -> None:
        """The next call of QuickBooks needs a new access token."""
        given = {"access_token": "", "refresh_token": self.simulator.credentials()["quickbooks"]["refresh_token"]}
        secrets_of(self.book.folder, self.book.settings, "quickbooks").write(given)

    # --- the operator -------------------------------------------------------------------------------------------------

    def approve(self, count: int = 1) -> list[str]:
        """Approve so many clean drafts; the ids of their deals."""
        clean = [row for row in queues.rows(self.book, "invoices") if row.verdict == "clean"]
        assert len(clean) >= count, "the world has too few clean drafts"
        deals = []
        for row in clean[:count]:
            decide.decide(self.book, "invoices.approve", row.id, ANN, seen=queues.detail(self.book, row.id).seen)
            deals.append(self.deal_of(row.id))
        self.approved += deals
        return deals

    def deal_of(self, row_id: str) -> str:
        """The deal of a draft."""
        with self.book.store.reading() as connection:
            row = DRAFTS.get(connection, int(row_id[1:]))
        assert row is not None
        return str(row["deal_id"])

    def sync(self, *, full: bool = False) -> Result:
        """`qbconsole sync` in this process: a cycle, then whatever is still to be delivered."""
        return asyncio.run(sync_once(self.book, full=full))

    def start(self, *words: str) -> subprocess.Popen[str]:
        """One command in a process of its own."""
        environment = {**os.environ, "QBCONSOLE_HOME": str(self.home)}
        command = [sys.executable, "-m", "qbconsole", *words]
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def run(self, *words: str, failpoint: str = "") -> Ran:
        """One command in a process of its own, waited for; it is killed where the failpoint says."""
        return self.zygote.run(words, {"QBCONSOLE_HOME": str(self.home), "QBCONSOLE_FAILPOINT": failpoint})

    # --- the book -----------------------------------------------------------------------------------------------------

    def operations(self, *states: str, kind: str = "") -> list[dict[str, Any]]:
        """Operations in those states (or all), oldest first."""
        every = ("waiting", "pending", "claimed", "unknown", "settled", "parked", "cancelled")
        with self.book.store.reading() as connection:
            found = outbox.listed(connection, states or every, 5000)
        return [row for row in found if row["kind"] == kind or not kind]

    def invoices(self) -> list[dict[str, Any]]:
        """The operations that make invoices, oldest first."""
        return self.operations(kind="create_document")

    def told(self, kind: str) -> dict[int, list[dict[str, Any]]]:
        """What the journal says of each operation in events of a kind, in order."""
        found: dict[int, list[dict[str, Any]]] = {}
        with self.book.store.reading() as connection:
            for event in every_event(connection):
                if event["kind"] == kind:
                    found.setdefault(event["operation_id"], []).append(event["body"])
        return found

    def steps(self, operation: dict[str, Any]) -> list[dict[str, Any]]:
        """What the journal says of an operation, step by step."""
        return self.told("operation")[operation["id"]]

    def went(self, operation: dict[str, Any]) -> list[str]:
        """The states that an operation went through, by the journal."""
        return [state_after(step) for step in self.steps(operation)]

    def log(self) -> list[dict[str, Any]]:
        """The lines of the sync log that are no mere information, oldest first."""
        with self.book.store.reading() as connection:
            found = [
                line for run in reversed(runs.listed(connection, 500)) for line in runs.events(connection, run["id"])
            ]
        return [line for line in found if line["level"] != "info"]


def state_after(step: dict[str, Any]) -> str:
    """The state in which an event of the journal leaves its operation."""
    return str(step.get("to") or step["state"])


@dataclass(frozen=True)
class Seed:
    """A business and a book after its first sync, to be copied."""

    simulator: Path
    home: Path


def sow(folder: Path, size: float = SIZE) -> Seed:
    """Make the business, a book on it, and sync until nothing more follows."""
    seed = Seed(folder / "simulator", folder / "home")
    with _served(seed.simulator, size) as simulator:
        simulator.switches.turn(UNHURRIED)
        settings, secrets = adding.of_simulator(NAME, simulator.base_url, 0.0)
        adding.write(seed.home, settings, secrets)
        with closing(Book(book_folder(seed.home, NAME))) as book:
            for _ in range(2):  # the second hears what the first one's own writes brought about
                assert asyncio.run(sync_once(book)).problem is None
    return seed


@contextmanager
def grown(seed: Seed, folder: Path, zygote: Zygote, size: float = SIZE) -> Iterator[World]:
    """A world of one's own."""
    for part in (seed.simulator, seed.home):
        shutil.copytree(part, folder / part.name)
    home = folder / seed.home.name
    fresh = httpx.Limits(max_keepalive_connections=0)  # the simulator closes what was idle while a test waited
    with (
        _served(folder / seed.simulator.name, size) as simulator,
        httpx.Client(trust_env=False, timeout=30, limits=fresh) as web,
    ):
        adding.renew(home, NAME, simulator.base_url)
        clock = Turned()
        with closing(Book(book_folder(home, NAME), clock=clock)) as book:
            yield World(home, simulator, book, clock, web, zygote)


@contextmanager
def _served(home: Path, size: float) -> Iterator[Simulator]:
    """The simulator of a home, on a port of its own, in a thread."""
    simulator = build(home, size=size)
    config = uvicorn.Config(
        simulator.app(), port=0, http=Protocol, log_config=None, lifespan="off", ws="none", date_header=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    simulator.base_url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield simulator
    finally:
        server.should_exit = True
        thread.join()
        simulator.keep()


def until(holds: Callable[[], Any], seconds: float = 30.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never held"
        time.sleep(0.02)
