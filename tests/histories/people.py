"""The people of a history: an operator who decides at random, and those who work in the remotes meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.builders import TODAY, customer, document, document_line

from qbconsole.actions import decide, outbox
from qbconsole.domain.errors import Fatal, Problem
from qbconsole.journal import Actor

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from random import Random

    from tests.histories.ledger import Ledger
    from tests.histories.portal import Portal

    from qbconsole.books.book import Book
    from qbconsole.domain.records import Document
    from qbconsole.store.queues import Row

ANN = Actor("ann", "tty1")
OPERATOR = {
    "approve": 6, "create": 2, "undo": 3, "undo any": 1, "bill_again": 3, "hold": 1, "reject": 1, "adopt": 2, "link": 1,
    "retry": 3, "cancel": 1, "resolve": 1,
}  # fmt: skip
"""What the operator does, and how often."""
WANTED: dict[str, Callable[[Row], bool]] = {
    "approve": lambda row: row["state"] == "open" and row["verdict"] != "blocked",
    "hold": lambda row: bool(row["state"] == "open"),
    "reject": lambda row: row["state"] in ("open", "held"),
    "adopt": lambda row: row["state"] in ("open", "held") and bool(row["body"]["choices"]),
    "bill_again": lambda row: bool(row["cause"].startswith("taken back")),
}
"""The drafts for which a decision is worth a try."""
HANDS = {
    "pay": 3, "pay in part": 2, "void": 2, "delete": 3, "e-mail": 2, "edit": 1, "bill by hand": 1, "take the name": 1,
    "rename the deal": 2, "reopen": 2, "win again": 3, "change the amount": 2,
}  # fmt: skip
"""What others do in the remotes, and how often."""


@dataclass
class Operator:
    """Somebody at the console, who presses one key at a time."""

    random: Random
    tell: Callable[[str], None]
    states: Counter[str]
    violations: list[str]

    def act(self, book: Book) -> None:
        """Take one decision, if there is something to decide."""
        what = self.random.choices(list(OPERATOR), weights=list(OPERATOR.values()))[0]
        try:
            words = self._decide(book, what)
        except Fatal as fatal:
            self.violations.append(f"the operator met: {fatal}")
        except Problem as refused:
            self.states["decision refused"] += 1
            self.tell(f"operator: {what} refused: {refused}")
        else:
            if words:
                self.states[f"operator: {what}"] += 1
                self.tell(f"operator: {words}")

    def _decide(self, book: Book, what: str) -> str:
        match what:
            case "undo":
                return decide.undo(book, ANN).words
            case "undo any":
                return decide.undo(book, ANN, self.random.randint(1, 20)).words
            case "retry" | "cancel":
                rows = [row for row in outbox.listed(book) if row.state == "parked" or what == "cancel"]
                act = outbox.retry if what == "retry" else outbox.cancel
                return act(book, self.random.choice(rows).id, ANN).words if rows else ""
            case "create" | "link":
                name = self.random.choice(("", "", "Bluewater Two"))
                return self._row(book, "U", what, lambda row: bool(row["state"] == "open"), name=name, confirm="yes")
            case "resolve":
                side = self.random.choice(("crm", "accounting"))
                return self._row(book, "C", side, lambda row: bool(row["state"] == "open"))
        return self._row(book, "I", what, WANTED[what], reason="because")

    def _row(self, book: Book, queue: str, what: str, wanted: Callable[[Row], bool], **given: str) -> str:
        """Decide one of a queue's rows, as it is shown now."""
        with book.store.reading() as connection:
            rows = [row for row in decide.TABLES[queue].listed(connection) if wanted(row)]
        if not rows:
            return ""
        row = self.random.choice(rows)
        action, id_ = f"{decide.SCOPES[queue]}.{what}", f"{queue}{row['id']}"
        return decide.decide(book, action, id_, ANN, seen=row["inputs_hash"], **given).words


@dataclass
class Hands:
    """Whoever else works in QuickBooks and in the CRM."""

    random: Random
    tell: Callable[[str], None]
    states: Counter[str]
    ledger: Ledger
    portal: Portal

    def act(self) -> None:
        """Do one thing, if there is something to do it to."""
        what = self.random.choices(list(HANDS), weights=list(HANDS.values()))[0]
        if what in ("rename the deal", "reopen", "win again", "change the amount"):
            done = self._to_a_deal(what)
        elif what in ("bill by hand", "take the name"):
            done = self._make(what)
        else:
            done = self._to_an_invoice(what)
        if done:
            self.states[f"meanwhile: {what}"] += 1
            self.tell(f"somebody: {what}: {done}")

    def _to_an_invoice(self, what: str) -> str:
        live = [one for one in self.ledger.every("documents") if one.type == "invoice" and not one.voided]
        ours = [one for one in live if one.private_note]
        if not ours:
            return ""
        one: Document = self.random.choice(ours)
        match what:
            case "pay" | "pay in part":
                amount = one.balance if what == "pay" else (one.balance / 3).quantize(Decimal("0.01"))
                if amount <= 0:
                    return ""
                self.ledger.pay(one, amount, TODAY)
            case "void":
                self.ledger.touched.add(one.id)
                self.ledger.void(one, one.revision)
            case "delete":
                self.ledger.touched.add(one.id)
                self.ledger.delete(one)
            case "e-mail":
                self.ledger.change(one, one.revision, emailed=True)
            case "edit":
                self.ledger.touched.add(one.id)
                more = Decimal("10.00")
                self.ledger.change(one, one.revision, total=one.total + more, balance=one.balance + more)
        return f"{one.id} ({one.private_note.splitlines()[-1]})"

    def _make(self, what: str) -> str:
        if what == "take the name":
            if any(one.name == "Bluewater Clinic" for one in self.ledger.every("customers")):
                return ""
            return str(self.ledger.put(customer(self.ledger.new_id(), name="Bluewater Clinic", email="")).id)
        id_ = self.ledger.new_id()
        amount = self.random.choice(("6420.00", "290.00"))
        values = {"total": Decimal(amount), "lines": (document_line(amount),), "posted_on": TODAY}
        self.ledger.put(document(id_, number=f"M{id_}", created_at=self.ledger.now(), **values))
        self.ledger.reckon("60")
        return id_

    def _to_a_deal(self, what: str) -> str:
        deal = self.random.choice(self.portal.every("deals"))
        match what:
            case "rename the deal":
                changed = replace(deal, name=f"{deal.name.split(' (')[0]} ({self.random.randint(1, 9)})")
            case "reopen":
                changed = replace(deal, won=False, stage_id="open")
            case "win again":
                changed = replace(deal, won=True, stage_id="closedwon")
            case _:
                return self._new_price(deal.line_item_ids[0], deal.id)
        if changed == deal:
            return ""
        self.portal.put(changed)
        return str(deal.id)

    def _new_price(self, line_id: str, deal_id: str) -> str:
        """A line's price and the deal's amount move together."""
        line, deal = self.portal.get("line_items", line_id), self.portal.get("deals", deal_id)
        more = Decimal(self.random.randint(1, 5))
        self.portal.put(replace(line, unit_price=line.unit_price + more))
        self.portal.put(replace(deal, amount=deal.amount + more * line.quantity))
        return deal_id
