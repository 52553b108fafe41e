"""A bookkeeper who works by a script: the same decisions as the keys, on what a screen shows.

Only when it decides a link does it ask somebody who knows the companies: the simulator's list of true pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbconsole.actions import queues
from qbconsole.actions.decide import decide
from qbconsole.domain.errors import NeedsPerson
from qbconsole.journal import Actor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qbconsole.actions.views import Detail, Row
    from qbconsole.books.book import Book

BY_KEY = Actor("bookkeeper", "the demo's script, by key")
TYPING = Actor("bookkeeper", "the demo's script, typing")
"""The same bookkeeper: what took more than keys (a reason, a customer who is not on the screen) is told apart."""
ROUNDS = 4
"""How often the invoices are gone through at one sitting: what was decided of one deal may change another's draft."""


@dataclass(frozen=True)
class Companies:
    """What somebody who knows the companies would say: the customer of each, or that it is new to the books."""

    customers: Mapping[str, str]
    new: frozenset[str]

    @classmethod
    def of(cls, truth: Mapping[str, Sequence[Mapping[str, str]]]) -> Companies:
        """From the simulator's `truth/pairs`."""
        pairs = {str(pair["company_id"]): str(pair["customer_id"]) for pair in truth["pairs"]}
        return cls(pairs, frozenset(str(company) for company in truth["new"]))


class Bookkeeper:
    """Sits at one book and goes through its queues."""

    def __init__(self, book: Book, companies: Companies) -> None:
        """Take the book, and whom to ask about companies."""
        self._book = book
        self._companies = companies
        self._company_of: dict[str, str] = {}

    def work(self) -> int:
        """Go through what waits, but for drafts that wait for a link; returns how many rows were decided."""
        decided = self._unmatched()
        for _ in range(ROUNDS):
            found = sum(self._invoice(row) for row in self._drafts() if not _waits_for_link(row))
            decided += found
            if not found:
                break
        return decided

    def hold_the_rest(self) -> int:
        """Hold what still waits for a link when nothing else is left to decide; returns how many rows that were."""
        return sum(self._invoice(row) for row in self._drafts())

    def _drafts(self) -> list[Row]:
        return queues.rows(self._book, "invoices")

    def _unmatched(self) -> int:
        decided = 0
        for row in queues.rows(self._book, "unmatched"):
            company = self._company(row)
            customer = self._companies.customers.get(company)
            if customer:
                decided += self._link(row, customer)
            elif company in self._companies.new and row.amount:
                decided += self._take("unmatched.create", row, queues.detail(self._book, row.id), confirm="yes")
        return decided

    def _link(self, row: Row, customer: str) -> int:
        """With the customer on the screen by key, else by hand."""
        shown = queues.detail(self._book, row.id)
        if customer in {choice.id for choice in shown.choices}:
            return self._take("unmatched.link", row, shown, customer=customer)
        return self._take("unmatched.search", row, shown, actor=TYPING, customer=customer)

    def _company(self, row: Row) -> str:
        """The company's id, which the evidence shows under it; looked at once."""
        if row.id not in self._company_of:
            facts = queues.detail(self._book, row.id).sections[0].facts
            self._company_of[row.id] = next(str(fact.value) for fact in facts if fact.label == "id")
        return self._company_of[row.id]

    def _invoice(self, row: Row) -> int:
        """One draft, judged by what its row and its evidence say."""
        shown = queues.detail(self._book, row.id)
        if row.verdict == "clean":
            return self._take("invoices.approve", row, shown)
        if "copy" in row.cause:
            return self._take("invoices.reject", row, shown, actor=TYPING, reason=str(row.cause))
        if shown.choices:
            return self._take("invoices.adopt", row, shown, document=shown.choices[0].id)
        return self._take("invoices.hold", row, shown, actor=TYPING, reason=str(row.cause))

    def _take(self, action: str, row: Row, shown: Detail, *, actor: Actor = BY_KEY, **arguments: str) -> int:
        """Press the key on what is shown now; a refusal leaves the row for the next time."""
        if (shown.row.verdict, shown.row.cause) != (row.verdict, row.cause):  # it moved since the list was read
            return 0
        try:
            decide(self._book, action, row.id, actor, seen=shown.seen, **arguments)
        except NeedsPerson:
            return 0
        return 1


def _waits_for_link(row: Row) -> bool:
    """A draft whose company is not linked yet is decided on the other screen first."""
    return "is not linked" in row.cause
