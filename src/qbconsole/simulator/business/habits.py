"""When and how a customer settles an invoice: from the seed, the customer and the work, whoever made the invoice."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from qbconsole.simulator.business.amounts import ZERO, cents, next_workday

if TYPE_CHECKING:
    from qbconsole.simulator.business.parties import Party


@dataclass(frozen=True)
class Settlement:
    """Instalments by day, or the day on which the whole is credited because the work fell through."""

    instalments: tuple[tuple[date, Decimal], ...] = ()
    credited: date | None = None

    def paid_by(self, day: date) -> Decimal:
        """How much should have been paid by the end of that day."""
        return sum((amount for due, amount in self.instalments if due <= day), ZERO)


def settlement(seed: int, party: Party, pays: str, txn_date: date, due: date, total: Decimal) -> Settlement:
    """How this customer settles this invoice; `pays` names what was done, such as "deal/1042"."""
    rng = random.Random(f"{seed}/pays/{party.key}/{pays}")
    chance, habit = rng.random(), party.habit
    if chance < 0.025:
        return Settlement(credited=next_workday(txn_date + timedelta(days=rng.randint(4, 12))))
    if chance < 0.12:
        habit = "part"

    def after(start: date, least: int, most: int) -> date:
        return next_workday(max(start + timedelta(days=rng.randint(least, most)), txn_date + timedelta(days=1)))

    if habit == "part":
        first = cents(total * rng.choice([Decimal("0.5"), Decimal("0.4"), Decimal("0.6")]))
        return Settlement(((after(txn_date, 2, 9), first), (after(due, 12, 70), total - first)))
    if habit == "prompt":
        return Settlement(((after(txn_date, 1, 5), total),))
    if habit == "usual":
        return Settlement(((after(due, -6, 6), total),))
    if habit == "late":
        return Settlement(((after(due, 8, 45), total),))
    if rng.random() < 0.15:
        return Settlement()
    return Settlement(((after(due, 50, 150), total),))
