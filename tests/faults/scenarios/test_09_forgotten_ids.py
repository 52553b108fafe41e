"""Scenario 9: the vendor forgets request ids, and the outage lasts longer than its memory. The tag is found."""

from __future__ import annotations

import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth

if TYPE_CHECKING:
    from tests.faults.world import World


@pytest.mark.parametrize("retention", ["1h", "24h"])
def test_an_invoice_that_was_made_before_a_long_outage_is_found_and_adopted(world: World, retention: str) -> None:
    """The runner died with the receipt; it is started again after the vendor has forgotten what it asked."""
    world.control("switches", requestid_retention=retention)
    world.approve()
    assert world.run("sync", failpoint="sent:1").code == -signal.SIGKILL
    made = world.invoice_made()
    world.control("advance", days=2)
    world.clock.ahead = timedelta(days=2)
    world.sync()
    (operation,) = world.invoices()
    assert (operation["state"], operation["remote_id"]) == ("settled", made)
    assert len(world.requests("create_invoice")) == 1, "it was looked for, not sent again"
    truth.holds(world)


def test_a_vendor_that_remembers_nothing_at_all_doubles_nothing(world: World) -> None:
    """Each of four answers is lost, and each request id forgotten before it might be needed."""
    world.approve(4)
    world.faults("drop_response=4x@create_invoice,forget_requestids=1")
    world.sync()
    assert len(world.requests("create_invoice")) == 4
    truth.holds(world)


def test_what_was_lost_on_its_way_is_sent_after_the_look(world: World) -> None:
    world.approve()
    world.faults("drop_request=1x@create_invoice,forget_requestids=1")
    world.sync()
    lost, made = world.requests("create_invoice")
    between = [one for one in world.requests("query") if lost["number"] < one["number"] < made["number"]]
    assert between, "it was looked for before it was sent again"
    truth.holds(world)
