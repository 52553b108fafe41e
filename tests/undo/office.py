"""A bookkeeper's book over the real simulator: decides, delivers and pulls; and a person who works in QuickBooks."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.builders import company, contact, deal, lines, owner, put, stage
from tests.connectors.conftest import Tokens
from tests.faults.books import connector

from qbconsole.actions import decide, propose, queues
from qbconsole.billing import decide as billing
from qbconsole.connectors.http import Http
from qbconsole.connectors.hubspot import HubSpot, HubSpotSettings
from qbconsole.connectors.hubspot.faults import REFERENCE
from qbconsole.connectors.limits import Gate, RateLimit
from qbconsole.journal import Actor
from qbconsole.outbox.deliver import Deliverer
from qbconsole.outbox.delivered import Delivered
from qbconsole.pull import pull
from qbconsole.store import facts, leases, outbox, runs

if TYPE_CHECKING:
    import pytest
    from tests.simulator.served import Served

    from qbconsole.actions.decide import Decided
    from qbconsole.books.book import Book
    from qbconsole.connectors.quickbooks import QuickBooks

ANN = Actor("ann", "tty1")
TODAY = date(2026, 11, 16)
"""The simulator's first day."""
OCTOBER = date(2026, 10, 20)
ZERO = Decimal("0.00")
NUMBERS = count(1)
"""Every cell of the matrix has its own company and deal."""


