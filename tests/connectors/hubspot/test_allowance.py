"""The day's calls, which the portal's other apps share (hubspot.md 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from qbconsole.connectors.http import Answer
from qbconsole.connectors.hubspot.allowance import LEFT_TODAY, PER_DAY, Allowance
from qbconsole.domain.errors import Throttled
from qbconsole.domain.operations import StampDeal

if TYPE_CHECKING:
    from qbconsole.connectors.hubspot import HubSpot

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""Noon in New York: twelve hours before its midnight."""


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def answer(left: int, per_day: int = 1000) -> Answer:
    headers = {PER_DAY: str(per_day), LEFT_TODAY: str(left), "date": "Mon, 23 Nov 2026 17:00:00 GMT"}
    return Answer(200, headers, b"{}")


@pytest.mark.parametrize(
    ("keep_free", "left", "reads"), [(0.5, 500, True), (0.5, 499, False), (0.0, 0, True), (0.9, 899, False)]
)
def test_reads_stop_where_the_others_share_begins(keep_free: float, left: int, reads: bool) -> None:
    allowance = Allowance(keep_free, "America/New_York", Clock())
    allowance.heard(answer(left))
    allowance.require(write=True)
    if reads:
        allowance.require(write=False)
    else:
        with pytest.raises(Throttled, match="are left to other apps; the CRM rests for 12 h 0 min") as caught:
            allowance.require(write=False)
        assert caught.value.wait == timedelta(hours=12).total_seconds()


def test_a_new_day_begins_at_midnight_in_the_portals_zone() -> None:
    clock = Clock()
    allowance = Allowance(0.5, "America/New_York", clock)
    allowance.used_up(NOON)
    for passed, rests in ((timedelta(hours=11, minutes=59), True), (timedelta(hours=12), False)):
        clock.now = NOON + passed
        if rests:
            with pytest.raises(Throttled):
                allowance.require(write=True)
        else:
            allowance.require(write=True)


def test_answers_without_a_day_say_nothing() -> None:
    allowance = Allowance(0.5, "", Clock())
    allowance.heard(Answer(200, {}, b"{}"))
    allowance.require(write=False)


async def test_after_a_refusal_for_the_day_nothing_is_sent(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/details", {"timeZone": "America/New_York"}, (429, {"policyName": "DAILY", "message": "x"}))
    await hubspot.now()
    with pytest.raises(Throttled, match="calls for today are used up"):
        await hubspot.now()
    sent = len(vendor.requests)
    with pytest.raises(Throttled, match="calls for today are used up") as caught:
        await hubspot.apply(StampDeal("7", (("qbc_status", "paid"),)), request_id="r")
    assert 0 < caught.value.wait <= timedelta(days=1).total_seconds()
    assert len(vendor.requests) == sent
    assert vendor.pauses == []


async def test_the_portals_own_limit_is_heard(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/details", httpx.Response(200, json={}, headers={"X-HubSpot-RateLimit-Max": "190"}))
    await hubspot.now()
    assert hubspot._client._rate.limit == 171
