"""What the rules make of won deals: the billing events that fall due, and a draft for each. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.billing.checks import check
from qbconsole.billing.compose import closed_on, compose
from qbconsole.billing.drafts import Proposal
from qbconsole.billing.duplicates import adoptable
from qbconsole.domain.money import ZERO, rounded
from qbconsole.ledger.events import Due

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from qbconsole.billing.world import World
    from qbconsole.domain.records import Deal
    from qbconsole.ledger.events import Event


def due_events(world: World) -> Iterator[Due]:
    """The billing event of every deal in a trigger stage."""
    return (due_event(deal, world) for deal in world.deals.values() if world.triggered(deal))


def due_event(deal: Deal, world: World) -> Due:
    """The billing event of a deal in a trigger stage; `ignored` when it fell due before the cut-over."""
    day = closed_on(deal, world)
    currency = world.currency_of(deal)
    amount = max(ZERO, rounded(_amount(deal, world), currency))
    state = "ignored" if day < world.cut_over else "open"
    return Due(deal.id, world.rules.trigger.key, day, currency, amount, state)


def _amount(deal: Deal, world: World) -> Decimal:
    return deal.amount if deal.amount is not None else compose(deal, world).before_tax


def proposals(world: World) -> Iterator[Proposal]:
    """A draft for every event that is to be looked at: open, taken back, or won again after the cut-over."""
    for event in world.events.values():
        deal = world.deals.get(event.deal_id)
        if deal is not None and event.key == world.rules.trigger.key and wanted(deal, event, world):
            yield propose(deal, event, world)


def wanted(deal: Deal, event: Event, world: World) -> bool:
    """Whether a deal's event needs somebody's eye."""
    if not world.triggered(deal):
        return False
    return event.state in ("open", "taken_back") or (
        event.state == "ignored" and closed_on(deal, world) >= world.cut_over
    )


def propose(deal: Deal, event: Event, world: World) -> Proposal:
    """The draft of one event."""
    composed = compose(deal, world)
    customer = world.customers.get(composed.customer_id)
    choices = tuple(adoptable(deal, event, composed, customer, world)) if customer else ()
    return Proposal(
        event_id=event.id,
        deal_id=deal.id,
        company_id=world.company_of(deal),
        composed=composed,
        checks=check(deal, event, composed, choices, world),
        choices=choices,
    )
