"""The proof that a deal is no duplicate: documents and deals that may have billed it already. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

from qbconsole.billing.compose import closed_on
from qbconsole.billing.drafts import Adoptable
from qbconsole.domain.money import ZERO, spoken, within_percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from qbconsole.billing.drafts import Composed
    from qbconsole.billing.world import World
    from qbconsole.domain.records import Customer, Deal, Document
    from qbconsole.ledger.events import Event

BILLS = frozenset({"invoice", "sales_receipt"})
"""The types of documents that bill something."""
CENTS = Decimal("0.05")
"""How exactly the parts of a split, or the deals of a merged invoice, must add up: each was rounded by itself."""
MOST_PARTS = 24
"""Of more open documents of one customer in the window no pairs are tried."""
SHORTEST_NAME = 8
"""A deal's name is looked for in an invoice's words only if it is at least this long."""


@dataclass(frozen=True, slots=True)
class Window:
    """Where duplicates are looked for: `days` around the day a deal was won, and on until today."""

    first: date
    last: date

    def holds(self, document: Document) -> bool:
        """Whether the document is posted within it."""
        return self.first <= document.posted_on <= self.last


def window(event: Event, world: World) -> Window:
    """The days in which a hand-made invoice for the event would lie."""
    days = timedelta(days=world.rules.checks.duplicate_days)
    return Window(event.due_on - days, max(event.due_on + days, world.today))


def before_tax(document: Document) -> Decimal:
    """What a document bills before tax."""
    return document.total - document.tax


def named(document: Document) -> str:
    """A document as a sentence names it."""
    return f"{document.type.replace('_', ' ')} {document.number or document.id}"


def free_documents(customer: Customer, world: World) -> list[tuple[Document, Decimal]]:
    """Standing documents of a customer, its duplicates and jobs, with what of them bills no deal of ours yet."""
    found = []
    for id_ in world.related(customer):
        for document in world.documents_by_customer.get(id_, ()):
            left = before_tax(document) - world.used.get(document.id, ZERO)
            if left > CENTS and _strange(document, world):
                found.append((document, left))
    return sorted(found, key=lambda pair: (pair[0].posted_on, pair[0].id))


def _strange(document: Document, world: World) -> bool:
    """Whether it stands and bills something that is not known here yet."""
    if document.type not in BILLS or document.voided or document.id in world.taken_back:
        return False
    ours = document.id not in world.used and any(
        line.strip() in world.claimed_tags for line in document.private_note.splitlines()
    )
    return not ours


def tagged(event: Event, customer: Customer, world: World) -> list[Document]:
    """Standing documents that carry the event's own tag (of any generation) though the ledger knows none."""
    stem = f"Deal {event.deal_id} / {event.key}"
    return [
        document
        for document, _ in free_documents(customer, world)
        if any(
            line.strip() == stem or line.strip().startswith(f"{stem} / ") for line in document.private_note.splitlines()
        )
    ]


def adoptable(deal: Deal, event: Event, composed: Composed, customer: Customer, world: World) -> list[Adoptable]:
    """Documents that may bill the deal already: by their tag, amount, words, or together with others."""
    days = window(event, world)
    free = free_documents(customer, world)
    near = [(document, left) for document, left in free if days.holds(document)]
    amounts = [amount for amount in dict.fromkeys((event.amount, composed.before_tax)) if amount > 0]
    found: dict[str, Adoptable] = {}

    def add(documents: Iterable[Document], evidence: str) -> None:
        listed = list(documents)
        key = ",".join(document.id for document in listed)
        found.setdefault(key, Adoptable(key, _words(listed), evidence))

    for document in tagged(event, customer, world):
        add([document], "its note says that it bills this deal")
    for document, left in near:
        if evidence := _same_amount(document, left, amounts, composed, world):
            add([document], f"{evidence}; {_when(document, event)}{_whose(document, customer, world)}")
    for one, other in _merged(deal, near, amounts, world):
        add([one], f"bills this deal and deal {other.id} ({other.name}) together; {_when(one, event)}")
    for pair in _split(near, amounts):
        add(pair, f"together they bill this deal: {' + '.join(spoken(before_tax(one)) for one in pair)}")
    for document, _ in near:
        if _mentions(document, deal):
            add([document], f"it names this deal; {_when(document, event)}")
    return list(found.values())


