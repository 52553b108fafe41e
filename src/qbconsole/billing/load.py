"""Reading what the billing rules look at: everything, or what concerns one deal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.billing.world import World
from qbconsole.books.drift import TRIGGER
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
from qbconsole.ledger import documents, drift, events, links
from qbconsole.store import facts, mirror
from qbconsole.store.queues import DRAFTS
from qbconsole.store.taxes import usual_percents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from qbconsole.books.book import Book


def load(connection: Connection, book: Book, deal: Deal | None = None) -> World:
    """The inputs of the billing rules: the whole mirror's, or all that the proposal of one deal rests on."""
    settings = book.settings
    deals = _by_id(mirror.every(connection, Deal))
    base: dict[str, Any] = {
        "today": book.today(connection),
        "zone": settings.time_zone,
        "currency": settings.currency,
        "cut_over": settings.cut_over,
        "reported_through": settings.reported_through,
        "rules": book.rules,
        "ledger": next(iter(mirror.every(connection, Ledger)), None),
        "companies": _by_id(mirror.every(connection, Company)),
        "deals": deals,
        "products": _by_id(mirror.every(connection, Product)),
        "quotes": mirror.every(connection, Quote),
        "stages": _by_id(mirror.every(connection, Stage)),
        "customers": _by_id(mirror.every(connection, Customer)),
        "links": {(link.company_id, link.currency): link for link in links.live(connection)},
        "items": mirror.every(connection, Item),
        "terms": _by_id(mirror.every(connection, Term)),
        "tax_rates": mirror.every(connection, TaxRate),
        "survivors": facts.survivors(connection, Deal.kind),
        "state_percents": usual_percents(connection),
        **_ledger(connection),
    }
    if deal is None:
        base["line_items"] = _by_id(mirror.every(connection, LineItem))
        base["documents"] = mirror.every(connection, Document)
        base["payments"] = mirror.every(connection, Payment)
        return World(**base)
    return World(**base, **_concerning(connection, World(**base), deal))


def _by_id(records: Iterable[Any]) -> dict[str, Any]:
    return {record.id: record for record in records}


def _concerning(connection: Connection, world: World, deal: Deal) -> dict[str, Any]:
    """The lines of the deals of the same party, and the documents and payments of its customer and the like of it."""
    same = [deal, *world.won_by_customer.get(world.party(deal), ())]
    link = world.link_of(deal)
    customer = world.customers.get(link.customer_id) if link else None
    ids = world.related(customer) if customer else []
    return {
        "line_items": _by_id(mirror.every(connection, LineItem, id=[id_ for one in same for id_ in one.line_item_ids])),
        "documents": mirror.every(connection, Document, customer_id=ids) if ids else [],
        "payments": mirror.every(connection, Payment, customer_id=ids) if ids else [],
    }


def _ledger(connection: Connection) -> dict[str, Any]:
    billed = documents.every(connection)
    numbers = {one.id: one.number for one in billed}
    taken_back = {one.id: one for one in billed if one.state == "taken_back"}
    open_credits = _open_credits(connection, [one.credit_document_id for one in taken_back.values()])
    credits_ = {
        f"{allocation.deal_id}/{allocation.key}": open_credits[one.credit_document_id]
        for allocation in documents.allocations(connection, live=False)
        if (one := taken_back.get(allocation.billed_document_id)) and one.credit_document_id in open_credits
    }
    return {
        "events": {(event.deal_id, event.key): event for event in events.every(connection)},
        "allocations": documents.allocations(connection),
        "numbers": numbers,
        "used": documents.used(connection),
        "taken_back": frozenset(one.document_id for one in taken_back.values()),
        "credits": credits_,
        "drift": [one for one in drift.findings(connection) if one.rule == TRIGGER],
        "rejected": frozenset(row["deal_id"] for row in DRAFTS.listed(connection, ("rejected",))),
    }


def _open_credits(connection: Connection, ids: list[str]) -> dict[str, str]:
    wanted = [id_ for id_ in ids if id_]
    found = mirror.every(connection, Document, id=wanted) if wanted else []
    return {credit.id: credit.number or credit.id for credit in found if credit.balance > 0 and not credit.voided}
