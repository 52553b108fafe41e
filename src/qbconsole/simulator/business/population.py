"""Fills both systems with the businesses: when each was entered, by whom twice, with which jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from qbconsole.simulator.business import entry
from qbconsole.simulator.business.amounts import moment
from qbconsole.simulator.business.parties import Head, Party, make_parties
from qbconsole.simulator.business.timeline import Timeline

if TYPE_CHECKING:
    import random

    from qbconsole.simulator.hubspot.portal import Portal
    from qbconsole.simulator.quickbooks.company import Company

JOB_NAMES = [
    "Phase 1",
    "Phase 2",
    "Bldg A",
    "Bldg B",
    "Warehouse",
    "Main campus",
    "Annex",
    "Kitchen",
    "Roof",
    "North wing",
]


@dataclass(frozen=True)
class Calendar:
    """The days between which things happen."""

    start: date
    cut_over: date
    today: date


def populate(
    rng: random.Random, head: Head, calendar: Calendar, company: Company, portal: Portal, terms: dict[str, str]
) -> list[Party]:
    """Make the parties and enter them, in the order of time."""
    parties = make_parties(rng, head)
    timeline = Timeline()
    for party in parties:
        _enter(party, rng, calendar, timeline, company, portal, terms)
    ordinary = [party for party in parties if party.agreement == "both" and party.currency == "USD" and not party.trap]
    twins = rng.sample(ordinary, head.twin_companies + head.twin_customers + head.jobs + 1)
    _twins(twins, rng, head, calendar, timeline, company, portal, terms)
    timeline.run()
    return parties


def _enter(
    party: Party,
    rng: random.Random,
    calendar: Calendar,
    timeline: Timeline,
    company: Company,
    portal: Portal,
    terms: dict[str, str],
) -> None:
    if party.role == "new":
        since = calendar.cut_over - timedelta(days=rng.randint(6, 45))
    elif party.role == "prospect" or rng.random() < 0.3:
        since = calendar.start + timedelta(days=rng.randint(-60, (calendar.cut_over - calendar.start).days - 20))
    else:
        since = calendar.start - timedelta(days=rng.randint(5, 300))
    party.since = since.isoformat()
    at = moment(since, rng.randint(8, 15), rng.randint(0, 59), rng.randint(0, 59))
    if party.role != "books":
        timeline.add(at, lambda: entry.enter_company(portal, party, rng, at))
    if party.role in ("paired", "books"):
        later = at + timedelta(minutes=rng.randint(5, 50))
        timeline.add(later, lambda: entry.enter_customer(company, party, rng, terms, later))


def _twins(
    chosen: list[Party],
    rng: random.Random,
    head: Head,
    calendar: Calendar,
    timeline: Timeline,
    company: Company,
    portal: Portal,
    terms: dict[str, str],
) -> None:
    """Second records of the same business, jobs under some, and one customer more in another currency."""
    first, second = head.twin_companies, head.twin_companies + head.twin_customers
    for number, party in enumerate(chosen):
        since = max(date.fromisoformat(party.since), calendar.start)
        day = since + timedelta(days=rng.randint(1, max(2, (calendar.cut_over - since).days - 5)))
        at = moment(day, rng.randint(9, 16), rng.randint(0, 59))
        if number < first:
            timeline.add(at, partial(entry.enter_company, portal, party, rng, at, twin=True))
        elif number < second:
            timeline.add(at, partial(entry.enter_twin_customer, company, party, rng, at))
        elif number < second + head.jobs:
            name = f"{since:%y}-{party.key[-3:]} {rng.choice(JOB_NAMES)}"
            timeline.add(at, partial(entry.enter_job, company, party, name, at))
        else:
            timeline.add(at, partial(entry.enter_customer, company, party, rng, terms, at, currency="CAD"))
