"""Scenario 18: a pull is killed between page and cursor; many rows have one timestamp; the vendor compares seconds.

Killed at `page.commit` and `mirror.apply`: scenario 6. More rows in one second than a page holds:
tests/connectors/quickbooks/test_read.py.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest
from tests.faults import truth
from tests.faults.thorough import some

from qbconsole.store import mirror, runs, streams

if TYPE_CHECKING:
    from tests.faults.world import World

DEALS, CUSTOMERS = "hubspot.deals", "quickbooks.customers"


def newest_run(world: World) -> dict[str, dict[str, Any]]:
    """What the newest run did, by stream."""
    with world.book.store.reading() as connection:
        run = runs.listed(connection, 1)[0]["id"]
        return {one["stream"]: one for one in runs.streams(connection, run)}


def held(world: World) -> tuple[dict[str, str], dict[str, int]]:
    """Cursors and counts."""
    with world.book.store.reading() as connection:
        return streams.cursors(connection), mirror.counts(connection)


def touch_deals(world: World) -> None:
    """Every deal gets one and the same modification time."""
    world.web.post(f"{world.simulator.base_url}/control/hubspot/touch_deals", json={}).raise_for_status()


@pytest.mark.parametrize("passage", some(1, [6, 1, 2, 12]))
@pytest.mark.parametrize("point", ["mirror.apply", "page.commit"])
def test_page_and_cursor_are_kept_together_or_not_at_all(world: World, point: str, passage: int) -> None:
    """Killed inside the page's transaction: whatever the mirror holds of a stream is covered by its cursor."""
    touch_deals(world)
    before = held(world)
    killed = world.run("sync", "--full", failpoint=f"{point}:{passage}")
    assert killed.code == -signal.SIGKILL
    assert held(world)[1] == before[1]
    assert world.run("sync").code in (0, 3)
    assert held(world)[1] == before[1]
    truth.holds(world)


def test_deals_of_one_and_the_same_timestamp_are_read_once_each(world: World) -> None:
    world.control("hubspot/import_deals", count=250, within=1)
    touch_deals(world)
    world.sync()
    first = newest_run(world)[DEALS]
    assert first["applied"] >= 250
    world.sync()
    assert newest_run(world).get(DEALS, {"applied": 0})["applied"] == 0
    truth.holds(world)


def test_what_is_read_again_for_whole_seconds_counts_as_unchanged(world: World) -> None:
    """QuickBooks' stamps hold whole seconds: the second in which the last pull ended is asked for again."""
    world.quickbooks("POST", "customer", {"DisplayName": "Same second"})
    world.sync()
    assert newest_run(world)[CUSTOMERS]["applied"] == 1
    world.sync()
    again = newest_run(world)[CUSTOMERS]
    assert again["seen"] == again["unchanged"] >= 1
    truth.holds(world)
