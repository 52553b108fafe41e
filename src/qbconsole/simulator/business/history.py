"""The eighteen months before now: deals won and lost, invoices typed by hand, money coming in late or in part."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from qbconsole.simulator.business.amounts import ZERO, cents, local_day, moment, next_workday, workdays
from qbconsole.simulator.business.catalogue import BY_SKU
from qbconsole.simulator.business.ledger import tax_on
from qbconsole.simulator.business.plot import ADOPTABLE, HOLDABLE, Plot
from qbconsole.simulator.business.plot import memo as typing_memo
from qbconsole.simulator.business.sales import Deal, new_deal

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.business.ledger import Line
    from qbconsole.simulator.business.parties import Party
    from qbconsole.simulator.business.population import Calendar
    from qbconsole.simulator.business.timeline import Timeline

FRIDAY = 4
MONTHLY = 40
"""Deals won in a month at size 1."""


class History:
    """Plans the past into a timeline."""

    def __init__(self, seed: int, size: float, calendar: Calendar, plot: Plot, timeline: Timeline) -> None:
        self.seed = seed
        self.size = size
        self.calendar = calendar
        self.plot = plot
        self.office = plot.office
        self.desk = plot.desk
        self.timeline = timeline
        self.end = moment(calendar.today, 8)

    def rng(self, subject: str) -> random.Random:
        """A stream of chance of its own for each subject."""
        return random.Random(f"{self.seed}/history/{subject}")

    def plan(self, parties: list[Party]) -> None:
        """Everything up to now."""
        self._old_deals(self.rng("deals"))
        self._lost_deals(self.rng("lost"))
        self._service_calls(self.rng("service"), [party for party in parties if party.customers])
        self._loose_ends(self.rng("loose"), [party for party in parties if party.customers and party.currency == "USD"])
        self._recent(self.rng("recent"))
        self._open_deals(self.rng("open"))
        for friday in workdays(self.calendar.start, self.calendar.today):
            at = moment(friday, 16, 30)
            if friday.weekday() == FRIDAY and at < self.end:
                self.timeline.add(at, partial(self.office.deposit_week, at, friday))

    # -- deals before the cut-over --------------------------------------------------------------------------------

    def _closings(self, rng: random.Random, first: date, last: date, count: int) -> list[datetime]:
        days = workdays(first, last)
        chosen = [days[n * len(days) // count] for n in range(count)]
        return sorted(moment(day, rng.randint(8, 16), rng.randint(0, 59), rng.randint(0, 59)) for day in chosen)

    def _old_deals(self, rng: random.Random) -> None:
        last = self.calendar.cut_over - timedelta(days=1)
        months = (last - self.calendar.start).days / Decimal("30.4")
        count = int(MONTHLY * months * Decimal(str(self.size)))
        waiting: list[Deal] = []
        for closed in self._closings(rng, self.calendar.start, last, count):
            party = waiting[0].party if waiting else self.plot.party_for(rng, closed, new=0)
            deal = new_deal(rng, party, closed)
            deal = replace(deal, companies=[rng.choice(party.companies)], created=self.plot.not_before(deal))
            self._enter(deal)
            if rng.random() < 0.03 and not waiting:
                waiting.append(deal)
                continue
            self._bill_old([*waiting, deal], rng)
            waiting.clear()

    def _enter(self, deal: Deal) -> None:
        ids: list[str] = []
        self.timeline.add(deal.created, lambda: ids.append(self.desk.open(deal, deal.created)))
        self.timeline.add(deal.closed, lambda: self.desk.close(ids[0], deal, deal.closed))

    def _bill_old(self, deals: list[Deal], rng: random.Random) -> None:
        """By hand: mostly at once and whole, some in two parts, with slips, or not at all."""
        chance, deal = rng.random(), deals[-1]
        lines = self.plot.lines([offer for each in deals for offer in each.offers])
        if chance < 0.03:
            return
        at = deal.closed + timedelta(days=rng.randint(0, 6), minutes=rng.randint(5, 50))
        if chance < 0.09:
            first = [replace(line, quantity=Decimal(1), amount=cents(line.amount / 2)) for line in lines]
            rest = [
                replace(line, quantity=Decimal(1), amount=line.amount - half.amount)
                for line, half in zip(lines, first, strict=True)
            ]
            self._type(deal.party, first, at, rng, memo="50% deposit")
            self._type(deal.party, rest, at + timedelta(days=rng.randint(10, 25)), rng, memo="balance")
        elif chance < 0.15:
            line = rng.choice(lines)
            slip = cents(line.amount * Decimal(rng.choice(["0.9", "0.95", "1.02", "1.1"])))
            typed = [replace(line, quantity=Decimal(1), amount=slip) if each is line else each for each in lines]
            self._type(deal.party, typed, at, rng)
        else:
            self._type(deal.party, lines, at, rng, memo=deal.name if chance > 0.9 else None)

    def _type(
        self, party: Party, lines: list[Line], at: datetime, rng: random.Random, *, memo: str | None = None
    ) -> None:
        """One invoice by hand, dated that day, sometimes the day before, sometimes on a job."""
        if at >= self.end:
            return
        text = memo if memo is not None else typing_memo(rng)
        back = rng.random() < 0.1
        customer = rng.choice(party.jobs) if party.jobs and rng.random() < 0.4 else ""
        pays = f"hand/{rng.getrandbits(48):x}"

        def typed() -> None:
            day = local_day(at) - timedelta(days=1 if back else 0)
            self.office.invoice(party, lines, at, day, memo=text, customer=customer, pays=pays)

        self.timeline.add(at, typed)
        net, tax = sum((line.amount for line in lines), ZERO), tax_on(lines, party)
        self.plot.likeness.add_document(party, local_day(at), net, net + tax)

    # -- the rest of the past -------------------------------------------------------------------------------------

    def _lost_deals(self, rng: random.Random) -> None:
        companies = [party for party in self.plot.known + self.plot.prospects if party.companies]
        count = max(3, int(18 * 25 * self.size))
        for closed in self._closings(rng, self.calendar.start, self.calendar.today - timedelta(days=3), count):
            since = [
                party
                for party in rng.sample(companies, min(40, len(companies)))
                if party.since < local_day(closed).isoformat()
            ]
            if since:
                deal = replace(new_deal(rng, since[0], closed, "lost"), companies=since[0].companies[:1])
                self._enter(replace(deal, created=self.plot.not_before(deal), offers=deal.offers[:1]))

    def _service_calls(self, rng: random.Random, customers: list[Party]) -> None:
        """Small jobs that never were deals."""
        last = self.calendar.today - timedelta(days=4)
        for at in self._closings(rng, self.calendar.start, last, max(6, int(18 * 6 * self.size))):
            party = rng.choice(customers)
            if party.since >= local_day(at).isoformat():
                continue
            hours = Decimal(rng.randint(4, 24)) / 4
            lines = [self.office.line("LAB-SERV", hours, cents(hours * BY_SKU["LAB-SERV"].price), taxable=False)]
            if rng.random() < 0.5:
                count = Decimal(rng.randint(1, 6))
                lines.append(self.office.line("FILT-13", count, count * BY_SKU["FILT-13"].price, taxable=True))
            self._type(
                party, lines, at, rng, memo=rng.choice(["service call", "emergency call", "", "warranty excluded"])
            )

    def _loose_ends(self, rng: random.Random, customers: list[Party]) -> None:
        """Deposits on work to come, overpayments and credits that nobody applied."""
        last = self.calendar.today - timedelta(days=2)
        for at in self._closings(rng, self.calendar.start + timedelta(days=60), last, max(4, int(14 * self.size))):
            party = rng.choice([party for party in customers if party.since < local_day(at).isoformat()])
            if rng.random() < 0.5:
                amount = Decimal(rng.choice([250, 500, 750, 1200])) + cents(rng.choice(["0", "0.5", "17.25"]))
                self.timeline.add(at, self._unapplied(party, amount, at))
            else:
                self.timeline.add(at, self._open_credit(party, Decimal(rng.randint(2, 9)), at))

    def _unapplied(self, party: Party, amount: Decimal, at: datetime) -> Callable[[], object]:
        return lambda: self.office.payment(party.customers[0], amount, at, local_day(at), number="deposit")

    def _open_credit(self, party: Party, hours: Decimal, at: datetime) -> Callable[[], object]:
        lines = [self.office.line("LAB-SERV", hours, hours * BY_SKU["LAB-SERV"].price, taxable=False)]
        return lambda: self.office.credit(
            party, party.customers[0], lines, at, local_day(at), memo="goodwill, rework done"
        )

    # -- since the cut-over ---------------------------------------------------------------------------------------

    def _recent(self, rng: random.Random) -> None:
        """The deals to be billed now, with the planted defects among them."""
        last = self.calendar.today - timedelta(days=3)
        count = max(14, round(MONTHLY * self.size))
        closings = self._closings(rng, self.calendar.cut_over, last, count)
        labels = self._labels(rng, count)
        sound: list[Deal] = []
        skip = False
        for n, closed in enumerate(closings):
            if skip:
                skip = False
                continue
            label = labels.get(n)
            if label is None:
                deal, happenings = self.plot.clean(rng, closed)
                sound.append(deal)
            else:
                original = self._clonable(sound, closed)
                happenings = self.plot.planted(label, rng, closed, original=original)
                skip = label == "billed_together"
            self.timeline.extend(happenings)

    def _clonable(self, sound: list[Deal], closed: datetime) -> Deal | None:
        recent = [deal for deal in sound if deal.closed > closed - timedelta(days=6) and deal.party.customers]
        return recent[-1] if recent else None

    def _labels(self, rng: random.Random, count: int) -> dict[int, str]:
        """15 in 100, never fewer than six, at least two of them already billed by hand."""
        wanted = max(6, round(count * 0.15))
        adoptable, holdable = list(ADOPTABLE), list(HOLDABLE)
        rng.shuffle(adoptable)
        rng.shuffle(holdable)
        chosen: list[str] = []
        while len(chosen) < wanted:
            deck = adoptable if len(chosen) % 3 == 0 or (not holdable) else holdable
            chosen.append(deck[len(chosen) % len(deck)])
        slots = sorted(rng.sample(range(5, count - 1), wanted))
        spread = [slot for n, slot in enumerate(slots) if n == 0 or slot > slots[n - 1]]
        return dict(zip(spread, chosen, strict=True))

    def _open_deals(self, rng: random.Random) -> None:
        pool = self.plot.known + self.plot.prospects
        for _ in range(max(5, int(60 * self.size))):
            day = next_workday(self.calendar.today - timedelta(days=rng.randint(3, 60)))
            at = moment(day, rng.randint(8, 16), rng.randint(0, 59))
            party = rng.choice(pool)
            if party.since < day.isoformat():
                deal = replace(
                    new_deal(rng, party, at + timedelta(days=30), "open"), companies=party.companies[:1], created=at
                )
                self.timeline.add(at, lambda deal=deal, at=at: self.desk.open(deal, at))  # type: ignore[misc]
