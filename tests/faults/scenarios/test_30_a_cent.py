"""Scenario 30: the vendor's sum differs from the approved one by a cent. It is told before anything is mailed, and
nobody corrects it but a person.

More than rounding explains is a conflict: tests/connectors/quickbooks/test_write.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.faults import truth
from tests.faults.proxies import behind, rewritten
from tests.faults.world import ANN

from qbconsole.actions import outbox

if TYPE_CHECKING:
    from tests.faults.world import World


def off_by(value: Any, amount: float) -> None:
    """The invoice in an answer, its sum off."""
    row = value["Invoice"]
    for name in ("TotalAmt", "Balance"):
        row[name] = round(row[name] + amount, 2)


@pytest.mark.parametrize("amount", [0.01, -0.01])
def test_a_cent_is_told_and_left_to_a_person(world: World, amount: float) -> None:
    world.approve()
    with behind(world) as proxy:
        proxy.on("POST", "/invoice?", act=rewritten(lambda value: off_by(value, amount)))
        world.sync()
    (operation,) = world.invoices()
    assert operation["state"] == "settled"
    (told,) = (line for line in world.log() if "sum before tax" in line["message"])
    assert told["next_step"] == "Compare both before it is e-mailed."
    for name in ("send_invoice", "update_invoice", "void_invoice", "delete_invoice"):
        assert world.requests(name) == []
    assert len(world.requests("create_invoice")) == 1
    truth.holds(world)


def test_more_than_rounding_explains_is_a_conflict_and_no_second_invoice(world: World) -> None:
    world.approve()
    with behind(world) as proxy:
        proxy.on("POST", "/invoice?", act=rewritten(lambda value: off_by(value, 1.0)))
        world.sync()
    (operation,) = world.invoices()
    assert (operation["state"], operation["problem_class"]) == ("parked", "Conflict")
    assert "was approved" in operation["problem"]
    assert operation["next_step"] == "Compare both; adopt it, or take it back."
    assert len(world.requests("create_invoice")) == 1
    outbox.retry(world.book, f"L{operation['id']}", ANN)
    world.sync()
    assert len(world.requests("create_invoice")) == 1
    truth.holds(world)
