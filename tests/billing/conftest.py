"""A world in which deal 1042 is ready to be billed, to be changed by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.builders import CUT_OVER, TODAY, company, customer, deal, items, ledger, lines, stage, term

from qbconsole.billing import rules
from qbconsole.billing.drafts import Proposal
from qbconsole.billing.world import World
from qbconsole.books.rules import Rules
from qbconsole.domain.records import Deal, Document, LineItem
from qbconsole.ledger.events import Event
from qbconsole.ledger.links import Link

ProposeDeal = Callable[..., Proposal]


def link(company_id: str = "10", customer_id: str = "60", **changes: Any) -> Link:
    return Link(**{"id": 1, "company_id": company_id, "currency": "USD", "customer_id": customer_id,
                   "operation_id": None, "decision_id": 1, "agreed": {}, **changes})  # fmt: skip


def event(deal_id: str = "1042", **changes: Any) -> Event:
    values: dict[str, Any] = {
        "id": int(deal_id),
        "deal_id": deal_id,
        "key": "completion",
        "generation": 1,
        "due_on": date(2026, 11, 14),
        "currency": "USD",
        "amount": Decimal("6420.00"),
        "state": "open",
        "was": "",
    }
    return Event(**{**values, **changes})


def world(**changes: Any) -> World:
    values: dict[str, Any] = {
        "today": TODAY,
        "zone": "America/Chicago",
        "currency": "USD",
        "cut_over": CUT_OVER,
        "rules": Rules(),
        "ledger": ledger(),
        "companies": {"10": company()},
        "deals": {"1042": deal()},
        "line_items": {line.id: line for line in lines()},
        "stages": {"closedwon": stage()},
        "customers": {"60": customer()},
        "links": {("10", "USD"): link()},
        "items": items(),
        "terms": {"3": term()},
        "events": {("1042", "completion"): event()},
    }
    return World(**{**values, **changes})


@pytest.fixture
def propose_deal() -> ProposeDeal:
    """The proposal of deal 1042 in a world that differs by some fields."""

    def propose(
        *, the_deal: Deal | None = None, the_lines: list[LineItem] | None = None, the_event: Event | None = None,
        documents: list[Document] | None = None, **changes: Any,
    ) -> Proposal:  # fmt: skip
        one, of = the_deal or deal(), the_event or event()
        the_lines = list(lines()) if the_lines is None else the_lines
        base = world(**{"documents": documents or [], "line_items": {line.id: line for line in the_lines}, **changes})
        base = replace(base, deals={**base.deals, one.id: one}, events={**base.events, (of.deal_id, of.key): of})
        return rules.propose(one, of, base)

    return propose
