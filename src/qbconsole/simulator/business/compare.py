"""Holds the books against the ledger: which invoice explains what is owed, and where they differ."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from qbconsole.simulator.business.amounts import ZERO
from qbconsole.simulator.business.ledger import ADOPT, BILL, Event, Line

if TYPE_CHECKING:
    from qbconsole.simulator.business.books import BookLine, Books, CreditNote, Document
    from qbconsole.simulator.business.ledger import Ledger, OwnDocument
    from qbconsole.simulator.business.parties import Party

ITEM_WEIGHT = Decimal("0.9")
"""An item in common with another amount counts less than an equal amount."""
LEGAL_FORMS = {"llc", "inc", "co", "corp", "lp", "pllc", "ltd", "company", "incorporated"}


@dataclass
class Comparison:
    """The outcome. `billing`: which client invoices stand for which deal; `stray`: those that nothing explains."""

    events: list[Event]
    billing: dict[str, Document] = field(default_factory=dict)
    stray: list[tuple[Document, Event | None]] = field(default_factory=list)
    undone: dict[str, str] = field(default_factory=dict)
    differences: dict[str, list[str]] = field(default_factory=dict)
    own_differences: dict[str, list[str]] = field(default_factory=dict)
    clients: list[Document] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)


def plain_name(name: str) -> str:
    """A name without case, punctuation, spaces and legal form."""
    words = re.sub(r"[^a-z0-9ñ ]", "", name.casefold().replace("&", " and ")).split()
    return "".join(word for word in words if word not in LEGAL_FORMS)


def compare(ledger: Ledger, books: Books, parties: dict[str, Party]) -> Comparison:
    """Match by customer and content, never by a tag."""
    own = ledger.documents()
    result = Comparison(ledger.events())
    result.owners = owners_of_customers(books, parties)
    made = [document for document in books.documents.values() if document.id not in own]
    notes = [note for note in books.credits if note.id not in ledger.credits()]
    result.undone = undone(made, notes)
    result.clients = [document for document in made if not document.voided and document.id not in result.undone]
    _match(result)
    expected = {key: bill_to(party, result.owners) for key, party in parties.items()}
    for deal_id, document in result.billing.items():
        event = next(event for event in result.events if event.deal_id == deal_id)
        found = differences(event, document, expected[event.party], exempt=parties[event.party].exempt)
        if found:
            result.differences[deal_id] = found
    for document_id, known in own.items():
        found = own_differences(known, books.documents.get(document_id))
        if found:
            result.own_differences[document_id] = found
    return result


def owners_of_customers(books: Books, parties: dict[str, Party]) -> dict[str, str]:
    """The business behind each customer: known for those the business made, by name, else by e-mail, for the rest."""
    owners = {customer: party.key for party in parties.values() for customer in party.customers + party.jobs}
    names: dict[str, list[str]] = defaultdict(list)
    mails: dict[str, list[str]] = defaultdict(list)
    for party in parties.values():
        names[plain_name(party.full_name)].append(party.key)
        mails[party.email.casefold()].append(party.key)
    for customer_id, customer in books.customers.items():
        if customer_id in owners:
            continue
        parent = (customer.get("ParentRef") or {}).get("value")
        mail = str((customer.get("PrimaryEmailAddr") or {}).get("Address") or "").casefold()
        known = owners.get(str(parent))
        by_name, by_mail = names.get(plain_name(customer["DisplayName"]), []), mails.get(mail, [])
        both = [key for key in by_name if key in by_mail]
        found = known or next((keys[0] for keys in (both, by_name, by_mail) if len(keys) == 1), None)
        if found:
            owners[customer_id] = found
    return owners


def bill_to(party: Party, owners: dict[str, str]) -> str | None:
    """The customer to be billed: the preferred one, or the first that a client made for a business without one."""
    if party.customer:
        return party.customer
    made = sorted((customer for customer, key in owners.items() if key == party.key), key=int)
    return made[0] if made else None


def undone(made: list[Document], notes: list[CreditNote]) -> dict[str, str]:
    """Client invoices that a credit memo of equal amount undoes, each memo once, the newest invoice first."""
    pairs: dict[str, str] = {}
    for note in notes:
        for document in sorted(made, key=lambda document: -int(document.id)):
            fits = (
                document.customer == note.customer
                and document.total == note.total
                and document.txn_date <= note.txn_date
            )
            if fits and document.id not in pairs and not document.voided and int(note.id) > int(document.id):
                pairs[document.id] = note.id
                break
    return pairs


def likeness(event: Event, document: Document) -> Decimal:
    """How much of an event's lines an invoice bills, between 0 and 1: equal amounts, or less surely equal items."""
    whole = max(event.net, document.net)
    if not event.lines or not whole:
        return ZERO
    wanted, there = Counter(line.amount for line in event.lines), Counter(line.amount for line in document.lines)
    amounts = sum((amount * count for amount, count in (wanted & there).items()), ZERO)
    items: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for line in event.lines:
        items[line.item][0] += line.amount
    for entry in document.lines:
        items[entry.item][1] += entry.amount
    alike = sum((min(sums) for sums in items.values()), ZERO) * ITEM_WEIGHT
    return max(amounts, alike) / whole


