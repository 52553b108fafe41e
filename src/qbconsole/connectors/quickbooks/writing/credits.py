"""Using a credit memo for an invoice: a payment of zero that links the two (quickbooks.md 8.10).

The only place that writes a payment, and never one of money: receiving money is no work of this program. A test looks
for other places, and the client refuses payments that are not zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.connectors.quickbooks.bodies import currency_ref
from qbconsole.connectors.quickbooks.writing.held import foreign_answer
from qbconsole.connectors.quickbooks.writing.texts import PRIVATE_NOTE, within
from qbconsole.domain.errors import Conflict, NeedsPerson
from qbconsole.domain.money import spoken

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.writing.held import Held, Shelf
    from qbconsole.domain.operations import ApplyCredit, Receipt
    from qbconsole.domain.records import Ledger, Payment


def refuse_unless_allowed(*, allowed: bool) -> None:
    """Applying credits is a capability of its own.

    Raises:
        NeedsPerson: the book does not allow it.
    """
    if not allowed:
        raise NeedsPerson(
            "this book may not use credits for invoices.",
            next_step="Apply the credit in QuickBooks, or set accounting.may_apply_credits = true in book.toml.",
        )


async def apply_credit(
    client: Client, shelf: Shelf, operation: ApplyCredit, ledger: Ledger, request_id: str
) -> Receipt:
    """Link credit and invoice, each for the amount. QuickBooks may have done so by itself: then that is found.

    Raises:
        Conflict: either has less open than the amount, is void or gone, or QuickBooks dropped a link.
        Retriable: whether it was done is not known.
    """
    invoice = await shelf.there("Invoice", operation.invoice_id)
    credit = await shelf.there("CreditMemo", operation.credit_id)
    if used := await _used_already(shelf, operation, invoice, credit):
        return used.receipt(found=True)
    for held in (invoice, credit):
        _refuse_if_unusable(operation, held)
    reply = await client.write("Payment", _body(operation, ledger), request_id=request_id)
    held = await shelf.of("Payment", reply.entity("Payment"), reply.reference)
    if held.payment.customer_id != operation.customer_id:
        raise foreign_answer()
    if not links_both(operation, held.payment):
        words = f"QuickBooks made payment {held.id}, but dropped a link of it."  # trap 49
        raise Conflict(words, next_step="Look at the payment in QuickBooks, and delete it if it is of no use.")
    return held.receipt()


def links_both(operation: ApplyCredit, payment: Payment) -> bool:
    """Whether a payment uses that amount of the credit for the invoice."""
    applied = {(one.type, one.id): one.amount for one in payment.applications}
    wanted = (("invoice", operation.invoice_id), ("credit_memo", operation.credit_id))
    return not payment.voided and all(applied.get(link) == operation.amount for link in wanted)


async def _used_already(shelf: Shelf, operation: ApplyCredit, invoice: Held, credit: Held) -> Held | None:
    """A payment that both name and that links them for the amount: QuickBooks' own, or ours whose answer was lost."""
    both = set(invoice.document.links) & set(credit.document.links)
    for type_, id_ in sorted(both):
        if type_ == "payment":
            held = await shelf.get("Payment", id_)
            if not held.gone and links_both(operation, held.payment):
                return held
    return None


def _refuse_if_unusable(operation: ApplyCredit, held: Held) -> None:
    """What the decision rests on: that each of the two has the amount open, and is the customer's."""
    current = held.document
    if current.customer_id != operation.customer_id:
        raise Conflict(f"{held.name} is for customer {current.customer_id}.", next_step="Look at it and decide again.")
    if current.voided or current.balance < operation.amount:
        left, wanted = (spoken(amount, operation.currency) for amount in (current.balance, operation.amount))
        state = "void" if current.voided else f"open with {left}, which is less than {wanted}"
        raise Conflict(f"{held.name} is {state}.", next_step="Look at both and decide again.")


def _body(operation: ApplyCredit, ledger: Ledger) -> dict[str, Any]:
    ids = {"Invoice": operation.invoice_id, "CreditMemo": operation.credit_id}
    body: dict[str, Any] = {
        "CustomerRef": {"value": operation.customer_id},
        "TotalAmt": 0,
        "TxnDate": operation.posted_on.isoformat(),
        "PrivateNote": within("private note", operation.private_note, PRIVATE_NOTE),
        "CurrencyRef": currency_ref(operation.currency, ledger),
        "Line": [
            {"Amount": operation.amount, "LinkedTxn": [{"TxnId": id_, "TxnType": type_}]} for type_, id_ in ids.items()
        ],
    }
    return {name: value for name, value in body.items() if value is not None}
