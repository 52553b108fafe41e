"""Scenario 14: somebody changes a record between our reading it and our writing it (5010), also twice in a row.

Every kind of write under this fault, without a person's hand: tests/faults/test_quickbooks_writes.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.faults import truth
from tests.faults.proxies import behind
from tests.faults.world import ANN

from qbconsole.actions import decide, outbox

if TYPE_CHECKING:
    from tests.faults.world import World


@pytest.fixture
def invoice(world: World) -> str:
    """The id of an invoice that was delivered, and whose undo is decided."""
    world.approve()
    world.sync()
    decide.undo(world.book, ANN)
    return str(world.invoices()[0]["remote_id"])


def row(world: World, id_: str) -> dict[str, Any]:
    return dict(world.quickbooks("GET", f"invoice/{id_}")["Invoice"])


def change(world: World, id_: str, **values: Any) -> None:
    """A person changes an invoice."""
    body = {"Id": id_, "SyncToken": row(world, id_)["SyncToken"], "sparse": True, **values}
    world.quickbooks("POST", "invoice", body)


def pay(world: World, id_: str, amount: float) -> None:
    """A person enters a payment of an invoice."""
    linked = {"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": "Invoice"}]}
    customer = row(world, id_)["CustomerRef"]
    world.quickbooks("POST", "payment", {"CustomerRef": customer, "TotalAmt": amount, "Line": [linked]})


def the_void(world: World) -> dict[str, Any]:
    (operation,) = world.operations(kind="void_document")
    return operation


@pytest.mark.parametrize("times", [1, 2])
def test_a_harmless_change_is_kept_and_ours_is_made_under_the_new_token(world: World, invoice: str, times: int) -> None:
    notes = iter(f"Gate code {number}" for number in range(times))
    with behind(world) as proxy:
        proxy.on(
            "POST", "/invoice?", "operation=void", times=times,
            first=lambda: change(world, invoice, CustomerMemo={"value": next(notes)}),
        )  # fmt: skip
        world.sync()
    tokens = [one["status"] for one in world.requests("void_invoice")]
    assert tokens == [400] * times + [200]
    now = row(world, invoice)
    assert (now["TotalAmt"], now["CustomerMemo"]["value"]) == (0, f"Gate code {times - 1}")
    assert the_void(world)["state"] == "settled"
    truth.holds(world, unbilled=world.approved)


@pytest.mark.parametrize("times", [0, 1])
def test_a_payment_meanwhile_is_a_conflict_and_stays(world: World, invoice: str, times: int) -> None:
    """Also when a harmless change made the first token stale: what the decision rests on is compared each time."""
    with behind(world) as proxy:
        if times:
            proxy.on("POST", "operation=void", first=lambda: change(world, invoice, CustomerMemo={"value": "Thanks"}))
        proxy.on("POST", "operation=void", first=lambda: pay(world, invoice, 100.0))
        world.sync()
    assert [one["status"] for one in world.requests("void_invoice")] == [400] * (times + 1)
    now = row(world, invoice)
    assert now["TotalAmt"] - now["Balance"] == 100
    assert [one["TxnType"] for one in now["LinkedTxn"]] == ["Payment"]
    operation = the_void(world)
    assert (operation["state"], operation["problem_class"]) == ("parked", "Conflict")
    assert "balance" in operation["problem"]
    truth.holds(world)
    outbox.cancel(world.book, f"L{operation['id']}", ANN)
    truth.holds(world)


def test_a_record_that_somebody_keeps_changing_is_left_for_later_and_no_conflict(world: World, invoice: str) -> None:
    """Three in a row are too many for one try: nothing was done, and the next one finds a quiet record."""
    world.faults("other_user=3x@void_invoice")
    world.sync()
    assert [one["status"] for one in world.requests("void_invoice")] == [400, 400, 400, 200]
    assert the_void(world)["state"] == "settled"
    assert row(world, invoice)["TotalAmt"] == 0
    truth.holds(world, unbilled=world.approved)
