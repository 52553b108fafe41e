"""A demo's home after a kill: what was left there is taken over, and what was begun is finished first."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, cast

import pytest

from qbconsole.cli.demo import play
from qbconsole.cli.demo.servers import Servers

if TYPE_CHECKING:
    from pathlib import Path

    from qbconsole.books.book import Book


def test_a_simulator_that_was_still_starting_is_replaced(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "qbconsole.simulator", "--home", str(tmp_path / "simulator"), "--size", "0.2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as left:
        (tmp_path / "simulator.pid").write_text(str(left.pid))
        while not (tmp_path / "simulator" / "simulator.json").exists():  # from here on it holds the home
            time.sleep(0.01)
        with Servers(tmp_path, seed=7, size=0.2, faults="") as servers:
            servers.ensure()
            assert left.poll() is not None
            assert servers.get("credentials")["control_url"] == servers.url
            assert servers.lives()


def test_a_simulator_that_listens_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = Servers(tmp_path, seed=7, size=0.2, faults="")
    with first, Servers(tmp_path, seed=7, size=0.2, faults="drop_response=0.5") as second:
        first.ensure()
        second.ensure()
        assert second.url == first.url
        assert "Going on with the simulator" in capsys.readouterr().err
        assert second.get("faults")["spec"] == "drop_response=0.5"


@pytest.mark.parametrize(
    ("killed_while_deciding", "order"),
    [(False, ["sync", "decide", "hold"]), (True, ["decide", "sync", "decide", "hold"])],
)
def test_interrupted_decisions_are_finished_before_a_cycle(
    killed_while_deciding: bool, order: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    class Idle:
        def __init__(self, *_: object) -> None: ...

        def work(self) -> int:
            assert (tmp_path / "deciding").exists()
            done.append("decide")
            return 0

        def hold_the_rest(self) -> int:
            done.append("hold")
            return 0

    class Told:
        def get(self, _path: str) -> Any:
            return {"pairs": [], "new": []}

    monkeypatch.setattr(play, "Bookkeeper", Idle)
    monkeypatch.setattr(play._Month, "_sync", lambda _: done.append("sync"))
    if killed_while_deciding:
        (tmp_path / "deciding").touch()
    play._Month(tmp_path, cast("Book", None), cast("Servers", Told())).sit_down()
    assert done == order
    assert not (tmp_path / "deciding").exists()
