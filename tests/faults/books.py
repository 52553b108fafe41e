"""A company in the simulator with something to change, and one operation of every kind of write."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.connectors.conftest import Tokens

from qbconsole.connectors.breaker import Breaker
from qbconsole.connectors.http import Http
from qbconsole.connectors.limits import Gate, RateLimit
from qbconsole.connectors.quickbooks import QuickBooks, QuickBooksSettings
from qbconsole.connectors.quickbooks.faults import REFERENCE
from qbconsole.domain.operations import (
    ApplyCredit,
    CreateCustomer,
    CreateDocument,
    DeactivateCustomer,
    DeleteDocument,
    Operation,
    SendDocument,
    TagCustomer,
    UpdateCustomer,
    UpdateDocument,
    VoidDocument,
)
from qbconsole.domain.records import DocumentLine
from qbconsole.outbox.deliver import Deliverer
from qbconsole.outbox.delivered import Delivered
from qbconsole.outbox.queue import Enqueued, enqueue
from qbconsole.store import facts, leases, outbox

if TYPE_CHECKING:
    from tests.simulator.served import Served

    from qbconsole.books.book import Book

TODAY = date(2026, 11, 16)
LABOR = DocumentLine("1", "Labor", Decimal(2), Decimal("60.00"), Decimal("120.00"))
ROUNDS = 500
"""Deliveries after which what is still open will never end."""
PACE = 0.02
"""A second of patience, in seconds: the simulator is near."""


async def brief(seconds: float) -> None:
    """Wait as the connectors do, at this pace."""
    await asyncio.sleep(seconds * PACE)


def connector(served: Served) -> QuickBooks:
    """QuickBooks as a book has it, with the vendor's limits out of the way."""
    url = str(served.http.base_url).rstrip("/")
    settings = QuickBooksSettings(
        realm_id=served.company.realm_id, api_url=url, oauth_url=url, throttle_wait=PACE, may_apply_credits=True
    )
    http = Http(
        "QuickBooks",
        bases=(settings.company_url, settings.oauth_url),
        gate=Gate(RateLimit(10_000, seconds=1), concurrent=8),
        reference_header=REFERENCE,
        breaker=Breaker("QuickBooks", rest=PACE),
        sleep=brief,
    )
    return QuickBooks(settings, Tokens({"client_id": "id", "access_token": served.token}), http=http)