@dataclass
class Person:
    """Somebody who works in QuickBooks over its own HTTP, and in its user interface."""

    served: Served

    def post(self, kind: str, body: dict[str, Any], path: str = "", **query: str) -> dict[str, Any]:
        """Make or change a record."""
        answer = self.served.books("POST", f"/{kind.lower()}{path}", body, **query)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()[kind]
        return made

    def row(self, kind: str, id_: str) -> dict[str, Any]:
        """A record by the simulator's own truth."""
        return next(row for row in self.served.company.records(kind) if row["Id"] == id_)

    def prepare(self) -> None:
        """What the deals sell, one of it from stock."""
        company = self.served.company
        with company.database.transaction():
            cost = company.create("Account", {"Name": "Cost of Goods", "AccountType": "Cost of Goods Sold"})["Id"]
            asset = company.create("Account", {"Name": "Stock", "AccountSubType": "Inventory"})["Id"]
        income = next(row["Id"] for row in company.records("Account") if row["Name"] == "Sales")
        sold = {"IncomeAccountRef": {"value": income}}
        self.post("Item", {"Name": "Install labor", "Sku": "LABOR", "Type": "Service", **sold})
        self.post("Item", {"Name": "Chiller", "Sku": "RTU-20", "Type": "NonInventory", "Taxable": True, **sold})
        stock = {
            "TrackQtyOnHand": True, "QtyOnHand": 100, "InvStartDate": "2026-01-01",
            "ExpenseAccountRef": {"value": cost}, "AssetAccountRef": {"value": asset},
        }  # fmt: skip
        self.post("Item", {"Name": "Filter", "Sku": "STOCK", "Type": "Inventory", **stock, **sold})
        self.prefer(AllowEstimates=True)

    def prefer(self, **preferences: Any) -> None:
        """Set preferences of sales forms."""
        before = self.served.books("GET", "/preferences").json()["Preferences"]
        body = {"Id": before["Id"], "SyncToken": before["SyncToken"], "sparse": True, "SalesFormsPrefs": preferences}
        self.post("Preferences", body)

    def item(self, sku: str) -> str:
        """An item's id."""
        return next(str(row["Id"]) for row in self.served.company.records("Item") if row.get("Sku") == sku)

    def customer(self, name: str) -> str:
        """A Texan customer."""
        address = {"Line1": "1 Pier", "City": "Austin", "CountrySubDivisionCode": "TX", "PostalCode": "73301"}
        email = {"Address": f"ap@{name.replace(' ', '').lower()}.example"}
        return str(self.post("Customer", {"DisplayName": name, "BillAddr": address, "PrimaryEmailAddr": email})["Id"])

    def form(self, kind: str, customer: str, on: date, **more: Any) -> dict[str, Any]:
        """An invoice, estimate or credit memo as the draft of a deal would make it."""
        sold = [("LABOR", 8, 145, "NON"), ("RTU-20", 1, 5260, "TAX")]
        body = {
            "CustomerRef": {"value": customer},
            "TxnDate": on.isoformat(),
            "Line": [self._line(*one) for one in sold],
            **more,
        }
        return self.post(kind, body)

    def _line(self, sku: str, quantity: int, price: int, tax: str) -> dict[str, Any]:
        detail = {
            "ItemRef": {"value": self.item(sku)},
            "Qty": quantity,
            "UnitPrice": price,
            "TaxCodeRef": {"value": tax},
        }
        return {"Amount": quantity * price, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}

    def mail(self, kind: str, id_: str) -> None:
        """Send a form to the customer."""
        answer = self.served.http.post(
            f"/v3/company/{self.served.company.realm_id}/{kind.lower()}/{id_}/send",
            params={"sendTo": "ap@harbor.example"},
            headers={
                "authorization": f"Bearer {self.served.token}",
                "accept": "application/json",
                "content-type": "application/octet-stream",
            },
        )
        assert answer.status_code == 200, answer.text

    def pay(self, invoice: str, amount: Decimal | None = None, *, credit: str = "") -> str:
        """Receive money for an invoice, all that is open without an amount; or use a credit memo for it."""
        row = self.row("Invoice", invoice)
        open_ = row["Balance"] if amount is None else amount
        links = [{"Amount": str(open_), "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}]
        if credit:
            links.append({"Amount": str(open_), "LinkedTxn": [{"TxnId": credit, "TxnType": "CreditMemo"}]})
        body = {"CustomerRef": row["CustomerRef"], "TotalAmt": 0 if credit else str(open_), "Line": links}
        return str(self.post("Payment", body)["Id"])

    def deposit(self, payment: str) -> None:
        """Bring a payment to the bank."""
        self.control("sweep", payments=[payment])

    def close_books(self, through: date | None) -> None:
        """Close the books through a day, or open them."""
        self.control("close", through=through.isoformat() if through else "")

    def control(self, act: str, **body: Any) -> None:
        """What no API can."""
        from qbconsole.simulator.quickbooks.person import ACTS

        with self.served.company.database.transaction():
            ACTS[act](self.served.company, body)


@dataclass
class Office:
    """A book of one company, whose runner is a call away."""

    book: Book
    served: Served
    quickbooks: QuickBooks
    hubspot: HubSpot
    person: Person
    fence: int = 0
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def opened(cls, book: Book, served: Served, person: Person) -> Office:
        """Take the lease, and hang on the real connectors."""
        url = str(served.http.base_url).rstrip("/")
        settings = HubSpotSettings(api_url=url, may_create_properties=True, keep_free=0)
        http = Http(
            "HubSpot", bases=(url,), gate=Gate(RateLimit(10_000, seconds=1), concurrent=4), reference_header=REFERENCE
        )
        hubspot = HubSpot(settings, Tokens({"token": served.portal.token}), http=http)
        office = cls(book, served, connector(served), hubspot, person)
        with book.store.writing() as connection:
            office.fence = leases.take(connection, "me", "here", 1, datetime.now(UTC))
        return office

    async def close(self) -> None:
        """Hang up."""
        await self.quickbooks.close()
        await self.hubspot.close()

    # --- the CRM ------------------------------------------------------------------------------------------------------

    def sells(self, on: date) -> None:
        """A company with a deal that was won on a day, in the CRM."""
        number = next(NUMBERS)
        name = f"Harbor Point {number}"
        answer = self.served.http.post("/crm/v3/objects/companies", json={"properties": {"name": name}})
        assert answer.status_code == 201, answer.text
        id_ = str(answer.json()["id"])
        at = datetime(on.year, on.month, on.day, 18, tzinfo=UTC)
        email = f"ap@{name.replace(' ', '').lower()}.example"
        self.ids |= {"company": id_, "name": name, "deal": str(9000 + number)}
        put(
            self.book, owner(), stage(), company(id_, name=name), contact(email=email, company_ids=(id_,)),
            deal(self.ids["deal"], closed_at=at, company_ids=(id_,), primary_company_id=id_), *lines(self.ids["deal"]),
        )  # fmt: skip

    def stamp(self) -> str:
        """The customer id that HubSpot holds on the company."""
        path = f"/crm/v3/objects/companies/{self.ids['company']}"
        found = self.served.http.get(path, params={"properties": "qbc_customer_id"}).json()
        return str(found["properties"].get("qbc_customer_id") or "")

    # --- the runner ---------------------------------------------------------------------------------------------------

    async def pull(self, *, full: bool = False) -> None:
        """Pull QuickBooks, and propose; the company's settings are read rarely, unless all is (`full`)."""
        remote = await self.quickbooks.now()
        with self.book.store.writing() as connection:
            run = runs.begin(connection, "test", datetime.now(UTC))
            facts.keep_remote_offset(connection, remote)
        await pull(self.book.store, self.quickbooks, run_id=run, watched={}, full=full)
        self.book.reload()
        propose.propose(self.book)

    async def deliver(self) -> Delivered:
        """Deliver until nothing falls due by itself."""
        total = Delivered()
        deliverer = Deliverer(self.book, {"accounting": self.quickbooks, "crm": self.hubspot}, self.fence)
        while (wait := self._until_due()) is not None and wait < 60:
            await asyncio.sleep(max(0.0, wait))
            total.add(await deliverer.deliver())
        return total

    def _until_due(self) -> float | None:
        with self.book.store.reading() as connection:
            due = outbox.next_due(connection, datetime.now(UTC))
        return None if due is None else (due - datetime.now(UTC)).total_seconds()

    def operations(self, state: str) -> list[dict[str, Any]]:
        """The operations in a state."""
        with self.book.store.reading() as connection:
            return outbox.listed(connection, (state,))

    # --- deciding -----------------------------------------------------------------------------------------------------

    def decide(self, queue: str, action: str, **given: str) -> Decided:
        """Decide the one row that waits."""
        (row,) = queues.rows(self.book, queue)
        return decide.decide(self.book, action, row.id, ANN, seen=queues.detail(self.book, row.id).seen, **given)

    async def linked(self, on: date = TODAY) -> None:
        """A deal won on a day, whose company is linked to a customer in QuickBooks."""
        self.sells(on)
        self.ids["customer"] = self.person.customer(self.ids["name"])
        await self.pull()
        self.decide("unmatched", "unmatched.link", customer=self.ids["customer"])
        await self.deliver()

    async def approved(self, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Decided:
        """The draft is approved; `changes` make the document into one that the desk does not make yet."""
        real = billing._document
        with monkeypatch.context() as patched:
            patched.setattr(billing, "_document", lambda composed, event: replace(real(composed, event), **changes))
            taken = self.decide("invoices", "invoices.approve")
        await self.deliver()
        return taken

    def made(self, decision_id: int) -> str:
        """The id of the document that a decision made."""
        with self.book.store.reading() as connection:
            return str(outbox.of_decision(connection, decision_id)[0]["remote_id"])

    def event(self) -> tuple[str, str]:
        """The deal's billing event: its state, and what it was."""
        with self.book.store.reading() as connection:
            found = connection.exec_driver_sql(
                "SELECT state, was FROM billing_event WHERE deal_id = ?", (self.ids["deal"],)
            ).one()
        return str(found[0]), str(found[1])


def months(served: Served) -> dict[str, dict[str, Decimal]]:
    """By month what the company earned by item, its sales tax, and what customers owed at its end.

    Reckoned here from the plain records: what an accountant would have reported of each month.
    """
    flows: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for kind, sign in (("Invoice", 1), ("CreditMemo", -1)):
        for row in served.company.records(kind):
            month, tax = flows[row["TxnDate"][:7]], Decimal(str(row.get("TxnTaxDetail", {}).get("TotalTax", 0)))
            month["tax"] += sign * tax
            month["owed"] += sign * Decimal(str(row["TotalAmt"]))
            for line in row["Line"]:
                if line["DetailType"] == "SalesItemLineDetail":
                    item = line["SalesItemLineDetail"]["ItemRef"]["value"]
                    month[f"income of item {item}"] += sign * Decimal(str(line["Amount"]))
    for row in served.company.records("Payment"):
        flows[row["TxnDate"][:7]]["owed"] -= Decimal(str(row["TotalAmt"]))
    owed = ZERO
    for name in sorted(flows):
        owed += flows[name]["owed"]
        flows[name]["owed"] = owed
    return {name: dict(flow) for name, flow in flows.items()}


def receivables(served: Served, on: date) -> Any:
    """What the simulator's own report says that customers owed on a day."""
    answer = served.books("GET", "/reports/CustomerBalance", report_date=on.isoformat())
    assert answer.status_code == 200, answer.text
    return answer.json()["Rows"]
