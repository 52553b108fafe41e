"""The business's own ledger: what each customer owes for what, from what really happened, never from a claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.business.amounts import CENT, ZERO, cents, exact
from qbconsole.simulator.business.catalogue import TAX_RATES
from qbconsole.simulator.business.parties import Party

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from qbconsole.simulator.database import Database

BILL, ADOPT, HOLD = "bill", "adopt", "hold"
"""Verdicts: to be billed; billed by hand already; must not be billed as it stands."""


@dataclass(frozen=True)
class Line:
    """One line as it should stand on a document."""

    sku: str
    item: str
    quantity: Decimal
    amount: Decimal
    taxable: bool

    def record(self) -> dict[str, Any]:
        """As stored."""
        return vars(self) | {"quantity": str(self.quantity), "amount": str(self.amount)}

    @classmethod
    def of(cls, record: dict[str, Any]) -> Line:
        """Back from its stored form."""
        return cls(**(record | {"quantity": exact(record["quantity"]), "amount": exact(record["amount"])}))


def tax_on(lines: Iterable[Line], party: Party) -> Decimal:
    """Sales tax: the rate of the customer's state on the sum of the taxable lines; none for the exempt or abroad."""
    rate = TAX_RATES.get(party.state)
    if party.exempt or rate is None:
        return ZERO
    taxable = sum((line.amount for line in lines if line.taxable), ZERO)
    return cents(taxable * exact(rate) / 100)


@dataclass
class Event:
    """One thing to be billed once: a deal that was won on or after the cut-over, and what is right to do about it."""

    deal_id: str
    deal_name: str
    party: str
    won_on: str
    verdict: str
    defect: str | None
    lines: list[Line]
    tax: Decimal
    by_hand: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    reopened: bool = False
    job: str | None = None

    @property
    def net(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """What the customer owes, tax included."""
        return self.net + self.tax

    def record(self) -> dict[str, Any]:
        """As stored."""
        lists = {"by_hand": list(self.by_hand), "others": list(self.others)}
        return vars(self) | lists | {"lines": [line.record() for line in self.lines], "tax": str(self.tax)}

    @classmethod
    def of(cls, record: dict[str, Any]) -> Event:
        """Back from its stored form."""
        return cls(**(record | {"lines": [Line.of(line) for line in record["lines"]], "tax": exact(record["tax"])}))


@dataclass
class OwnDocument:
    """An invoice that the business's own people made by hand: why it exists and what stands on it."""

    invoice_id: str
    party: str
    customer: str
    txn_date: str
    lines: list[Line]
    tax: Decimal
    pays: str
    paid_at_start: Decimal = ZERO
    after_cut_over: bool = False

    @property
    def net(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """Tax included."""
        return (self.net + self.tax).quantize(CENT)

    def record(self) -> dict[str, Any]:
        """As stored."""
        texts = {"tax": str(self.tax), "paid_at_start": str(self.paid_at_start)}
        return vars(self) | {"lines": [line.record() for line in self.lines]} | texts

    @classmethod
    def of(cls, record: dict[str, Any]) -> OwnDocument:
        """Back from its stored form."""
        numbers = {"tax": exact(record["tax"]), "paid_at_start": exact(record["paid_at_start"])}
        return cls(**(record | {"lines": [Line.of(line) for line in record["lines"]]} | numbers))


class Ledger:
    """The ledger in the simulator's database, with the truth about who is who."""

    def __init__(self, database: Database) -> None:
        self._facts = database.collection("business")
        self._parties = database.collection("business_parties")
        self._events = database.collection("business_events")
        self._documents = database.collection("business_documents")
        self._credits = database.collection("business_credits")

    @property
    def facts(self) -> dict[str, Any]:
        """Seed, size, cut-over and the like."""
        return self._facts.get("facts") or {}

    def put_facts(self, **facts: object) -> None:
        """Remember facts beside those known."""
        self._facts.put("facts", self.facts | facts)

    def parties(self) -> dict[str, Party]:
        """Every business by its key."""
        return {record["key"]: Party(**record) for record in self._parties}

    def put_party(self, party: Party) -> None:
        """Store a business."""
        self._parties.put(party.key, party.record())

    def events(self) -> list[Event]:
        """What was won after the cut-over, in the order of winning."""
        return sorted(
            (Event.of(record) for record in self._events), key=lambda event: (event.won_on, int(event.deal_id))
        )

    def event(self, deal_id: str) -> Event | None:
        """The event of a deal."""
        record = self._events.get(deal_id)
        return Event.of(record) if record else None

    def put_event(self, event: Event) -> None:
        """Store an event."""
        self._events.put(event.deal_id, event.record())

    def documents(self) -> dict[str, OwnDocument]:
        """The hand-made invoices by id."""
        return {record["invoice_id"]: OwnDocument.of(record) for record in self._documents}

    def put_document(self, document: OwnDocument) -> None:
        """Store a hand-made invoice."""
        self._documents.put(document.invoice_id, document.record())

    def credits(self) -> set[str]:
        """Ids of the credit memos that the business itself made."""
        return {record["id"] for record in self._credits}

    def put_credit(self, credit_id: str) -> None:
        """Remember a credit memo as the business's own."""
        self._credits.put(credit_id, {"id": credit_id})
