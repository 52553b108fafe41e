"""The checks before approval. Each says what was looked at; what blocks or warns says why and what mends it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.billing.compose import closed_on
from qbconsole.billing.drafts import BLOCKED, CLEAN, WARNING, Check
from qbconsole.billing.duplicates import original
from qbconsole.domain.money import ZERO, rounded, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qbconsole.billing.drafts import Adoptable, Composed
    from qbconsole.billing.world import World
    from qbconsole.domain.records import Customer, Deal
    from qbconsole.ledger.events import Event


def check(
    deal: Deal, event: Event, composed: Composed, choices: Sequence[Adoptable], world: World
) -> tuple[Check, ...]:
    """All checks of one draft, in the order in which a person would mend them."""
    return (
        *_drift(deal, world),
        *_history(deal, event, world),
        *_party(deal, composed, world),
        *_capabilities(composed, world),
        *_lines(composed),
        *_amount(deal, composed, world),
        *_period(composed, world),
        *_duplicates(deal, choices, world),
        *_notes(deal, composed, world),
    )


def _drift(deal: Deal, world: World) -> Iterator[Check]:
    """Whether the CRM still is as the trigger knows it: else a deal may be taken for won that is not."""
    if finding := world.drift_of(deal):
        yield Check("drift", BLOCKED, finding.sentence, finding.mend)


def _history(deal: Deal, event: Event, world: World) -> Iterator[Check]:
    """What was billed of this deal before, under this event or another."""
    if event.state == "taken_back":
        credit = f"; {', '.join(open_credits)}" if (open_credits := _credits(event, world)) else ""
        words = f"taken back, was {event.was}{credit}"
        mend = "b bills it again, c applies the credit, x lets it be" if credit else "b bills it again, x lets it be"
        yield Check("history", BLOCKED, words, mend)
    elif event.state == "ignored":
        words = f"won before already, on {event.due_on}, before the cut-over: look whether it was billed then"
        yield Check("history", BLOCKED, words, "l adopts what billed it, x lets it be")
    elif open_credits := _credits(event, world):
        words = f"billed again; {', '.join(open_credits)}"
        yield Check("history", WARNING, words, "c applies the credit to the invoice that was taken back")
    others = [one for one in world.allocations if one.deal_id == event.deal_id and one.event_id != event.id]
    if others:
        number = world.numbers.get(others[0].billed_document_id) or "an approved draft"
        yield Check("history", BLOCKED, f"already billed as {number} ({others[0].key})", "x lets it be")
    elif quote := world.billed_by_crm.get(deal.id):
        words = f"the CRM makes the invoices of quote {quote} itself"
        yield Check("history", BLOCKED, words, "x rejects the draft, or switch billing off on the quote")
    elif event.state == "open":
        yield Check("history", CLEAN, f"nothing billed for deal {deal.id}")


def _credits(event: Event, world: World) -> list[str]:
    return [f"credit {number} open" for key, number in world.credits.items() if key == f"{event.deal_id}/{event.key}"]


def _party(deal: Deal, composed: Composed, world: World) -> Iterator[Check]:
    company = world.companies.get(world.company_of(deal))
    if company is None:
        if len(deal.company_ids) > 1:
            words = f"the deal has {len(deal.company_ids)} companies and none of them is primary"
        else:
            words = "the deal has no company"
        yield Check("company", BLOCKED, words, "set it in the CRM")
        return
    link = world.link_of(deal)
    if link is None:
        yield Check("customer", BLOCKED, _unlinked(company.name, company.id, composed, world), "2 links the company")
    elif not link.customer_id:
        yield Check("customer", CLEAN, f"the customer {company.name} is being created; the invoice waits for it")
    else:
        yield from _customer(world.customers.get(link.customer_id), composed)


def _unlinked(name: str, company_id: str, composed: Composed, world: World) -> str:
    others = sorted(link.currency for link in world.links.values() if link.company_id == company_id)
    if others:
        return f"the deal is in {composed.currency}, but {name} is linked to a customer in {others[0]}"
    return f"{name} is not linked to a QuickBooks customer"


def _customer(customer: Customer | None, composed: Composed) -> Iterator[Check]:
    if customer is None:
        yield Check("customer", BLOCKED, "the linked customer is gone from QuickBooks", "2 links another")
    elif not customer.active:
        yield Check("customer", BLOCKED, f"the customer {customer.name} is inactive in QuickBooks", "activate it there")
    elif customer.currency != composed.currency:
        words = f"the customer {customer.name} is in {customer.currency}, the deal in {composed.currency}"
        yield Check("customer", BLOCKED, words, "2 links another")
    else:
        yield Check("customer", CLEAN, f"linked to {customer.name}")


def _capabilities(composed: Composed, world: World) -> Iterator[Check]:
    """What the draft needs and the accounting company cannot take: its plan or preferences lack it (invariant 12)."""
    found = world.ledger
    if found is None:
        return
    if not found.subscribed:
        yield Check("plan", BLOCKED, "the QuickBooks subscription has lapsed", "renew it in QuickBooks")
    if composed.type == "estimate" and not found.estimates:
        yield Check("plan", BLOCKED, "the company's QuickBooks makes no estimates", "switch them on in QuickBooks")
    if composed.currency != found.currency and not found.multicurrency:
        words = f"the company's QuickBooks keeps {found.currency} only; the deal is in {composed.currency}"
        yield Check("plan", BLOCKED, words, "switch multicurrency on in QuickBooks")
    if found.custom_numbers:
        words = "the company numbers its documents itself, and a draft has no number"
        yield Check("number", BLOCKED, words, "switch custom transaction numbers off in QuickBooks")


def _lines(composed: Composed) -> Iterator[Check]:
    if not composed.lines:
        yield Check("lines", BLOCKED, "the deal has no lines", "add them in the CRM")
        return
    problems = [line.problem for line in composed.lines if line.problem]
    for problem in dict.fromkeys(problems):
        yield Check("items", BLOCKED, problem, "map it in rules.toml under [items.map], or mend the item")
    if not problems:
        yield Check("items", CLEAN, f"{len(composed.lines)} lines, each with an active item")
    for line in composed.lines:
        if line.quantity <= 0:
            yield Check("lines", BLOCKED, f"{line.name}: the quantity is {line.quantity:f}", "mend it in the CRM")
        if line.unit_price <= 0:
            yield Check("lines", BLOCKED, f"{line.name}: the price is {line.unit_price:f}", "mend it in the CRM")


def _amount(deal: Deal, composed: Composed, world: World) -> Iterator[Check]:
    lines = spoken(composed.before_tax, composed.currency)
    if deal.amount is None:
        yield Check("amount", BLOCKED, f"the deal has no amount; lines say {lines}", "mend the deal in the CRM")
    elif rounded(deal.amount, composed.currency) != composed.before_tax:
        said = spoken(rounded(deal.amount, composed.currency), composed.currency)
        yield Check("amount", BLOCKED, f"deal says {said}, lines say {lines}", "mend the deal in the CRM")
    else:
        yield Check("amount", CLEAN, f"deal {lines} = lines")
    limit = world.rules.checks.largest_amount
    if limit is not None and composed.before_tax > limit:
        words = f"{lines} is above the limit of {spoken(limit, composed.currency)}"
        yield Check("limit", BLOCKED, words, "raise largest_amount in rules.toml")
    for line in world.lines_of(deal):
        if line.billing_frequency:
            words = f"{line.name} recurs ({line.billing_frequency}); this bills it once"
            yield Check("lines", WARNING, words, "h holds it")


def _period(composed: Composed, world: World) -> Iterator[Check]:
    closed = world.ledger.closed_through if world.ledger else None
    posted = composed.posted_on
    if closed and posted <= closed:
        yield Check("period", BLOCKED, f"the books are closed through {closed}; posting on {posted}", "h holds it")
    elif world.reported_through and posted <= world.reported_through:
        words = f"{world.reported_through} was reported; posting on {posted} would change that"
        yield Check("period", BLOCKED, words, "h holds it")


def _duplicates(deal: Deal, choices: Sequence[Adoptable], world: World) -> Iterator[Check]:
    for choice in choices:
        words = f"possibly billed already as {choice.words}: {choice.evidence}"
        yield Check("duplicate", BLOCKED, words, "l adopts it, x rejects the draft, h holds it")
    if copied := original(deal, world):
        words = f"looks like a copy of deal {copied.id}: {copied.name}, {closed_on(copied, world)}"
        yield Check("duplicate", BLOCKED, words, "x rejects the copy")
    elif not choices:
        checks = world.rules.checks
        words = (
            f"no other invoice within {checks.duplicate_days} days and "
            f"{checks.duplicate_percent.normalize():f} % for this customer"
        )
        yield Check("duplicate", CLEAN, words)


def _notes(deal: Deal, composed: Composed, world: World) -> Iterator[Check]:
    """What a person may want to know, and what does not stand in the way."""
    if not world.triggered(deal):
        yield Check("stage", BLOCKED, "the deal is not won any more", "x rejects the draft")
    open_credit = sum(
        (payment.unapplied for payment in world.payments if payment.customer_id == composed.customer_id), ZERO
    ) + sum(
        (
            document.balance
            for document in world.documents_by_customer.get(composed.customer_id, ())
            if document.type == "credit_memo" and not document.voided
        ),
        ZERO,
    )
    if composed.customer_id and open_credit:
        yield Check("credit", CLEAN, f"the customer has {spoken(open_credit, composed.currency)} of unapplied credit")
