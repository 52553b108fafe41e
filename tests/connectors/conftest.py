"""A scripted vendor for single cases, a store for tokens, and the simulator as a process for whole ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from qbconsole.connectors.http import Http
from qbconsole.connectors.hubspot import HubSpot, HubSpotSettings
from qbconsole.connectors.limits import Gate, RateLimit
from qbconsole.connectors.quickbooks import QuickBooks, QuickBooksSettings

REALM = "4620816365003121234"
NOW = "2026-11-23T09:00:00.000-08:00"
Answerer = Callable[[httpx.Request], httpx.Response]


class Tokens(dict[str, str]):
    """Secrets in memory; remembers each write."""

    def __init__(self, secrets: dict[str, str]) -> None:
        super().__init__(secrets)
        self.writes: list[dict[str, str]] = []

    def read(self) -> dict[str, str]:
        return dict(self)

    def write(self, secrets: Any) -> None:
        self.writes.append(dict(secrets))
        self.update(secrets)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Nobody else has them."""
        yield


@dataclass
class Vendor:
    """Answers by method and the end of the path; the last answer of a route is repeated."""

    routes: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def on(self, method: str, path: str, *answers: Any) -> Vendor:
        """Script a route: dicts (status 200), (status, body) pairs, exceptions, or functions of the request."""
        self.routes[method, path] = list(answers)
        return self

    def sent(self, method: str, path: str) -> list[httpx.Request]:
        return [one for one in self.requests if one.method == method and one.url.path.endswith(path)]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        ends = [key for key in self.routes if key[0] == request.method and request.url.path.endswith(key[1])]
        if not ends:
            return httpx.Response(404, json={"unscripted": request.url.path})
        answers = self.routes[max(ends, key=lambda key: len(key[1]))]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        if callable(answer):
            made: httpx.Response = answer(request)
            return made
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        headers = {"intuit_tid": "1-abc", "Date": "Mon, 23 Nov 2026 17:00:00 GMT"}
        if isinstance(body, str):
            return httpx.Response(status, text=body, headers=headers)
        return httpx.Response(status, json=body, headers=headers)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def http(self, *bases: str, **more: Any) -> Http:
        return Http(
            "Vendor",
            bases=bases,
            gate=Gate(RateLimit(1000, seconds=1), concurrent=8),
            reference_header="intuit_tid",
            transport=httpx.MockTransport(self),
            sleep=self.sleep,
            **more,
        )


def company_info(**more: Any) -> dict[str, Any]:
    return {"CompanyInfo": {"Id": "1", "CompanyName": "Ridgeline Mechanical", "Country": "US", **more}, "time": NOW}


def preferences(**blocks: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "Id": "1",
        "AccountingInfoPrefs": {"ClassTrackingPerTxnLine": True, "BookCloseDate": "2026-09-30"},
        "SalesFormsPrefs": {"CustomTxnNumbers": False, "AllowEstimates": True, "DefaultTerms": {"value": "3"}},
        "TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": True},
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
    }
    return {"Preferences": {**base, **blocks}, "time": NOW}


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(
        {"client_id": "id", "client_secret": "secret", "access_token": "access-1", "refresh_token": "refresh-1"}
    )


@pytest.fixture
async def quickbooks(vendor: Vendor, tokens: Tokens) -> AsyncIterator[QuickBooks]:
    """The connector against the scripted vendor, whose company is set up."""
    settings = QuickBooksSettings(realm_id=REALM, throttle_wait=3)
    vendor.on("GET", f"companyinfo/{REALM}", company_info()).on("GET", "/preferences", preferences())
    connector = QuickBooks(settings, tokens, http=vendor.http(settings.api_url, settings.oauth_url))
    yield connector
    await connector.close()


@pytest.fixture
async def hubspots(vendor: Vendor) -> AsyncIterator[Callable[..., HubSpot]]:
    """Makes connectors against the scripted vendor, whose portal is set up, with the settings that are given."""
    vendor.on("GET", "/details", {"portalId": 1, "companyCurrency": "USD", "uiDomain": "app.hubspot.com"})
    made: list[HubSpot] = []

    def make(**more: Any) -> HubSpot:
        settings = HubSpotSettings(searches_per_second=1000, **more)
        made.append(HubSpot(settings, Tokens({"token": "pat"}), http=vendor.http(settings.api_url)))
        return made[-1]

    yield make
    for connector in made:
        await connector.close()


@pytest.fixture
def hubspot(hubspots: Callable[..., HubSpot]) -> HubSpot:
    """The connector of a portal that takes our properties."""
    return hubspots(may_create_properties=True)


def body_of(request: httpx.Request) -> Any:
    return json.loads(request.content)


@pytest.fixture
def sent_body() -> Callable[[httpx.Request], Any]:
    return body_of


@pytest.fixture
def long_ago() -> datetime:
    return datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Simulator:
    """The running simulator's first line."""

    line: dict[str, Any]

    def quickbooks(self) -> QuickBooks:
        given = self.line["quickbooks"]
        settings = QuickBooksSettings(
            realm_id=given["realm_id"], api_url=given["api_url"], oauth_url=given["oauth_url"], throttle_wait=1
        )
        names = ("client_id", "client_secret", "access_token", "refresh_token")
        return QuickBooks(settings, Tokens({name: given[name] for name in names}))

    def hubspot(self) -> HubSpot:
        given = self.line["crm"]
        settings = HubSpotSettings(api_url=given["api_url"], may_create_properties=True)
        return HubSpot(settings, Tokens({"token": given["token"]}))


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """The simulator with the sample business, in a process of its own."""
    command = [sys.executable, "-m", "qbconsole.simulator", "--port", "0", "--seed", "7", "--size", "0.2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            first = process.stdout.readline()
            if not first:
                pytest.fail("the simulator did not start")
            yield Simulator(json.loads(first))
        finally:
            process.terminate()
            process.wait(10)