def _match(result: Comparison) -> None:
    """First the same customer, most alike first; then equal content at another customer; what is left is stray."""
    left = {document.id: document for document in result.clients}
    open_events = {event.deal_id: event for event in result.events if event.verdict == BILL}
    pairs = [
        (-likeness(event, document), event.won_on, int(event.deal_id), int(document.id))
        for document in left.values()
        for event in open_events.values()
        if result.owners.get(document.customer) == event.party
    ]
    floor = Decimal("-0.3")
    _take(result, left, open_events, sorted(pair for pair in pairs if pair[0] <= floor))
    elsewhere = [
        (-likeness(event, document), event.won_on, int(event.deal_id), int(document.id))
        for document in left.values()
        for event in open_events.values()
    ]
    _take(result, left, open_events, sorted(pair for pair in elsewhere if pair[0] <= Decimal("-0.999")))
    result.stray = [(document, _meant(document, result)) for document in left.values()]


def _take(
    result: Comparison, left: dict[str, Document], events: dict[str, Event], pairs: list[tuple[Decimal, str, int, int]]
) -> None:
    for _, _, deal_number, document_number in pairs:
        deal_id, document_id = str(deal_number), str(document_number)
        if deal_id in events and document_id in left:
            result.billing[deal_id] = left.pop(document_id)
            del events[deal_id]


def _meant(document: Document, result: Comparison) -> Event | None:
    """The event that a stray invoice was probably made for."""
    owner = result.owners.get(document.customer)
    ranked = []
    for event in result.events:
        same = owner in (event.party, *event.others)
        score = likeness(event, document)
        if event.lines and same and document.net == event.net:
            score = Decimal(1)
        if not event.lines and same:
            score = Decimal("0.4")
        if (same and score >= Decimal("0.3")) or score >= Decimal("0.999"):
            ranked.append((score, same, event.verdict != BILL, event))
    return max(ranked, key=lambda entry: entry[:3])[3] if ranked else None


def differences(event: Event, document: Document, customer: str | None, *, exempt: bool) -> list[str]:
    """What is not as it should be, in words, to the cent."""
    found = []
    wanted = event.job or customer
    if document.customer != wanted:
        word = "job" if event.job else "customer"
        found.append(f"{word} is {document.customer}, should be {wanted}")
    if document.txn_date != document.made_on:
        found.append(f"dated {document.txn_date}, should be {document.made_on}")
    found += line_differences(event.lines, document.lines, exempt=exempt)
    if document.tax != event.tax:
        found.append(f"tax is {document.tax}, should be {event.tax}")
    if document.total != event.total:
        found.append(f"total is {document.total}, should be {event.total}")
    return found


def line_differences(wanted: list[Line], there: list[BookLine], *, exempt: bool) -> list[str]:
    """Differences line by line; the order of lines does not matter."""
    found, rest = [], list(there)
    for line in sorted(wanted, key=lambda line: -line.amount):
        match = min(rest, key=lambda other: _distance(line, other), default=None)
        if match is None or _distance(line, match)[0] == 2:
            found.append(f"line missing: {line.sku} {line.amount}")
            continue
        rest.remove(match)
        found += _line_difference(line, match, exempt=exempt)
    return found + [f"line too many: item {line.item or 'none'} {line.amount}" for line in rest]


def _distance(line: Line, other: BookLine) -> tuple[int, Decimal]:
    same_item, same_amount = line.item == other.item, line.amount == other.amount
    return 2 - same_item - same_amount, abs(line.amount - other.amount)


def _line_difference(line: Line, there: BookLine, *, exempt: bool) -> list[str]:
    found = []
    if there.item != line.item:
        found.append(f"line {line.sku}: item is {there.item}, should be {line.item}")
    if there.amount != line.amount:
        found.append(f"line {line.sku}: amount is {there.amount}, should be {line.amount}")
    if there.quantity is not None and there.quantity != line.quantity:
        found.append(f"line {line.sku}: quantity is {there.quantity}, should be {line.quantity}")
    if not exempt and (there.code == "TAX") != line.taxable:
        found.append(f"line {line.sku}: tax code is {there.code}, should be {'TAX' if line.taxable else 'NON'}")
    if there.class_id:
        found.append(f"line {line.sku}: class is {there.class_id}, should be none")
    return found


def own_differences(known: OwnDocument, document: Document | None) -> list[str]:
    """What somebody did to an invoice that the business itself had made."""
    if document is None:
        return ["deleted"]
    if document.voided:
        return ["voided"]
    found = []
    if document.customer != known.customer:
        found.append(f"customer is {document.customer}, should be {known.customer}")
    if document.txn_date.isoformat() != known.txn_date:
        found.append(f"dated {document.txn_date}, should be {known.txn_date}")
    if document.tax != known.tax:
        found.append(f"tax is {document.tax}, should be {known.tax}")
    if document.total != known.total:
        found.append(f"total is {document.total}, should be {known.total}")
    return found


def explained(event: Event, result: Comparison) -> list[str]:
    """The invoices that stand for an event: a client's, or those made by hand if it was billed already."""
    if event.verdict == ADOPT:
        return event.by_hand
    document = result.billing.get(event.deal_id)
    return [document.id] if document else []
