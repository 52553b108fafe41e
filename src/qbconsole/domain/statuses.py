"""The status of a billed document, derived from payments and credits (design.md section 8): never from a flag."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from qbconsole.domain.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from qbconsole.domain.records import Document, Payment


class Status(StrEnum):
    """What a document's money says, the first that holds; the order is also from final to open."""

    VOIDED = "voided"
    REFUNDED = "refunded"
    CREDITED = "credited"
    PAID = "paid"
    OVERDUE = "overdue"
    PARTIALLY_PAID = "partially_paid"
    UNPAID = "unpaid"


WORST_FIRST = (
    Status.OVERDUE,
    Status.UNPAID,
    Status.PARTIALLY_PAID,
    Status.REFUNDED,
    Status.CREDITED,
    Status.PAID,
    Status.VOIDED,
)
"""Of several documents of one deal, the one that needs somebody soonest speaks for all."""


@dataclass(frozen=True, slots=True)
class MoneyStatus:
    """Where a document's money stands on one day. `paid` counts money, not credits."""

    status: Status
    total: Decimal
    balance: Decimal
    paid: Decimal
    paid_on: date | None
    due_on: date | None
    days_overdue: int = 0


def money_applied(payments: Iterable[Payment], document_id: str) -> tuple[Decimal, date | None]:
    """How much money (credits apart) reached an invoice, and the day of the last of it.

    A payment may mix money and credits; its credits are counted against its invoices in their order, so that what is
    left of each application is money.
    """
    paid, last = ZERO, None
    for payment in payments:
        if payment.voided:
            continue
        credit = sum((part.amount for part in payment.applications if part.type == "credit_memo"), ZERO)
        for part in payment.applications:
            if part.type != "invoice":
                continue
            by_credit = min(credit, part.amount)
            credit -= by_credit
            money = part.amount - by_credit
            if part.id == document_id and money > 0:
                paid += money
                last = payment.paid_on if last is None or payment.paid_on > last else last
    return paid, last


def money_status(
    document: Document, payments: Sequence[Payment], refunds: Sequence[Document], today: date
) -> MoneyStatus:
    """The status of one invoice.

    Args:
        document: the invoice.
        payments: those that are applied to it (others do no harm).
        refunds: refund receipts of its customer: QuickBooks links none to an invoice, so one of exactly this total, on
            or after the day it was paid, is taken for its refund.
        today: the business date.
    """
    paid, paid_on = money_applied(payments, document.id)
    status = _status(document, paid, paid_on, refunds, today)
    overdue = status is Status.OVERDUE and document.due_on is not None
    return MoneyStatus(
        status=status,
        total=document.total,
        balance=document.balance,
        paid=paid,
        paid_on=paid_on,
        due_on=document.due_on,
        days_overdue=(today - document.due_on).days if overdue and document.due_on else 0,
    )


def _status(
    document: Document, paid: Decimal, paid_on: date | None, refunds: Sequence[Document], today: date
) -> Status:
    if document.voided:
        return Status.VOIDED
    if document.balance == 0 and paid > 0 and any(_refunds(refund, document, paid_on) for refund in refunds):
        return Status.REFUNDED
    if document.balance == 0 and document.total > 0 and paid == 0:
        return Status.CREDITED
    if document.balance == 0:
        return Status.PAID
    if document.due_on is not None and document.due_on < today:
        return Status.OVERDUE
    if document.balance < document.total:
        return Status.PARTIALLY_PAID
    return Status.UNPAID


def _refunds(refund: Document, document: Document, paid_on: date | None) -> bool:
    return (
        refund.type == "refund_receipt"
        and not refund.voided
        and refund.customer_id == document.customer_id
        and refund.total == document.total
        and (paid_on is None or refund.posted_on >= paid_on)
    )


def combined(statuses: Sequence[MoneyStatus]) -> MoneyStatus:
    """What a deal with several documents shows: the sums of the amounts and the worst status.

    A voided or taken-back document counts only when nothing else is there.
    """
    live = [one for one in statuses if one.status is not Status.VOIDED] or list(statuses)
    worst = min(live, key=lambda one: WORST_FIRST.index(one.status))
    paid_days = [one.paid_on for one in live if one.paid_on]
    due_days = [one.due_on for one in live if one.due_on and one.balance > 0] or [
        one.due_on for one in live if one.due_on
    ]
    return MoneyStatus(
        status=worst.status,
        total=sum((one.total for one in live), ZERO),
        balance=sum((one.balance for one in live), ZERO),
        paid=sum((one.paid for one in live), ZERO),
        paid_on=max(paid_days, default=None),
        due_on=min(due_days, default=None),
        days_overdue=max(one.days_overdue for one in live),
    )
