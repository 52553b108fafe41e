"""Composing a document for a deal: customer, lines, dates, terms and the tax that QuickBooks will set. Pure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from qbconsole.billing.drafts import Composed, Line
from qbconsole.domain.dates import posting_date
from qbconsole.domain.money import ZERO, rounded, spoken
from qbconsole.domain.names import addresses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from qbconsole.billing.world import World
    from qbconsole.domain.records import Customer, Deal, Item, LineItem, Term

HUNDRED = Decimal(100)


def closed_on(deal: Deal, world: World) -> date:
    """The day a deal was won, in the book's zone; today where the CRM gives none."""
    return posting_date(deal.closed_at, world.zone) if deal.closed_at else world.today


def compose(deal: Deal, world: World) -> Composed:
    """The document that the rules make of a deal, as far as they can; the checks say what is wrong with it."""
    currency = world.currency_of(deal)
    link = world.link_of(deal)
    customer = world.customers.get(link.customer_id) if link else None
    lines = tuple(_line(line, customer, currency, world) for line in world.lines_of(deal))
    posted_on, posted_source = _posted(deal, world)
    term, term_source = _term(customer, world)
    before_tax = sum((line.amount for line in lines), ZERO)
    tax, tax_source = _tax(lines, customer, currency, world)
    company = world.companies.get(world.company_of(deal))
    due_on = posted_on + timedelta(days=term.due_days) if term and term.due_days is not None else None
    return Composed(
        type=world.rules.trigger.document,
        customer_id=customer.id if customer else "",
        customer_name=customer.name if customer else company.name if company else "",
        customer_source=_customer_source(customer, link is not None),
        currency=currency,
        posted_on=posted_on,
        posted_source=posted_source,
        due_on=due_on,
        term_id=term.id if term else "",
        term_source=f"{term.name}, {term_source}" if term else term_source,
        email=next(iter(addresses(customer.email)), "") if customer else "",
        lines=lines,
        before_tax=before_tax,
        tax=tax,
        tax_source=tax_source,
    )


def _customer_source(customer: Customer | None, linked: bool) -> str:
    if customer is not None:
        return "linked"
    return "being created" if linked else "not linked"


def _posted(deal: Deal, world: World) -> tuple[date, str]:
    if world.rules.posting.date == "close":
        return closed_on(deal, world), "the day the deal was won, by the rules"
    return world.today, "the day of approval, by the rules"


def _term(customer: Customer | None, world: World) -> tuple[Term | None, str]:
    if customer and (term := world.terms.get(customer.term_id)):
        return term, "the customer's own"
    wanted = world.rules.terms.default.casefold()
    for term in world.terms.values():
        if wanted and term.active and term.name.casefold() == wanted:
            return term, "the rules' default"
    if world.ledger and (term := world.terms.get(world.ledger.default_term_id)):
        return term, "the company's default"
    return None, "none set: QuickBooks will not set a due date"


def _line(line: LineItem, customer: Customer | None, currency: str, world: World) -> Line:
    item, source, problem = mapped(line, world)
    price, discount = net_price(line)
    text = line.description or line.name
    return Line(
        name=line.name,
        description=f"{text} ({discount})" if discount else text,
        quantity=line.quantity,
        unit_price=price,
        amount=rounded(line.quantity * price, currency),
        taxable=bool(item and item.taxable and (customer is None or customer.taxable)),
        item_id=item.id if item and not problem else "",
        item_name=item.name if item else "",
        source=source,
        problem=problem,
    )


def net_price(line: LineItem) -> tuple[Decimal, str]:
    """The unit price after the line's discount, exactly, and the words that name the discount."""
    if line.discount_percent:
        percent = format(line.discount_percent.normalize(), "f")
        return line.unit_price * (HUNDRED - line.discount_percent) / HUNDRED, f"less {percent} %"
    if line.discount_amount:
        return line.unit_price - line.discount_amount, f"less {spoken(line.discount_amount)} each"
    return line.unit_price, ""


def mapped(line: LineItem, world: World) -> tuple[Item | None, str, str]:
    """The QuickBooks item of a line, the words for how it was found, and the problem if it cannot be sold."""
    product = world.products.get(line.product_id)
    sku = line.sku or (product.sku if product else "")
    table = {key.casefold(): target for key, target in world.rules.items.map.items()}
    for key in (sku, line.name, product.name if product else ""):
        if key and (target := table.get(key.casefold())):
            return _chosen(_named(target, world.items), f"the rules map {key} to it", f"{target!r} of the rules' map")
    if world.rules.items.by_sku and sku:
        same = [item for item in world.items if item.sku.casefold() == sku.casefold()]
        return _chosen(same, f"same SKU {sku}", f"SKU {sku} ({line.name})")
    return None, "", f"no QuickBooks item for {line.name!r}: it has no SKU and no entry in the rules' map"


def _named(target: str, items: Sequence[Item]) -> list[Item]:
    wanted = target.casefold()
    return [item for item in items if wanted in (item.sku.casefold(), item.name.casefold())]


def _chosen(found: list[Item], source: str, wanted: str) -> tuple[Item | None, str, str]:
    active = [item for item in found if item.active]
    if len(active) == 1:
        return active[0], source, ""
    if active:
        return active[0], source, f"{len(active)} QuickBooks items are {wanted}"
    if found:
        return found[0], source, f"the QuickBooks item {found[0].name} is inactive"
    return None, "", f"no QuickBooks item is {wanted}"


def _tax(lines: Sequence[Line], customer: Customer | None, currency: str, world: World) -> tuple[Decimal, str]:
    """About what QuickBooks will set, with the words that say so."""
    if world.ledger and not world.ledger.uses_tax:
        return ZERO, "none: the company charges no sales tax"
    if customer and not customer.taxable:
        return ZERO, "none: the customer is exempt"
    base = sum((line.amount for line in lines if line.taxable), ZERO)
    if not base:
        return ZERO, "none: nothing on it is taxable"
    percent, source = _percent(customer, world)
    if percent is None:
        return ZERO, f"set by QuickBooks on {spoken(base, currency)}"
    tax = rounded(base * percent / HUNDRED, currency)
    rate = format(percent.normalize(), "f")
    return tax, f"set by QuickBooks, about {spoken(tax, currency)} on {spoken(base, currency)} ({rate} %, {source})"


def _percent(customer: Customer | None, world: World) -> tuple[Decimal | None, str]:
    taxed = [
        document
        for document in world.documents_by_customer.get(customer.id if customer else "", ())
        if document.tax_percent and document.tax > 0
    ]
    if taxed:
        newest = max(taxed, key=lambda document: (document.posted_on, len(document.id), document.id))
        return newest.tax_percent, f"as on {newest.number or newest.id}"
    state = customer.address.state if customer else ""
    if state and (percent := world.state_percents.get(state)):
        return percent, f"usual in {state}"
    rates = {rate.percent for rate in world.tax_rates if rate.active and rate.percent > 0}
    if len(rates) == 1:
        return rates.pop(), "the only rate there is"
    return None, ""
