"""Many deals in one go, as an import or a recalculation of HubSpot's own leaves them (hubspot.md 3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qbconsole.simulator.hubspot.portal import Portal

MOST = 100_000
"""Deals in one go."""


def make_deals(portal: Portal, count: int, *, within: float) -> list[str]:
    """Make deals that were modified, evenly spread, within the last seconds, 0 meaning all at one moment. Their ids."""
    now = portal.clock.now()
    step = timedelta(seconds=within) / max(count, 1)
    return [
        portal.create(
            "deals",
            {"dealname": f"Imported {number}", "amount": str(number), "dealstage": _first_stage(portal)},
            at=now - timedelta(seconds=within) + step * number,
        )["id"]
        for number in range(1, count + 1)
    ]


def _first_stage(portal: Portal) -> str:
    return portal.pipelines.stage_ids(portal.pipelines.default_id())[0]


def touch_deals(portal: Portal) -> int:
    """Give every deal one and the same new modification time. How many there were."""
    now = portal.clock.now()
    deals = portal.records("deals")
    for deal in deals:
        portal.recalculate("deals", deal["id"], now)
    return len(deals)
