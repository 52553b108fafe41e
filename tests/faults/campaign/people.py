"""The people around the book: who sells in HubSpot, and who works in QuickBooks behind our back."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.faults.campaign.world import LOST

if TYPE_CHECKING:
    from tests.faults.campaign.world import World

WON, OPEN = "closedwon", "contractsent"


@dataclass
class Sales:
    """Wins, edits, reopens and wins again; keeps a list of its own of what each deal was ever worth."""

    world: World
    companies: list[str]
    """Those to which it sells."""
    worth: dict[str, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    """By deal, each amount before tax that it ever had."""
    company: dict[str, str] = field(default_factory=dict)
    _line: dict[str, str] = field(default_factory=dict)
    _number: int = 0

    def work(self, rng: random.Random) -> None:
        """A deal or two are won, and something is done about an older one."""
        for _ in range(rng.choice([1, 1, 2, 3])):
            self._win(rng)
        deal = rng.choice(sorted(self._line))
        match rng.choice(["nothing", "edit", "reopen", "again", "rename"]):
            case "edit":
                self._price(deal, rng)
            case "reopen":
                self.world.crm("update", kind="deals", id=deal, properties={"dealstage": OPEN})
            case "again":
                for stage in (OPEN, WON):
                    self.world.crm("update", kind="deals", id=deal, properties={"dealstage": stage})
            case "rename":
                name = f"Renamed {rng.randrange(1000)}"
                self.world.crm("update", kind="companies", id=self.company[deal], properties={"name": name})

    def _win(self, rng: random.Random) -> None:
        self._number += 1
        company = rng.choice(self.companies)
        quantity, price = rng.randint(1, 9), Decimal(rng.randint(1000, 99999)) / 100
        worth = quantity * price
        deal = self.world.crm(
            "create",
            kind="deals",
            properties={
                "dealname": f"Job {self._number}",
                "amount": str(worth),
                "pipeline": "default",
                "dealstage": OPEN,
                "deal_currency_code": "USD",
            },
            associations=[["companies", company, "primary"]],
        )["id"]
        line = self.world.crm(
            "create",
            kind="line_items",
            properties={
                "name": "Service labor",
                "hs_sku": "LAB-SERV",
                "quantity": str(quantity),
                "price": str(price),
            },
            associations=[["deals", deal, ""]],
        )["id"]
        self.world.crm("update", kind="deals", id=deal, properties={"dealstage": WON})
        self.worth[deal].append(worth)
        self.company[deal], self._line[deal] = company, line

    def _price(self, deal: str, rng: random.Random) -> None:
        """Another price on the deal's one line, and so another amount."""
        quantity, price = rng.randint(1, 9), Decimal(rng.randint(1000, 99999)) / 100
        self.worth[deal].append(quantity * price)
        changed = {"quantity": str(quantity), "price": str(price)}
        self.world.crm("update", kind="line_items", id=self._line[deal], properties=changed)
        self.world.crm("update", kind="deals", id=deal, properties={"amount": str(quantity * price)})


@dataclass
class Bookkeeper:
    """Somebody who works in QuickBooks itself. What it may have done is noted before it is tried."""

    world: World
    removed: set[str] = field(default_factory=set)
    """Documents that it may have voided or deleted."""
    paid: set[str] = field(default_factory=set)
    """Invoices that it surely was paid for."""
    done: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def work(self, rng: random.Random, documents: list[str], customers: list[str]) -> None:
        """One thing, to one of the given documents (the newest last) or customers."""
        act = rng.choice(["pay", "pay", "void", "delete", "edit", "rename", "mail"])
        self.try_to(act, rng.choice(customers if act == "rename" else documents[-6:] or ["0"]), rng)

    def try_to(self, act: str, target: str, rng: random.Random) -> None:
        """One thing to one record; a fault may strike it."""
        try:
            getattr(self, f"_{act}")(target, rng)
        except LOST:
            return
        self.done[act] += 1

    def _invoice(self, id_: str) -> dict[str, Any]:
        found: dict[str, Any] = self.world.quickbooks(f"invoice/{id_}")["Invoice"]
        return found

    def _pay(self, id_: str, rng: random.Random) -> None:
        invoice = self._invoice(id_)
        amount = Decimal(str(invoice["Balance"]))
        amount = amount if rng.random() < 0.6 else (amount / 2).quantize(Decimal("0.01"))
        link = {"Amount": float(amount), "LinkedTxn": [{"TxnId": id_, "TxnType": "Invoice"}]}
        if amount > 0:
            body = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": float(amount), "Line": [link]}
            self.world.quickbooks("payment", body)
            self.paid.add(id_)

    def _void(self, id_: str, _: random.Random) -> None:
        self._end(id_, "void")

    def _delete(self, id_: str, _: random.Random) -> None:
        self._end(id_, "delete")

    def _end(self, id_: str, operation: str) -> None:
        invoice = self._invoice(id_)
        self.removed.add(id_)
        self.paid.discard(id_)
        body = {"Id": id_, "SyncToken": invoice["SyncToken"]}
        self.world.quickbooks("invoice", body, operation=operation)

    def _edit(self, id_: str, rng: random.Random) -> None:
        invoice = self._invoice(id_)
        memo = {"value": f"Thank you {rng.randrange(1000)}"}
        body = {"Id": id_, "SyncToken": invoice["SyncToken"], "sparse": True, "CustomerMemo": memo}
        self.world.quickbooks("invoice", body)

    def _rename(self, id_: str, rng: random.Random) -> None:
        customer = self.world.quickbooks(f"customer/{id_}")["Customer"]
        name = f"{customer['DisplayName'].partition(' #')[0]} #{rng.randrange(1000)}"
        body = {"Id": id_, "SyncToken": customer["SyncToken"], "sparse": True, "DisplayName": name}
        self.world.quickbooks("customer", body)

    def _mail(self, id_: str, _: random.Random) -> None:
        self.world.quickbooks(f"invoice/{id_}/send", {}, sendTo="ap@customer.example")
