"""Scenario 19: this machine's clock is set back an hour or forward a day, and the vendor's is five minutes ahead.

Answers whose own time is wrong: tests/faults/test_quickbooks_pull.py (`skew`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth
from tests.faults.clocks import LocalClock
from tests.faults.thorough import some
from tests.faults.world import ANN, until

from qbconsole.actions import decide
from qbconsole.books.settings import change_setting
from qbconsole.domain.errors import Busy
from qbconsole.domain.records import Customer
from qbconsole.outbox import policy
from qbconsole.runner import lease, process
from qbconsole.runner.lease import Held
from qbconsole.runner.process import BookThread, Stop
from qbconsole.store import leases, mirror

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.world import World

JUMPS = [{"hours": -1.0}, {"days": 1.0}]
FORTH_AND_BACK = pytest.mark.parametrize("jump", JUMPS, ids=["back an hour", "forward a day"])


@pytest.fixture
def clock(world: World, monkeypatch: pytest.MonkeyPatch) -> LocalClock:
    assert world.book.name
    return LocalClock(monkeypatch)


@pytest.fixture
def runner(world: World, clock: LocalClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[BookThread]:
    """A runner at work on the book, its looks and heartbeats close together; it is stopped for the checker."""
    assert clock.ahead == timedelta(0)
    monkeypatch.setattr(process, "POLL", 0.05)
    monkeypatch.setattr(lease, "BEAT", 0.1)
    change_setting(world.book.folder, "sync_every", 3600.0)
    stop = Stop()
    thread = BookThread(world.home, world.book.name, stop)
    until(lambda: heartbeat(world) is not None)
    yield thread
    stop.asked = True
    thread.join(10)


def heartbeat(world: World) -> datetime | None:
    with world.book.store.reading() as connection:
        one = leases.current(connection)
    return one.heartbeat_at if one and one.holder else None


def end(runner: BookThread) -> None:
    runner._stop.asked = True
    runner.join(10)


def beats_in(world: World, clock: LocalClock) -> bool:
    """Whether the newest heartbeat is of the time that the clock shows."""
    newest = heartbeat(world)
    return newest is not None and abs(newest - datetime.now(UTC) - clock.ahead) < timedelta(seconds=10)


def set_right(world: World, clock: LocalClock) -> None:
    """Set the clock right once nothing is under way; the runner sees that, too."""
    until(lambda: not world.operations("pending", "claimed", "unknown"))
    clock.put(hours=0)
    until(lambda: beats_in(world, clock))


@pytest.mark.parametrize(
    ("jump", "fault"),
    some(
        2,
        [
            (JUMPS[0], "drop_request"),
            (JUMPS[1], "drop_response"),
            (JUMPS[0], "drop_response"),
            (JUMPS[1], "drop_request"),
        ],
    ),
    ids=str,
)
def test_a_back_off_lasts_as_long_as_it_would_have(
    world: World, clock: LocalClock, runner: BookThread, jump: dict[str, float], fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(policy, "backoff", lambda _: 2.0)
    world.faults(f"{fault}=1x@create_invoice")
    world.approve()
    until(lambda: [one["state"] for one in world.invoices()] == ["unknown"])
    clock.put(**jump)
    until(lambda: [one["state"] for one in world.invoices()] == ["settled"])
    assert len(world.requests("create_invoice")) == (1 if fault == "drop_response" else 2)
    set_right(world, clock)
    end(runner)
    truth.holds(world)


@FORTH_AND_BACK
def test_a_posting_window_is_neither_cut_nor_stretched(
    world: World, clock: LocalClock, runner: BookThread, jump: dict[str, float]
) -> None:
    change_setting(world.book.folder, "posting_window", 600.0)
    world.book.reload()
    world.approve()
    (before,) = world.invoices()
    clock.put(**jump)
    until(lambda: world.invoices()[0]["due_at"] != before["due_at"])
    (after,) = world.invoices()
    assert after["state"] == "waiting"
    assert abs((after["due_at"] - before["due_at"]) - clock.ahead).total_seconds() < 2
    decide.undo(world.book, ANN)
    assert [one["state"] for one in world.invoices()] == ["cancelled"]
    set_right(world, clock)
    end(runner)
    truth.holds(world, unbilled=world.approved)


@FORTH_AND_BACK
def test_a_lease_outlives_it(world: World, clock: LocalClock, runner: BookThread, jump: dict[str, float]) -> None:
    with world.book.store.reading() as connection:
        fence = leases.current(connection)
    clock.put(**jump)
    until(lambda: beats_in(world, clock))
    with pytest.raises(Busy):
        Held(world.book.store)
    with world.book.store.reading() as connection:
        again = leases.current(connection)
    assert fence is not None
    assert again is not None
    assert again.fence == fence.fence
    set_right(world, clock)
    end(runner)
    truth.holds(world)


def test_no_record_is_missed_because_of_our_clock(world: World, clock: LocalClock) -> None:
    """The watermark is the vendor's time: ours may be anything, also five minutes behind it, and change in between."""
    made: set[str] = set()
    for number, off in enumerate(({"minutes": -5.0}, {"hours": -1.0}, {"days": 1.0}, {"minutes": 5.0}, {"hours": 0.0})):
        clock.put(**off)
        made.add(world.quickbooks("POST", "customer", {"DisplayName": f"Made meanwhile {number}"})["Customer"]["Id"])
        assert world.sync().problem is None
        with world.book.store.reading() as connection:
            assert made <= {one.id for one in mirror.every(connection, Customer)}
    truth.holds(world)
