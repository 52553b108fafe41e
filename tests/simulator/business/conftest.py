"""The business of a seed, and a client that bills as one would through the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from qbconsole.simulator.business.amounts import local_day
from qbconsole.simulator.business.business import Business
from qbconsole.simulator.clock import Clock
from qbconsole.simulator.database import Database
from qbconsole.simulator.hubspot.portal import Portal
from qbconsole.simulator.quickbooks.company import Company

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qbconsole.simulator.business.ledger import Event

SMALL = 0.2
"""Large enough for every kind of defect and quick to make."""


def make_business(path: Path | None = None, *, seed: int = 7, size: float = SMALL) -> Business:
    database = Database(path)
    clock = Clock(database)
    return Business.generate(database, clock, Company(database, clock), Portal(database, clock), seed=seed, size=size)


@pytest.fixture(name="make")
def make_fixture() -> Callable[..., Business]:
    return make_business


@pytest.fixture(scope="session")
def whole() -> Iterator[Business]:
    """The default business in full size; not to be changed."""
    business = make_business(size=1.0)
    yield business
    business.database.close()


@pytest.fixture
def business() -> Iterator[Business]:
    """A small business of one's own."""
    made = make_business()
    yield made
    made.database.close()


@dataclass
class Client:
    """Writes into QuickBooks and the CRM without looking at the truth, but for what to write."""

    business: Business

    @property
    def state(self) -> dict[str, Any]:
        return self.business.state()

    def today(self) -> str:
        return local_day(self.business.clock.now()).isoformat()

    def events(self, verdict: str) -> list[Event]:
        return [event for event in self.business.ledger.events() if event.verdict == verdict]

    def customer(self, event: Event) -> str:
        """The right customer; made, as a client would, where the books have none."""
        party = self.business.ledger.parties()[event.party]
        if party.customer:
            return party.customer
        for record in self.business.company.records("Customer"):
            if record["DisplayName"] == party.full_name:
                return str(record["Id"])
        address = {
            "Line1": party.street,
            "City": party.city,
            "CountrySubDivisionCode": party.state,
            "PostalCode": party.zip,
        }
        return self.create(
            "Customer",
            {"DisplayName": party.full_name, "PrimaryEmailAddr": {"Address": party.email}, "BillAddr": address},
        )

    def create(self, kind: str, body: dict[str, Any]) -> str:
        with self.business.database.transaction():
            return str(self.business.company.create(kind, body)["Id"])

    def bill(self, event: Event, **changes: Any) -> str:
        """An invoice for an event, as it should be but for the changes."""
        lines = [
            {
                "Amount": line.amount,
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": line.item},
                    "TaxCodeRef": {"value": "TAX" if line.taxable else "NON"},
                },
            }
            for line in event.lines
        ]
        body = {"CustomerRef": {"value": self.customer(event)}, "TxnDate": self.today(), "Line": lines} | changes
        return self.create("Invoice", body)

    def bill_all(self) -> None:
        waiting = {row["deal_id"] for row in self.state["missing"]}
        for event in self.events("bill"):
            if event.deal_id in waiting:
                self.bill(event)

    def void(self, invoice_id: str) -> None:
        company = self.business.company
        with self.business.database.transaction():
            company.void("Invoice", invoice_id, company.read("Invoice", invoice_id)["SyncToken"])


@pytest.fixture
def client(business: Business) -> Client:
    return Client(business)


@pytest.fixture(name="client_of")
def client_of_fixture() -> Callable[[Business], Client]:
    return Client
