"""Scenario 11: a person deletes or voids the invoice between send and receipt. That is a decision; nobody undoes it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth

from qbconsole.actions import queues

if TYPE_CHECKING:
    from tests.faults.world import World

HOW = {"void": "voided in QuickBooks since", "delete": "deleted in QuickBooks"}


@pytest.mark.parametrize("how", HOW)
def test_what_a_person_took_away_before_the_receipt_is_shown_and_not_made_again(world: World, how: str) -> None:
    world.control("switches", requestid_retention="forever")
    (deal,) = world.approve()
    assert world.run("sync", failpoint="sent:1").code == -signal.SIGKILL
    world.end_invoice(world.invoice_made(), how)
    world.sync()
    (row,) = [row for row in queues.rows(world.book, "invoices", decided=True) if row.decided]
    assert row.verdict == "parked"
    assert HOW[how] in row.cause
    truth.holds(world, unbilled=[deal])
    assert len({one["record_ids"][0] for one in world.requests("create_invoice") if one["request_id"]}) == 1


@pytest.mark.parametrize("how", HOW)
def test_what_a_person_took_away_after_the_receipt_is_not_made_again(world: World, how: str) -> None:
    (deal,) = world.approve()
    world.sync()
    world.end_invoice(world.invoice_made(), how)
    for _ in range(2):
        world.sync(full=True)
    assert deal not in {world.deal_of(row.id) for row in queues.rows(world.book, "invoices") if row.verdict == "clean"}
    truth.holds(world, unbilled=[deal])
    assert len([one for one in world.requests("create_invoice") if one["request_id"]]) == 1
