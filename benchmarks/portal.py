"""Paging through a simulated portal whose deals were all modified within one minute, over real HTTP.

    python benchmarks/portal.py [--deals 25000] [--json]

The floor is the same number of requests for a property list to the same server: what HTTP and JSON alone cost.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from starlette.applications import Starlette

from qbconsole.simulator.clock import Clock
from qbconsole.simulator.database import Database
from qbconsole.simulator.hubspot import api, control
from qbconsole.simulator.hubspot.portal import Portal
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEALS = "/crm/objects/2026-09/deals"


def opened() -> Portal:
    """An empty portal, without limits or lag."""
    database = Database(None)
    portal = Portal(database, Clock(database))
    portal.limits.burst = portal.limits.search = 1_000_000
    with database.transaction():
        portal.set_up(currency="USD", time_zone="America/Chicago", owners=[], pipelines=[], properties={})
    Switches(database).turn({"search_lag_seconds": "0", "hubspot_plan": "enterprise"})
    return portal


def listed(client: httpx.Client) -> Iterator[int]:
    """The pages of a listing: how many records each has."""
    path: str | None = f"{DEALS}?limit=100&properties=dealname,amount"
    while path:
        page = client.get(path).json()
        yield len(page["results"])
        path = page.get("paging", {}).get("next", {}).get("link")


def searched(client: httpx.Client) -> Iterator[int]:
    """The pages of a search by modification time, each beginning after the last id of the one before."""
    last = "0"
    while True:
        filters = [
            {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "0"},
            {"propertyName": "hs_object_id", "operator": "GT", "value": last},
        ]
        body = {"limit": 200, "filterGroups": [{"filters": filters}], "properties": ["dealname", "amount"]}
        page = client.post(f"{DEALS}/search", json=body | {"sorts": ["hs_object_id"]}).json()
        if not page["results"]:
            return
        yield len(page["results"])
        last = page["results"][-1]["id"]


def floor(client: httpx.Client, count: int) -> Iterator[int]:
    """So many requests for a short list."""
    for _ in range(count):
        client.get("/crm/properties/2026-09/deals?properties=dealname").raise_for_status()
        yield 0


def timed(pages: Iterator[int]) -> dict[str, float]:
    """Milliseconds a page, and records in all."""
    spent, records, began = [], 0, time.perf_counter()
    for count in pages:
        spent.append((time.perf_counter() - began) * 1000)
        records += count
        began = time.perf_counter()
    return {
        "pages": len(spent),
        "records": records,
        "median_ms": round(statistics.median(spent), 1),
        "worst_ms": round(max(spent), 1),
    }


def measured(portal: Portal, count: int) -> dict[str, Any]:
    """Serve, import, page."""
    routes = [*api.routes(portal), *control.routes(portal)]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    headers = {"authorization": f"Bearer {portal.token}"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=120) as client:
        began = time.perf_counter()
        client.post("/control/hubspot/import_deals", json={"count": count, "within": 60}).raise_for_status()
        figures: dict[str, Any] = {"import_s": round(time.perf_counter() - began, 1)}
        ways: dict[str, Callable[[], Iterator[int]]] = {
            "listing": lambda: listed(client),
            "search": lambda: searched(client),
            "floor": lambda: floor(client, 100),
        }
        figures |= {name: timed(way()) for name, way in ways.items()}
    server.should_exit = True
    thread.join()
    return figures


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=25_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = measured(opened(), arguments.deals)
    if arguments.json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return 0
    sys.stdout.write(f"{arguments.deals} deals imported in {figures.pop('import_s')} s\n")
    for name, one in figures.items():
        sys.stdout.write(
            f"{name:8} {one['records']:6} records on {one['pages']:4} pages,"
            f" {one['median_ms']:6} ms a page, at worst {one['worst_ms']} ms\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
