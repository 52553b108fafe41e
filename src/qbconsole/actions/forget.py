"""Forgetting somebody: what of a customer, its jobs, companies and contacts is erased here, and what is kept."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qbconsole import journal
from qbconsole.actions.records import find
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.forgetting import masked
from qbconsole.domain.records import (
    Company,
    Contact,
    Customer,
    Deal,
    Document,
    LineItem,
    Payment,
    Quote,
    RecurringDocument,
    TimeEntry,
)
from qbconsole.domain.text import safe_text
from qbconsole.ledger import links
from qbconsole.outbox.queue import OPEN
from qbconsole.store import forgetting
from qbconsole.store import journal as rows
from qbconsole.store import links as link_rows
from qbconsole.store.firm import Firm

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.domain.records import Record
    from qbconsole.journal import Actor

SHORTEST = 5
"""Characters that a name or number must have to be looked for in the sync log."""
KEPT = (
    "Kept: ids, amounts, dates and our tags, on which the books rest; and the digests of the journal.",
    "QuickBooks and the CRM are not changed: erase it there, too. What they say of these records is not stored again.",
    "Backups and exports made before hold it still: delete those, or let them run out.",
)


@dataclass(frozen=True)
class Scope:
    """Whom it is about: their records, and the decisions and events that tell of them."""

    records: tuple[Record, ...]
    decisions: frozenset[int]
    events: tuple[int, ...]

    def ids(self, kind: type[Record]) -> frozenset[str]:
        """The ids of the records of a kind."""
        return frozenset(one.id for one in self.records if isinstance(one, kind))

    @property
    def subjects(self) -> frozenset[str]:
        """The records as the journal names them."""
        return frozenset(f"{one.kind}:{one.id}" for one in self.records)

    @property
    def needles(self) -> frozenset[str]:
        """The names, addresses and numbers by which they are known."""
        texts = {getattr(one, name, "") for one in self.records for name in ("name", "company_name", "email", "phone")}
        return frozenset(one for one in texts if len(one) >= SHORTEST and not one.startswith("Forgotten "))


def scope(connection: Connection, text: str) -> Scope:
    """The customer or company that somebody means, with all that belongs to it.

    Raises:
        Configuration: there is no such record, or the name is that of many.
        NeedsPerson: it is neither a customer nor a company.
    """
    found = [subject.partition(":") for one in find(connection, text) for subject in one.subjects]
    customers = {id_ for kind, _, id_ in found if kind == "customers"}
    companies = {id_ for kind, _, id_ in found if kind == "companies"}
    if not customers and not companies:
        raise NeedsPerson(f"{safe_text(text)} is no customer and no company.", next_step="Name one: customer:60.")
    records = _records(connection, *_linked(connection, companies, customers))
    subjects = {f"{one.kind}:{one.id}" for one in records}
    story = rows.story(connection, subjects, ())
    decisions = frozenset(one["decision_id"] for one in story if one["decision_id"] is not None)
    said = tuple(one["id"] for one in story if one["body"] is not None)
    return Scope(tuple(records), decisions, said)


def _linked(connection: Connection, companies: set[str], customers: set[str]) -> tuple[set[str], set[str]]:
    """Both sides of all that was ever linked to them, with the jobs of each customer."""
    parents = {one.id: one.parent_id for one in forgetting.every(connection, Customer) if isinstance(one, Customer)}
    pairs = [(row["company_id"], row["customer_id"]) for row in link_rows.listed(connection, live=None)]
    while True:
        more_companies = {company for company, customer in pairs if customer in customers} | companies
        more = {customer for company, customer in pairs if company in more_companies and customer} | customers
        more |= {id_ for id_, parent in parents.items() if parent in more}
        if (more_companies, more) == (companies, customers):
            return companies, customers
        companies, customers = more_companies, more


def _records(connection: Connection, companies: set[str], customers: set[str]) -> list[Record]:
    """Their records; what they share with somebody else, such as a contact of two companies, is left alone."""

    def of(kind: type[Record], mine: Any) -> list[Any]:
        return [one for one in forgetting.every(connection, kind) if mine(one)]

    deals = of(Deal, lambda one: one.company_ids and set(one.company_ids) <= companies)
    deal_ids = {one.id for one in deals}
    return [
        *of(Customer, lambda one: one.id in customers),
        *of(Company, lambda one: one.id in companies),
        *of(Contact, lambda one: one.company_ids and set(one.company_ids) <= companies),
        *deals,
        *of(LineItem, lambda one: one.deal_id in deal_ids),
        *of(Quote, lambda one: one.deal_ids and set(one.deal_ids) <= deal_ids),
        *(one for kind in (Document, Payment, RecurringDocument, TimeEntry)
          for one in of(kind, lambda one: one.customer_id in customers)),
    ]  # fmt: skip


def preview(book: Book, text: str) -> dict[str, Any]:
    """What forgetting would erase, counted; nothing is changed.

    Raises:
        Configuration: there is no such record, or the name is that of many.
        NeedsPerson: it is neither a customer nor a company, or something of it is not settled.
    """
    with book.store.reading() as connection:
        found = scope(connection, text)
        _refuse_open(connection, found)
        return _counted(book, found)


def _refuse_open(connection: Connection, found: Scope) -> None:
    under_way = [row for row in forgetting.operations(connection, found.decisions) if row["state"] in OPEN]
    if under_way:
        names = ", ".join(f"L{row['id']}" for row in under_way[:10])
        step = "Let it be delivered, or give it up: qbconsole outbox."
        raise NeedsPerson(f"{len(under_way)} operations are not settled yet ({names}).", next_step=step)


def _counted(book: Book, found: Scope) -> dict[str, Any]:
    records: dict[str, int] = {}
    for one in found.records:
        records[one.kind] = records.get(one.kind, 0) + 1
    whom = [f"{one.kind}:{one.id}" for one in found.records if isinstance(one, Customer | Company | Contact)]
    copies = [str(path) for path in _copies(book.folder)]
    counts = {"records": records, "decisions": len(found.decisions), "events": len(found.events)}
    return {"book": book.name, "whom": whom, **counts, "copies": copies}


def _copies(folder: Path) -> list[Path]:
    """The copies that migrations put aside: they hold what the book held then."""
    return sorted(folder.glob("mirror.before-*"))


def forget(book: Book, text: str, actor: Actor) -> dict[str, Any]:
    """Erase it, in one transaction, then from the files: pages that were freed, the WAL, and migrations' copies.

    Returns:
        What was erased, counted as `preview` does.

    Raises:
        Configuration: there is no such record, or the name is that of many.
        NeedsPerson: it is neither a customer nor a company, something of it is not settled, or another program keeps
            the old pages in the WAL: then all is erased but for those.
    """
    with book.store.writing() as connection:
        found = scope(connection, text)
        _refuse_open(connection, found)
        done = _counted(book, found)
        with forgetting.allowed(connection):
            _erase(connection, found, actor)
    for path in _copies(book.folder):
        path.unlink()
    with closing(Firm(book.folder.parent.parent / "firm.db")) as firm:
        firm.forget(book.name)
    if not book.store.compact():
        words = "All was erased, but another program that reads the book keeps old pages of its file."
        again = next(iter(done["whom"]), text)
        raise NeedsPerson(words, next_step=f"Close the console and say again: qbconsole forget {again} --yes")
    return done


def _erase(connection: Connection, found: Scope, actor: Actor) -> None:
    at = datetime.now(UTC)
    companies, customers = found.ids(Company), found.ids(Customer)
    forgetting.drop_lines(connection, found.subjects, found.needles)
    forgetting.mask_decisions(connection, found.decisions)
    forgetting.mask_rows(connection, companies, customers, found.ids(Deal))
    forgetting.mask_links(connection, _agreed(found))
    forgetting.mask_records(connection, found.records)
    if found.events:
        whom = ", ".join(sorted(f"{one.kind}:{one.id}" for one in found.records if isinstance(one, Customer | Company)))
        journal.erase(connection, found.events, at=at, words=f"forget {whom}", actor=actor)


def _agreed(found: Scope) -> dict[tuple[str, str], Any]:
    """By company and customer, what both sides say once nothing personal is left of them."""
    companies = {one.id: masked(one) for one in found.records if isinstance(one, Company)}
    customers = [masked(one) for one in found.records if isinstance(one, Customer)]
    nobody = {(id_, ""): links.agreement(links.shared_values(one, []), {}) for id_, one in companies.items()}
    return nobody | {
        (id_, customer.id): links.agreement(links.shared_values(one, []), links.customer_values(customer))
        for id_, one in companies.items()
        for customer in customers
    }
