"""Every kind of write to QuickBooks under every fault that can meet a write: done once, as wanted, nothing lost.

The operations go through the real outbox and deliverer over real HTTP; what came of them is read from the simulator's
own records, behind its faults.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.faults.books import PACE, Company, Office, connector
from tests.simulator.served import struck_by

from qbconsole.connectors.quickbooks.client import Client
from qbconsole.connectors.quickbooks.write import Writer
from qbconsole.domain.records import Customer, Document, Payment
from qbconsole.outbox import deliver, policy
from qbconsole.store import mirror

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from qbconsole.books.book import Book

ALONE = (
    "drop_response=0.3",
    "drop_request=0.3",
    "reset=0.3",
    "delay=0.3:0.02",
    "throttle=0.3",
    "server_error=0.3",
    "truncate=0.3",
    "slow=0.2:0.00001",
    "duplicate=0.5",
    "forget_requestids=0.5",
    "stale_read=0.5:0.3",
    "other_user=0.4",
    "skew=0.5",
    "drop_response=0.4,forget_requestids=1",
)
TOGETHER = ",".join(
    f"{name}=0.05{seconds}"
    for name, seconds in (
        ("delay", ":0.02"), ("slow", ":0.00001"), ("drop_response", ""), ("drop_request", ""), ("reset", ""),
        ("throttle", ""), ("server_error", ""), ("truncate", ""), ("duplicate", ""), ("forget_requestids", ""),
        ("stale_read", ":0.3"), ("other_user", ""), ("skew", ""),
    )
)  # fmt: skip


@pytest.fixture(autouse=True)
def _at_the_simulators_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-off and the wait for lists that lag, shortened alike; a stale read of these tests lasts 0.3 seconds."""
    monkeypatch.setattr(deliver, "STALENESS", timedelta(seconds=0.4))
    for name in ("backoff", "patience"):
        real = getattr(policy, name)
        monkeypatch.setattr(policy, name, lambda given, real=real: real(given) * PACE)


@asynccontextmanager
async def delivered(book: Book, spec: str, seed: int = 7) -> AsyncIterator[tuple[Company, Office]]:
    """A company after every kind of write was decided, and delivered under faults until nothing is left to do."""
    with struck_by("", seed=seed) as served:
        company = Company(served)
        company.fill()
        quickbooks = connector(served)
        office = Office(book, quickbooks)
        await office.decide(company.operations())
        served.faults.configure(spec)
        done = await office.deliver()
        served.faults.configure("")
        await quickbooks.close()
        assert done.notices == []
        yield company, office


CASES = [("", 7), *((spec, 7) for spec in ALONE), (TOGETHER, 7), (TOGETHER, 8)]


@pytest.mark.parametrize(("spec", "seed"), CASES, ids=[f"{spec[:24] or 'calm'}-{seed}" for spec, seed in CASES])
async def test_every_write_is_done_once(book: Book, spec: str, seed: int) -> None:
    async with delivered(book, spec, seed) as (company, office):
        assert office.fates() == {}
        assert company.served.faults.total or not spec
        _is_as_wanted(company)
        _mirror_agrees(office, company)


async def test_without_the_look_up_something_is_doubled(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """The campaign would see it: an answer is lost, the id forgotten, and nobody looks before sending again."""

    async def blind(*_: object) -> None:
        return None

    monkeypatch.setattr(Writer, "find", blind)
    async with delivered(book, "drop_response=2x@create_invoice,forget_requestids=1") as (company, _):
        assert len(company.rows("Invoice")) > 6


async def test_without_request_ids_something_is_doubled(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """The campaign would see it: a proxy repeats a write, and QuickBooks cannot tell."""
    real = Client.write

    async def nameless(self: Client, kind: str, body: Any, **more: Any) -> Any:
        return await real(self, kind, body, **{**more, "request_id": ""})

    monkeypatch.setattr(Client, "write", nameless)
    async with delivered(book, "duplicate=1@create_invoice") as (company, _):
        assert len(company.rows("Invoice")) > 6


def _is_as_wanted(company: Company) -> None:
    """The simulator's own records: all that was wanted, each once, and nothing else."""
    customer = company.row("Customer", "customer")
    names = sorted(row["DisplayName"] for row in company.rows("Customer"))
    assert names == ["Harbor Point Dental", "Nobody Inc. (deleted)", "Roof"]
    (job,) = (row for row in company.rows("Customer") if row["DisplayName"] == "Roof")
    assert (job["ParentRef"]["value"], job["Notes"]) == (customer["Id"], "CRM company 7")
    assert (customer["PrimaryPhone"]["FreeFormNumber"], customer["Notes"]) == ("555 0199", "CRM company 9")
    assert not company.row("Customer", "stranger")["Active"]
    assert {kind: len(company.rows(kind)) for kind in ("Invoice", "Estimate", "CreditMemo", "Payment")} == {
        "Invoice": 6, "Estimate": 2, "CreditMemo": 2, "Payment": 1,
    }  # fmt: skip
    made = [row["PrivateNote"] for kind in ("Invoice", "Estimate", "CreditMemo") for row in company.rows(kind)
            if str(row.get("PrivateNote", "")).startswith("Deal ")]  # fmt: skip
    assert sorted(made) == [
        "Deal 1 / deposit", "Deal 2 / completion", "Deal 3 / completion", "Deal 4 / completion",
    ]  # fmt: skip
    (billed,) = (row for row in company.rows("Invoice") if row.get("PrivateNote") == "Deal 4 / completion")
    assert billed["LinkedTxn"] == [{"TxnId": company.ids["estimate"], "TxnType": "Estimate"}]
    assert company.row("Estimate", "estimate")["TxnStatus"] == "Closed"
    assert company.row("Invoice", "update")["CustomerMemo"]["value"] == "Thank you"
    assert company.row("Invoice", "send")["EmailStatus"] == "EmailSent"
    assert company.row("Invoice", "void")["TotalAmt"] == 0
    assert company.ids["delete"] not in {row["Id"] for row in company.rows("Invoice")}
    assert (company.row("Invoice", "pay")["Balance"], company.row("CreditMemo", "credit")["Balance"]) == (0, 0)
    (payment,) = company.rows("Payment")
    assert payment["TotalAmt"] == 0


def _mirror_agrees(office: Office, company: Company) -> None:
    """What the receipts said is in the mirror: our own write never comes back as somebody's change."""
    with office.book.store.reading() as connection:
        customers = {one.id: one for one in mirror.every(connection, Customer)}
        documents = {one.id: one for one in mirror.every(connection, Document)}
        payments = mirror.every(connection, Payment)
    there = {row["Id"] for kind in ("Invoice", "Estimate", "CreditMemo") for row in company.rows(kind)}
    assert set(documents) <= there
    assert customers[company.ids["customer"]].notes == "CRM company 9"
    assert not customers[company.ids["stranger"]].active
    assert documents[company.ids["void"]].voided
    assert documents[company.ids["send"]].emailed
    assert len(payments) == 1
