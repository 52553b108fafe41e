"""A remote that does not answer is left in peace, and tried by one request when its rest is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from qbconsole.connectors.breaker import FAILURES, FIRST_REST, LONGEST_REST, Breaker
from qbconsole.connectors.http import Http, Request
from qbconsole.connectors.limits import Gate, RateLimit
from qbconsole.connectors.quickbooks import QuickBooksSettings
from qbconsole.connectors.quickbooks.settings import SecondLimits
from qbconsole.domain.errors import NeedsPerson, Problem, Retriable, Throttled

BASE = "https://vendor.test"


class Clock:
    """Monotonic seconds, and the time of day that goes with them."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> datetime:
        return datetime(2026, 11, 23, 10, 41, 50, tzinfo=UTC) + timedelta(seconds=self.now)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("QuickBooks", monotonic=clock.monotonic, clock=clock.wall)


def answered(breaker: Breaker, answer: bool = True) -> None:
    with breaker.passage() as passage:
        passage.answered = answer


def lost(breaker: Breaker) -> None:
    with pytest.raises(OSError, match="reset"), breaker.passage():
        raise OSError("reset")


def opened(breaker: Breaker) -> None:
    for _ in range(FAILURES):
        answered(breaker, False)


@pytest.mark.parametrize("fail", [lost, lambda breaker: answered(breaker, False)], ids=["no answer", "server error"])
def test_it_opens_after_failures_in_a_row_and_says_until_when(breaker: Breaker, fail: Any) -> None:
    for _ in range(FAILURES - 1):
        fail(breaker)
    answered(breaker)  # one answer, and the count begins again
    for _ in range(FAILURES):
        fail(breaker)
    with pytest.raises(Throttled) as caught:
        answered(breaker)
    assert caught.value.message == "QuickBooks is not answering; next try at 10:41:55."
    assert (caught.value.wait, caught.value.sent) == (FIRST_REST, False)


def test_one_request_goes_first_and_its_answer_closes_it(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now = FIRST_REST
    with breaker.passage() as first:
        with pytest.raises(Throttled):
            answered(breaker)
        first.answered = True
    answered(breaker)


def test_its_failure_opens_it_for_twice_as_long_up_to_a_limit(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    waits = []
    for _ in range(7):
        with pytest.raises(Throttled) as caught:
            answered(breaker)
        waits.append(caught.value.wait)
        clock.now += caught.value.wait
        lost(breaker)
    assert waits == [5, 10, 20, 40, 80, LONGEST_REST, LONGEST_REST]


def test_failures_of_what_was_under_way_do_not_prolong_the_rest(breaker: Breaker) -> None:
    passages = [breaker.passage() for _ in range(FAILURES + 4)]
    for one in passages:
        one.__enter__()
    for one in passages:
        one.__exit__(None, None, None)
    with pytest.raises(Throttled) as caught:
        answered(breaker)
    assert caught.value.wait == FIRST_REST


def test_a_cancelled_request_tells_nothing(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now = FIRST_REST
    with pytest.raises(KeyboardInterrupt), breaker.passage():
        raise KeyboardInterrupt
    answered(breaker)  # another one may go first


def judge(answer: Any) -> Problem | None:
    if answer.status >= 500:
        return Retriable("later")
    return None if answer.status == 200 else NeedsPerson("no")


async def test_a_client_sends_nothing_while_it_is_open(vendor: Any, breaker: Breaker, clock: Clock) -> None:
    vendor.on("POST", "/x", (503, ""), (503, ""), httpx.ReadTimeout("lost"), httpx.ConnectError("no"), (500, ""), {})
    http = Http(
        "QuickBooks",
        bases=(BASE,),
        gate=Gate(RateLimit(100, seconds=1), concurrent=8),
        reference_header="x",
        transport=httpx.MockTransport(vendor),
        breaker=breaker,
        sleep=vendor.sleep,
    )
    for _ in range(FAILURES):
        with pytest.raises(Retriable):
            await http.write(Request("POST", BASE + "/x"), judge)
    for send in (http.write, http.read):
        clock.now = FIRST_REST - 1
        with pytest.raises(Throttled, match="next try"):
            await send(Request("POST", BASE + "/x"), judge)
    assert len(vendor.requests) == FAILURES
    clock.now = FIRST_REST
    assert (await http.write(Request("POST", BASE + "/x"), judge)).status == 200


def test_batches_and_reports_keep_limits_of_their_own() -> None:
    """120 and 200 a minute besides the 500 of all (quickbooks.md 5.2)."""
    limits = SecondLimits(QuickBooksSettings(realm_id="limits"))
    batch, report = limits.of("batch"), limits.of("reports/AgedReceivableDetail")
    assert batch is not None
    assert report is not None
    assert (batch.limit, report.limit) == (110, 190)
    assert limits.of("invoice/130/send") is limits.of("query") is None
    again = SecondLimits(QuickBooksSettings(realm_id="limits"))
    assert again.of("batch") is batch, "all connections of this process to a company share them"
