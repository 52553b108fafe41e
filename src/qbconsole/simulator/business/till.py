"""Money that came in during the eighteen months before now: late, in part, on nothing, and sometimes back out."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from qbconsole.simulator.business.amounts import local_day, moment
from qbconsole.simulator.business.catalogue import TERMS
from qbconsole.simulator.business.habits import settlement

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from qbconsole.simulator.business.billing import Office
    from qbconsole.simulator.business.ledger import OwnDocument
    from qbconsole.simulator.business.parties import Party
    from qbconsole.simulator.business.timeline import Timeline


class Till:
    """Settles the hand-made invoices of the past."""

    def __init__(self, seed: int, office: Office, timeline: Timeline, end: datetime) -> None:
        self.seed = seed
        self.office = office
        self.timeline = timeline
        self.end = end

    def invoiced(self, document: OwnDocument, party: Party) -> None:
        """Let the customer settle an invoice in its own way, as far as that lies in the past."""
        day = date.fromisoformat(document.txn_date)
        due = day + timedelta(days=TERMS[party.term])
        plan = settlement(self.seed, party, document.pays, day, due, document.total)
        rng = random.Random(f"{self.seed}/till/{document.pays}")
        for when, amount in plan.instalments:
            at = moment(when, rng.randint(9, 16), rng.randint(0, 59), rng.randint(0, 59))
            if at < self.end:
                self.timeline.add(at, self._paid(document, party, amount, at, rng))
        if plan.credited and moment(plan.credited, 16) < self.end:
            at = moment(plan.credited, 16)
            self.timeline.add(at, self._credited(document, party, at))

    def _paid(
        self, document: OwnDocument, party: Party, amount: Decimal, at: datetime, rng: random.Random
    ) -> Callable[[], object]:
        loose = rng.random() < 0.015 and not document.after_cut_over
        returned = rng.random() < 0.012 and not document.after_cut_over
        number = str(rng.randint(1000, 9999))

        def paid() -> None:
            invoice = "" if loose else document.invoice_id
            self.office.payment(
                document.customer, amount, at, local_day(at), invoice=invoice, currency=party.currency, number=number
            )
            if not loose:
                document.paid_at_start += amount
                self.office.ledger.put_document(document)
            if returned and party.currency == "USD":
                self.timeline.add(at + timedelta(days=6), lambda: self.give_back(document, at + timedelta(days=6)))

        return paid

    def give_back(self, document: OwnDocument, at: datetime) -> None:
        """Refund an hour of labour after a complaint."""
        if at < self.end:
            self.office.refund_hour(document, at)

    def _credited(self, document: OwnDocument, party: Party, at: datetime) -> Callable[[], object]:
        day = local_day(at)
        return lambda: self.office.credit(
            party, document.customer, document.lines, at, day, memo="job cancelled", invoice=document.invoice_id
        )
