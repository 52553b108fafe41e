"""Conflicts in the store."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qbconsole.conflicts.rules import Difference, differences
from qbconsole.domain.canonical import digest
from qbconsole.domain.records import Company, Contact, Customer
from qbconsole.ledger import links
from qbconsole.store import mirror
from qbconsole.store.queues import CONFLICTS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.books.book import Book


def load(connection: Connection, book: Book) -> list[Difference]:
    """Every difference of every linked pair."""
    companies = {one.id: one for one in mirror.every(connection, Company)}
    customers = {one.id: one for one in mirror.every(connection, Customer)}
    contacts: dict[str, list[Contact]] = defaultdict(list)
    for contact in mirror.every(connection, Contact):
        for company_id in contact.company_ids:
            contacts[company_id].append(contact)
    found: list[Difference] = []
    for link in links.live(connection):
        company, customer = companies.get(link.company_id), customers.get(link.customer_id)
        if company is not None and customer is not None:
            crm = links.shared_values(company, contacts.get(company.id, []))
            found += differences(link, crm, links.customer_values(customer), book.rules.conflicts.owner)
    return found


def propose(book: Book) -> int:
    """Bring the conflicts to what differs now.

    Returns:
        How many rows are new, changed or withdrawn.
    """
    with book.store.reading() as connection:
        found = load(connection, book)
    with book.store.writing(durable=False) as connection:
        return CONFLICTS.reconcile(
            connection,
            [_columns(one) for one in found],
            state=lambda _row, _proposal: "open",
            withdrawn=("open",),
            at=book.clock.now(),
        )


def _columns(one: Difference) -> dict[str, Any]:
    return {**asdict(one), "choice": "", "inputs_hash": digest(one)}
