"""How the business's own people put things into QuickBooks: items, invoices, payments, credits, refunds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.business.amounts import ZERO, exact, local_day
from qbconsole.simulator.business.catalogue import BY_SKU, CURRENCY, TERMS
from qbconsole.simulator.business.ledger import Line, OwnDocument, tax_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.business.ledger import Ledger
    from qbconsole.simulator.business.parties import Party
    from qbconsole.simulator.quickbooks.company import Company


class Office:
    """The office at Ridgeline: knows the lists of the company by name and records what it does in the ledger."""

    def __init__(self, company: Company, ledger: Ledger, lists: dict[str, dict[str, str]]) -> None:
        self.company = company
        self.ledger = ledger
        self.items = lists["items"]
        self.terms = lists["terms"]
        self.methods = lists["methods"]
        self.accounts = lists["accounts"]
        self.on_invoice: Callable[[OwnDocument, Party], object] = lambda _document, _party: None
        """Told of each invoice made by hand."""

    def line(self, sku: str, quantity: Decimal, amount: Decimal, *, taxable: bool) -> Line:
        """A ledger line; a product without an item in the books has none."""
        return Line(sku, self.items.get(sku, ""), quantity, amount, taxable)

    def invoice(
        self,
        party: Party,
        lines: list[Line],
        at: datetime,
        txn_date: date,
        *,
        memo: str = "",
        customer: str = "",
        pays: str = "",
        after_cut_over: bool = False,
    ) -> OwnDocument:
        """Make an invoice by hand and remember why; `pays` names the stream of chance by which it gets paid."""
        customer = customer or party.customers[0]
        body: dict[str, Any] = {
            "CustomerRef": {"value": customer},
            "TxnDate": txn_date.isoformat(),
            "DueDate": (txn_date + timedelta(days=TERMS[party.term])).isoformat(),
            "SalesTermRef": {"value": self.terms[party.term]},
            "Line": [self._line_body(line) for line in lines],
        }
        if memo:
            body["PrivateNote"] = memo
        if party.currency != CURRENCY:
            body["CurrencyRef"] = {"value": party.currency}
        made = self.company.create("Invoice", body, at=at)
        document = OwnDocument(
            invoice_id=str(made["Id"]),
            party=party.key,
            customer=customer,
            txn_date=txn_date.isoformat(),
            lines=lines,
            tax=tax_on(lines, party),
            pays=pays or str(made["Id"]),
            after_cut_over=after_cut_over,
        )
        self.ledger.put_document(document)
        self.on_invoice(document, party)
        return document

    def _line_body(self, line: Line) -> dict[str, Any]:
        detail: dict[str, Any] = {
            "ItemRef": {"value": line.item},
            "TaxCodeRef": {"value": "TAX" if line.taxable else "NON"},
        }
        price = line.amount / line.quantity if line.quantity else ZERO
        if price == price.quantize(Decimal("0.00001")):
            detail |= {"Qty": line.quantity, "UnitPrice": price}
        else:
            detail |= {"Qty": Decimal(1), "UnitPrice": line.amount}
        return {"Amount": line.amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}

    def payment(
        self,
        customer: str,
        amount: Decimal,
        at: datetime,
        txn_date: date,
        *,
        invoice: str = "",
        currency: str = CURRENCY,
        number: str = "",
    ) -> str:
        """Record money received, on one invoice or on nothing (a deposit on work to come, an overpayment)."""
        body: dict[str, Any] = {
            "CustomerRef": {"value": customer},
            "TotalAmt": amount,
            "TxnDate": txn_date.isoformat(),
            "PaymentMethodRef": {"value": self.methods["Check"]},
            "Line": [{"Amount": amount, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}] if invoice else [],
        }
        if number:
            body["PaymentRefNum"] = number
        if currency != CURRENCY:
            body["CurrencyRef"] = {"value": currency}
        return str(self.company.create("Payment", body, at=at)["Id"])

    def deposit_week(self, at: datetime, txn_date: date) -> None:
        """Take the week's cheques to the bank: from then on those payments are frozen (quickbooks.md 8.10)."""
        held = [
            payment
            for payment in self.company.records("Payment")
            if exact(payment["TotalAmt"]) > ZERO
            and not payment.get("LinkedTxn")
            and (payment.get("CurrencyRef") or {}).get("value", CURRENCY) == CURRENCY
        ]
        if held:
            lines = [
                {
                    "Amount": payment["TotalAmt"],
                    "LinkedTxn": [{"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}],
                }
                for payment in held
            ]
            body = {
                "DepositToAccountRef": {"value": self.accounts["Checking"]},
                "TxnDate": txn_date.isoformat(),
                "TotalAmt": sum((exact(payment["TotalAmt"]) for payment in held), ZERO),
                "Line": lines,
            }
            self.company.create("Deposit", body, at=at)

    def credit(
        self,
        party: Party,
        customer: str,
        lines: list[Line],
        at: datetime,
        txn_date: date,
        *,
        memo: str,
        invoice: str = "",
    ) -> str:
        """Make a credit memo; with an invoice named, apply it there at once by a payment of nothing."""
        header: dict[str, Any] = {"CustomerRef": {"value": customer}, "TxnDate": txn_date.isoformat()}
        if party.currency != CURRENCY:
            header["CurrencyRef"] = {"value": party.currency}
        body = header | {"PrivateNote": memo, "Line": [self._line_body(line) for line in lines]}
        credit_id = str(self.company.create("CreditMemo", body, at=at)["Id"])
        self.ledger.put_credit(credit_id)
        if invoice:
            amount = sum((line.amount for line in lines), ZERO) + tax_on(lines, party)
            pairs = ((invoice, "Invoice"), (credit_id, "CreditMemo"))
            links = [{"Amount": amount, "LinkedTxn": [{"TxnId": number, "TxnType": kind}]} for number, kind in pairs]
            self.company.create("Payment", header | {"TotalAmt": ZERO, "Line": links}, at=at)
        return credit_id

    def refund_hour(self, document: OwnDocument, at: datetime) -> str:
        """Give back an hour of labour on a paid invoice."""
        product = BY_SKU["LAB-SERV"]
        line = self.line(product.sku, Decimal(1), product.price, taxable=False)
        number = self.company.read("Invoice", document.invoice_id).get("DocNumber", document.invoice_id)
        return self.refund(document.customer, line, at, local_day(at), memo=f"Refund, invoice {number}")

    def refund(self, customer: str, line: Line, at: datetime, txn_date: date, *, memo: str) -> str:
        """Give money back by cheque."""
        body = {
            "CustomerRef": {"value": customer},
            "TxnDate": txn_date.isoformat(),
            "PrivateNote": memo,
            "DepositToAccountRef": {"value": self.accounts["Checking"]},
            "PaymentMethodRef": {"value": self.methods["Check"]},
            "Line": [self._line_body(line)],
        }
        return str(self.company.create("RefundReceipt", body, at=at)["Id"])
