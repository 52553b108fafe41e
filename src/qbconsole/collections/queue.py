"""Follow-ups and deal stamps in the store."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from qbconsole.collections.rules import FollowUp, World, follow_ups, stamp
from qbconsole.domain.canonical import digest
from qbconsole.domain.money import to_minor
from qbconsole.domain.records import Company, Customer, Deal, Document, Owner
from qbconsole.ledger import documents, links, statuses
from qbconsole.store import events as stamps
from qbconsole.store import mirror
from qbconsole.store.queues import FOLLOW_UPS, Row

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from qbconsole.books.book import Book


def load(connection: Connection, book: Book) -> World:
    """The inputs of the follow-up rules."""
    deals_of: dict[str, list[str]] = defaultdict(list)
    for allocation in documents.allocations(connection):
        if allocation.document_id:
            deals_of[allocation.document_id].append(allocation.deal_id)
    return World(
        today=book.today(connection),
        zone=book.settings.time_zone,
        rules=book.rules.collections,
        documents=mirror.every(connection, Document, type="invoice"),
        customers={one.id: one for one in mirror.every(connection, Customer)},
        companies={one.id: one for one in mirror.every(connection, Company)},
        deals={one.id: one for one in mirror.every(connection, Deal, won=True)},
        owners={one.id: one for one in mirror.every(connection, Owner)},
        companies_of={link.customer_id: link.company_id for link in links.live(connection) if link.customer_id},
        deals_of=deals_of,
        taken_back=frozenset(one.document_id for one in documents.every(connection, state="taken_back")),
    )


def propose(book: Book) -> int:
    """Bring the follow-ups to what is overdue now; a row goes when its invoice is paid.

    Returns:
        How many rows are new, changed or withdrawn.
    """
    with book.store.reading() as connection:
        world = load(connection, book)
    found = follow_ups(world)
    with book.store.writing(durable=False) as connection:
        done = {row["document_id"] for row in FOLLOW_UPS.listed(connection, step="none")}
        return FOLLOW_UPS.reconcile(
            connection,
            [_columns(one, "none" if one.document.id in done else one.step) for one in found],
            state=lambda row, _proposal: _state(row, world.today),
            withdrawn=("open", "snoozed", "done"),
            at=book.clock.now(),
        )


def _state(row: Row | None, today: date) -> str:
    """A task is made once an invoice, for ever; a snoozed row is back on its day."""
    if row is None:
        return "open"
    if row["state"] == "snoozed" and row["snoozed_until"] and row["snoozed_until"] <= today:
        return "open"
    if row["state"] == "withdrawn":
        return "done" if row["step"] == "none" else "open"
    return str(row["state"])


def _columns(one: FollowUp, step: str) -> dict[str, Any]:
    document = one.document
    return {
        "document_id": document.id,
        "number": document.number,
        "customer_id": document.customer_id,
        "customer_name": one.customer_name,
        "company_id": one.company_id,
        "deal_id": one.deal_id,
        "owner_id": one.owner_id,
        "cause": one.cause,
        "step": step,
        "currency": document.currency,
        "balance": to_minor(document.balance, document.currency),
        "due_on": document.due_on,
        "inputs_hash": digest(one),
    }


def of_row(connection: Connection, book: Book, row: Mapping[str, Any]) -> tuple[FollowUp, World] | None:
    """A row's follow-up as it is now; None when its invoice is not overdue any more."""
    world = load(connection, book)
    found = [one for one in follow_ups(world) if one.document.id == row["document_id"]]
    return (found[0], world) if found else None


def stale_stamps(connection: Connection, book: Book) -> list[tuple[str, str, dict[str, str]]]:
    """The deals (id and name) whose money stands otherwise than what was last decided to stand on them."""
    known = stamps.stamps(connection)
    names = {deal.id: deal.name for deal in mirror.every(connection, Deal)}
    found = []
    for deal in statuses.of_deals(connection, book.today(connection)):
        values = stamp(deal, book.settings.accounting.app_url)
        if deal.deal_id in names and known.get(deal.deal_id) != values:
            found.append((deal.deal_id, names[deal.deal_id], values))
    return found
