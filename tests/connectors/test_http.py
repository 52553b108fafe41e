"""Requests with deadlines, size limits and manners, and nothing hidden for writes."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from qbconsole.connectors.http import LARGEST_BODY, Answer, Http, Request
from qbconsole.connectors.limits import Gate, RateLimit
from qbconsole.domain.errors import Configuration, NeedsPerson, Problem, Retriable, Throttled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BASE = "https://vendor.test"


def judge(answer: Answer) -> Problem | None:
    if answer.status == 429:
        return Throttled("wait", wait=answer.wait(30))
    if answer.status >= 500:
        return Retriable("later")
    return None if answer.status == 200 else NeedsPerson("no")


def post(path: str = "/x") -> Request:
    return Request("POST", BASE + path, content=b"{}")


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("no answer to a connection"), False),
        (httpx.ReadTimeout("no answer"), True),
        (httpx.ReadError("reset"), True),
        (httpx.RemoteProtocolError("closed"), True),
        ((503, "<html>"), True),
        ((200, "x" * (LARGEST_BODY + 1)), True),
    ],
    ids=str,
)
async def test_a_write_is_sent_once_and_says_whether_it_may_have_happened(vendor: Any, answer: Any, sent: bool) -> None:
    http = vendor.on("POST", "/x", answer).http(BASE)
    with pytest.raises(Retriable) as caught:
        await http.write(post(), judge)
    assert caught.value.sent is sent
    assert len(vendor.requests) == 1
    assert vendor.pauses == []
    await http.close()


async def test_a_throttled_write_may_have_been_done_by_a_twin(vendor: Any) -> None:
    http = vendor.on("POST", "/x", httpx.Response(429, headers={"Retry-After": "7"})).http(BASE)
    with pytest.raises(Throttled) as caught:
        await http.write(post(), judge)
    assert (caught.value.wait, caught.value.sent) == (7, True)


async def test_a_read_is_tried_again_with_growing_pauses(vendor: Any) -> None:
    http = vendor.on("GET", "/x", (500, ""), httpx.ReadError("reset"), (502, ""), (200, "{}")).http(BASE)
    answer = await http.read(Request("GET", BASE + "/x"), judge)
    assert answer.status == 200
    assert len(vendor.pauses) == 3
    assert all(pause <= 0.5 * 2**turn for turn, pause in enumerate(vendor.pauses))


async def test_a_read_waits_as_long_as_it_is_told_but_not_too_long(vendor: Any) -> None:
    http = vendor.on("GET", "/x", httpx.Response(429, headers={"Retry-After": "2"}), (200, "{}")).http(BASE)
    await http.read(Request("GET", BASE + "/x"), judge)
    assert vendor.pauses == [2]
    vendor.on("GET", "/x", httpx.Response(429, headers={"Retry-After": "600"}))
    with pytest.raises(Throttled) as caught:
        await http.read(Request("GET", BASE + "/x"), judge)
    assert caught.value.wait == 600


async def test_a_remote_that_asks_one_request_to_wait_is_asked_nothing_else_meanwhile(vendor: Any) -> None:
    slow_down = httpx.Response(429, headers={"Retry-After": "7"})
    http = vendor.on("POST", "/x", slow_down).on("GET", "/y", (200, "{}")).http(BASE)
    with pytest.raises(Throttled):
        await http.write(post(), judge)
    await http.read(Request("GET", BASE + "/y"), judge)
    assert vendor.pauses == [pytest.approx(7, abs=1)]
    await http.close()


async def test_a_long_silence_that_was_asked_for_is_said_at_once_and_nothing_is_sent(vendor: Any) -> None:
    http = vendor.on("POST", "/x", httpx.Response(429, headers={"Retry-After": "60"})).http(BASE)
    with pytest.raises(Throttled):
        await http.write(post(), judge)
    for call in (http.write, http.read):
        with pytest.raises(Throttled, match="left in peace") as caught:
            await call(post(), judge)
        assert caught.value.wait == pytest.approx(60, abs=2)
        assert not caught.value.sent
    assert (len(vendor.requests), vendor.pauses) == (1, [])
    await http.close()


async def test_those_in_line_hear_of_it_too(vendor: Any) -> None:
    """Thirty writes of a group stand in line for eight seats: the rest of them is not sent into a throttle."""
    http = vendor.on("POST", "/x", httpx.Response(429, headers={"Retry-After": "60"})).http(BASE)
    outcomes = await asyncio.gather(*(http.write(post(), judge) for _ in range(30)), return_exceptions=True)
    assert all(isinstance(one, Throttled) for one in outcomes)
    assert len(vendor.requests) <= 8
    await http.close()


async def test_a_refusal_is_not_tried_again(vendor: Any) -> None:
    http = vendor.on("GET", "/x", (400, "{}")).http(BASE)
    with pytest.raises(NeedsPerson):
        await http.read(Request("GET", BASE + "/x"), judge)
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(
    ("header", "wait"),
    [("7", 7), ("Mon, 23 Nov 2026 17:01:00 GMT", 60), ("soon", 30), ("", 30), ("-5", 30)],
)
def test_retry_after_is_a_number_a_date_or_nonsense(header: str, wait: float) -> None:
    answer = Answer(429, {"retry-after": header, "date": "Mon, 23 Nov 2026 17:00:00 GMT"}, b"")
    assert answer.wait(30) == wait


async def test_a_body_that_trickles_meets_the_deadline_of_the_whole_request() -> None:
    class Trickle(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0.01)
                yield b" "

    http = Http(
        "Vendor",
        bases=(BASE,),
        gate=Gate(RateLimit(10, seconds=1), concurrent=1),
        reference_header="x",
        deadline=0.1,
        transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=Trickle())),
    )
    with pytest.raises(Retriable) as caught:
        await http.write(post(), judge)
    assert caught.value.sent


@pytest.mark.parametrize("base", ["http://vendor.test", "ftp://vendor.test", "vendor.test", "https://"])
def test_only_https_leaves_this_machine(vendor: Any, base: str) -> None:
    with pytest.raises(Configuration, match="https"):
        vendor.http(base)


@pytest.mark.parametrize("url", ["https://vendor.test.evil.test/x", "https://other.test/x"])
async def test_a_request_goes_to_the_books_own_addresses_only(vendor: Any, url: str) -> None:
    http = vendor.http(BASE)
    with pytest.raises(Configuration):
        await http.read(Request("GET", url), judge)
    assert vendor.requests == []


async def test_a_redirect_is_not_followed(vendor: Any) -> None:
    http = vendor.on("GET", "/x", httpx.Response(302, headers={"Location": "https://evil.test"})).http(BASE)
    with pytest.raises(NeedsPerson):
        await http.read(Request("GET", BASE + "/x"), judge)
    assert len(vendor.requests) == 1


async def test_the_log_holds_no_query_no_body_and_no_token(vendor: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    http = vendor.on("POST", "/x", {"name": "CANARY-1"}).http(BASE)
    headers = {"Authorization": "Bearer CANARY-2"}
    await http.read(Request("POST", BASE + "/x", headers=headers, query={"q": "CANARY-3"}, content=b"CANARY-4"), judge)
    assert "POST /x -> 200" in caplog.text
    assert "1-abc" in caplog.text
    assert "CANARY" not in caplog.text


async def test_reads_give_way_to_writes() -> None:
    gate, order = Gate(concurrent=1), list[str]()

    async def pass_through(name: str, *, write: bool) -> None:
        async with gate.passage(write=write):
            order.append(name)
            await asyncio.sleep(0)

    names = ["read 1", "read 2", "write 1", "read 3", "write 2"]
    await asyncio.gather(*(pass_through(name, write=name.startswith("write")) for name in names))
    assert order == ["read 1", "write 1", "write 2", "read 2", "read 3"]


async def test_who_leaves_the_line_keeps_no_seat() -> None:
    gate = Gate(concurrent=1)
    held = gate.passage()
    await held.__aenter__()
    waiting = [asyncio.create_task(_through(gate)) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await held.__aexit__(None, None, None)
    waiting[1].cancel()  # its seat was given already
    await asyncio.gather(*waiting, return_exceptions=True)
    async with asyncio.timeout(5), gate.passage():
        pass


async def _through(gate: Gate) -> None:
    async with gate.passage():
        pass


async def test_no_window_of_the_vendors_ever_holds_more_than_the_limit() -> None:
    clock = [0.0]
    passed: list[float] = []

    async def sleep(seconds: float) -> None:
        clock[0] += seconds

    rate = RateLimit(3, seconds=10, monotonic=lambda: clock[0], sleep=sleep)
    for pause in (0, 0, 4, 0, 0, 7, 0, 0):
        clock[0] += pause
        await rate.take()
        passed.append(clock[0])
    assert passed[:3] == [0, 0, 4]
    assert all(sum(1 for at in passed if begin <= at < begin + 10) <= 3 for begin in passed)
