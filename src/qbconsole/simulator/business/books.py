"""The books as they stand in QuickBooks now, read plainly: documents, what was paid on them, who was credited."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.business.amounts import ZERO, cents, exact, local_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qbconsole.simulator.quickbooks.company import Company


@dataclass(frozen=True)
class BookLine:
    """One item line of a document."""

    item: str
    quantity: Decimal | None
    amount: Decimal
    code: str
    class_id: str


@dataclass
class Document:
    """An invoice as QuickBooks has it, with the money that was applied to it."""

    id: str
    number: str
    customer: str
    txn_date: date
    due_date: date
    made_on: date
    total: Decimal
    balance: Decimal
    tax: Decimal
    lines: list[BookLine]
    voided: bool
    paid: Decimal = ZERO
    credited: Decimal = ZERO
    refunded: Decimal = ZERO
    paid_date: date | None = None

    @property
    def net(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), ZERO)

    def status(self, today: date) -> str:
        """The first that holds of: voided, refunded, credited, paid, overdue, partially_paid, unpaid."""
        if self.voided:
            return "voided"
        if self.paid and self.refunded >= self.paid:
            return "refunded"
        if self.balance == ZERO and self.credited and not self.paid:
            return "credited"
        if self.balance == ZERO:
            return "paid"
        if self.due_date < today:
            return "overdue"
        return "partially_paid" if self.balance < self.total else "unpaid"


@dataclass(frozen=True)
class CreditNote:
    """A credit memo."""

    id: str
    customer: str
    txn_date: date
    total: Decimal


@dataclass
class Books:
    """Everything that bears on who owes what."""

    documents: dict[str, Document]
    credits: list[CreditNote]
    customers: dict[str, dict[str, Any]]
    months: dict[str, dict[str, Decimal]] = field(default_factory=dict)


def read_books(company: Company) -> Books:
    """Read them."""
    documents = {document.id: document for document in map(_document, company.records("Invoice"))}
    _apply_payments(documents, company.records("Payment"))
    _apply_refunds(documents, company.records("RefundReceipt"))
    notes = [
        CreditNote(
            str(memo["Id"]), memo["CustomerRef"]["value"], date.fromisoformat(memo["TxnDate"]), cents(memo["TotalAmt"])
        )
        for memo in company.records("CreditMemo")
    ]
    customers = {str(customer["Id"]): customer for customer in company.records("Customer")}
    return Books(documents, notes, customers, _months(company))


def _document(invoice: dict[str, Any]) -> Document:
    lines = [_line(line) for line in invoice["Line"] if line.get("DetailType") == "SalesItemLineDetail"]
    total = cents(invoice["TotalAmt"])
    txn_date = date.fromisoformat(invoice["TxnDate"])
    voided = (
        total == ZERO
        and all(line.amount == ZERO for line in lines)
        and str(invoice.get("PrivateNote") or "").startswith("Voided")
    )
    return Document(
        id=str(invoice["Id"]),
        number=str(invoice.get("DocNumber") or ""),
        customer=invoice["CustomerRef"]["value"],
        txn_date=txn_date,
        due_date=date.fromisoformat(invoice["DueDate"]) if invoice.get("DueDate") else txn_date,
        made_on=local_day(invoice["MetaData"]["CreateTime"]),
        total=total,
        balance=cents(invoice["Balance"]),
        tax=cents((invoice.get("TxnTaxDetail") or {}).get("TotalTax")),
        lines=lines,
        voided=voided,
    )


def _line(line: dict[str, Any]) -> BookLine:
    detail = line.get("SalesItemLineDetail") or {}
    return BookLine(
        item=str((detail.get("ItemRef") or {}).get("value") or ""),
        quantity=exact(detail["Qty"]) if detail.get("Qty") is not None else None,
        amount=cents(line.get("Amount")),
        code=str((detail.get("TaxCodeRef") or {}).get("value") or "NON"),
        class_id=str((detail.get("ClassRef") or {}).get("value") or ""),
    )


def _apply_payments(documents: dict[str, Document], payments: Iterable[dict[str, Any]]) -> None:
    """Credits that a payment uses settle its invoices first, in their order; what is left of them was money."""
    for payment in payments:
        invoices, credit = list[tuple[str, Decimal]](), ZERO
        for line in payment.get("Line") or []:
            for link in line.get("LinkedTxn") or []:
                if link["TxnType"] == "Invoice":
                    invoices.append((str(link["TxnId"]), cents(line["Amount"])))
                elif link["TxnType"] == "CreditMemo":
                    credit += cents(line["Amount"])
        for invoice_id, amount in invoices:
            document = documents.get(invoice_id)
            share = min(credit, amount)
            credit -= share
            if document is None:
                continue
            document.credited += share
            if amount > share:
                document.paid += amount - share
                when = date.fromisoformat(payment["TxnDate"])
                document.paid_date = max(document.paid_date or when, when)


def _apply_refunds(documents: dict[str, Document], refunds: Iterable[dict[str, Any]]) -> None:
    """QuickBooks links a refund to nothing; only one whose memo names the invoice's number speaks of it."""
    by_number = {(document.customer, document.number): document for document in documents.values() if document.number}
    for refund in refunds:
        for word in str(refund.get("PrivateNote") or "").replace(",", " ").split():
            document = by_number.get((refund["CustomerRef"]["value"], word))
            if document:
                document.refunded += cents(refund["TotalAmt"])


def _months(company: Company) -> dict[str, dict[str, Decimal]]:
    """By month and in the home currency: income, tax, and what customers owed at its end."""
    flows: dict[str, dict[str, Decimal]] = defaultdict(lambda: {"income": ZERO, "receivable": ZERO, "tax": ZERO})
    for kind, income, receivable in (
        ("Invoice", 1, 1),
        ("CreditMemo", -1, -1),
        ("RefundReceipt", -1, 0),
        ("SalesReceipt", 1, 0),
    ):
        for record in company.records(kind):
            rate, tax = (
                exact(record.get("ExchangeRate") or 1),
                cents((record.get("TxnTaxDetail") or {}).get("TotalTax")),
            )
            month, total = flows[record["TxnDate"][:7]], cents(record["TotalAmt"])
            month["income"] += cents((total - tax) * rate) * income
            month["tax"] += cents(tax * rate) * income
            month["receivable"] += cents(total * rate) * receivable
    for payment in company.records("Payment"):
        month = flows[payment["TxnDate"][:7]]
        month["receivable"] -= cents(exact(payment["TotalAmt"]) * exact(payment.get("ExchangeRate") or 1))
    owed = ZERO
    for name in sorted(flows):
        owed += flows[name]["receivable"]
        flows[name]["receivable"] = owed
    return dict(sorted(flows.items()))
