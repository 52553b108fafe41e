"""The simulator as a process: its first line, its end, its home."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "qbconsole.simulator", "--size", "0.1"]


@dataclass
class Running:
    """A simulator's process and what it said."""

    process: subprocess.Popen[str]
    line: dict[str, Any]

    @property
    def out(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=5)

    def crm(self, method: str, path: str, **more: Any) -> httpx.Response:
        crm = self.line["crm"]
        headers = {"authorization": f"Bearer {crm['token']}"}
        return httpx.request(method, crm["api_url"] + path, headers=headers, trust_env=False, **more)


@contextmanager
def running(*words: str) -> Iterator[Running]:
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        yield Running(process, json.loads(first) if first else pytest.fail(process.stderr.read()))
    finally:
        process.kill()
        process.communicate()


def test_the_first_line_says_everything_and_both_systems_answer() -> None:
    with running() as simulator:
        line = simulator.line
        root = line["control_url"].removesuffix("/control")
        assert root.startswith("http://127.0.0.1:")
        assert line["quickbooks"]["api_url"] == line["quickbooks"]["oauth_url"] == line["crm"]["api_url"] == root
        assert set(line["quickbooks"]) == {
            "api_url",
            "oauth_url",
            "realm_id",
            "client_id",
            "client_secret",
            "access_token",
            "refresh_token",
        }
        assert line["crm"]["kind"] == "hubspot"
        assert line["time_zone"] == "America/Chicago"
        assert line["company"]
        assert line["cut_over"] == "2026-10-17" or line["cut_over"].startswith("2026-1")
        assert httpx.get(f"{line['control_url']}/credentials", trust_env=False).json() == line

        assert simulator.crm("GET", "/crm/objects/2026-09/deals").json()["results"]
        books = line["quickbooks"]
        info = httpx.get(
            f"{root}/v3/company/{books['realm_id']}/companyinfo/{books['realm_id']}",
            headers={"authorization": f"Bearer {books['access_token']}", "accept": "application/json"},
            trust_env=False,
        )
        assert info.json()["CompanyInfo"]["CompanyName"] == line["company"]

        assert simulator.stop() == 0
        assert simulator.out.read() == ""


def test_ctrl_c_is_an_ordinary_end_too() -> None:
    with running() as simulator:
        assert simulator.stop(signal.SIGINT) == 0


def test_a_home_survives_a_kill_with_the_same_data_tokens_and_port(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running("--home", str(home)) as first:
        made = first.crm("POST", "/crm/v3/objects/companies", json={"properties": {"name": "Late Ltd"}}).json()
        assert first.stop(signal.SIGKILL) == -signal.SIGKILL

    for name in ("simulator.db", "simulator.json"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    with running("--home", str(home)) as second:
        assert second.line == first.line
        again = second.crm("GET", f"/crm/v3/objects/companies/{made['id']}").json()
        assert again["properties"]["name"] == "Late Ltd"
        later = second.crm("POST", "/crm/v3/objects/companies", json={"properties": {"name": "Later Ltd"}}).json()
        assert later["createdAt"] > made["createdAt"]
        note = json.loads((home / "simulator.json").read_text())
        assert note == {"port": int(second.line["control_url"].split(":")[2].split("/")[0]), "pid": second.process.pid}


def test_a_home_has_one_simulator(tmp_path: Path) -> None:
    with running("--home", str(tmp_path)):
        second = subprocess.run([*COMMAND, "--home", str(tmp_path)], capture_output=True, text=True, check=False)

    assert second.returncode == 1
    assert second.stderr == f"cannot start: another simulator runs on {tmp_path}\n"
    assert second.stdout == ""


def test_wrong_faults_are_wrong_usage() -> None:
    wrong = subprocess.run([*COMMAND, "--faults", "thunder=0.1"], capture_output=True, text=True, check=False)

    assert wrong.returncode == 2
    assert "'thunder=0.1': no fault is called 'thunder'" in wrong.stderr
    assert wrong.stdout == ""


def test_a_wrong_switch_is_wrong_usage() -> None:
    wrong = subprocess.run([*COMMAND, "--switch", "weather=fair"], capture_output=True, text=True, check=False)

    assert wrong.returncode == 2
    assert "no switch is called 'weather'" in wrong.stderr
    assert wrong.stdout == ""


def test_switches_are_turned_at_the_start_and_kept_by_the_home(tmp_path: Path) -> None:
    home = ["--home", str(tmp_path)]
    with running(*home, "--switch", "access_token_seconds=60", "--switch", "refresh_token_rotation=every_call") as one:
        assert one.stop() == 0
    with running(*home, "--switch", "access_token_seconds=90") as two:
        turned = httpx.get(f"{two.line['control_url']}/switches", trust_env=False).json()
        assert {name: turned[name]["value"] for name in ("access_token_seconds", "refresh_token_rotation")} == {
            "access_token_seconds": "90",
            "refresh_token_rotation": "every_call",
        }


def test_faults_are_counted_and_replaced_over_control() -> None:
    with running("--faults", "throttle=1x@list_deal") as simulator:
        assert simulator.crm("GET", "/crm/v3/objects/deals").status_code == 429
        control = simulator.line["control_url"]
        answer = httpx.post(f"{control}/faults", json={"spec": "throttle=2x@list_deal"}, trust_env=False)
        assert answer.json() == {
            "spec": "throttle=2x@list_deal",
            "hit": 1,
            "by_fault": {"throttle": 1},
            "left": {"throttle=2x@list_deal": 2},
        }
        assert simulator.crm("GET", "/crm/v3/objects/deals").status_code == 429
        wrong = httpx.post(f"{control}/faults", json={"spec": "thunder=1"}, trust_env=False)
        assert wrong.status_code == 400
        requests = httpx.get(f"{control}/requests", trust_env=False).json()
        assert requests["total"] == 2
        assert requests["requests"][0]["faults"] == ["throttle"]
