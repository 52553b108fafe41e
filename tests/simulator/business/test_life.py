"""Days pass: money comes in, deals are won and reopened, whoever asks and however often."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.business.business import Business
from qbconsole.simulator.clock import Clock
from qbconsole.simulator.database import Database
from qbconsole.simulator.hubspot.portal import Portal
from qbconsole.simulator.quickbooks.company import Company

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def history_of(business: Business) -> str:
    state = business.state()
    kinds = ("companies", "deals", "line_items")
    crm = [[record["id"], record["properties"]] for kind in kinds for record in business.portal.records(kind)]
    for _, properties in crm:
        for name in [name for name in properties if "date" in name or "time" in name]:
            del properties[name]
    books = [
        [record["Id"], record["TxnDate"], str(record["TotalAmt"])]
        for kind in ("Invoice", "Payment", "CreditMemo", "RefundReceipt")
        for record in business.company.records(kind)
    ]
    return json.dumps([state["events"], state["documents"], crm, books], default=str, sort_keys=True)


def test_ten_days_at_once_are_ten_single_days(make: Callable[..., Business]) -> None:
    at_once, singly = make(seed=5), make(seed=5)
    at_once.advance(10)
    for _ in range(10):
        singly.advance(1)
    assert history_of(at_once) == history_of(singly)


def test_the_time_of_day_stays_and_the_date_moves(business: Business) -> None:
    before = business.clock.now()
    answer = business.advance(3)
    assert answer["business_date"] == "2026-11-19"
    assert abs((business.clock.now() - before).total_seconds() - 3 * 86400) < 5


def test_several_new_invoices_are_paid_within_ten_days(
    make: Callable[..., Business], client_of: Callable[[Business], Any]
) -> None:
    client = client_of(make(size=0.5))
    client.bill_all()
    client.business.advance(10)
    state = client.state
    assert state["payments"]["received"] >= 3
    assert state["payments"]["status_written"] == 0
    statuses = Counter(row["status"] for row in state["documents"])
    assert statuses["paid"] >= 2
    assert statuses["unpaid"] >= 4


def test_new_deals_keep_coming_with_defects_among_them(
    make: Callable[..., Business], client_of: Callable[[Business], Any]
) -> None:
    client = client_of(make(size=0.5))
    client.bill_all()
    client.business.advance(30)
    state = client.state
    assert 34 <= state["deals"]["won"] <= 60
    assert 0.1 <= state["defects"]["planted"] / state["deals"]["won"] <= 0.3
    assert state["deals"]["reopened"] >= 1
    assert state["invoices"]["double"] == state["invoices"]["wrong"] == 0
    client.bill_all()
    assert client.state["invoices"]["missing"] == 0
    assert client.state["invoices"]["double"] == client.state["invoices"]["wrong"] == 0


def test_what_happens_does_not_depend_on_what_clients_did(
    make: Callable[..., Business], client_of: Callable[[Business], Any]
) -> None:
    idle, busy = make(seed=9), make(seed=9)
    client_of(busy).bill_all()
    idle.advance(8)
    busy.advance(8)
    won = [
        [(event.deal_id, event.deal_name, event.won_on, event.total) for event in one.ledger.events()]
        for one in (idle, busy)
    ]
    assert won[0] == won[1]


def test_everything_happens_between_the_old_now_and_the_new(business: Business) -> None:
    before = business.clock.now()
    business.advance(4)
    after = business.clock.now()
    stamps = [
        datetime.fromisoformat(record["MetaData"]["LastUpdatedTime"])
        for kind in ("Invoice", "Payment")
        for record in business.company.records(kind)
    ]
    fresh = [stamp for stamp in stamps if stamp > before]
    assert fresh
    assert max(stamps) <= after


def test_status_written_counts_what_the_crm_shows_exactly(
    make: Callable[..., Business], client_of: Callable[[Business], Any]
) -> None:
    client = client_of(make(size=0.5))
    client.bill_all()
    client.business.advance(10)
    portal = client.business.portal
    now = client.business.clock.now()
    for name, kind in (("qbc_status", "string"), ("qbc_paid_amount", "number"), ("qbc_document_id", "string")):
        definition = {"name": name, "label": name, "type": kind, "fieldType": "text" if kind == "string" else "number"}
        portal.properties.create("deals", definition | {"groupName": "dealinformation"}, now)
    received = [
        row for row in client.state["documents"] if Decimal(row["paid_amount"]) != Decimal(row["paid_at_start"])
    ]
    for row in received[1:]:
        portal.update("deals", row["deal_id"], {"qbc_status": row["status"], "qbc_paid_amount": row["paid_amount"]})
    portal.update("deals", received[0]["deal_id"], {"qbc_status": received[0]["status"], "qbc_paid_amount": "0.01"})
    payments = client.state["payments"]
    assert payments == {"received": len(received), "status_written": len(received) - 1}


def test_a_business_is_taken_up_from_its_file(tmp_path: Path, make: Callable[..., Business]) -> None:
    path = tmp_path / "simulator.db"
    first = make(path, seed=6)
    first.advance(2)
    kept = history_of(first)
    with first.database.transaction():
        first.clock.keep()
    first.database.close()
    database = Database(path)
    clock = Clock(database)
    again = Business(database, clock, Company(database, clock), Portal(database, clock))
    assert history_of(again) == kept
    again.advance(1)
    assert again.state()["business_date"] == "2026-11-19"
    database.close()
