"""Several writes at once: one outcome each, in order, and no two at a time on one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qbconsole.connectors.base import Send
from qbconsole.connectors.many import about, at_once, in_waves
from qbconsole.domain.errors import NeedsPerson, Problem, Retriable, SignIn, Throttled
from qbconsole.domain.operations import Receipt, StampDeal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def stamp(deal: str, value: str) -> Send:
    return Send(StampDeal(deal, (("qbc_status", value),)), f"{deal}-{value}")


class Remote:
    """Does what it is told and remembers each wave; `failing` gives the problem of a request id."""

    def __init__(self, failing: Mapping[str, Problem] | None = None) -> None:
        self.failing = failing or {}
        self.waves: list[list[str]] = []

    async def __call__(self, wave: Sequence[Send]) -> Sequence[Receipt | Problem]:
        self.waves.append([one.request_id for one in wave])
        return await at_once([self._apply(one) for one in wave])

    async def _apply(self, one: Send) -> Receipt:
        if one.request_id in self.failing:
            raise self.failing[one.request_id]
        return Receipt(one.request_id)


SENDS = [stamp("7", "unpaid"), stamp("8", "paid"), stamp("7", "paid"), stamp("9", "paid"), stamp("7", "overdue")]


async def test_writes_on_one_record_follow_each_other() -> None:
    remote = Remote()
    outcomes = await in_waves(SENDS, remote)
    assert remote.waves == [["7-unpaid", "8-paid", "9-paid"], ["7-paid"], ["7-overdue"]]
    assert [getattr(one, "remote_id", "") for one in outcomes] == [send.request_id for send in SENDS]


async def test_a_later_write_waits_for_an_earlier_one_that_failed() -> None:
    lost = Retriable("lost", sent=True)
    remote = Remote({"7-unpaid": lost})
    outcomes = await in_waves(SENDS, remote)
    assert outcomes[0] is lost
    for later in (outcomes[2], outcomes[4]):
        assert isinstance(later, Retriable)
        assert not later.sent
    assert isinstance(outcomes[1], Receipt)
    assert remote.waves == [["7-unpaid", "8-paid", "9-paid"]]


async def test_a_refused_sign_in_is_raised_only_if_nothing_else_happened() -> None:
    refused = {send.request_id: SignIn("sign in") for send in SENDS[:2]}
    with pytest.raises(SignIn):
        await in_waves(SENDS[:2], Remote(refused))
    outcomes = await in_waves([*SENDS[:2], SENDS[3]], Remote(refused))
    assert isinstance(outcomes[2], Receipt)
    assert [type(one) for one in outcomes[:2]] == [Retriable, Retriable]


@pytest.mark.parametrize("problem", [Throttled("wait", wait=7, code="429"), NeedsPerson("no", next_step="Mend it.")])
def test_a_problem_is_told_of_each_record(problem: Problem) -> None:
    told = about(problem, "Deal 7")
    assert type(told) is type(problem)
    assert told.message == f"Deal 7: {problem.message}"
    assert {**told.__dict__, "message": problem.message} == problem.__dict__