def _words(documents: Sequence[Document]) -> str:
    return " and ".join(
        f"{named(one)} of {one.posted_on:%b} {one.posted_on.day}, {spoken(before_tax(one), one.currency)} before tax"
        for one in documents
    )


def _same_amount(
    document: Document, left: Decimal, amounts: Sequence[Decimal], composed: Composed, world: World
) -> str:
    percent = world.rules.checks.duplicate_percent
    if any(within_percent(left, amount, percent) for amount in amounts):
        whole = left == before_tax(document)
        exact = "the same amount" if left in amounts else f"within {percent.normalize():f} %"
        return f"{exact} before tax" if whole else f"{exact} is left of it"
    totals = [*amounts, composed.total] if left == before_tax(document) else []
    if any(within_percent(document.total, amount, percent) for amount in totals):
        return "the same total"
    return ""


def _when(document: Document, event: Event) -> str:
    days = (document.posted_on - event.due_on).days
    if days == 0:
        return "posted on the day the deal was won"
    return f"posted {abs(days)} day{'s' * (abs(days) != 1)} {'after' if days > 0 else 'before'} the deal was won"


def _whose(document: Document, customer: Customer, world: World) -> str:
    owner = world.customers.get(document.customer_id)
    return f"; on the account of {owner.name}" if owner and owner.id != customer.id else ""


def _merged(
    deal: Deal, near: Sequence[tuple[Document, Decimal]], amounts: Sequence[Decimal], world: World
) -> list[tuple[Document, Deal]]:
    """Documents that equal this deal and another won deal of the same customer taken together."""
    others = [other for other in world.won_by_customer.get(world.party(deal), ()) if other.id != deal.id]
    return [
        (document, other)
        for document, left in near
        for other in others
        if other.amount and any(abs(left - amount - other.amount) <= CENTS for amount in amounts)
    ]


def _split(near: Sequence[tuple[Document, Decimal]], amounts: Sequence[Decimal]) -> list[tuple[Document, Document]]:
    """Two documents that add up to the deal."""
    if len(near) > MOST_PARTS:
        return []
    return [
        (one, other)
        for (one, left), (other, rest) in combinations(near, 2)
        if any(abs(left + rest - amount) <= CENTS for amount in amounts)
    ]


def _mentions(document: Document, deal: Deal) -> bool:
    text = "\n".join((document.private_note, *(line.description for line in document.lines))).casefold()
    name = deal.name.casefold().strip()
    return len(name) >= SHORTEST_NAME and name in text


def original(deal: Deal, world: World) -> Deal | None:
    """The earlier deal that this one looks like a copy of: same customer, amount and lines, won within the window."""
    days = world.rules.checks.duplicate_days
    for other in sorted(world.won_by_customer.get(world.party(deal), ()), key=_age):
        if _age(other) >= _age(deal):
            return None
        near = abs((closed_on(other, world) - closed_on(deal, world)).days) <= days
        if near and other.id not in world.rejected and _alike(deal, other, world):
            return other
    return None


def _age(deal: Deal) -> tuple[int, str]:
    """Ids are given in the order of creation: the copy has the later one."""
    return len(deal.id), deal.id


def _alike(deal: Deal, other: Deal, world: World) -> bool:
    if deal.amount != other.amount or not deal.amount:
        return False
    return _content(deal, world) == _content(other, world)


def _content(deal: Deal, world: World) -> list[tuple[str, Decimal, Decimal]]:
    return sorted(
        (line.sku or line.name, line.quantity.normalize(), line.unit_price.normalize()) for line in world.lines_of(deal)
    )
