"""What a day brings: customers pay, deals are won, reopened, lost, records get edited in both systems."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from qbconsole.simulator.business import dirt, entry, names
from qbconsole.simulator.business.amounts import ZERO, is_workday, moment
from qbconsole.simulator.business.books import read_books
from qbconsole.simulator.business.catalogue import OPEN_STAGES
from qbconsole.simulator.business.compare import compare
from qbconsole.simulator.business.habits import settlement
from qbconsole.simulator.business.ledger import BILL, Event, Line
from qbconsole.simulator.business.likeness import Likeness
from qbconsole.simulator.business.plot import LABELS, Plot
from qbconsole.simulator.business.sales import Deal, Offer
from qbconsole.simulator.business.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.business.billing import Office
    from qbconsole.simulator.business.books import Document
    from qbconsole.simulator.business.ledger import Ledger, OwnDocument
    from qbconsole.simulator.business.parties import Party
    from qbconsole.simulator.business.sales import SalesDesk
    from qbconsole.simulator.hubspot.portal import Portal

FRIDAY = 4
DAILY = 2
"""Deals won on a working day at size 1."""


class Day:
    """One simulated day: what happens depends on seed and day, whom it concerns on what stands in the books."""

    def __init__(
        self, ledger: Ledger, office: Office, desk: SalesDesk, portal: Portal, day: date, limit: datetime
    ) -> None:
        self.ledger = ledger
        self.office = office
        self.desk = desk
        self.portal = portal
        self.day = day
        self.limit = limit
        self.seed: int = ledger.facts["seed"]
        self.size: float = ledger.facts["size"]
        self.parties = ledger.parties()
        self.done: Counter[str] = Counter()
        self.timeline = Timeline()
        self.books = read_books(office.company)
        self.compared = compare(ledger, self.books, self.parties)

    def rng(self, subject: str) -> random.Random:
        """A stream of chance for one subject of this day."""
        return random.Random(f"{self.seed}/{self.day}/{subject}")

    def at(self, minute: int, second: int = 0) -> datetime:
        """So many minutes after seven in the morning, but never in the future."""
        return min(moment(self.day, 7) + timedelta(minutes=minute, seconds=second), self.limit)

    def live(self) -> dict[str, int]:
        """Let it happen; what there was of each."""
        if is_workday(self.day):
            self._money()
            self._wins()
            self._reopenings()
            self._open_deals()
            self._edits()
            self._newcomer()
            if self.day.weekday() == FRIDAY:
                self.timeline.add(self.at(59, 59), lambda: self.office.deposit_week(self.at(59, 59), self.day))
        self.timeline.run()
        return dict(self.done)

    # -- money ----------------------------------------------------------------------------------------------------

    def _money(self) -> None:
        """Customers settle what they owe; invoices that nothing explains they leave lying."""
        books, compared = self.books, self.compared
        own = self.ledger.documents()
        events = {event.deal_id: event for event in compared.events}
        for document_id, known in own.items():
            document = books.documents.get(document_id)
            if document:
                self._settle(document, self.parties[known.party], known.pays, known.lines)
        for deal_id, document in compared.billing.items():
            event = events[deal_id]
            self._settle(document, self.parties[event.party], f"deal/{deal_id}", event.lines)
        self._refund([known for known in own.values() if not known.after_cut_over])

    def _settle(self, document: Document, party: Party, pays: str, lines: list[Line]) -> None:
        if document.voided or document.balance <= ZERO:
            return
        plan = settlement(self.seed, party, pays, document.txn_date, document.due_date, document.total)
        rng = self.rng(f"pays/{pays}")
        at = self.at(rng.randint(0, 55), rng.randint(0, 59))
        if plan.credited and plan.credited <= self.day and document.balance == document.total:
            self.done["credits"] += 1
            self.timeline.add(at, lambda: self._credit(document, party, lines, at))
            return
        amount = min(plan.paid_by(self.day) - document.paid, document.balance)
        if amount > ZERO:
            self.done["payments"] += 1
            number = str(rng.randint(1000, 9999))
            self.timeline.add(at, lambda: self._pay(document, party, amount, at, number))

    def _credit(self, document: Document, party: Party, lines: list[Line], at: datetime) -> None:
        self.office.credit(party, document.customer, lines, at, self.day, memo="job cancelled", invoice=document.id)

    def _pay(self, document: Document, party: Party, amount: Decimal, at: datetime, number: str) -> None:
        self.office.payment(
            document.customer, amount, at, self.day, invoice=document.id, currency=party.currency, number=number
        )

    def _refund(self, paid: list[OwnDocument]) -> None:
        rng = self.rng("refund")
        settled = [
            known
            for known in paid
            if known.paid_at_start == known.total and self.parties[known.party].currency == "USD"
        ]
        if settled and self.day.toordinal() % 8 == self.seed % 8:
            at = self.at(58)
            known = rng.choice(settled)
            self.done["refunds"] += 1
            self.timeline.add(at, lambda: self.office.refund_hour(known, at))

    # -- deals ----------------------------------------------------------------------------------------------------

    def _plot(self) -> Plot:
        likeness = likeness_of(self.ledger, self.parties)
        return Plot(self.office, self.desk, self.parties, likeness, hand_days=0, limit=self.limit)

    def _wins(self) -> None:
        """15 in 100 carry a defect; labels come from a deck that is shuffled anew each time it is through."""
        rng, plot = self.rng("wins"), self._plot()
        count = self._count(rng)
        won = int(self.ledger.facts["won"])
        minute = 2
        while count > 0:
            closed = self.at(minute)
            label = self._label(won)
            if label:
                happenings = plot.planted(label, rng, closed, original=self._clonable(rng))
            else:
                _, happenings = plot.clean(rng, closed)
            self.timeline.extend((max(at, self.at(0)), happening) for at, happening in happenings)
            used = 2 if label == "billed_together" else 1
            won, count, minute = won + used, count - used, minute + 9
            self.done["won"] += used
        self.ledger.put_facts(won=won)

    def _count(self, rng: random.Random) -> int:
        expected = DAILY * self.size * rng.choice([0.5, 1, 1, 1.5])
        return int(expected) + (rng.random() < expected - int(expected))

    def _label(self, ordinal: int) -> str | None:
        before, after = ordinal * 15 // 100, (ordinal + 1) * 15 // 100
        if before == after:
            return None
        deck = list(LABELS)
        random.Random(f"{self.seed}/labels/{before // len(deck)}").shuffle(deck)
        return deck[before % len(deck)]

    def _clonable(self, rng: random.Random) -> Deal | None:
        """A clean deal of the last days, as its line items in the CRM have it."""
        first = (self.day - timedelta(days=6)).isoformat()
        events = [
            e
            for e in self.ledger.events()
            if e.verdict == BILL and e.won_on >= first and self.parties[e.party].customers
        ]
        return self._deal_of(rng.choice(events)) if events else None

    def _deal_of(self, event: Event) -> Deal:
        record = self.portal.read("deals", event.deal_id)["properties"]
        offers = [
            Offer(
                line["hs_sku"],
                Decimal(line["quantity"]),
                Decimal(line["price"]),
                Decimal(line.get("hs_discount_percentage") or 0),
            )
            for number in self.portal.associated("deals", event.deal_id, "line_items")
            for line in [self.portal.read("line_items", number)["properties"]]
        ]
        closed = self.at(0)
        return Deal(
            party=self.parties[event.party],
            name=event.deal_name,
            offers=offers,
            created=closed,
            closed=closed,
            outcome="won",
            pipeline=record["pipeline"],
            amount=Decimal(record["amount"]),
            owner=record["hubspot_owner_id"],
            companies=self.portal.associated("deals", event.deal_id, "companies"),
        )

    def _reopenings(self) -> None:
        """A deal that was billed is reopened and won again: there is still one thing to bill."""
        rng = self.rng("reopen")
        first = (self.day - timedelta(days=20)).isoformat()
        events = [
            event
            for event in self.ledger.events()
            if event.verdict == BILL and first <= event.won_on < self.day.isoformat()
        ]
        if not events or rng.random() > 0.5:
            return
        event = rng.choice(events)
        if event.deal_id not in self.compared.billing or event.reopened:
            return
        pipeline = self.portal.read("deals", event.deal_id)["properties"]["pipeline"]
        event.reopened = True
        self.done["reopened"] += 1
        self.timeline.add(self.at(30), lambda: self.desk.reopen(event.deal_id, pipeline, self.at(30)))
        self.timeline.add(self.at(45), lambda: self.desk.win_again(event.deal_id, pipeline, self.at(45)))
        self.timeline.add(self.at(45), lambda: self.ledger.put_event(event))

    def _open_deals(self) -> None:
        """An open deal moves a stage on, or is lost."""
        rng = self.rng("open")
        stages = {stage for every in OPEN_STAGES.values() for stage in every}
        events = {event.deal_id for event in self.ledger.events()}
        deals = [record for record in self.portal.records("deals") if record["properties"].get("dealstage") in stages]
        deals = [record for record in deals if record["id"] not in events]
        if not deals:
            return
        deal = rng.choice(deals)
        pipeline, stage = deal["properties"]["pipeline"], deal["properties"]["dealstage"]
        every = OPEN_STAGES[pipeline]
        onward = every[min(every.index(stage) + 1, len(every) - 1)]
        lost = {"default": "closedlost", "748120": "1093307"}[pipeline]
        target = lost if rng.random() < 0.4 else onward
        self.done["moved"] += 1
        self.timeline.add(
            self.at(20), lambda: self.portal.update("deals", deal["id"], {"dealstage": target}, at=self.at(20))
        )

    # -- records --------------------------------------------------------------------------------------------------

    def _edits(self) -> None:
        """Phones, addresses and names are put right, or wrong, on one side or on both."""
        rng = self.rng("edits")
        paired = [party for party in self.parties.values() if party.role == "paired" and party.currency == "USD"]
        for number in range(rng.randint(1, 2)):
            party = rng.choice(paired)
            side, kind = rng.choice(["crm", "books", "both"]), rng.choice(["phone", "phone", "street", "name"])
            at = self.at(12 + number)
            digits = f"{party.phone[:3]}55501{rng.randint(0, 99):02}"
            address = names.street(rng)
            if side in ("crm", "both"):
                self.timeline.add(at, self._edit_company(party, kind, dirt.phone(digits, rng), address, at))
            if side in ("books", "both") and kind != "name":
                self.timeline.add(at, self._edit_customer(party, kind, dirt.phone(digits, rng), address, at))
            self.done["edits"] += 1

    def _edit_company(self, party: Party, kind: str, phone: str, address: str, at: datetime) -> Callable[[], object]:
        change = {
            "phone": {"phone": phone},
            "street": {"address": address},
            "name": {"name": f"{party.name}, {party.city}"},
        }[kind]
        return lambda: self.portal.update("companies", party.companies[0], change, at=at)

    def _edit_customer(self, party: Party, kind: str, phone: str, address: str, at: datetime) -> Callable[[], object]:
        def edited() -> None:
            customer = self.office.company.read("Customer", party.customers[0])
            change: dict[str, object] = {"Id": customer["Id"], "SyncToken": customer["SyncToken"], "sparse": True}
            if kind == "phone":
                change["PrimaryPhone"] = {"FreeFormNumber": phone}
            else:
                change["BillAddr"] = {**customer["BillAddr"], "Line1": address}
            self.office.company.update("Customer", change, at=at)

        return edited

    def _newcomer(self) -> None:
        """A new company asks for an offer."""
        rng = self.rng("newcomer")
        if rng.random() > 0.3:
            return
        model = rng.choice([party for party in self.parties.values() if party.role == "new"])
        number = len(self.parties) + 1
        name = f"{rng.choice(names.FRONTS)} {rng.choice(['Rail', 'Clinic', 'Studio', 'Motors'])} {number}"
        party = replace(
            model,
            key=f"p{number:05}",
            name=name,
            role="prospect",
            email=f"office@{names.slug(name)}.example",
            phone=f"{model.phone[:3]}55501{rng.randint(0, 99):02}",
            street=names.street(rng),
            since=self.day.isoformat(),
            contact="",
            companies=[],
            customers=[],
            jobs=[],
        )
        at = self.at(25)

        def entered() -> None:
            entry.enter_company(self.portal, party, rng, at)
            self.ledger.put_party(party)

        self.done["newcomers"] += 1
        self.timeline.add(at, entered)


def likeness_of(ledger: Ledger, parties: dict[str, Party]) -> Likeness:
    """The amounts that a new deal must not resemble."""
    likeness = Likeness()
    for event in ledger.events():
        likeness.add_deal(parties[event.party], date.fromisoformat(event.won_on), event.net, event.total)
    for known in ledger.documents().values():
        likeness.add_document(parties[known.party], date.fromisoformat(known.txn_date), known.net, known.total)
    return likeness
