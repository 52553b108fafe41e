"""Scenario 2: a request is lost after it was written. It goes out again under the same key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.faults import truth

if TYPE_CHECKING:
    from tests.faults.world import World


@pytest.mark.parametrize("fault", ["drop_request", "reset"])
def test_a_lost_request_is_sent_again_under_the_same_key(world: World, fault: str) -> None:
    world.approve()
    world.faults(f"{fault}=1x@create_invoice")
    world.sync()
    lost, again = world.requests("create_invoice")
    assert (lost["faults"], lost["status"], again["status"]) == ([fault], None, 200)
    assert lost["request_id"] == again["request_id"] != ""
    (operation,) = world.invoices()
    assert (operation["state"], operation["attempts"]) == ("settled", 2)
    truth.holds(world)
