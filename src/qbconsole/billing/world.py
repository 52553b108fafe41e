"""All that the billing rules look at: the mirror's records, the ledger and the date, indexed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from qbconsole.books.drift import came_from
from qbconsole.domain.names import addresses, normalised

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from qbconsole.books.drift import Finding
    from qbconsole.books.rules import Rules
    from qbconsole.domain.records import (
        Company,
        Customer,
        Deal,
        Document,
        Item,
        Ledger,
        LineItem,
        Payment,
        Product,
        Quote,
        Stage,
        TaxRate,
        Term,
    )
    from qbconsole.ledger.documents import Allocated
    from qbconsole.ledger.events import Event
    from qbconsole.ledger.links import Link


@dataclass(frozen=True)
class World:
    """The inputs of the billing rules; a part of the mirror is enough when only one deal is looked at.

    `numbers` gives a billed document's number by its row, `used` by document id how much of it bills events.
    `taken_back` are the ids of documents that we took back. `credits` gives by event ("deal/key") the number of a
    credit memo that is not applied yet. `rejected` are the ids of deals whose draft was rejected. `drift` is what the
    trigger uses of the CRM and no longer finds there as it was. `survivors` gives by the id of a deal that was merged
    into another that one's id.
    """

    today: date
    zone: str
    currency: str
    cut_over: date
    rules: Rules
    reported_through: date | None = None
    ledger: Ledger | None = None
    companies: dict[str, Company] = field(default_factory=dict)
    deals: dict[str, Deal] = field(default_factory=dict)
    line_items: dict[str, LineItem] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    links: dict[tuple[str, str], Link] = field(default_factory=dict)
    items: Sequence[Item] = ()
    terms: dict[str, Term] = field(default_factory=dict)
    tax_rates: Sequence[TaxRate] = ()
    state_percents: dict[str, Decimal] = field(default_factory=dict)
    documents: Sequence[Document] = ()
    payments: Sequence[Payment] = ()
    events: dict[tuple[str, str], Event] = field(default_factory=dict)
    allocations: Sequence[Allocated] = ()
    numbers: dict[int, str] = field(default_factory=dict)
    used: dict[str, Decimal] = field(default_factory=dict)
    taken_back: frozenset[str] = frozenset()
    credits: dict[str, str] = field(default_factory=dict)
    rejected: frozenset[str] = frozenset()
    drift: Sequence[Finding] = ()
    quotes: Sequence[Quote] = ()
    survivors: dict[str, str] = field(default_factory=dict)

    def became(self, deal_id: str) -> str:
        """The id of the deal that a deal is part of now: its own, unless it was merged into another."""
        seen = {deal_id}
        while (following := self.survivors.get(deal_id)) is not None and following not in seen:
            seen.add(deal_id := following)
        return deal_id

    def triggered(self, deal: Deal) -> bool:
        """Whether a deal stands in a stage that makes it billable, or stood in one that has drifted."""
        wanted = self._trigger_stages
        if self.drift_of(deal) is not None:
            return True
        return ("won" in wanted and deal.won) or deal.stage_id in wanted or deal.stage_id.casefold() in wanted

    def drift_of(self, deal: Deal) -> Finding | None:
        """What drifted of the trigger so that nobody can say whether the deal is to be billed; None if nothing did."""
        for finding in self.drift:
            if deal.stage_id in finding.stages or came_from(
                deal, [id_ for id_ in finding.stages if id_ not in self.stages]
            ):
                return finding
        return None

    @cached_property
    def billed_by_crm(self) -> dict[str, str]:
        """By deal, the quote (number or id) for which the CRM makes the invoices itself."""
        own = [quote for quote in self.quotes if quote.bills_itself]
        return {deal_id: quote.number or quote.id for quote in own for deal_id in quote.deal_ids}

    @cached_property
    def _trigger_stages(self) -> frozenset[str]:
        """What the rules name, and the ids of the stages whose labels they name."""
        named = {stage.casefold() for stage in self.rules.trigger.stages}
        return frozenset(named | {stage.id for stage in self.stages.values() if stage.label.casefold() in named})

    def company_of(self, deal: Deal) -> str:
        """The id of the one company that a deal is for; empty if there is none, or several without a primary one."""
        if deal.primary_company_id:
            return deal.primary_company_id
        return deal.company_ids[0] if len(deal.company_ids) == 1 else ""

    def currency_of(self, deal: Deal) -> str:
        """A deal's currency, the book's where it names none."""
        return deal.currency or self.currency

    def link_of(self, deal: Deal) -> Link | None:
        """The link of a deal's company in the deal's currency."""
        return self.links.get((self.company_of(deal), self.currency_of(deal)))

    def lines_of(self, deal: Deal) -> list[LineItem]:
        """A deal's lines in their order; the deal says which they are."""
        lines = [self.line_items[id_] for id_ in deal.line_item_ids if id_ in self.line_items]
        return sorted(lines, key=lambda line: line.position)

    @cached_property
    def documents_by_customer(self) -> dict[str, list[Document]]:
        """Every document, by customer."""
        found: dict[str, list[Document]] = defaultdict(list)
        for document in self.documents:
            found[document.customer_id].append(document)
        return found

    @cached_property
    def claimed_tags(self) -> frozenset[str]:
        """The tags of the events that are billed: a document that carries one is no stranger."""
        return frozenset(event.tag for event in self.events.values() if event.state == "billed")

    @cached_property
    def won_by_customer(self) -> dict[str, list[Deal]]:
        """Triggered deals by the customer that their company is linked to, or else by company (`company:ID`)."""
        found: dict[str, list[Deal]] = defaultdict(list)
        for deal in self.deals.values():
            if self.triggered(deal):
                found[self.party(deal)].append(deal)
        return found

    def party(self, deal: Deal) -> str:
        """Whom a deal is for: the linked customer, else the company."""
        link = self.link_of(deal)
        return link.customer_id if link and link.customer_id else f"company:{self.company_of(deal)}"

    @cached_property
    def _likeness(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for customer in self.customers.values():
            for key in _keys(customer):
                found[key].append(customer.id)
        return found

    def related(self, customer: Customer) -> list[str]:
        """The customers on whose account a deal may have been billed by hand: it, its duplicates, parent and jobs."""
        found = {customer.id: None}
        for key in (*_keys(customer), f"parent:{customer.id}"):
            found |= dict.fromkeys(self._likeness.get(key, ()))
        if customer.parent_id:
            found[customer.parent_id] = None
        return list(found)


def _keys(customer: Customer) -> list[str]:
    keys = [f"name:{normalised(customer.name)}"]
    if customer.parent_id:
        keys.append(f"parent:{customer.parent_id}")
    else:
        keys += [f"email:{address}" for address in addresses(customer.email)]
    return keys
