"""Scenario 26: a server sends a byte at a time, headers only, nothing at all, or two gigabytes.

The deadline is of the whole request and is shortened here; what is read of an answer at most is as in production.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from tests.faults import truth
from tests.faults.proxies import behind, flood, hang, headers_only, trickled
from tests.faults.thorough import some
from tests.faults.world import Seed, World, grown, until

from qbconsole.connectors.breaker import Breaker
from qbconsole.connectors.http import LARGEST_BODY, Http
from qbconsole.runner import process
from qbconsole.runner.process import BookThread, Stop
from qbconsole.store import runs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.proxies import Act

DEADLINE = 0.5
ACTS: dict[str, Act] = {
    "a byte at a time": trickled(0.05),
    "headers only": headers_only,
    "nothing": hang,
    "two gigabytes": flood,
}


def defaults(made: type[Http | Breaker]) -> dict[str, Any]:
    """What arguments of its making are unless they are given."""
    found = made.__init__.__kwdefaults__
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter deadlines and rests, by the arguments that have them."""
    monkeypatch.setitem(defaults(Http), "deadline", DEADLINE)
    monkeypatch.setitem(defaults(Breaker), "rest", 0.1)


@pytest.mark.parametrize("name", ACTS)
def test_a_write_whose_answer_never_comes_whole_is_unknown_and_found(world: World, name: str) -> None:
    """The deadline is total: bytes that keep coming do not prolong it."""
    world.approve()
    with behind(world) as proxy:
        rule = proxy.on("POST", "/invoice?", act=ACTS[name])
        world.sync()
    assert rule.hits == 1
    assert proxy.sent < 4 * LARGEST_BODY
    assert [one["status"] for one in world.requests("create_invoice")] == [200]
    (operation,) = world.invoices()
    assert operation["state"] == "settled"
    truth.holds(world)


@pytest.mark.parametrize("name", some(1, ACTS))
def test_a_read_whose_answer_never_comes_whole_is_read_again(world: World, name: str) -> None:
    with behind(world) as proxy:
        rule = proxy.on("POST", "/batch?", act=ACTS[name])
        assert world.sync(full=True).problem is None
    assert rule.hits == 1
    truth.holds(world)


def test_a_book_whose_remote_hangs_delays_no_other(
    world: World, seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other book's approvals are delivered while the first book's cycle still waits for its first answer."""
    monkeypatch.setitem(defaults(Http), "deadline", 60.0)
    monkeypatch.setattr(process, "POLL", 0.05)
    monkeypatch.setattr(process, "WIND_DOWN", 0.2)
    stop = Stop()
    with ExitStack() as stack:
        other = stack.enter_context(grown(seed, tmp_path / "other", world.zygote))
        proxy = stack.enter_context(behind(world))
        hung = proxy.on("/v3/company", act=hang, times=None)
        threads = [BookThread(one.home, one.book.name, stop) for one in (world, other)]
        try:
            until(lambda: hung.hits)
            for count in (1, 1, 1):
                other.approve(count)
                until(lambda: all(one["state"] == "settled" for one in other.invoices()))
                assert newest_run(world)["state"] == "running"
        finally:
            stop.asked = True
            for thread in threads:
                thread.join(10)
        truth.holds(other)
    truth.holds(world)


def newest_run(world: World) -> dict[str, object]:
    with world.book.store.reading() as connection:
        return dict(runs.listed(connection, 1)[0])
