"""What happens around a won deal after the cut-over: nothing special, or exactly one labelled defect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from qbconsole.simulator.business.amounts import cents, local_day
from qbconsole.simulator.business.catalogue import BY_SKU
from qbconsole.simulator.business.ledger import ADOPT, BILL, HOLD, Event, Line, tax_on
from qbconsole.simulator.business.sales import Deal, Offer, new_deal

if TYPE_CHECKING:
    import random

    from qbconsole.simulator.business.billing import Office
    from qbconsole.simulator.business.likeness import Likeness
    from qbconsole.simulator.business.parties import Party
    from qbconsole.simulator.business.sales import SalesDesk

ADOPTABLE = ["billed_by_hand", "billed_in_two", "billed_together", "reopened"]
HOLDABLE = [
    "unmapped_product",
    "inactive_item",
    "amount_differs",
    "no_lines",
    "no_company",
    "two_companies",
    "foreign_currency",
    "cloned",
]
LABELS = ADOPTABLE + HOLDABLE

MEMOS = [
    "",
    "",
    "",
    "per Mike",
    "PO 44{n}",
    "Thank you for your business!",
    "verbal ok {n}",
    "see work order {n}",
    "net terms as agreed",
]

Happening = tuple[datetime, Callable[[], object]]
"""Something that happens at a moment."""


class Plot:
    """Plans won deals: what the sales people enter, what the office does about it, and the truth of it."""

    def __init__(
        self,
        office: Office,
        desk: SalesDesk,
        parties: dict[str, Party],
        likeness: Likeness,
        *,
        hand_days: int,
        limit: datetime,
    ) -> None:
        """`hand_days`: how many days the office takes at most to bill by hand; nothing happens after `limit`."""
        self.office = office
        self.desk = desk
        self.likeness = likeness
        self.hand_days = hand_days
        self.limit = limit
        usable = [party for party in parties.values() if party.role in ("paired", "new") and party.companies]
        self.known = [party for party in usable if party.role == "paired" and party.currency == "USD"]
        self.new = [party for party in usable if party.role == "new"]
        self.foreign = [party for party in usable if party.currency != "USD"]
        self.prospects = [party for party in parties.values() if party.role == "prospect" and party.companies]

    def party_for(self, rng: random.Random, closed: datetime, *, new: float = 0.13) -> Party:
        """Who buys: mostly a known customer, now and then a company that the books do not know yet."""
        pool = self.new if self.new and rng.random() < new else self.known
        day = local_day(closed).isoformat()
        pool = [party for party in pool if party.since < day] or self.known
        return rng.choice(pool)

    def sound_deal(
        self, rng: random.Random, closed: datetime, *, party: Party | None = None, new: float = 0.13
    ) -> Deal:
        """A deal that cannot be taken for another one of its customer."""
        for _ in range(200):
            deal = new_deal(rng, party or self.party_for(rng, closed, new=new), closed)
            net, total = self.amounts(deal)
            if not self.likeness.clashes(deal.party, local_day(closed), net, total):
                self.likeness.add_deal(deal.party, local_day(closed), net, total)
                companies = deal.party.companies
                company = companies[-1] if len(companies) > 1 and rng.random() < 0.2 else companies[0]
                return replace(deal, companies=[company], created=self.not_before(deal))
        message = f"no deal of its own for {closed}"
        raise ValueError(message)

    def not_before(self, deal: Deal) -> datetime:
        """When a deal was opened: not before its company was known."""
        since = datetime.fromisoformat(f"{deal.party.since}T23:00:00+00:00")
        return min(max(deal.created, since), deal.closed - timedelta(minutes=2))

    def amounts(self, deal: Deal) -> tuple[Decimal, Decimal]:
        """Net and total of the deal's lines."""
        lines = self.lines(deal.offers)
        return deal.net, deal.net + tax_on(lines, deal.party)

    def lines(self, offers: list[Offer]) -> list[Line]:
        """The ledger's lines for a deal's."""
        return [
            self.office.line(offer.sku, offer.quantity, offer.amount, taxable=BY_SKU[offer.sku].taxable)
            for offer in offers
        ]

    # -- one won deal ---------------------------------------------------------------------------------------------

    def clean(self, rng: random.Random, closed: datetime) -> tuple[Deal, list[Happening]]:
        """A deal that should simply be billed."""
        deal = self.sound_deal(rng, closed)
        return deal, self._won(deal, BILL, None)

    def planted(
        self, label: str, rng: random.Random, closed: datetime, *, original: Deal | None = None
    ) -> list[Happening]:
        """A deal (two for `billed_together`) with the one defect of that label."""
        if label == "cloned":
            return self._cloned(rng, closed, original)
        return {
            "billed_by_hand": self._billed_by_hand,
            "billed_in_two": self._billed_in_two,
            "billed_together": self._billed_together,
            "reopened": self._reopened,
            "unmapped_product": self._unmapped_product,
            "inactive_item": self._inactive_item,
            "amount_differs": self._amount_differs,
            "no_lines": self._no_lines,
            "no_company": self._no_company,
            "two_companies": self._two_companies,
            "foreign_currency": self._foreign_currency,
        }[label](rng, closed)

    def _won(
        self,
        deal: Deal,
        verdict: str,
        defect: str | None,
        *,
        others: tuple[str, ...] = (),
        note: Callable[[str], None] | None = None,
    ) -> list[Happening]:
        """Opened, won, and written into the ledger; `note` is told the id."""
        ids: list[str] = []

        def opened() -> None:
            ids.append(self.desk.open(deal, deal.created))

        def closed() -> None:
            self.desk.close(ids[0], deal, deal.closed)
            lines = self.lines(deal.offers)
            event = Event(
                ids[0], deal.name, deal.party.key, local_day(deal.closed).isoformat(), verdict, defect, lines,
                tax_on(lines, deal.party), others=list(others),
            )  # fmt: skip
            self.office.ledger.put_event(event)
            if note:
                note(ids[0])

        return [(deal.created, opened), (deal.closed, closed)]

    def _by_hand(
        self, rng: random.Random, deals: list[Deal], bundles: list[list[Offer]], closed: datetime
    ) -> tuple[list[Happening], Callable[[str], None]]:
        """Invoices typed by the office, one for each bundle of lines, all of them billing all the deals."""
        party, made, deal_ids = deals[0].party, list[str](), list[str]()

        def settle() -> None:
            for deal_id in deal_ids:
                event = self.office.ledger.event(deal_id)
                if event:
                    event.by_hand = list(made)
                    self.office.ledger.put_event(event)

        def note(deal_id: str) -> None:
            deal_ids.append(deal_id)
            settle()

        happenings: list[Happening] = []
        for number, bundle in enumerate(bundles):
            at = min(closed + timedelta(days=rng.randint(0, self.hand_days), minutes=7 + 3 * number), self.limit)
            day = local_day(at)
            lines = self.lines(bundle)
            net = sum((line.amount for line in lines), Decimal(0))
            self.likeness.add_document(party, day, net, net + tax_on(lines, party))
            happenings.append(
                (
                    at,
                    self._typed(
                        party, lines, at, day, memo(rng), f"{deals[0].name}/{closed.date()}/{number}", made, settle
                    ),
                )
            )
        return happenings, note

    def _typed(
        self,
        party: Party,
        lines: list[Line],
        at: datetime,
        day: date,
        text: str,
        pays: str,
        made: list[str],
        settle: Callable[[], None],
    ) -> Callable[[], None]:
        def typed() -> None:
            made.append(
                self.office.invoice(party, lines, at, day, memo=text, pays=pays, after_cut_over=True).invoice_id
            )
            settle()

        return typed

    # -- billed already -------------------------------------------------------------------------------------------

    def _billed_by_hand(self, rng: random.Random, closed: datetime) -> list[Happening]:
        deal = self.sound_deal(rng, closed, new=0)
        typed, note = self._by_hand(rng, [deal], [deal.offers], closed)
        return self._won(deal, ADOPT, "billed_by_hand", note=note) + typed

    def _billed_in_two(self, rng: random.Random, closed: datetime) -> list[Happening]:
        deal = self.sound_deal(rng, closed, new=0)
        while len(deal.offers) < 2:
            deal = self.sound_deal(rng, closed, new=0)
        typed, note = self._by_hand(rng, [deal], [deal.offers[:1], deal.offers[1:]], closed)
        return self._won(deal, ADOPT, "billed_in_two", note=note) + typed

    def _billed_together(self, rng: random.Random, closed: datetime) -> list[Happening]:
        first = self.sound_deal(rng, closed, new=0)
        second = self.sound_deal(rng, closed + timedelta(minutes=1), party=first.party)
        typed, note = self._by_hand(rng, [first, second], [first.offers + second.offers], closed)
        won = [self._won(deal, ADOPT, "billed_together", note=note) for deal in (first, second)]
        return won[0] + won[1] + typed

    def _reopened(self, rng: random.Random, closed: datetime) -> list[Happening]:
        deal = self.sound_deal(rng, closed, new=0)
        typed, note = self._by_hand(rng, [deal], [deal.offers], closed)
        ids: list[str] = []

        def noted(deal_id: str) -> None:
            ids.append(deal_id)
            note(deal_id)

        billed = typed[-1][0]
        back = min(billed + timedelta(days=min(1, self.hand_days), minutes=2), self.limit)
        again = min(back + timedelta(days=min(1, self.hand_days), minutes=5), self.limit)

        def reopened() -> None:
            self.desk.reopen(ids[0], deal.pipeline, back)

        def won_again() -> None:
            self.desk.win_again(ids[0], deal.pipeline, again)
            event = self.office.ledger.event(ids[0])
            if event:
                event.reopened = True
                self.office.ledger.put_event(event)

        return [*self._won(deal, ADOPT, "reopened", note=noted), *typed, (back, reopened), (again, won_again)]

    # -- not to be billed as it stands ----------------------------------------------------------------------------

    def _with_product(self, rng: random.Random, closed: datetime, sku: str, label: str) -> list[Happening]:
        deal = self.sound_deal(rng, closed, new=0)
        offers = [*deal.offers, Offer(sku, Decimal(rng.randint(1, 2)), BY_SKU[sku].price)]
        amount = sum((offer.amount for offer in offers), Decimal(0))
        return self._won(replace(deal, offers=offers, amount=amount), HOLD, label)

    def _unmapped_product(self, rng: random.Random, closed: datetime) -> list[Happening]:
        return self._with_product(rng, closed, "CRANE", "unmapped_product")

    def _inactive_item(self, rng: random.Random, closed: datetime) -> list[Happening]:
        return self._with_product(rng, closed, "BOIL-KIT", "inactive_item")

    def _amount_differs(self, rng: random.Random, closed: datetime) -> list[Happening]:
        deal = self.sound_deal(rng, closed, new=0)
        factor = Decimal(rng.choice(["0.85", "0.9", "0.95", "1.05", "1.1", "1.2"]))
        return self._won(replace(deal, amount=cents(deal.amount * factor)), HOLD, "amount_differs")

    def _no_lines(self, rng: random.Random, closed: datetime) -> list[Happening]:
        deal = self.sound_deal(rng, closed, new=0)
        return self._won(replace(deal, offers=[]), HOLD, "no_lines")

    def _no_company(self, rng: random.Random, closed: datetime) -> list[Happening]:
        deal = self.sound_deal(rng, closed, new=0)
        return self._won(replace(deal, companies=[]), HOLD, "no_company")

    def _two_companies(self, rng: random.Random, closed: datetime) -> list[Happening]:
        deal = self.sound_deal(rng, closed, new=0)
        other = rng.choice([party for party in self.known if party.key != deal.party.key])
        both = [*deal.companies, other.companies[0]]
        return self._won(replace(deal, companies=both, primary=False), HOLD, "two_companies", others=(other.key,))

    def _foreign_currency(self, rng: random.Random, closed: datetime) -> list[Happening]:
        deal = self.sound_deal(rng, closed, party=rng.choice(self.foreign))
        return self._won(deal, HOLD, "foreign_currency")

    def _cloned(self, rng: random.Random, closed: datetime, original: Deal | None) -> list[Happening]:
        if original is None:
            return self._amount_differs(rng, closed)
        name = original.name if rng.random() < 0.5 else f"{original.name} (clone)"
        clone = replace(original, name=name, created=closed - timedelta(minutes=30), closed=closed)
        return self._won(clone, HOLD, "cloned")


def memo(rng: random.Random) -> str:
    """What the office writes on an invoice: rarely anything that leads to the deal."""
    return rng.choice(MEMOS).format(n=rng.randint(10, 99))
