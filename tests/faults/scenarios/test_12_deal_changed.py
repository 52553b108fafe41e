"""Scenario 12: a deal is won again, edited or merged around its billing. It is billed once, and only as approved.

That a draft which moved since it was shown is not approved: tests/actions/test_decisions.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.faults import truth
from tests.faults.proxies import behind

from qbconsole.actions import queues
from qbconsole.books.settings import change_setting
from qbconsole.domain.records import Deal
from qbconsole.runner import once
from qbconsole.store import mirror

if TYPE_CHECKING:
    from tests.faults.world import World

    from qbconsole.actions.views import Row


def deal_of(world: World, id_: str) -> Deal:
    with world.book.store.reading() as connection:
        deal = mirror.get(connection, Deal, id_)
    assert deal is not None
    return deal


def drafts(world: World, deal: str, *, decided: bool = False) -> list[Row]:
    """The rows of a deal on the Invoices screen."""
    return [row for row in queues.rows(world.book, "invoices", decided=decided) if world.deal_of(row.id) == deal]


def in_crm(world: World, kind: str, id_: str, **properties: str) -> None:
    """A salesperson changes a record."""
    world.control("hubspot/update", kind=kind, id=id_, properties=properties)


def test_a_deal_that_is_reopened_and_won_again_is_billed_already(world: World) -> None:
    (id_,) = world.approve()
    world.sync()
    won = deal_of(world, id_)
    with world.book.store.reading() as connection:
        lost = next(one for one in mirror.every(connection, Deal) if not one.won and one.pipeline_id == won.pipeline_id)
    for stage in (lost.stage_id, won.stage_id):
        in_crm(world, "deals", id_, dealstage=stage)
        assert world.sync().changed
        assert drafts(world, id_) == []
    (row,) = drafts(world, id_, decided=True)
    assert row.state == "approved"
    truth.holds(world)


@pytest.fixture
def window(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Approvals wait, longer than a sync does."""
    monkeypatch.setattr(once, "PATIENCE", 0.0)
    change_setting(world.book.folder, "posting_window", 3600.0)
    world.book.reload()


def at_once(world: World) -> None:
    change_setting(world.book.folder, "posting_window", 0.0)
    world.book.reload()


@pytest.mark.usefixtures("window")
def test_an_approval_whose_deal_is_edited_before_it_is_sent_lapses_and_is_asked_for_again(world: World) -> None:
    (id_,) = world.approve()
    approved = world.invoices()[0]
    deal = deal_of(world, id_)
    in_crm(world, "line_items", deal.line_item_ids[0], name="Something else")
    world.sync()
    (row,) = drafts(world, id_)
    assert [one["state"] for one in world.invoices()] == ["cancelled"]
    assert row.state == "open"
    assert world.requests("create_invoice") == []
    at_once(world)
    world.approve()
    world.sync()
    again = world.invoices()[-1]
    assert (again["state"], again["sent_hash"] == again["body_hash"] != approved["body_hash"]) == ("settled", True)
    truth.holds(world)


@pytest.mark.usefixtures("window")
def test_an_approval_whose_deal_is_reopened_before_it_is_sent_lapses(world: World) -> None:
    (id_,) = world.approve()
    deal = deal_of(world, id_)
    with world.book.store.reading() as connection:
        lost = next(
            one for one in mirror.every(connection, Deal) if not one.won and one.pipeline_id == deal.pipeline_id
        )
    in_crm(world, "deals", id_, dealstage=lost.stage_id)
    world.sync()
    assert drafts(world, id_) == []
    assert [one["state"] for one in world.invoices()] == ["cancelled"]
    assert world.requests("create_invoice") == []
    truth.holds(world, unbilled=[id_])


def test_an_approval_stands_when_something_else_of_its_deal_changes(world: World) -> None:
    change_setting(world.book.folder, "posting_window", 2.0)
    world.book.reload()
    (id_,) = world.approve()
    in_crm(world, "deals", id_, hubspot_owner_id="", description="Call before noon")
    world.sync()
    assert [one["state"] for one in world.invoices()] == ["settled"]
    truth.holds(world)


def test_an_edit_during_the_sending_does_not_reach_what_was_approved(world: World) -> None:
    with behind(world) as proxy:
        (id_,) = world.approve()
        item = deal_of(world, id_).line_item_ids[0]
        edit = proxy.on("POST", "/invoice?", first=lambda: in_crm(world, "line_items", item, name="Something else"))
        world.sync()
    assert edit.hits == 1
    (made,) = world.invoices()
    assert (made["state"], made["sent_hash"]) == ("settled", made["body_hash"])
    assert drafts(world, id_) == []
    truth.holds(world)


@pytest.mark.parametrize("survivor", ["new", "primary"])
def test_deals_that_are_merged_during_the_delivery_are_billed_once(world: World, survivor: str) -> None:
    world.control("switches", hubspot_merged_id=survivor)
    (id_,) = world.approve()
    billed = deal_of(world, id_)
    copied = {"dealname": billed.name, "dealstage": billed.stage_id, "pipeline": billed.pipeline_id}
    copy = world.control("hubspot/create", kind="deals", properties=copied)["id"]
    merged = []
    with behind(world) as proxy:
        proxy.on(
            "POST", "/invoice?",
            first=lambda: merged.append(world.control("hubspot/merge", kind="deals", primary=id_, other=copy)["id"]),
        )  # fmt: skip
        world.sync()
        world.sync()
    (now,) = merged
    assert (now == id_) is (survivor == "primary")
    if survivor == "new":
        (row,) = drafts(world, now)
        number = world.invoices()[0]["number"]
        assert row.verdict == "blocked"
        assert row.cause == f"already billed as {number} (for deal {id_}, which was merged into this one)"
    else:
        assert drafts(world, now) == []
    truth.holds(world)
