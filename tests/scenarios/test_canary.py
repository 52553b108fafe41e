"""No log, no line on stderr and no error file ever holds what a customer, a document or a secret says.

Every text that somebody could have typed is a canary: in HubSpot, in QuickBooks, in the credentials. Then a whole
month of faults is lived through: lost answers, refusals, throttling, a crash, a damaged database.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.cli.command import call, run, simulator

from qbconsole.books.book import Book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAULTS = "drop_response=0.05,throttle=0.03,server_error=0.03"
TYPED = {
    "companies": ("name", "domain", "phone", "address", "city"),
    "contacts": ("firstname", "lastname", "email", "phone"),
    "deals": ("dealname",),
    "line_items": ("name", "description"),
}
"""The properties that somebody types, by kind of record in HubSpot."""
CANARY = "kanarie"
"""Part of every planted text; nothing else on earth says it."""
KEEPERS = ("mirror.db", "mirror.db-wal", "mirror.db-shm")
"""The files whose business it is to hold them: the mirror and the journal."""
CRASH = """
import sys
from qbconsole.cli import main
from qbconsole.store import mirror
real = mirror.apply_page
def broken(connection, kind, page, at, sweep):
    if kind.kind == "customers" and page:
        raise RuntimeError(f"cannot take {kind.kind}")
    return real(connection, kind, page, at, sweep)
import qbconsole.pull.storing as storing
storing.mirror.apply_page = broken
sys.exit(main.main(["sync", "--full", "--home", sys.argv[1]]))
"""


class World:
    """The simulator, as other programs and persons use it, and the home of the book beside it."""

    def __init__(self, home: Path, served: dict[str, Any]) -> None:
        self.home, self.served = home, served

    def hubspot(self, method: str, path: str, body: Any = None) -> Any:
        """A call of HubSpot's API."""
        headers = {"Authorization": f"Bearer {self.served['crm']['token']}"}
        answer = httpx.request(
            method, self.served["crm"]["api_url"] + path, json=body, headers=headers, trust_env=False
        )
        assert answer.status_code < 300, answer.text
        return answer.json()

    def quickbooks(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        """A call of QuickBooks' API."""
        side = self.served["quickbooks"]
        headers = {"Authorization": f"Bearer {side['access_token']}", "Accept": "application/json"}
        url = f"{side['api_url']}/v3/company/{side['realm_id']}{path}"
        while True:
            answer = httpx.request(method, url, json=body, params=params, headers=headers, trust_env=False)
            if answer.status_code != 429:
                assert answer.status_code < 300, answer.text
                return answer.json()
            time.sleep(float(answer.headers.get("Retry-After", 1)))

    def faults(self, spec: str) -> None:
        """Let things go wrong from now on."""
        answer = httpx.post(f"{self.served['control_url']}/faults", json={"spec": spec}, trust_env=False)
        assert answer.status_code == 200, answer.text

    def plant(self) -> int:
        """Write canaries into everything that somebody types; returns how many records hold one."""
        planted = 0
        for kind, names in TYPED.items():
            rows = self.hubspot("GET", f"/crm/v3/objects/{kind}?limit=100")["results"]
            inputs = [
                {"id": row["id"], "properties": {name: _typed(name, row["id"]) for name in names}} for row in rows
            ]
            self.hubspot("POST", f"/crm/v3/objects/{kind}/batch/update", {"inputs": inputs})
            planted += len(inputs)
        found = self.quickbooks("GET", "/query", query="select * from Customer maxresults 30")
        for row in found["QueryResponse"]["Customer"]:
            said = {
                "DisplayName": f"{CANARY} customer {row['Id']}",
                "CompanyName": f"{CANARY} company {row['Id']}",
                "PrimaryEmailAddr": {"Address": f"{CANARY}{row['Id']}@{CANARY}.example"},
                "Notes": f"{CANARY} likes to be called late",
            }
            self.quickbooks("POST", "/customer", {**row, **said})
            planted += 1
        return planted


def _typed(name: str, id_: str) -> str:
    """A canary that the property takes."""
    if name == "email":
        return f"{CANARY}{id_}@{CANARY}.example"
    return f"{CANARY}{id_}.example" if name == "domain" else f"{CANARY} {name} {id_}"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    home = tmp_path / "home"
    home.mkdir()
    with simulator(tmp_path / "simulator", "--size", "0.15") as served:
        yield World(home, served)


def test_logs_and_streams_hold_ids_codes_and_counts_alone(world: World) -> None:
    assert world.plant() > 50
    added = call("book", "add", "ridgeline", "--simulator", world.served["control_url"], home=world.home)
    assert added.code == 0, added.err
    said = ""
    for faults in ("", FAULTS, FAULTS):
        world.faults(faults)
        said += run("sync", "--full", home=world.home).err
        rows = call("queue", "invoices", "--json", home=world.home).document["rows"]
        for row in [one["id"] for one in rows if one["verdict"] == "clean"][:5]:
            said += run("approve", row, home=world.home).err
    world.faults("")

    crashed = subprocess.run(
        [sys.executable, "-c", CRASH, str(world.home)], capture_output=True, text=True, check=False
    )
    assert crashed.returncode == 1
    said += crashed.stderr
    said += _killed_runner(world.home)
    refused = run("sync", home=world.home)
    said += refused.err

    assert _planted(world), "the canaries came through to the mirror and the journal"
    assert (world.home / "qbconsole.log").stat().st_size > 0, "the crash was told"
    assert CANARY not in said.casefold()
    side = world.served["quickbooks"]
    secrets = [
        world.served["crm"]["token"],
        *(side[name] for name in ("access_token", "refresh_token", "client_secret")),
    ]
    assert [one[:8] for one in secrets if one in said or one in (world.home / "qbconsole.log").read_text()] == []
    assert _holding(world.home) == []


def _killed_runner(home: Path) -> str:
    """A runner that is killed in the middle of a cycle; what it said."""
    environment = {**os.environ, "QBCONSOLE_FAILPOINT": "page.commit"}
    command = [sys.executable, "-m", "qbconsole.runner", "--home", str(home)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as runner:
        deadline = time.monotonic() + 30
        while runner.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        runner.kill()
        said = runner.communicate(timeout=30)[1]
    assert runner.returncode == -signal.SIGKILL
    return said


def _planted(world: World) -> bool:
    """Whether what people read does hold the canaries: otherwise the test would prove nothing."""
    told = call("queue", "invoices", "--decided", home=world.home).out + call("journal", home=world.home).out
    book = Book(world.home / "books" / "ridgeline")
    try:
        with book.store.reading() as connection:
            names = connection.exec_driver_sql(
                "SELECT count(*) FROM mirror_customers WHERE name LIKE 'kanarie%'"
            ).scalar()
    finally:
        book.close()
    return CANARY in told and bool(names)


def _holding(home: Path) -> list[str]:
    """The other files of the home that hold a canary."""
    files = [path for path in home.rglob("*") if path.is_file() and path.name not in KEEPERS]
    assert {"qbconsole.log", "book.toml", "firm.db"} <= {path.name for path in files}
    return [str(path) for path in files if CANARY.encode() in path.read_bytes().lower()]
