"""A runner killed at a commit point: the next one repairs what it left, and the invoice stands once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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

    def run(self, *words: str, failpoint: str = "") -> tuple[int, Any]:
        """One command; its exit code and its document."""
        environment = {**os.environ, "QBCONSOLE_HOME": str(self.home), "QBCONSOLE_FAILPOINT": failpoint}
        command = [sys.executable, "-m", "qbconsole", *words, "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout else None

    def clean_row(self) -> str:
        """The first draft that may be approved."""
        _, document = self.run("queue", "invoices")
        clean: list[str] = [row["id"] for row in document["rows"] if row["verdict"] == "clean"]
        return clean[0]

    def state(self) -> Any:
        """The simulator's own word."""
        with urlopen(f"{self.url}/state", timeout=10) as reply:
            return json.load(reply)


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Business]:
    made = Business(tmp_path_factory.mktemp("business"))
    yield made
    made.simulator.terminate()
    made.simulator.wait(10)
    if made.simulator.stdout:
        made.simulator.stdout.close()


@pytest.mark.parametrize("failpoint", ["claim.commit:1", "sent:1", "settle.commit:1"])
def test_an_invoice_stands_once_whenever_its_runner_dies(business: Business, failpoint: str) -> None:
    before = business.state()["invoices"]["made_by_clients"]
    business.run("approve", business.clean_row())
    code, _ = business.run("sync", failpoint=failpoint)
    assert code == -signal.SIGKILL
    business.run("sync")
    invoices = business.state()["invoices"]
    assert (invoices["made_by_clients"], invoices["double"], invoices["wrong"]) == (before + 1, 0, 0)
    _, outbox = business.run("outbox", "list")
    assert outbox == {"operations": []}
    assert business.run("journal", "verify") == (0, {"intact": True, "words": ""})
