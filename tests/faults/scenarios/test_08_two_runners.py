"""Scenario 8: two runners at once. The second start says so; a sleeper that lost its lease changes nothing more."""

from __future__ import annotations

import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth
from tests.faults.world import until

from qbconsole.domain.errors import Busy
from qbconsole.runner.lease import SILENT
from qbconsole.store import leases

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.faults.world import World

BUSY = 4


@pytest.fixture
def sending(world: World) -> Iterator[subprocess.Popen[str]]:
    """A runner that waits for the answer to an invoice."""
    world.approve()
    world.faults("delay=1x:2@create_invoice")
    with world.start("sync") as process:
        until(lambda: [row["state"] for row in world.invoices()] == ["claimed"])
        yield process


def test_a_second_start_is_refused_and_says_who_holds_the_book(world: World, sending: subprocess.Popen[str]) -> None:
    sending.send_signal(signal.SIGSTOP)  # it holds the book, however long the second one takes to start
    second = world.run("sync")
    assert (second.code, f"process {sending.pid}" in second.err) == (BUSY, True)
    with pytest.raises(Busy, match=str(sending.pid)):
        world.sync()
    sending.send_signal(signal.SIGCONT)
    sending.communicate(timeout=60)
    assert sending.returncode in (0, 3)
    truth.holds(world)


def test_a_sleepers_late_writes_are_refused_by_the_fence(world: World, sending: subprocess.Popen[str]) -> None:
    """Stopped with a request on its way, continued after another runner has taken the book over and finished."""
    sending.send_signal(signal.SIGSTOP)
    with world.book.store.reading() as connection:
        asleep = leases.current(connection)
    world.clock.ahead = SILENT + timedelta(seconds=1)
    world.sync()
    (settled,) = world.invoices()
    steps = len(world.steps(settled))
    sending.send_signal(signal.SIGCONT)
    said = sending.communicate(timeout=60)[1]
    assert (sending.returncode, "took the book over" in said) == (BUSY, True)
    assert asleep is not None
    (operation,) = world.invoices()
    assert (operation["state"], operation["fence"]) == ("settled", asleep.fence + 1)
    assert len(world.steps(operation)) == steps, "the sleeper added nothing"
    truth.holds(world)
