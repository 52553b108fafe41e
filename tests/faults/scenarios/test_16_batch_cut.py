"""Scenario 16: a batch of 30, seven of them refused, is cut inside the response. Each item's fate is known singly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.faults import truth
from tests.faults.world import ANN

from qbconsole.domain.operations import TagCustomer
from qbconsole.outbox.decider import Decider, Enqueued, Taken

if TYPE_CHECKING:
    from tests.faults.world import World

ALL, REFUSED = 30, 7


def decide_tags(world: World, customers: list[dict[str, Any]]) -> None:
    """A decision for each customer: our line in its notes."""
    with world.book.store.writing() as connection:
        decider = Decider.of(connection, world.book, ANN)
        for row in customers:
            decision = decider.record(Taken("unmatched.link", "matching", "U0", f"tag {row['Id']}"))
            tag = Enqueued(TagCustomer(row["Id"], f"CRM company {row['Id']}"), target=f"customers:{row['Id']}")
            decider.enqueue(decision, tag)


def test_each_item_of_a_batch_that_was_cut_is_looked_at_again(world: World) -> None:
    """Seven are refused because somebody saved them just before, which the list did not show yet."""
    customers = world.rows("Customer")[:ALL]
    assert len(customers) == ALL
    for row in customers[:REFUSED]:
        change = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, "Notes": "Call first."}
        world.quickbooks("POST", "customer", change)
    decide_tags(world, customers)
    world.faults("stale_read=1x:60@query,truncate=1x@batch")
    earlier = len(world.requests("batch"))
    world.sync()
    assert world.struck() == {"stale_read": 1, "truncate": 1}

    cut, *later = [one for one in world.requests("batch")[earlier:] if "update_customer" in one["endpoints"]]
    assert cut["faults"] == ["truncate"]
    tags = world.operations(kind="tag_customer")[-ALL:]
    assert [world.went(row)[1:3] for row in tags] == [["claimed", "unknown"]] * ALL
    found = [world.receipt(row)["found"] for row in tags]
    assert found == [False] * REFUSED + [True] * (ALL - REFUSED)
    again = sorted(id_ for one in later for id_ in one["record_ids"])
    assert again == sorted(row["Id"] for row in customers[:REFUSED])

    now = {row["Id"]: row for row in world.rows("Customer")}
    for place, before in enumerate(customers):
        after, moved = now[before["Id"]], 2 if place < REFUSED else 1
        assert after["Notes"].splitlines()[-1] == f"CRM company {before['Id']}"
        assert int(after["SyncToken"]) == int(before["SyncToken"]) + moved, "each was written once"
    assert all(now[row["Id"]]["Notes"].startswith("Call first.") for row in customers[:REFUSED])
    truth.holds(world)
