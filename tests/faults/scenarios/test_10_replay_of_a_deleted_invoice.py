"""Scenario 10: the request id replays the success of an invoice that was deleted meanwhile. It is read back."""

from __future__ import annotations

import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth

if TYPE_CHECKING:
    from tests.faults.world import World


@pytest.mark.parametrize("days", [0, 1], ids=["at-once", "a-day-later"])
def test_a_replayed_success_of_a_deleted_invoice_is_a_conflict(world: World, days: int) -> None:
    world.control("switches", requestid_retention="forever")
    (deal,) = world.approve()
    assert world.run("sync", failpoint="sent:1").code == -signal.SIGKILL
    world.end_invoice(world.invoice_made(), "delete")
    if days:
        world.control("advance", days=days)
        world.clock.ahead = timedelta(days=days)
    world.sync()
    (operation,) = world.invoices()
    assert (operation["state"], operation["problem_class"]) == ("parked", "Gone")
    assert "deleted in QuickBooks" in operation["problem"]
    first, replay = [one for one in world.requests("create_invoice") if one["request_id"]]
    assert first["request_id"] == replay["request_id"], "no new invoice under another key"
    truth.holds(world, unbilled=[deal])
    assert [row for row in world.rows("Invoice") if row.get("PrivateNote", "").startswith(f"Deal {deal} /")] == []
