"""Scenario 4: 500, 502, 503 before and after the effect, as JSON, XML or a page: a write's outcome is then unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.faults import truth

if TYPE_CHECKING:
    from tests.faults.world import World

SAID = {
    "json": "An error inside QuickBooks",
    "xml": 'status 500, "An application error',
    "html": 'status 502, "502 Bad Gateway"',
    "maintenance": 'status 503, "503 Service Unavailable"',
}
"""How a failure is written, and what the journal keeps of it."""


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_a_failure_of_the_server_is_an_unknown_outcome_and_its_words_are_kept(world: World, *, late: bool) -> None:
    for number, (form, words) in enumerate(SAID.items()):
        world.approve()
        world.vary(late=late, form=form)
        world.faults("server_error=1x@create_invoice")
        world.sync()
        operation = world.invoices()[number]
        assert world.went(operation)[1:3] == ["claimed", "unknown"]
        calls = [one for one in world.requests("create_invoice") if one["request_id"] == operation["request_id"]]
        assert len(calls) == (1 if late else 2), "what was done is found, what was not is sent again"
        problem = next(step["problem"] for step in world.steps(operation) if step.get("problem"))
        assert words in problem
        assert "<" not in problem
    truth.holds(world)
