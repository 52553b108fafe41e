"""What customers owe by our derivation is what QuickBooks says by their balances and by its report, to the cent."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import httpx
import pytest
from tests.connectors.conftest import Simulator

from qbconsole.domain import receivables
from qbconsole.domain.records import KINDS, Account, Customer, Deposit, Document, JournalEntry, Ledger, Payment

AS_OF = date(2030, 1, 1)
WANTED = {
    "Parent": "40.00", "Job": "150.15", "Overpaid": "-30.00", "Credited": "62.23", "Booked": "37.50",
    "Opening": "432.10", "Euro": "64.55",
}  # fmt: skip


class Bookkeeper:
    """Books in the simulated company what bookkeepers book."""

    def __init__(self, line: dict[str, Any]) -> None:
        given = line["quickbooks"]
        headers = {"Authorization": f"Bearer {given['access_token']}", "Accept": "application/json"}
        self._web = httpx.Client(base_url=f"{given['api_url']}/v3/company/{given['realm_id']}", headers=headers)
        self.item = self._first("Item", "Type = 'Service'")
        self.receivable = self._first("Account", "AccountType = 'Accounts Receivable'")
        self.income = self._first("Account", "AccountType = 'Income'")

    def close(self) -> None:
        self._web.close()

    def post(self, kind: str, body: dict[str, Any], **query: str) -> dict[str, Any]:
        answer = self._web.post(f"/{kind.lower()}", json=body, params=query)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()[kind]
        return made

    def _first(self, kind: str, where: str) -> str:
        query = f"select * from {kind} where {where} maxresults 1"
        return str(self._web.get("/query", params={"query": query}).json()["QueryResponse"][kind][0]["Id"])

    def customer(self, name: str, **more: Any) -> str:
        return str(self.post("Customer", {"DisplayName": name, **more})["Id"])

    def bill(self, customer: str, amount: float, kind: str = "Invoice", **more: Any) -> str:
        detail = {"ItemRef": {"value": self.item}, "TaxCodeRef": {"value": "NON"}}
        line = {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        return str(self.post(kind, {"CustomerRef": {"value": customer}, "Line": [line], **more})["Id"])

    def pay(self, customer: str, total: float, *links: tuple[str, str, float], **more: Any) -> str:
        lines = [{"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": type_}]} for type_, id_, amount in links]
        body = {"CustomerRef": {"value": customer}, "TotalAmt": total, "Line": lines, **more}
        return str(self.post("Payment", body)["Id"])

    def book(self, customer: str, amount: float, side: str) -> str:
        """A journal entry that puts an amount on a customer, or takes it off."""
        other = "Credit" if side == "Debit" else "Debit"
        entity = {"Type": "Customer", "EntityRef": {"value": customer}}
        sides = [
            {"PostingType": side, "AccountRef": {"value": self.receivable}, "Entity": entity},
            {"PostingType": other, "AccountRef": {"value": self.income}},
        ]
        lines = [
            {"Amount": amount, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": one} for one in sides
        ]
        return str(self.post("JournalEntry", {"Line": lines})["Id"])


def book_everything(books: Bookkeeper) -> None:
    """One customer for each way in which receivables move."""
    parent = books.customer("Parent")
    job = books.customer("Job", Job=True, ParentRef={"value": parent})
    invoice = books.bill(job, 250.25)
    books.bill(parent, 40)
    books.pay(parent, 100.10, ("Invoice", invoice, 100.10))
    over = books.customer("Overpaid")
    books.pay(over, 130, ("Invoice", books.bill(over, 100), 100))
    credit = books.customer("Credited")
    invoice, memo = books.bill(credit, 100), books.bill(credit, 30, "CreditMemo")
    books.bill(credit, 7.77, "CreditMemo")
    books.pay(credit, 0, ("Invoice", invoice, 20), ("CreditMemo", memo, 20))
    void = books.customer("Voided")
    gone = books.post("Invoice", {"Id": books.bill(void, 55), "SyncToken": "0"}, operation="void")
    assert gone["TotalAmt"] == 0
    booked = books.customer("Booked")
    books.pay(booked, 30, ("JournalEntry", books.book(booked, 80, "Debit"), 30))
    books.book(booked, 12.5, "Credit")
    books.customer("Opening", Balance=432.1, OpenBalanceDate="2026-11-15")
    euro = books.customer("Euro", CurrencyRef={"value": "EUR"})
    rate: dict[str, Any] = {"CurrencyRef": {"value": "EUR"}, "ExchangeRate": 1.08734}
    invoice = books.bill(euro, 99.99, **rate)
    books.bill(euro, 10.01, **(rate | {"ExchangeRate": 1.1111}))
    books.pay(euro, 45.45, ("Invoice", invoice, 40), **rate)


@pytest.fixture(params=["7", "42"])
def line(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """The sample business of two seeds."""
    command = [sys.executable, "-m", "qbconsole.simulator", "--port", "0", "--seed", request.param, "--size", "0.3"]
    command += ["--switch", "requests_per_second=1000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(10)


async def test_the_sample_business_and_every_kind_of_booking_agree(line: dict[str, Any]) -> None:
    with closing(Bookkeeper(line)) as books:
        book_everything(books)
    quickbooks = Simulator(line).quickbooks()
    records: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    async for page in quickbooks.pull({}, watched={}):
        assert page.problem is None
        records[page.stream.partition(".")[2]] += [row.record for row in page.records]
    report = await quickbooks.receivables(AS_OF)
    await quickbooks.close()
    derived = receivables.receivables(
        receivables.Books(
            records[Document.kind],
            records[Payment.kind],
            records[JournalEntry.kind],
            records[Deposit.kind],
            records[Account.kind],
            records[Ledger.kind][0].currency,
        )
    )
    assert receivables.differences(derived, records[Customer.kind], report, "USD") == []
    owed = {one.name: str(derived[one.id, one.currency].amount) for one in records[Customer.kind] if one.balance}
    assert {name: owed[name] for name in WANTED} == WANTED
