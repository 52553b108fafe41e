"""A small company behind real HTTP, and a client that knows nothing but URLs."""

from __future__ import annotations

import base64
import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pytest
import uvicorn
from starlette.applications import Starlette

from qbconsole.simulator.clock import Clock
from qbconsole.simulator.database import Database
from qbconsole.simulator.quickbooks import api, seed
from qbconsole.simulator.quickbooks.company import Company
from qbconsole.simulator.quickbooks.oauth import OAuth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
PREFERENCES: dict[str, Any] = {
    "AccountingInfoPrefs": {},
    "SalesFormsPrefs": {"CustomTxnNumbers": False},
    "TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": True},
    "CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD"}},
}


@dataclass
class Answer:
    """What came back: status, parsed body, headers."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        """The code of the first error."""
        return str(self.body["Fault"]["Error"][0]["code"])


@dataclass
class Client:
    """Speaks to the company over a socket."""

    root: str
    oauth: OAuth
    company: Company
    token: str = ""

    def send(
        self, method: str, path: str, body: Any = None, *, realm: str = "", kind: str = "application/json", **query: str
    ) -> Answer:
        """One request under the realm."""
        url = f"{self.root}/v3/company/{realm or self.company.realm_id}{path}"
        if query:
            url += "?" + urlencode(query, quote_via=quote)
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        token = self.token or self.oauth.credentials()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Content-Type": kind}
        return self._open(Request(url, data=data, headers=headers, method=method))

    def form(self, path: str, fields: dict[str, str], client: str = "") -> Answer:
        """A form post to the token endpoint."""
        credentials = self.oauth.credentials()
        basic = client or f"{credentials['client_id']}:{credentials['client_secret']}"
        headers = {"Authorization": "Basic " + base64.b64encode(basic.encode()).decode()}
        return self._open(Request(self.root + path, data=urlencode(fields).encode(), headers=headers))

    @staticmethod
    def _open(request: Request) -> Answer:
        try:
            with urlopen(request, timeout=10) as response:
                return Answer(response.status, json.loads(response.read(), parse_float=Decimal), dict(response.headers))
        except HTTPError as error:
            with error:
                return Answer(error.code, json.loads(error.read(), parse_float=Decimal), dict(error.headers))

    def post(self, kind: str, body: Any, **query: str) -> Answer:
        """Create, change, void or delete."""
        return self.send("POST", f"/{kind.lower()}", body, **query)

    def make(self, kind: str, body: Any) -> dict[str, Any]:
        """Create something that has to work."""
        answer = self.post(kind, body)
        assert answer.status == 200, answer.body
        made: dict[str, Any] = answer.body[kind]
        return made

    def read(self, kind: str, record_id: str) -> dict[str, Any]:
        """Read one record."""
        found: dict[str, Any] = self.send("GET", f"/{kind.lower()}/{record_id}").body[kind]
        return found

    def query(self, statement: str) -> Answer:
        """Run a query by POST."""
        return self.send("POST", "/query", statement, kind="application/text")

    def customer(self, name: str = "Harbor Point Dental", **fields: Any) -> str:
        """A customer's id."""
        address = {"Line1": "1 Main St", "City": "Austin", "CountrySubDivisionCode": "TX", "PostalCode": "78701"}
        return str(self.make("Customer", {"DisplayName": name, "BillAddr": address, **fields})["Id"])

    def invoice(self, customer_id: str, amount: str = "100.00", code: str = "NON", **fields: Any) -> dict[str, Any]:
        """An invoice of one line."""
        return self.make("Invoice", {"CustomerRef": {"value": customer_id}, "Line": [line(amount, code)], **fields})


def line(amount: str = "100.00", code: str = "NON", item: str = "1", **detail: Any) -> dict[str, Any]:
    """A sales line."""
    return {
        "Amount": float(amount),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item}, "TaxCodeRef": {"value": code}, **detail},
    }


def _fill(company: Company) -> None:
    """Two items, a term, Texan sales tax."""
    company.set_up({"CompanyName": "Test Books", "Country": "US"}, PREFERENCES, {"TX": "8.25", "OK": "8.5"})
    income = company.create("Account", {"Name": "Sales", "AccountType": "Income"}, at=AT)["Id"]
    company.create("Account", {"Name": "Undeposited Funds", "AccountSubType": "UndepositedFunds"}, at=AT)
    company.create("Account", {"Name": "Checking", "AccountSubType": "Checking"}, at=AT)
    company.create("Account", {"Name": "Accounts Receivable", "AccountSubType": "AccountsReceivable"}, at=AT)
    for name in ("Labor", "Old part"):
        company.create("Item", {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": income}}, at=AT)
    company.create("Term", {"Name": "Net 15", "DueDays": 15}, at=AT)


def opened(database: Database) -> Company:
    """The company with two items, a term and Texan sales tax, in a database of one's own."""
    company = Company(database, Clock(database))
    with database.transaction():
        _fill(company)
    return company


@contextmanager
def served(fill: Callable[[Company], None]) -> Iterator[Client]:
    """A company in memory, filled and served on a free port of this machine, without the burst limits."""
    database = Database(None)
    company = Company(database, Clock(database))
    with database.transaction():
        fill(company)
    oauth = OAuth(database, company.realm_id)
    served = api.Api(company, oauth)
    company.switches.turn({"requests_per_minute": "10000", "requests_per_second": "10000"})
    sockets = [socket.create_server(("127.0.0.1", 0))]
    routes = [*served.routes(), api.attachments_route(company), *oauth.routes()]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
    thread.start()
    try:
        yield Client(f"http://127.0.0.1:{sockets[0].getsockname()[1]}", oauth, company)
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        database.close()


@pytest.fixture
def client() -> Iterator[Client]:
    """A company with two items, a term and automated Texan sales tax."""
    with served(_fill) as found:
        yield found


@pytest.fixture
def sample() -> Iterator[Client]:
    """The vendor's sample company with its lists and names, classic sales tax, no transactions (quickbooks.md 8.13)."""
    with served(lambda company: seed.open_sample(company, AT)) as found:
        yield found
