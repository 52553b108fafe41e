"""Where the money of a deal's documents stands: what the deal is stamped with and what collections reads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qbconsole.domain.money import ZERO
from qbconsole.domain.records import Document, Payment
from qbconsole.domain.statuses import MoneyStatus, Status, combined, money_status
from qbconsole.ledger import documents
from qbconsole.store import mirror

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from qbconsole.ledger.documents import Billed


@dataclass(frozen=True, slots=True)
class DealMoney:
    """A deal's documents as one: the newest of them, and the sums and worst status of all."""

    deal_id: str
    newest: Document
    money: MoneyStatus


def of_deals(connection: Connection, today: date) -> list[DealMoney]:
    """Every deal that a document bills or billed, with where its money stands.

    What was taken back speaks only when nothing else is there.
    """
    billed = {one.id: one for one in documents.every(connection, state=("live", "taken_back"))}
    by_deal: dict[str, dict[int, Billed]] = defaultdict(dict)
    for allocation in documents.allocations(connection, live=False):
        one = billed.get(allocation.billed_document_id)
        if one and one.document_id and (allocation.live or one.state == "taken_back"):
            by_deal[allocation.deal_id][one.id] = one
    ids = {one.document_id for group in by_deal.values() for one in group.values()}
    statuses = _statuses(connection, ids, today)
    found = []
    for deal_id, group in sorted(by_deal.items()):
        known = [(one, *statuses[one.document_id]) for one in group.values() if one.document_id in statuses]
        standing = [entry for entry in known if entry[0].state == "live"] or known
        if not standing:
            continue
        newest = max((entry[1] for entry in standing), key=lambda one: (one.posted_on, len(one.id), one.id))
        money = [_credited(status) if one.credit_document_id else status for one, _, status in standing]
        found.append(DealMoney(deal_id, newest, combined(money)))
    return found


def _credited(status: MoneyStatus) -> MoneyStatus:
    """An invoice with our credit memo beside it is credited, whether or not that was applied yet."""
    if status.status is Status.VOIDED:
        return status
    return replace(status, status=Status.CREDITED, balance=ZERO, days_overdue=0)


def _statuses(connection: Connection, ids: set[str], today: date) -> dict[str, tuple[Document, MoneyStatus]]:
    found = {one.id: one for one in mirror.every(connection, Document, id=ids)} if ids else {}
    customers = {one.customer_id for one in found.values()}
    payments: dict[str, list[Payment]] = defaultdict(list)
    refunds: dict[str, list[Document]] = defaultdict(list)
    if customers:
        for payment in mirror.every(connection, Payment):
            for part in payment.applications:
                payments[part.id].append(payment)
        for refund in mirror.every(connection, Document, customer_id=customers, type="refund_receipt"):
            refunds[refund.customer_id].append(refund)
    return {
        id_: (document, money_status(document, payments[id_], refunds[document.customer_id], today))
        for id_, document in found.items()
    }
