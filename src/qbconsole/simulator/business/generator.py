"""Makes the business: both systems opened, eighteen months lived through, the truth written down."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from qbconsole.simulator.business import setup
from qbconsole.simulator.business.amounts import local_day, moment
from qbconsole.simulator.business.billing import Office
from qbconsole.simulator.business.history import History
from qbconsole.simulator.business.likeness import Likeness
from qbconsole.simulator.business.parties import Head
from qbconsole.simulator.business.plot import Plot
from qbconsole.simulator.business.population import Calendar, populate
from qbconsole.simulator.business.sales import SalesDesk
from qbconsole.simulator.business.till import Till
from qbconsole.simulator.business.timeline import Timeline
from qbconsole.simulator.clock import EPOCH

if TYPE_CHECKING:
    from qbconsole.simulator.business.ledger import Ledger
    from qbconsole.simulator.hubspot.portal import Portal
    from qbconsole.simulator.quickbooks.company import Company

HISTORY_DAYS = 549
"""Eighteen months."""
OPEN_DAYS = 30
"""The cut-over lies this many days before the epoch's business date."""


@dataclass(frozen=True)
class Made:
    """What was made: the people at work, to go on with."""

    office: Office
    desk: SalesDesk


def generate(ledger: Ledger, company: Company, portal: Portal, *, seed: int, size: float) -> Made:
    """Make everything; the same seed and size always make the same. Call inside a transaction."""
    today = local_day(EPOCH)
    calendar = Calendar(today - timedelta(days=HISTORY_DAYS), today - timedelta(days=OPEN_DAYS), today)
    beginning = moment(calendar.start - timedelta(days=320), 8)
    products = setup.open_portal(portal, beginning)
    lists = setup.open_books(company, beginning)
    rng = random.Random(f"{seed}/people")
    parties = populate(rng, Head.of_size(size), calendar, company, portal, lists["terms"])
    office, desk, timeline = Office(company, ledger, lists), SalesDesk(portal, products), Timeline()
    end = moment(today, 8)
    plot = Plot(office, desk, {party.key: party for party in parties}, Likeness(), hand_days=3, limit=end)
    office.on_invoice = Till(seed, office, timeline, end).invoiced
    History(seed, size, calendar, plot, timeline).plan(parties)
    timeline.run()
    setup.retire(company, end)
    for party in parties:
        ledger.put_party(party)
    ledger.put_facts(
        seed=seed,
        size=size,
        epoch=EPOCH.isoformat(),
        cut_over=calendar.cut_over.isoformat(),
        lists=lists,
        products=products,
        won=0,
        day=today.isoformat(),
    )
    office.on_invoice = lambda _document, _party: None
    return Made(office, desk)
