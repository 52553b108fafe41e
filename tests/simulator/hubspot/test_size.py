"""More deals than one query can reach, all modified at one moment: each is met once, by list and by search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from qbconsole.simulator.hubspot.search import CAP

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from qbconsole.simulator.hubspot.portal import Portal

COUNT = CAP + 2_000
DEALS = "/crm/objects/2026-09/deals"


@pytest.fixture
def ids(http: httpx.Client, portal: Portal) -> list[str]:
    """Every deal, after one act that gave them all the same modification time."""
    assert http.post("/control/hubspot/import_deals", json={"count": COUNT, "within": 60}).status_code == 200
    assert http.post("/control/hubspot/touch_deals").json() == {"touched": COUNT}
    deals = portal.records("deals")
    assert len({deal["updatedAt"] for deal in deals}) == 1
    return [deal["id"] for deal in deals]


def listed(http: httpx.Client) -> Iterator[str]:
    path: str | None = f"{DEALS}?limit=100"
    while path:
        page = http.get(path).json()
        yield from (one["id"] for one in page["results"])
        path = page.get("paging", {}).get("next", {}).get("link")


def searched(http: httpx.Client, moment: str) -> Iterator[str]:
    last = "0"
    while True:
        filters: list[dict[str, Any]] = [
            {"propertyName": "hs_lastmodifieddate", "operator": "BETWEEN", "value": moment, "highValue": moment},
            {"propertyName": "hs_object_id", "operator": "GT", "value": last},
        ]
        body = {"limit": 200, "filterGroups": [{"filters": filters}], "sorts": ["hs_object_id"]}
        found = [one["id"] for one in http.post(f"{DEALS}/search", json=body).json()["results"]]
        if not found:
            return
        yield from found
        last = found[-1]


def test_all_are_listed_and_found(http: httpx.Client, portal: Portal, ids: list[str]) -> None:
    moment = portal.read("deals", ids[0])["updatedAt"]

    assert list(listed(http)) == ids
    assert list(searched(http, moment)) == ids
