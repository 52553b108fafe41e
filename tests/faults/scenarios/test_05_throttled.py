"""Scenario 5: a storm of 429, with and without Retry-After. The wait is obeyed, the rate kept, writes go first."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.faults import truth

from qbconsole.connectors.http import Answer, Http, Request
from qbconsole.connectors.limits import Gate

if TYPE_CHECKING:
    from tests.faults.world import World

ASKED = {
    "2": ("xml", 2.0),
    "date": ("json", 1.0),
    "nonsense": ("xml", 1.0),
    "absent": ("json", 1.0),
}
"""By Retry-After how the body is written, and the least seconds until the next try: a date has whole seconds; where it
says nothing that can be read, a simulator's book waits one."""
VENDORS = {"requests_per_second": "10", "requests_per_minute": "500", "batches_per_minute": "120"}
"""Intuit's own limits (quickbooks.md 5.2)."""


def at(request: dict[str, str]) -> datetime:
    return datetime.fromisoformat(request["at"])


def test_what_is_throttled_is_sent_again_once_the_wait_is_over(world: World) -> None:
    for number, (after, (body, least)) in enumerate(ASKED.items()):
        world.control("switches", retry_after=after, throttle_body=body)
        world.approve()
        world.faults("throttle=2x@create_invoice")
        world.sync()
        calls = world.requests("create_invoice")[3 * number :]
        assert [one["status"] for one in calls] == [429, 429, 200]
        assert min((at(later) - at(one)).total_seconds() for one, later in pairwise(calls)) >= least
        assert world.invoices()[number]["attempts"] == 1, "a throttle counts as no attempt"
    truth.holds(world)


def test_after_a_storm_the_vendors_rate_is_never_exceeded(world: World) -> None:
    world.control("switches", **VENDORS)
    world.approve(4)
    world.faults("throttle=25x")
    for _ in range(3):
        world.sync(full=True)
    assert world.struck() == {"throttle": 25}
    calls = world.requests()
    last = max(number for number, one in enumerate(calls) if one["faults"])
    assert [one for one in calls[last + 1 :] if one["status"] == 429] == []
    recent: deque[datetime] = deque()
    for one in calls[last + 1 :]:
        recent.append(at(one))
        while recent[-1] - recent[0] >= timedelta(seconds=1):
            recent.popleft()
        assert len(recent) <= int(VENDORS["requests_per_second"])
    world.control("switches", requests_per_second="100000", requests_per_minute="100000")
    truth.holds(world)


async def test_reads_give_way_to_writes(world: World) -> None:
    """One seat, taken; five reads wait for it, and a write that came last is the next."""

    def fine(_: Answer) -> None:
        return None

    given = world.simulator.credentials()["quickbooks"]
    base = f"{given['api_url']}/v3/company/{given['realm_id']}"
    http = Http("QuickBooks", bases=(base,), gate=Gate(concurrent=1), reference_header="intuit_tid")
    signed_in = {"Authorization": f"Bearer {given['access_token']}", "Accept": "application/json"}
    query = Request("GET", f"{base}/query", headers=signed_in, query={"query": "select * from Term"})
    create = Request(
        "POST", f"{base}/customer", headers={**signed_in, "Content-Type": "application/json"},
        query={"requestid": "r1"}, content=b'{"DisplayName": "Zephyr"}',
    )  # fmt: skip
    before = len(world.requests())
    reads = [asyncio.create_task(http.read(query, fine)) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.gather(http.write(create, fine), *reads)
    await http.close()
    names = [one["endpoints"][0] for one in world.requests()[before:]]
    assert names.index("create_customer") == 1
