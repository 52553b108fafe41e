"""Drafts in the store: proposing them again whenever mirror, ledger, rules or date moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qbconsole.billing import rules
from qbconsole.billing.compose import closed_on
from qbconsole.billing.drafts import Adoptable, Check, Composed
from qbconsole.billing.load import load
from qbconsole.domain.canonical import as_json, digest
from qbconsole.domain.money import to_minor
from qbconsole.domain.operations import rebuild
from qbconsole.domain.records import Deal
from qbconsole.ledger import events
from qbconsole.store import mirror
from qbconsole.store.queues import DRAFTS, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from qbconsole.billing.drafts import Proposal
    from qbconsole.billing.world import World
    from qbconsole.books.book import Book
    from qbconsole.ledger.events import Event

UNDECIDED = ("open", "held")
"""The states of drafts that go when their cause goes."""


def propose(book: Book) -> int:
    """Make the events that fell due and bring every undecided draft to what the rules make of it now.

    Returns:
        How many drafts are new, changed or withdrawn.
    """
    with book.store.reading() as connection:
        world = load(connection, book)
    with book.store.writing() as connection:
        known = events.ensure(connection, rules.due_events(world), book.clock.now())
    world = replace(world, events=known)
    proposed = list(rules.proposals(world))
    with book.store.writing() as connection:
        at = book.clock.now()
        return _stand_again(connection) + _keep(connection, proposed, world, withdrawn=UNDECIDED, at=at)


def _stand_again(connection: Connection) -> int:
    """Drafts whose invoice was taken back and stands again, because its credit memo was voided, are approved again."""
    billed = {event.id for event in events.every(connection, state="billed")}
    again = [row for row in DRAFTS.listed(connection, UNDECIDED) if row["event_id"] in billed and row["decision_id"]]
    return sum(DRAFTS.change(connection, row, state="approved") for row in again)


def refresh(connection: Connection, book: Book, deal_id: str) -> None:
    """Propose one deal's draft again, in the caller's transaction."""
    deal = mirror.get(connection, Deal, deal_id)
    if deal is None:
        return
    world = load(connection, book, deal)
    due = [rules.due_event(deal, world)] if world.triggered(deal) else []
    world = replace(world, events=events.ensure(connection, due, book.clock.now()))
    event = world.events.get((deal_id, book.rules.trigger.key))
    if event is not None and rules.wanted(deal, event, world):
        _keep(connection, [rules.propose(deal, event, world)], world, withdrawn=(), at=book.clock.now())


def refresh_company(connection: Connection, book: Book, company_id: str) -> None:
    """Propose a company's undecided drafts again, in the caller's transaction: its link moved."""
    for row in DRAFTS.listed(connection, UNDECIDED, company_id=company_id):
        refresh(connection, book, row["deal_id"])


def as_it_is_now(connection: Connection, book: Book, row: Row) -> Proposal | None:
    """What the rules make of a draft's deal now; None when nothing is to be billed any more."""
    deal = mirror.get(connection, Deal, row["deal_id"])
    if deal is None:
        return None
    world = load(connection, book, deal)
    event = next((one for one in world.events.values() if one.id == row["event_id"]), None)
    return rules.propose(deal, event, world) if event and rules.wanted(deal, event, world) else None


def _keep(
    connection: Connection, proposed: Iterable[Proposal], world: World, *, withdrawn: Iterable[str], at: datetime
) -> int:
    fresh = {event.id: event for event in events.every(connection)}
    seen = {event.id: event for event in world.events.values()}
    current = [one for one in proposed if fresh.get(one.event_id) == seen.get(one.event_id)]
    return DRAFTS.reconcile(
        connection,
        [columns(one, world, fresh[one.event_id]) for one in current],
        state=lambda row, proposal: _state(row, fresh[proposal["event_id"]]),
        withdrawn=withdrawn,
        at=at,
    )


def _state(row: Row | None, event: Event) -> str:
    """The state of a proposed draft's row; what was decided stays, but for what was taken back since."""
    if row is None or row["state"] in ("open", "withdrawn"):
        return "open"
    if row["state"] in ("approved", "adopted"):
        return "open" if event.state == "taken_back" else ""
    return str(row["state"])


def columns(proposal: Proposal, world: World, event: Event) -> dict[str, Any]:
    """A proposal as the columns of its row; `inputs_hash` covers all that is shown of it."""
    composed = proposal.composed
    deal = world.deals[proposal.deal_id]
    return {
        "event_id": event.id,
        "deal_id": deal.id,
        "deal_name": deal.name,
        "company_id": proposal.company_id,
        "customer_id": composed.customer_id,
        "customer_name": composed.customer_name,
        "verdict": proposal.verdict,
        "cause": proposal.cause,
        "currency": composed.currency,
        "before_tax": to_minor(composed.before_tax, composed.currency),
        "tax": to_minor(composed.tax, composed.currency),
        "total": to_minor(composed.total, composed.currency),
        "won_on": closed_on(deal, world),
        "posted_on": composed.posted_on,
        "due_on": composed.due_on,
        "body": as_json({"composed": composed, "choices": proposal.choices}),
        "checks": as_json(proposal.checks),
        "inputs_hash": fingerprint(proposal, event, world.rules.hash),
        "rules_hash": world.rules.hash,
    }


def fingerprint(proposal: Proposal, event: Event, rules_hash: str) -> str:
    """The hash of all that a draft says, with the rules that made it."""
    return digest(proposal, event.generation, rules_hash)


def composed_of(row: Mapping[str, Any]) -> Composed:
    """The document of a stored draft."""
    composed: Composed = rebuild(Composed, row["body"]["composed"])
    return composed


def choices_of(row: Mapping[str, Any]) -> tuple[Adoptable, ...]:
    """The documents of a stored draft that may bill it already."""
    choices: tuple[Adoptable, ...] = rebuild(tuple[Adoptable, ...], row["body"]["choices"])
    return choices


def checks_of(row: Mapping[str, Any]) -> tuple[Check, ...]:
    """The checks of a stored draft."""
    checks: tuple[Check, ...] = rebuild(tuple[Check, ...], row["checks"])
    return checks
