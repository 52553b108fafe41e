"""Unmatched companies in the store: proposing them and their candidates, and the links that the rules are sure of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.domain.canonical import digest
from qbconsole.domain.dates import posting_date
from qbconsole.domain.money import ZERO, rounded, to_minor
from qbconsole.domain.records import Company, Contact, Customer, Deal
from qbconsole.ledger import links
from qbconsole.matching.rules import Match, World, match
from qbconsole.store import candidates, mirror
from qbconsole.store.queues import UNMATCHED, Row

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlalchemy import Connection

    from qbconsole.books.book import Book


def load(connection: Connection, book: Book) -> World:
    """The inputs of the matching rules."""
    contacts: dict[str, list[Contact]] = defaultdict(list)
    for contact in mirror.every(connection, Contact):
        for company_id in contact.company_ids:
            contacts[company_id].append(contact)
    companies = mirror.every(connection, Company)
    names = {company.id: company.name for company in companies}
    live = links.live(connection)
    return World(
        currency=book.settings.currency,
        companies=companies,
        contacts=contacts,
        customers=mirror.every(connection, Customer),
        linked=frozenset(link.company_id for link in live if link.currency == book.settings.currency),
        taken={link.customer_id: names.get(link.company_id, link.company_id) for link in live if link.customer_id},
        pairs=frozenset((link.company_id, link.customer_id) for link in live if link.customer_id),
        parted=frozenset(links.parted(connection)),
        never=frozenset(candidates.ruled_out(connection)),
    )


def propose(book: Book) -> int:
    """Bring the unmatched companies and their candidates to what mirror and ledger say now.

    Returns:
        How many rows are new, changed or withdrawn.
    """
    with book.store.reading() as connection:
        matches = match(load(connection, book))
        stakes = _stakes(connection, book)
        known = {row["company_id"]: row for row in UNMATCHED.listed(connection)}
    proposed = [_columns(one, stakes.get(one.company.id, (0, ZERO)), book) for one in matches]
    moved = [
        one
        for one, row in zip(matches, proposed, strict=True)
        if known.get(one.company.id, {}).get("inputs_hash") != row["inputs_hash"]
    ]
    with book.store.writing() as connection:
        for one in moved:
            _keep_candidates(connection, one)
        linked = {link.company_id for link in links.live(connection) if link.currency == book.settings.currency}
        return UNMATCHED.reconcile(
            connection,
            [row for row in proposed if row["company_id"] not in linked],
            state=_state,
            withdrawn=("open", "ignored"),
            at=book.clock.now(),
        )


def _state(row: Row | None, _proposal: object) -> str:
    """What a person ignored stays so; a link that ended brings its company back."""
    return "ignored" if row and row["state"] == "ignored" else "open"


def _keep_candidates(connection: Connection, one: Match) -> None:
    candidates.replace(
        connection,
        one.company.id,
        [
            {
                "customer_id": pair.customer_id,
                "rank": rank,
                "score": str(pair.score),
                "signals": [*pair.signals, *filter(None, [pair.weights])],
            }
            for rank, pair in enumerate(one.candidates, start=1)
        ],
    )


def _columns(one: Match, stake: tuple[int, Decimal], book: Book) -> dict[str, Any]:
    currency = book.settings.currency
    return {
        "company_id": one.company.id,
        "currency": currency,
        "name": one.company.name,
        "cause": one.cause,
        "deals": stake[0],
        "money": to_minor(stake[1], currency),
        "inputs_hash": digest(
            one.company, [(pair.customer_id, pair.signals) for pair in one.candidates], one.cause, stake
        ),
    }


def _stakes(connection: Connection, book: Book) -> dict[str, tuple[int, Decimal]]:
    """By company, how many deals were won since the cut-over, and for how much."""
    found: dict[str, tuple[int, Decimal]] = {}
    settings = book.settings
    for deal in mirror.every(connection, Deal, won=True):
        company = deal.primary_company_id or (deal.company_ids[0] if len(deal.company_ids) == 1 else "")
        if not company or (deal.currency or settings.currency) != settings.currency:
            continue
        if deal.closed_at and posting_date(deal.closed_at, settings.time_zone) < settings.cut_over:
            continue
        count, money = found.get(company, (0, ZERO))
        found[company] = count + 1, money + rounded(deal.amount or ZERO, settings.currency)
    return found


@dataclass(frozen=True, slots=True)
class Certain:
    """A pair that the rules are sure of: its row, its customer, the rule, and the company's contacts."""

    row: Row
    customer_id: str
    rule: str
    contacts: list[Contact]


def certain(connection: Connection, book: Book) -> list[Certain]:
    """The open rows whose link the rules are sure of."""
    rows = {row["company_id"]: row for row in UNMATCHED.listed(connection, ("open",))}
    world = load(connection, book)
    return [
        Certain(rows[one.company.id], one.certain, one.rule, world.contacts.get(one.company.id, []))
        for one in match(world)
        if one.certain and one.company.id in rows
    ]