@dataclass
class Company:
    """What is in the books before anything is decided, made over HTTP; `ids` by what they are for."""

    served: Served
    ids: dict[str, str] = field(default_factory=dict)

    def fill(self) -> None:
        """A customer with five invoices, an estimate and a credit; another customer who never bought."""
        self._post("preferences", "Preferences", {"SalesFormsPrefs": {"AllowEstimates": True}}, read=True)
        self.ids["customer"] = self._customer("Harbor Point Dental", PrimaryPhone={"FreeFormNumber": "555 0100"})
        self.ids["stranger"] = self._customer("Nobody Inc.")
        for purpose in ("update", "send", "void", "delete", "pay"):
            self.ids[purpose] = self._document("Invoice")
        self.ids["estimate"] = self._document("Estimate")
        self.ids["credit"] = self._document("CreditMemo")

    def _customer(self, name: str, **more: Any) -> str:
        return self._post("customer", "Customer", {"DisplayName": name, **more})

    def _document(self, kind: str) -> str:
        line = {
            "Amount": 120, "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}, "Qty": 2, "UnitPrice": 60},
        }  # fmt: skip
        body = {"CustomerRef": {"value": self.ids["customer"]}, "TxnDate": TODAY.isoformat(), "Line": [line]}
        return self._post(kind.lower(), kind, body)

    def _post(self, path: str, kind: str, body: dict[str, Any], *, read: bool = False) -> str:
        if read:
            before = self.served.books("GET", f"/{path}").json()[kind]
            body = {**body, "Id": before["Id"], "SyncToken": before["SyncToken"], "sparse": True}
        answer = self.served.books("POST", f"/{path}", body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()[kind]["Id"])

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """The records that are there, by the simulator's own truth."""
        return list(self.served.company.records(kind))

    def row(self, kind: str, purpose: str) -> dict[str, Any]:
        """One of them."""
        return next(row for row in self.rows(kind) if row["Id"] == self.ids[purpose])

    def operations(self) -> list[Operation]:
        """One operation of every kind, as desks would decide them now."""
        ids, money = self.ids, Decimal("120.00")
        customer = ids["customer"]

        def made(type_: str, tag: str, **more: Any) -> CreateDocument:
            return CreateDocument(type_, customer, TODAY, "USD", (LABOR,), tag, **more)

        return [
            CreateCustomer("Roof", "CRM company 7", "USD", parent_id=customer),
            UpdateCustomer(customer, "0", (("phone", "555 0100"),), (("phone", "555 0199"),)),
            TagCustomer(customer, "CRM company 9"),
            DeactivateCustomer(ids["stranger"]),
            made("invoice", "Deal 1 / deposit", due_on=date(2026, 12, 1), email="ap@harbor.example", message="Hello"),
            made("estimate", "Deal 2 / completion"),
            made("credit_memo", "Deal 3 / completion"),
            made("invoice", "Deal 4 / completion", estimate_id=ids["estimate"]),
            UpdateDocument("invoice", ids["update"], "0", (("message", ""),), (("message", "Thank you"),)),
            SendDocument("invoice", ids["send"], "ap@harbor.example", money),
            VoidDocument("invoice", ids["void"], "0", money, emailed=False),
            DeleteDocument("invoice", ids["delete"], "0", money, emailed=False),
            ApplyCredit(ids["credit"], ids["pay"], customer, "USD", money, TODAY, "Deal 5 / credit"),
        ]


class Office:
    """A book with the company, and a runner's lease."""

    def __init__(self, book: Book, quickbooks: QuickBooks) -> None:
        """Take the lease."""
        self.book = book
        self._quickbooks = quickbooks
        self._decided = 0
        with book.store.writing() as connection:
            self._fence = leases.take(connection, "me", "here", 1, datetime.now(UTC))

    async def decide(self, operations: list[Operation]) -> None:
        """Put operations into the outbox, each a decision of its own."""
        remote = await self._quickbooks.now()
        now = datetime.now(UTC)
        with self.book.store.writing() as connection:
            facts.keep_remote_offset(connection, remote)
            for number, operation in enumerate(operations, self._decided + 1):
                enqueued = Enqueued(operation, f"{operation.kind} {number}")
                enqueue(connection, enqueued, book="b", decision_id=number, rules_hash="r", at=now, due_at=now)
        self._decided += len(operations)

    async def once(self) -> Delivered:
        """Send what is due now, once."""
        return await Deliverer(self.book, {"accounting": self._quickbooks}, self._fence).deliver()

    async def deliver(self) -> Delivered:
        """Deliver and retry, as the runner does, until nothing is left that falls due by itself."""
        total = Delivered()
        deliverer = Deliverer(self.book, {"accounting": self._quickbooks}, self._fence)
        for _ in range(ROUNDS):
            if (wait := self._until_due()) is None:
                break
            await asyncio.sleep(max(wait, 0.0))
            total.add(await deliverer.deliver())
        return total

    def _until_due(self) -> float | None:
        with self.book.store.reading() as connection:
            due = outbox.next_due(connection, datetime.now(UTC))
        return None if due is None else (due - datetime.now(UTC)).total_seconds()

    def fates(self) -> dict[str, str]:
        """What is not settled, with its reason."""
        states = ("waiting", "pending", "claimed", "unknown", "parked", "cancelled")
        with self.book.store.reading() as connection:
            rows = outbox.listed(connection, states)
        return {f"{row['id']} {row['kind']}": f"{row['state']}: {row['problem']}" for row in rows}
