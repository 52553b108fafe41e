"""Scenario 3: the response is lost after the effect, or comes later than a deadline. One document all the same."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.faults import truth
from tests.faults.world import until

from qbconsole.actions import outbox, queues
from qbconsole.connectors import http

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.world import World

HURRIED = 0.4
"""Seconds of the shortened deadline."""


@contextmanager
def syncing(world: World) -> Iterator[None]:
    """A sync in another thread, as a runner's beside a console."""
    thread = threading.Thread(target=world.sync)
    thread.start()
    yield
    thread.join()


def states(world: World) -> list[str]:
    return [row["state"] for row in world.invoices()]


def test_a_response_that_is_lost_is_found_by_its_tag(world: World) -> None:
    """Nothing is created a second time, not even under the same key."""
    world.approve()
    world.faults("drop_response=1x@create_invoice")
    world.sync()
    (lost,) = world.requests("create_invoice")
    assert (lost["status"], lost["answered"]) == (200, False)
    (operation,) = world.invoices()
    assert (operation["state"], operation["attempts"], operation["remote_id"]) == ("settled", 1, lost["record_ids"][0])
    truth.holds(world)


def test_in_between_the_outcome_is_unknown_and_is_shown_so(world: World) -> None:
    """On the draft's row and in the list of operations; nobody can give it up meanwhile."""
    world.approve()
    world.faults("drop_response=1x@create_invoice,drop_request=1@query")
    with syncing(world):
        until(lambda: states(world) == ["unknown"])
        (row,) = [row for row in outbox.listed(world.book) if row.subtitle.startswith("create document")]
        assert (row.verdict, row.undo) == ("sending", "being sent")
        assert "gave no readable answer" in row.cause
        (draft,) = [row for row in queues.rows(world.book, "invoices", decided=True) if row.decided]
        assert (draft.verdict, draft.cause) == ("sending", "being sent")
        world.faults("")
    assert len(world.requests("create_invoice")) == 1
    truth.holds(world)


@pytest.mark.parametrize("fault", ["delay=1x:0.8@create_invoice", "slow=1x:0.05@create_invoice"])
def test_an_answer_after_the_deadline_of_the_whole_request_is_an_unknown_outcome(
    world: World, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if every single byte comes in time: the deadline is that of the whole."""
    monkeypatch.setitem(http.Http.__init__.__kwdefaults__ or {}, "deadline", HURRIED)
    world.approve()
    world.faults(fault)
    world.sync()
    until(lambda: world.requests("create_invoice"))
    assert {one["request_id"] for one in world.requests("create_invoice")} == {world.invoices()[0]["request_id"]}
    truth.holds(world)
