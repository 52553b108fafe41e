"""Scenario 4: 500, 502, 503 before and after the effect, as JSON, XML or a page: a write's outcome is then unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.faults import truth

if TYPE_CHECKING:
    from tests.faults.world import World

SAID = {
    "json": (500, "An application error"),
    "xml": (500, "System Failure Error"),
    "html": (502, "502 Bad Gateway"),
    "maintenance": (503, "503 Service Unavailable"),
}
"""How a failure is written, and what of it is kept."""


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("form", SAID)
def test_a_failure_of_the_server_is_an_unknown_outcome(world: World, form: str, *, late: bool) -> None:
    world.approve()
    world.vary(late=late, form=form)
    world.faults("server_error=1x@create_invoice")
    world.sync()
    (operation,) = world.invoices()
    assert world.went(operation)[1:3] == ["claimed", "unknown"]
    calls = world.requests("create_invoice")
    assert {call["request_id"] for call in calls} == {operation["request_id"]}
    assert len(calls) == (1 if late else 2), "what was done is found, what was not is sent again"
    truth.holds(world)


@pytest.mark.parametrize("form", ["xml", "html", "maintenance"])
def test_what_the_server_said_is_kept_in_the_journal_and_nothing_else_of_it(world: World, form: str) -> None:
    status, words = SAID[form]
    world.approve()
    world.vary(late=False, form=form)
    world.faults("server_error=1x@create_invoice")
    world.sync()
    (operation,) = world.invoices()
    problem = next(step["problem"] for step in world.steps(operation) if step.get("problem"))
    assert f"status {status}" in problem
    assert words in problem
    assert "<" not in problem
    truth.holds(world)
