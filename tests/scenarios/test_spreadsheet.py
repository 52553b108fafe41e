"""A folder of spreadsheets as the CRM: won there, billed in QuickBooks, told in a side file; the user's files stay."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from qbconsole.books.home import bundled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def control() -> Iterator[str]:
    """A simulator's control URL; its business knows the companies of the sample spreadsheets."""
    command = [sys.executable, "-m", "qbconsole.simulator", "--seed", "7"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["control_url"]
        process.terminate()


def test_a_deal_of_a_spreadsheet_becomes_one_invoice_and_its_status_stands_in_a_side_file(
    control: str, tmp_path: Path
) -> None:
    folder, home = tmp_path / "crm", tmp_path / "home"
    shutil.copytree(bundled("sample_data") / "spreadsheet", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def run(*words: str) -> Any:
        command = [sys.executable, "-m", "qbconsole", *words, "--home", str(home), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 3), done.stderr
        return json.loads(done.stdout)

    run("book", "add", "sheets", "--simulator", control, "--crm", "spreadsheet", "--folder", str(folder))
    run("sync")
    row = next(one for one in run("queue", "invoices")["rows"] if one["verdict"] == "clean")
    run("approve", row["id"])
    run("sync")

    with urlopen(f"{control}/state", timeout=10) as reply:
        assert json.load(reply)["invoices"]["made_by_clients"] == 1
    with (folder / "qbconsole.csv").open(newline="") as file:
        written = [line for line in csv.DictReader(file) if "unpaid" in line.values()]
    assert len(written) == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name in before} == before
