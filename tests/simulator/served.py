"""Both vendors behind faults and a request log, on a loopback port."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from starlette.applications import Starlette
from tests.simulator.quickbooks.conftest import opened

from qbconsole.simulator.clock import Clock
from qbconsole.simulator.connection import Protocol
from qbconsole.simulator.database import Database
from qbconsole.simulator.faults.force import Faults
from qbconsole.simulator.faults.mishaps import Mishaps, Vendor
from qbconsole.simulator.hubspot import api as hubspot
from qbconsole.simulator.hubspot.mishaps import HubSpotMishaps
from qbconsole.simulator.hubspot.portal import Portal
from qbconsole.simulator.quickbooks import api as quickbooks
from qbconsole.simulator.quickbooks.company import Company
from qbconsole.simulator.quickbooks.mishaps import QuickBooksMishaps
from qbconsole.simulator.quickbooks.oauth import OAuth
from qbconsole.simulator.requests import Observer, RequestLog

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Served:
    """A portal and a company, and a client of both."""

    portal: Portal
    company: Company
    oauth: OAuth
    faults: Faults
    log: RequestLog
    http: httpx.Client
    """Signed in to the portal."""
    token: str
    """Opens the company."""

    def books(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        """One request to the company."""
        headers = {"authorization": f"Bearer {self.token}", "accept": "application/json"}
        url = f"/v3/company/{self.company.realm_id}{path}"
        return self.http.request(method, url, json=body, params=query, headers=headers)

    def refresh(self, refresh_token: str) -> httpx.Response:
        """A call of the token endpoint."""
        app = self.oauth.grant.app
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.http.post("/oauth2/v1/tokens/bearer", data=form, auth=(app["client_id"], app["client_secret"]))

    def customers(self) -> list[str]:
        """The names of the customers that are there, whatever a read would say."""
        return [record["DisplayName"] for record in self.company.records("Customer")]


@contextmanager
def serving(database: Database, spec: str, *, seed: int = 7) -> Iterator[Served]:
    """Serve a database's portal and company; they are made if it has none."""
    fresh = database.collection("hubspot.portal").get("settings") is None
    company = opened(database) if fresh else Company(database, Clock(database))
    portal, clock = Portal(database, company.clock), company.clock
    if fresh:
        with database.transaction():
            portal.set_up(currency="USD", time_zone="America/Chicago", owners=[], pipelines=[], properties={})
        company.switches.turn({"requests_per_minute": "10000", "requests_per_second": "10000"})
    portal.limits.burst = 100_000
    oauth, faults, log = OAuth(database, company.realm_id), Faults(database, spec, seed), RequestLog(database)
    routes = [*hubspot.routes(portal), *quickbooks.routes(company, oauth), *oauth.routes()]
    vendors: dict[str, Vendor] = {"hubspot": HubSpotMishaps(portal), "quickbooks": QuickBooksMishaps(company, oauth)}
    app = Observer(
        Mishaps(Starlette(routes=routes), faults, database, clock, vendors),
        database,
        clock,
        log,
        {"hubspot": hubspot.endpoints, "quickbooks": quickbooks.endpoints},
    )
    database.forget_past()
    config = uvicorn.Config(app, port=0, http=Protocol, log_config=None, lifespan="off", ws="none", date_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    headers = {"authorization": f"Bearer {portal.token}"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=5) as client:
        yield Served(portal, company, oauth, faults, log, client, oauth.credentials()["access_token"])
    server.should_exit = True
    thread.join()


@contextmanager
def struck_by(spec: str, *, seed: int = 7) -> Iterator[Served]:
    """Serve a fresh portal and company in memory."""
    database = Database(None)
    with serving(database, spec, seed=seed) as served:
        yield served
    database.close()
