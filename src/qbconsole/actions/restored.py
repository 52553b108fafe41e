"""Taking on what a book did in the time that it lost: links and documents that carry our tag and that it does not know.

A tag alone is no proof, since people copy documents with their notes: the customer and the sum have to agree, too. What
carries a tag and does not agree is told, and left to a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from qbconsole.actions.propose import propose
from qbconsole.billing import decide as billing
from qbconsole.billing.duplicates import BILLS, CENTS, before_tax, named
from qbconsole.books import restored
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.records import Customer, Document
from qbconsole.domain.tags import tagged_companies, tagged_events
from qbconsole.domain.text import safe_text
from qbconsole.journal import Actor, Taken, record_decision
from qbconsole.ledger import documents, events, links
from qbconsole.matching import decide as matching
from qbconsole.outbox.decider import Decider
from qbconsole.store import journal, mirror
from qbconsole.store.queues import DRAFTS, UNMATCHED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.books.restored import Restored
    from qbconsole.ledger.events import Event

OneT = TypeVar("OneT")
RULE = Actor("rule: found by its tag", "restored book", automatic=True)


def record(connection: Connection, book: Book, known: Restored) -> None:
    """Note in the journal that the book was set back; the ids of its lost decisions are not given again."""
    decider = Decider.of(connection, book, RULE)
    content = {"newest_at": known.newest_at, "lost_events": known.lost, "lost_decisions": known.decisions}
    taken = Taken("book.restored", "care", "book", known.words, content=content)
    beyond = journal.newest_decision(connection) + known.lost
    decision = record_decision(connection, taken, RULE, at=decider.at, rules_hash=book.rules.hash, beyond=beyond)
    restored.keep(connection, known, decision=decision)


def take_on(book: Book) -> list[str]:
    """Take on links, then documents, each in a transaction of its own; returns in words what was, and what was not."""
    propose(book)
    told = _each(book, _unknown_links(book), _link)
    propose(book)
    return told + _each(book, _unknown_documents(book), _document)


def _each(book: Book, found: Iterable[OneT], take: Callable[[Decider, OneT], str]) -> list[str]:
    told = []
    for one in found:
        try:
            with book.store.writing() as connection:
                told.append(take(Decider.of(connection, book, RULE), one))
        except NeedsPerson as refused:
            told.append(f"Not taken on: {refused}")
    return [safe_text(words, limit=300) for words in told if words]


# --- links ------------------------------------------------------------------------------------------------------------


def _unknown_links(book: Book) -> list[tuple[str, Customer]]:
    """(company, customer) that the customer's tag names and no link joins, nor ever did."""
    with book.store.reading() as connection:
        known = {(one.company_id, one.customer_id) for one in links.live(connection)} | links.parted(connection)
        return [
            (company_id, customer)
            for customer in mirror.every(connection, Customer)
            for company_id in tagged_companies(customer.notes)
            if customer.active and (company_id, customer.id) not in known
        ]


def _link(decider: Decider, pair: tuple[str, Customer]) -> str:
    company_id, customer = pair
    rows = UNMATCHED.listed(decider.connection, ("open",), company_id=company_id, currency=customer.currency)
    if not rows:
        return ""
    return matching.link(decider, rows[0], customer=customer.id, rule="found by its tag").words


# --- documents --------------------------------------------------------------------------------------------------------


def _unknown_documents(book: Book) -> list[Document]:
    """Standing documents that say that they bill an event of ours, and that the ledger does not know."""
    with book.store.reading() as connection:
        billed = documents.every(connection)
        known = {one.document_id for one in billed} | {one.credit_document_id for one in billed}
        return [
            one
            for one in mirror.every(connection, Document)
            if one.id not in known and not one.voided and tagged_events(one.private_note)
        ]


def _document(decider: Decider, document: Document) -> str:
    if document.type not in BILLS:
        return f"{named(document)} carries our tag and is not known here: look at it"
    told = [_adopt(decider, document, *tag) for tag in tagged_events(document.private_note)]
    return "; ".join(words for words in told if words)


def _adopt(decider: Decider, document: Document, deal_id: str, key: str, generation: int) -> str:
    found = events.every(decider.connection, deal_id=deal_id, key=key)
    event = found[0] if found else None
    if event is not None and event.state != "open" and generation <= event.generation:
        return ""  # billed, or taken back: the document is a copy, or its operation waits for a person
    rows = DRAFTS.listed(decider.connection, ("open", "held"), event_id=event.id) if event else []
    if event is None or not rows or not _agrees(document, event, str(rows[0]["customer_id"])):
        return f"{named(document)} says that it bills deal {deal_id} / {key}, and does not agree with it: look at it"
    if generation > event.generation:
        events.set_state(decider.connection, event, event.state, generation=generation)
    return billing.adopt(decider, rows[0], wanted=document.id).words


def _agrees(document: Document, event: Event, customer_id: str) -> bool:
    same = document.customer_id == customer_id and document.currency == event.currency
    return same and abs(before_tax(document) - event.amount) <= CENTS
