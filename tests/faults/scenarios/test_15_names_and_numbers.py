"""Scenario 15: a name (6240) or a number (6140) was taken a second ago. A person decides; nothing loops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.faults import truth
from tests.faults.world import ANN

from qbconsole.actions import decide, outbox, queues
from qbconsole.domain.operations import UpdateDocument
from qbconsole.outbox.decider import Decider, Enqueued, Taken

if TYPE_CHECKING:
    from tests.faults.world import World


NAME = "Zephyr Orthodontics"


@pytest.mark.parametrize("clash", ["null", "holder"])
def test_a_name_that_was_taken_a_second_ago_is_offered_as_a_link(world: World, clash: str) -> None:
    world.control("switches", name_clash=clash)
    world.control("hubspot/create", kind="companies", properties={"name": NAME})
    world.sync()
    (row,) = [row for row in queues.rows(world.book, "unmatched") if row.title == NAME]
    shown = queues.detail(world.book, row.id)
    decide.decide(world.book, "unmatched.create", row.id, ANN, seen=shown.seen, confirm="yes")
    (creation,) = world.operations(kind="create_customer")
    taken = world.quickbooks("POST", "customer", {"DisplayName": NAME})["Customer"]
    world.sync()

    (parked,) = world.operations("parked")
    assert (parked["id"], parked["code"], parked["attempts"]) == (creation["id"], "6240", 1)
    assert "Link the company to that customer" in parked["next_step"]
    assert len([one for one in world.requests("create_customer") if one["request_id"]]) == 1
    outbox.cancel(world.book, f"L{parked['id']}", ANN)

    world.sync()
    (offered,) = [one for one in queues.rows(world.book, "unmatched") if one.id == row.id]
    again = queues.detail(world.book, offered.id)
    assert taken["Id"] in {choice.id for choice in again.choices}
    decide.decide(world.book, "unmatched.link", row.id, ANN, seen=again.seen, customer=taken["Id"])
    world.sync()
    assert len([one for one in world.rows("Customer") if one["DisplayName"] == NAME]) == 1
    truth.holds(world)


def test_a_number_that_is_taken_is_a_persons_matter_and_not_tried_again(world: World) -> None:
    world.approve()
    world.sync()
    world.control("quickbooks/preferences", SalesFormsPrefs={"CustomTxnNumbers": True})
    mine, other = numbered(world, world.invoice_made())
    change = UpdateDocument("invoice", mine["Id"], mine["SyncToken"], (("number", mine["DocNumber"]),),
                            (("number", other["DocNumber"]),))  # fmt: skip
    with world.book.store.writing() as connection:
        decider = Decider.of(connection, world.book, ANN)
        decision = decider.record(Taken("invoices.change", "billing", "I0", "another number"))
        decider.enqueue(decision, Enqueued(change, target=f"invoices:{mine['Id']}"))
    world.sync()
    world.sync()
    (parked,) = world.operations("parked")
    assert (parked["code"], parked["attempts"]) == ("6140", 1)
    assert other["DocNumber"] in parked["problem"]
    assert "choose another number" in parked["next_step"]
    assert len([one for one in world.requests("update_invoice") if one["request_id"]]) == 1
    truth.holds(world)


def numbered(world: World, invoice_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """An invoice, and another one whose number it could collide with."""
    rows = world.rows("Invoice")
    mine = next(row for row in rows if row["Id"] == invoice_id)
    return mine, next(row for row in rows if row["Id"] != invoice_id and row.get("DocNumber"))
