"""The business: made once from a seed, lived through day by day, asked how it stands."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.business import generator
from qbconsole.simulator.business.amounts import ZONE, local_day
from qbconsole.simulator.business.billing import Office
from qbconsole.simulator.business.catalogue import COMPANY_NAME
from qbconsole.simulator.business.ledger import Ledger
from qbconsole.simulator.business.life import Day
from qbconsole.simulator.business.sales import SalesDesk
from qbconsole.simulator.business.state import State, pairs

if TYPE_CHECKING:
    from qbconsole.simulator.clock import Clock
    from qbconsole.simulator.database import Database
    from qbconsole.simulator.hubspot.portal import Portal
    from qbconsole.simulator.quickbooks.company import Company

MOST_DAYS = 400
"""How far one call may advance the clock."""


class Business:
    """Ridgeline Mechanical behind both servers. `generate` makes it; the constructor takes up one that is stored."""

    name = COMPANY_NAME

    def __init__(self, database: Database, clock: Clock, company: Company, portal: Portal) -> None:
        self.database = database
        self.clock = clock
        self.company = company
        self.portal = portal
        self.ledger = Ledger(database)

    @classmethod
    def generate(
        cls, database: Database, clock: Clock, company: Company, portal: Portal, *, seed: int, size: float = 1.0
    ) -> Business:
        """Make the business with eighteen months of history before the epoch."""
        business = cls(database, clock, company, portal)
        with database.transaction():
            generator.generate(business.ledger, company, portal, seed=seed, size=size)
        return business

    @property
    def cut_over(self) -> str:
        """The day from which on deals are to be billed through the console."""
        return str(self.ledger.facts["cut_over"])

    def advance(self, days: int) -> dict[str, Any]:
        """Let so many days pass, one after the other; the time of day stays the same."""
        facts = self.ledger.facts
        office = Office(self.company, self.ledger, facts["lists"])
        desk = SalesDesk(self.portal, facts["products"])
        happened: Counter[str] = Counter()
        with self.database.transaction():
            for _ in range(days):
                now = (self.clock.now().astimezone(ZONE) + timedelta(days=1)).astimezone(self.clock.now().tzinfo)
                self.clock.set(now)
                happened.update(Day(self.ledger, office, desk, self.portal, local_day(now), now).live())
        now = self.clock.now()
        return {
            "days": days,
            "now": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "business_date": local_day(now).isoformat(),
            "happened": dict(sorted(happened.items())),
        }

    def state(self) -> dict[str, Any]:
        """Where the business stands, by its own ledger; see `schemas/state.json`."""
        return State(self.ledger, self.company, self.portal, self.clock).document()

    def pairs(self) -> dict[str, Any]:
        """Which CRM company is which customer, in truth."""
        return pairs(self.ledger)
