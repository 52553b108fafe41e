"""Keeps sound deals apart: no two amounts of one customer that could be taken for each other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbconsole.simulator.business.amounts import close

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from qbconsole.simulator.business.parties import Party

WINDOW = 80
"""Days within which deals, and sums of invoices, are compared; single invoices always are, some stay open long."""


@dataclass(frozen=True)
class _Entry:
    day: date
    net: Decimal
    total: Decimal

    def like(self, net: Decimal, total: Decimal) -> bool:
        return any(close(mine, other) for mine in (self.net, self.total) for other in (net, total))

    def plus(self, other: _Entry) -> _Entry:
        return _Entry(self.day, self.net + other.net, self.total + other.total)


class Likeness:
    """The amounts of deals and invoices by customer."""

    def __init__(self) -> None:
        self._deals: dict[str, list[_Entry]] = defaultdict(list)
        self._documents: dict[str, list[_Entry]] = defaultdict(list)

    def add_deal(self, party: Party, day: date, net: Decimal, total: Decimal) -> None:
        """A deal won (or to be won) that day."""
        self._deals[party.key].append(_Entry(day, net, total))

    def add_document(self, party: Party, day: date, net: Decimal, total: Decimal) -> None:
        """An invoice of that day."""
        self._documents[party.key].append(_Entry(day, net, total))

    def clashes(self, party: Party, day: date, net: Decimal, total: Decimal) -> bool:
        """Whether a deal of these amounts is like another deal or invoice, two invoices together, or half of one."""
        deals = [entry for entry in self._deals[party.key] if abs((entry.day - day).days) <= WINDOW]
        every = self._documents[party.key]
        documents = [entry for entry in every if abs((entry.day - day).days) <= WINDOW]
        this = _Entry(day, net, total)
        singles = deals + every
        pairs = [one.plus(two) for n, one in enumerate(documents) for two in documents[n + 1 :]]
        if any(entry.like(net, total) for entry in singles + pairs):
            return True
        sums = [this.plus(deal) for deal in deals]
        return any(document.like(total.net, total.total) for total in sums for document in documents)
