"""What a deal is told of its money, and which invoices are due for a touch. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from qbconsole.domain.money import spoken
from qbconsole.domain.operations import CreateTask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from qbconsole.books.rules import Collections
    from qbconsole.domain.records import Company, Customer, Deal, Document, Owner
    from qbconsole.ledger.statuses import DealMoney

PAGES = {"invoice": "invoice", "sales_receipt": "salesreceipt", "estimate": "estimate", "credit_memo": "creditmemo"}
"""The page of a document in QuickBooks, by its type."""
TASK_HOUR = time(9)
"""When on its day a task is due, in the book's zone."""


def document_url(app_url: str, document: Document) -> str:
    """Where a document is seen in QuickBooks (design.md section 8)."""
    return f"{app_url}/app/{PAGES.get(document.type, 'invoice')}?txnId={document.id}"


def stamp(deal: DealMoney, app_url: str) -> dict[str, str]:
    """The properties of a deal: absolute values as text, amounts with two decimals, days as dates."""
    money, newest = deal.money, deal.newest
    return {
        "qbc_document_id": newest.id,
        "qbc_document_number": newest.number,
        "qbc_document_url": document_url(app_url, newest),
        "qbc_kind": newest.type,
        "qbc_status": money.status.value,
        "qbc_total": _amount(money.total),
        "qbc_balance": _amount(money.balance),
        "qbc_paid_amount": _amount(money.paid),
        "qbc_paid_date": money.paid_on.isoformat() if money.paid_on else "",
        "qbc_due_date": money.due_on.isoformat() if money.due_on else "",
        "qbc_days_overdue": str(money.days_overdue),
    }


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"


@dataclass(frozen=True)
class World:
    """The inputs of the follow-up rules. `companies_of` gives a customer's linked company, `deals_of` the deals that a
    document bills; `taken_back` documents are silent."""

    today: date
    zone: str
    rules: Collections
    documents: Sequence[Document]
    customers: dict[str, Customer] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    deals: dict[str, Deal] = field(default_factory=dict)
    owners: dict[str, Owner] = field(default_factory=dict)
    companies_of: dict[str, str] = field(default_factory=dict)
    deals_of: dict[str, list[str]] = field(default_factory=dict)
    taken_back: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An overdue invoice and who is to touch it; `step` is what the rules propose."""

    document: Document
    customer_name: str
    company_id: str
    deal_id: str
    owner_id: str
    cause: str
    step: str


def follow_ups(world: World) -> list[FollowUp]:
    """Every open invoice, of a linked customer or billed by us, that is overdue long enough."""
    return [_follow_up(one, world) for one in world.documents if is_due(one, world)]


def is_due(document: Document, world: World) -> bool:
    """Whether an invoice is due for a touch."""
    if document.type != "invoice" or document.voided or document.balance <= 0 or document.due_on is None:
        return False
    ours = bool(_company_of(document, world)) or document.id in world.deals_of
    late = (world.today - document.due_on).days >= world.rules.task_after_days
    return ours and late and document.id not in world.taken_back


def _company_of(document: Document, world: World) -> str:
    """The company linked to the invoice's customer, or to the parent of that job."""
    customer = world.customers.get(document.customer_id)
    parent = customer.parent_id if customer else ""
    return world.companies_of.get(document.customer_id) or world.companies_of.get(parent, "")


def _follow_up(document: Document, world: World) -> FollowUp:
    company_id = _company_of(document, world)
    deal = next((world.deals[id_] for id_ in world.deals_of.get(document.id, ()) if id_ in world.deals), None)
    customer = world.customers.get(document.customer_id)
    owner_id = _owner(deal, world.companies.get(company_id), world)
    days = (world.today - document.due_on).days if document.due_on else 0
    return FollowUp(
        document=document,
        customer_name=customer.name if customer else document.customer_id,
        company_id=company_id or (deal.primary_company_id if deal else ""),
        deal_id=deal.id if deal else "",
        owner_id=owner_id,
        cause=f"{days} day{'s' * (days != 1)} overdue",
        step="task",
    )


def _owner(deal: Deal | None, company: Company | None, world: World) -> str:
    """The deal's owner, else the company's, else the rules' fallback; only people who are still there."""
    fallback = world.rules.fallback_owner.casefold()
    named = next((one.id for one in world.owners.values() if fallback and one.email.casefold() == fallback), "")
    for id_ in (deal.owner_id if deal else "", company.owner_id if company else "", named):
        if id_ and (id_ not in world.owners or world.owners[id_].active):
            return id_
    return ""


def task(follow_up: FollowUp, world: World) -> CreateTask:
    """The task for the salesperson of an overdue invoice, due tomorrow morning."""
    document = follow_up.document
    number = document.number or document.id
    tag = task_tag(document.id, number)
    due_at = datetime.combine(world.today + timedelta(days=1), TASK_HOUR, ZoneInfo(world.zone)).astimezone(UTC)
    body = (
        f"{follow_up.customer_name} owes {spoken(document.balance, document.currency)} {document.currency} "
        f"on invoice {number}, due on {document.due_on}: {follow_up.cause}. Please get in touch."
    )
    return CreateTask(
        subject=f"Invoice {number} of {follow_up.customer_name} is overdue",
        body=f"{body}\n{tag}",
        tag=tag,
        due_at=due_at,
        owner_id=follow_up.owner_id,
        deal_id=follow_up.deal_id,
        company_id=follow_up.company_id,
    )


def task_tag(document_id: str, number: str) -> str:
    """The line of a task's body by which it is found again."""
    return f"Invoice {number} overdue (QuickBooks id {document_id})"
