"""Scenario 32: a laptop sleeps for nine hours, a service is restarted again and again, a machine boots without a
network, and a runner is told to end while it sends.

Wishes for cycles that become one, and a stop that waits for what is being sent: tests/runner/test_process.py.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.intuit import free_port
from tests.faults import truth
from tests.faults.clocks import LocalClock
from tests.faults.proxies import behind, between, hang, point
from tests.faults.thorough import THOROUGH
from tests.faults.world import until

from qbconsole.books.settings import change_setting
from qbconsole.connectors.breaker import Breaker
from qbconsole.runner import process
from qbconsole.runner.process import BookThread, Stop
from qbconsole.store import leases, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.world import World

RESTARTS = 20 if THOROUGH else 4
"""How often the service is restarted; the scenario says twenty times."""
STOPS_WITHIN = 10
"""Seconds, of the scenario."""


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stop]:
    """Ends the threads of a test."""
    monkeypatch.setattr(process, "POLL", 0.05)
    one = Stop()
    yield one
    one.asked = True


def every(world: World, seconds: float) -> None:
    """How often the runner starts a cycle."""
    change_setting(world.book.folder, "sync_every", seconds)


def finished(world: World) -> list[dict[str, Any]]:
    """Runs that came to an end, newest first."""
    with world.book.store.reading() as connection:
        return [run for run in runs.listed(connection) if run["state"] != "running"]


def test_after_nine_hours_of_sleep_there_is_one_catch_up_cycle(
    world: World, stop: Stop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of cycles would have been due meanwhile; the monotonic clock stood still, the other one went on."""
    every(world, 3.0)
    before = len(finished(world))
    clock = LocalClock(monkeypatch, "qbconsole", "apscheduler")
    thread = BookThread(world.home, world.book.name, stop)
    until(lambda: len(finished(world)) > before)
    world.quickbooks("POST", "customer", {"DisplayName": "Made while it slept"})
    clock.put(hours=9)
    at_wake = len(finished(world))
    until(lambda: len(finished(world)) > at_wake)
    stop.asked = True
    thread.join(STOPS_WITHIN)
    caught_up = finished(world)[: len(finished(world)) - at_wake]
    assert len(caught_up) <= 2
    assert caught_up[-1]["counts"]["changed"] >= 1
    clock.put(hours=0)
    truth.holds(world)


def holder(world: World) -> int:
    """The process that holds the book; 0 if none does."""
    with world.book.store.reading() as connection:
        one = leases.current(connection)
    return one.pid if one and one.holder else 0


def test_a_service_that_is_restarted_again_and_again_does_each_thing_once(world: World) -> None:
    """Half of the time it is told to end, half of the time it is killed; each start takes the book over at once."""
    world.approve(2)
    fences = []
    for turn in range(RESTARTS):
        with world.start("sync", "--watch") as service:
            until(lambda service=service: holder(world) == service.pid)  # type: ignore[misc]
            with world.book.store.reading() as connection:
                lease = leases.current(connection)
            assert lease is not None
            fences.append(lease.fence)
            service.send_signal(signal.SIGTERM if turn % 2 else signal.SIGKILL)
            out, err = service.communicate(timeout=STOPS_WITHIN)
            assert "Traceback" not in err, err
            assert out == ""
    assert fences == sorted(set(fences))
    calls = len(world.requests())
    world.sync()
    assert len(world.requests()) - calls < 40, "a start costs no listing of everything"
    truth.holds(world)


def test_a_boot_without_a_network_is_made_up_for_when_it_comes(
    world: World, stop: Stop, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Breaker.__init__.__kwdefaults__
    assert made is not None
    monkeypatch.setitem(made, "rest", 0.1)
    every(world, 1.0)
    port, own = free_port(), world.simulator.base_url
    for side in ("crm", "accounting"):
        point(world, side, f"http://127.0.0.1:{port}")
    world.approve()
    before = len(finished(world))
    thread = BookThread(world.home, world.book.name, stop)
    until(lambda: len(finished(world)) > before)
    assert (finished(world)[0]["state"], "cannot be reached" in finished(world)[0]["error"]) == ("failed", True)
    assert [(one["state"], one["attempts"]) for one in world.invoices()] == [("pending", 0)]
    with between(own, port):
        until(lambda: all(one["state"] == "settled" for one in world.invoices()))
        until(lambda: finished(world)[0]["state"] == "done")
    stop.asked = True
    thread.join(STOPS_WITHIN)
    for side in ("crm", "accounting"):
        point(world, side, own)
    truth.holds(world)


def test_a_runner_that_is_told_to_end_while_it_sends_ends_in_time_and_the_outcome_is_known_to_be_unknown(
    world: World,
) -> None:
    world.approve()
    with behind(world) as proxy:
        sending = proxy.on("POST", "/invoice?", act=hang)
        with world.start("sync", "--watch") as service:
            until(lambda: sending.hits)
            service.send_signal(signal.SIGTERM)
            _, err = service.communicate(timeout=STOPS_WITHIN)
        assert (service.returncode, err) == (0, "")
    (operation,) = world.invoices()
    assert (operation["state"], operation["problem"]) == ("unknown", "The runner was stopped while it was sent.")
    assert holder(world) == 0
    world.sync()
    assert len(world.requests("create_invoice")) == 1
    truth.holds(world)
