"""Deals: what is offered and sold, and how the sales people write it into the CRM."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from qbconsole.simulator.business.amounts import CENT, ZERO, cents, local_day, plain
from qbconsole.simulator.business.catalogue import BY_SKU, JOBS, LOST_STAGE, OPEN_STAGES, OWNER_IDS, WON_STAGE

if TYPE_CHECKING:
    import random

    from qbconsole.simulator.business.parties import Party
    from qbconsole.simulator.hubspot.portal import Portal


@dataclass(frozen=True)
class Offer:
    """One line of a deal: a product, how many, at which unit price, less which percentage."""

    sku: str
    quantity: Decimal
    price: Decimal
    percent: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        """Quantity times net unit price, half a cent rounded up."""
        return cents(self.quantity * self.price * (1 - self.percent / 100))


@dataclass(frozen=True)
class Deal:
    """One deal as it is meant; `amount` may differ from its lines where somebody slipped."""

    party: Party
    name: str
    offers: list[Offer]
    created: datetime
    closed: datetime
    outcome: str
    pipeline: str
    amount: Decimal
    owner: str
    date_only: bool = False
    companies: list[str] = field(default_factory=list)
    primary: bool = True
    free_text: str = ""

    @property
    def net(self) -> Decimal:
        """The sum of the lines."""
        return sum((offer.amount for offer in self.offers), ZERO)


def compose(rng: random.Random, *, discounts: float = 0.1) -> tuple[str, list[Offer]]:
    """A piece of work and its lines, at list price or a little off it."""
    work = rng.choice(list(JOBS))
    offers = [Offer(sku, _quantity(rng, low, high, step), _price(rng, sku)) for sku, low, high, step in JOBS[work]]
    if rng.random() < 0.35:
        offers = offers[: max(1, len(offers) - 1)]
    if rng.random() < discounts:
        at = rng.randrange(len(offers))
        offers[at] = replace(offers[at], percent=Decimal(rng.choice(["5", "7.5", "10", "12.5", "15"])))
    return work, offers


def _quantity(rng: random.Random, low: Decimal, high: Decimal, step: Decimal) -> Decimal:
    return low + step * rng.randint(0, int((high - low) / step))


def _price(rng: random.Random, sku: str) -> Decimal:
    price = BY_SKU[sku].price
    if rng.random() < 0.3:
        price += CENT * rng.randint(-500, 500) * max(1, int(price / 100))
    return price.quantize(CENT)


def name_for(rng: random.Random, party: Party, work: str) -> str:
    """How a sales person calls a deal."""
    return rng.choice(
        [
            f"{party.name} - {work}",
            f"{work}, {party.name}",
            f"{party.name}: {work.lower()}",
            f"{work} {party.city}",
            f"{party.name} {work} Bldg {rng.randint(1, 4)}",
        ]
    )


def new_deal(
    rng: random.Random, party: Party, closed: datetime, outcome: str = "won", *, discounts: float = 0.1
) -> Deal:
    """A deal as it should be: one company, lines that add up."""
    work, offers = compose(rng, discounts=discounts)
    amount = sum((offer.amount for offer in offers), ZERO)
    return Deal(
        party=party,
        name=name_for(rng, party, work),
        offers=offers,
        created=closed - timedelta(days=rng.randint(2, 45), minutes=rng.randint(1, 400)),
        closed=closed,
        outcome=outcome,
        pipeline="748120" if rng.random() < 0.25 else "default",
        amount=amount,
        owner=OWNER_IDS[party.owner if rng.random() < 0.9 else rng.randrange(len(OWNER_IDS))],
        date_only=rng.random() < 0.15,
    )


class SalesDesk:
    """Writes deals into the CRM."""

    def __init__(self, portal: Portal, products: dict[str, str]) -> None:
        self.portal = portal
        self.products = products

    def open(self, deal: Deal, at: datetime) -> str:
        """Make the deal in an early stage, with its company and lines."""
        stages = OPEN_STAGES[deal.pipeline]
        properties = {
            "dealname": deal.name,
            "amount": str(deal.amount),
            "pipeline": deal.pipeline,
            "dealstage": stages[len(deal.name) % len(stages)],
            "closedate": _instant(deal.closed + timedelta(days=9)),
            "hubspot_owner_id": deal.owner,
            "deal_currency_code": "USD",
        }
        label = "primary" if deal.primary else ""
        links = [("companies", company, label) for company in deal.companies]
        if deal.party.contact and (deal.companies or not deal.primary):
            links.append(("contacts", deal.party.contact, ""))
        deal_id = str(self.portal.create("deals", properties, associations=links, at=at)["id"])
        for offer in deal.offers:
            self._line(deal_id, offer, at)
        if deal.free_text:
            text = {"name": deal.free_text, "quantity": "1", "price": str(deal.amount - deal.net)}
            self.portal.create("line_items", text, associations=[("deals", deal_id, "")], at=at)
        return deal_id

    def _line(self, deal_id: str, offer: Offer, at: datetime) -> None:
        properties = {
            "name": BY_SKU[offer.sku].name,
            "hs_sku": offer.sku,
            "hs_product_id": self.products[offer.sku],
            "quantity": plain(offer.quantity),
            "price": str(offer.price),
        }
        if offer.percent:
            properties["hs_discount_percentage"] = plain(offer.percent)
        self.portal.create("line_items", properties, associations=[("deals", deal_id, "")], at=at)

    def close(self, deal_id: str, deal: Deal, at: datetime) -> None:
        """Move the deal to the won or lost stage of its pipeline."""
        if deal.outcome == "open":
            return
        stage = (WON_STAGE if deal.outcome == "won" else LOST_STAGE)[deal.pipeline]
        closedate = f"{local_day(deal.closed).isoformat()}T00:00:00Z" if deal.date_only else _instant(deal.closed)
        self.portal.update("deals", deal_id, {"dealstage": stage, "closedate": closedate}, at=at)

    def reopen(self, deal_id: str, pipeline: str, at: datetime) -> None:
        """Back to the last stage before it was won."""
        self.portal.update("deals", deal_id, {"dealstage": OPEN_STAGES[pipeline][-1]}, at=at)

    def win_again(self, deal_id: str, pipeline: str, at: datetime) -> None:
        """Won once more, with a new close date."""
        self.portal.update("deals", deal_id, {"dealstage": WON_STAGE[pipeline], "closedate": _instant(at)}, at=at)


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
