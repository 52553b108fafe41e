"""The accounting side in memory, after quickbooks.md: customers, documents, payments, tokens and request ids."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.histories.remote import Records

from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.operations import CreateCustomer, CreateDocument
from qbconsole.domain.records import Application, Customer, Document, Payment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from qbconsole.domain.records import Record

ZERO = Decimal("0.00")


class Stale(Exception):  # noqa: N818 - the vendor's 5010, mapped by whoever asked
    """The token is not the record's (5010)."""


@dataclass(frozen=True, slots=True)
class Made:
    """A create that had its effect."""

    kind: str
    id: str
    mark: str
    request_id: str


@dataclass
class Ledger(Records):
    """A company at the vendor. It remembers request ids for `memory` seconds; `violations` are seen as they happen."""

    memory: float = 3600.0
    remembered: dict[str, tuple[float, Record]] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    credited: dict[str, str] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    """Documents that a person changed there: what became of them is that person's business."""
    violations: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    number: int = 1000

    # --- writes -------------------------------------------------------------------------------------------------------

    def once(self, request_id: str, effect: Callable[[], Record]) -> Record:
        """Do it, or give the first answer again: the same id has one effect, as long as it is remembered."""
        known = self.remembered.get(request_id)
        if known and self.elapsed() - known[0] < self.memory:
            self.states["answer replayed"] += 1
            return known[1]
        if known:
            self.states["request id forgotten"] += 1
        answer = effect()
        self.remembered[request_id] = (self.elapsed(), answer)
        return answer

    def create_customer(self, operation: CreateCustomer, request_id: str) -> Customer:
        """Names are unique, inactive customers included (6240)."""
        if any(one.name.casefold() == operation.name.casefold() for one in self.every("customers")):
            self.states["name taken"] += 1
            words = f"Another customer is already using the name {operation.name}."
            raise NeedsPerson(words, next_step="Link that one, or choose another name.", code="6240")
        record = Customer(
            id=self.new_id(), name=operation.name, company_name=operation.company_name, email=operation.email,
            phone=operation.phone, address=operation.address, currency=operation.currency, notes=operation.notes,
            revision="0",
        )  # fmt: skip
        self.made.append(Made("create_customer", record.id, operation.notes, request_id))
        customer: Customer = self.put(record)
        return customer

    def create_document(self, operation: CreateDocument, request_id: str) -> Document:
        """The customer must be there and active (610)."""
        customer = self.get("customers", operation.customer_id)
        if customer is None or not customer.active:
            raise NeedsPerson("The customer was made inactive.", next_step="Activate it in QuickBooks.", code="610")
        self.number += 1
        total = operation.before_tax
        record = Document(
            id=self.new_id(), type=operation.type, number=str(self.number), customer_id=operation.customer_id,
            posted_on=operation.posted_on, currency=operation.currency, total=total, balance=total,
            due_on=operation.due_on, private_note=operation.private_note, lines=operation.lines,
            email=operation.email, term_id=operation.term_id, created_at=self.now(), revision="0",
        )  # fmt: skip
        if operation.reverses:
            self._credit(operation, record)
        elif twins := self.standing(operation.private_note):
            words = f"double: invoices {twins[0].id} and {record.id} both bill {operation.private_note!r}"
            self.violations.append(words)
        self.made.append(Made(operation.type, record.id, operation.private_note, request_id))
        document: Document = self.put(record)
        self.reckon(operation.customer_id)
        return document

    def _credit(self, operation: CreateDocument, credit: Document) -> None:
        if operation.reverses in self.credited:
            self.violations.append(f"double: {operation.reverses} was credited as {self.credited[operation.reverses]}")
        self.credited[operation.reverses] = credit.id

    def standing(self, note: str) -> list[Document]:
        """The invoices that bill the deal of a note, of whatever generation: neither gone, void nor credited."""
        stem = stem_of(note)
        return [
            one
            for one in self.every("documents")
            if one.type == "invoice" and stem_of(one.private_note) == stem
            if not one.voided and one.id not in self.credited
        ]  # fmt: skip

    def change(self, record: Record, token: str, **values: object) -> Record:
        """Change a record under a token: +1 for each change (quickbooks.md 7.1)."""
        current = self.get(record.kind, record.id)
        if current is None or current.revision != token:
            self.states["stale token refused"] += 1
            raise Stale
        changed: Record = replace(current, **values, revision=str(int(token) + 1))
        self.put(changed)
        if isinstance(changed, Document):
            self.reckon(changed.customer_id)
        return changed

    def void(self, document: Document, token: str) -> Record:
        """Amounts become zero, the note says it, links go (quickbooks.md 9)."""
        lines = tuple(replace(line, amount=ZERO, quantity=None, unit_price=None) for line in document.lines)
        note = f"Voided\n{document.private_note}" if document.private_note else "Voided"
        values = {"total": ZERO, "balance": ZERO, "lines": lines, "private_note": note, "links": ()}
        self._free(document.id)
        return self.change(document, token, voided=True, **values)

    def delete(self, document: Document) -> None:
        """It is gone from all lists and cannot be read (610)."""
        self._free(document.id)
        self.remove("documents", document.id)
        self.reckon(document.customer_id)

    def _free(self, document_id: str) -> None:
        """Payments stay, and are unapplied."""
        for payment in self.every("payments"):
            if any(one.id == document_id for one in payment.applications):
                self.put(replace(payment, applications=(), unapplied=payment.total, revision=payment.revision + "1"))

    def pay(self, document: Document, amount: Decimal, day: date) -> None:
        """Receive money for an invoice: its token and its customer's balance move with it."""
        payment = Payment(
            id=self.new_id(), customer_id=document.customer_id, paid_on=day, currency=document.currency, total=amount,
            applications=(Application("invoice", document.id, amount),), revision="0",
        )  # fmt: skip
        self.put(payment)
        links = (*document.links, ("payment", payment.id))
        self.change(document, document.revision, balance=document.balance - amount, links=links)

    def reckon(self, customer_id: str) -> None:
        """A customer's balance follows its transactions, without a new token."""
        customer = self.get("customers", customer_id)
        owed = self.owed().get(customer_id, ZERO)
        if customer is not None and customer.balance != owed:
            self.put(replace(customer, balance=owed))

    def owed(self) -> dict[str, Decimal]:
        """What each customer owes; nothing for zero."""
        sums: dict[str, Decimal] = {}
        for one in self.every("documents"):
            if one.type in ("invoice", "credit_memo") and not one.voided:
                owed = one.balance if one.type == "invoice" else -one.balance
                sums[one.customer_id] = sums.get(one.customer_id, ZERO) + owed
        for payment in self.every("payments"):
            sums[payment.customer_id] = sums.get(payment.customer_id, ZERO) - payment.unapplied
        return {id_: amount for id_, amount in sums.items() if amount}


def stem_of(note: str) -> str:
    """The deal and event of a document's tag, whatever its generation; empty for what is not ours."""
    for line in note.splitlines():
        if line.startswith("Deal "):
            return " / ".join(line.split(" / ")[:2])
    return ""
