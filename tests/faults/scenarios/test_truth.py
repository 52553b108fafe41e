"""The checker of all scenarios can fail: it sees an invoice too many, and one too few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.faults import truth

if TYPE_CHECKING:
    from tests.faults.world import World


def test_an_invoice_too_many_or_too_few_is_seen(world: World) -> None:
    (deal,) = world.approve()
    world.sync()
    truth.holds(world)
    made = world.quickbooks("GET", f"invoice/{world.invoice_made()}")["Invoice"]
    kept = {name: made[name] for name in ("CustomerRef", "Line", "TxnDate", "PrivateNote")}
    copy = world.quickbooks("POST", "invoice", kept)["Invoice"]
    with pytest.raises(AssertionError):
        truth.holds(world)
    world.end_invoice(copy["Id"], "delete")
    truth.holds(world)
    world.end_invoice(made["Id"], "delete")
    with pytest.raises(AssertionError):
        truth.holds(world)
    truth.holds(world, unbilled=[deal])
