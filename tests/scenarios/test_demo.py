"""The main job from end to end: a month with the scripted bookkeeper, also with lost answers and killed processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema

import qbconsole.cli

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = ("--size", "0.3")
KILLS = ((2.0, True, False), (3.0, True, False), (2.5, False, True), (3.0, True, True), (3.5, True, False))
"""Seconds until each kill, and whether it strikes the command, the simulator, or both."""
SCHEMA = Path(qbconsole.cli.__file__).parent / "schemas" / "demo.json"
MAY_DIFFER = ("seconds", "cycles", "faults", "control_state")


def started(*words: str, home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "qbconsole", "demo", "--headless", "--json", "--home", str(home), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The figures of a demo that ends well."""
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    document: dict[str, Any] = json.loads(out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    return document


def figures(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in MAY_DIFFER}


def test_a_month_of_the_sample_business(tmp_path: Path) -> None:
    found = finished(started("--seed", "7", home=tmp_path))
    invoices, links, defects = found["invoices"], found["links"], found["defects"]
    assert found["deals_won"] >= 30
    assert links["auto"] >= 0.6 * links["true_pairs"]
    assert links["decided"] > 0
    assert links["wrong"] == 0
    assert invoices["double"] == invoices["missing"] == invoices["wrong"] == 0
    assert invoices["delivered"] == invoices["approved"] > 0
    assert invoices["adopted"] > 0
    assert defects["caught"] == defects["planted"] >= 4
    assert defects["let_through"] == 0
    assert found["clean"]["untouched"] >= 0.85 * found["clean"]["won"]
    assert found["payments"]["received"] == found["payments"]["status_written"] > 0
    assert found["tasks"]["created"] >= 5
    assert found["tasks"]["double"] == 0
    assert found["outbox"] == {"pending": 0, "dead": 0}
    assert _living(tmp_path) == []


def test_lost_answers_bill_nothing_twice(tmp_path: Path) -> None:
    faults = "drop_response=0.05,drop_response=3x@create_invoice"
    found = finished(started("--seed", "11", *SMALL, "--faults", faults, home=tmp_path))
    assert found["faults"]["hit"] >= 3
    assert found["invoices"]["double"] == found["tasks"]["double"] == 0


def test_killed_and_started_again_the_month_ends_the_same(tmp_path: Path) -> None:
    undisturbed = figures(finished(started("--seed", "7", *SMALL, home=tmp_path / "undisturbed")))
    home = tmp_path / "disturbed"
    process = started("--seed", "7", *SMALL, home=home)
    try:
        for seconds, command, simulator in KILLS:
            time.sleep(seconds)
            if simulator:
                _kill(_simulator(home))
            if command:
                process.kill()
                process.communicate()
                process = started("--seed", "7", *SMALL, home=home)
        assert figures(finished(process)) == undisturbed
        assert figures(finished(started("--seed", "7", *SMALL, home=home))) == undisturbed, "finished, it stays so"
    finally:
        process.kill()
        process.communicate()
        for pid in _living(home):
            _kill(pid)


def _simulator(home: Path) -> int:
    note = home / "simulator" / "simulator.json"
    return int(json.loads(note.read_text())["pid"]) if note.exists() else 0


def _kill(pid: int) -> None:
    if pid in _pids():
        os.kill(pid, signal.SIGKILL)


def _living(home: Path) -> list[int]:
    """The processes that have the demo's folder in their command line."""
    return [pid for pid, words in _commands() if str(home) in words and "--headless" not in words]


def _pids() -> list[int]:
    return [pid for pid, _ in _commands()]


def _commands() -> Iterator[tuple[int, str]]:
    for path in Path("/proc").glob("[0-9]*"):
        try:
            yield int(path.name), (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
