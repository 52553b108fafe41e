"""What every connector must show: the same suite for each, against the simulator over HTTP or a folder of files."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from qbconsole.connectors.base import Send
from qbconsole.connectors.many import target
from qbconsole.connectors.spreadsheet import Spreadsheet
from qbconsole.domain.errors import Conflict
from qbconsole.domain.operations import (
    CreateCustomer,
    CreateDocument,
    CreateTask,
    DeactivateCustomer,
    Operation,
    Receipt,
    StampCompany,
    StampDeal,
    TagCustomer,
    VoidDocument,
)
from qbconsole.domain.records import KINDS, Company, Customer, Deal, DocumentLine, Item

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from qbconsole.connectors.base import Connector, Page

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


async def pulled(connector: Connector, cursors: dict[str, str] | None = None, **more: Any) -> list[Page]:
    return [page async for page in connector.pull(cursors or {}, watched=more.pop("watched", {}), **more)]


SAMPLES: dict[str, list[Page]] = {}
"""The first pull of each simulated system: many tests look at it, and its limits let few be made."""
NUMBERS = itertools.count(4242)
"""One simulator serves all tests: what they write is told apart by a number."""


async def sample(connector: Connector) -> list[Page]:
    if connector.name not in SAMPLES or connector.name == Spreadsheet.name:
        SAMPLES[connector.name] = await pulled(connector)
    return SAMPLES[connector.name]


def cursors_of(pages: Sequence[Page]) -> dict[str, str]:
    return {page.stream: page.cursor for page in pages}


def records(pages: Sequence[Page], kind: type[Any]) -> list[Any]:
    return [row.record for page in pages for row in page.records if isinstance(row.record, kind)]


class StandardSuite:
    """Inherit, and give a `connector` and `operations` (writes that hang together, in order)."""

    async def test_streams_are_named_for_the_connector_and_a_kind(self, connector: Connector) -> None:
        for stream in connector.streams:
            name, _, kind = stream.partition(".")
            assert name == connector.name
            assert kind in KINDS

    async def test_the_first_pull_covers_every_stream_in_order(self, connector: Connector) -> None:
        pages = await sample(connector)
        assert list(dict.fromkeys(page.stream for page in pages)) == list(connector.streams)
        for stream in connector.streams:
            own = [page for page in pages if page.stream == stream]
            assert own[0].first
            assert own[-1].complete
            assert own[-1].cursor
            ids = [row.id for page in own for row in page.records if row.record is not None]
            assert len(ids) == len(set(ids)), stream
            for row in (row for page in own for row in page.records):
                assert row.kind == stream.partition(".")[2]
                assert row.payload
                assert not row.problem
                assert row.record is None or row.record.kind == row.kind

    async def test_a_second_pull_is_quiet_and_a_full_one_lists_again(self, connector: Connector) -> None:
        first = await pulled(connector)
        known = {(row.kind, row.id): row.payload for page in first for row in page.records}
        again = await pulled(connector, cursors_of(first))
        assert not any(page.complete for page in again)
        for page in again:
            assert page.cursor
            for row in page.records:
                assert known[row.kind, row.id] == row.payload, (row.kind, row.id)
        whole = await pulled(connector, cursors_of(first), full=True)
        assert {page.stream for page in whole if page.complete} == set(connector.streams)

    async def test_the_clock_is_aware(self, connector: Connector) -> None:
        assert (await connector.now()).tzinfo is not None

    async def test_the_check_says_something(self, connector: Connector) -> None:
        assert any(one.available for one in await connector.check())

    async def test_several_writes_have_one_outcome_each(
        self, connector: Connector, operations: Sequence[Operation]
    ) -> None:
        since = await connector.now() - timedelta(minutes=1)
        sends = [Send(one, f"{type(self).__name__}-many-{place}") for place, one in enumerate(operations)]
        for send, outcome in zip(sends, await connector.apply_many(sends), strict=True):
            assert isinstance(outcome, Receipt), outcome
            found = await connector.find(send.operation, since=since)
            last = all(target(send.operation) != target(one) for one in operations if one is not send.operation)
            assert found is not None or not last

    async def test_a_write_is_not_there_before_and_found_after(
        self, connector: Connector, operations: Sequence[Operation]
    ) -> None:
        since = await connector.now() - timedelta(minutes=1)
        for number, operation in enumerate(operations):
            assert await connector.find(operation, since=since) is None, operation
            request_id = f"{type(self).__name__}-{number}-{operation.kind}"[:36]
            receipt = await connector.apply(operation, request_id=request_id)
            found = await connector.find(operation, since=since)
            assert found is not None, operation
            assert (found.remote_id, found.found) == (receipt.remote_id, True)


class TestSpreadsheet(StandardSuite):
    @pytest.fixture
    def connector(self, tmp_path: Path) -> Spreadsheet:
        (tmp_path / "companies.csv").write_text(
            "id,name,email,phone,street,city,state,zip,owner\nC1,Harbor Point,ap@harbor.example,,,,,,Jo\n"
        )
        (tmp_path / "deals.csv").write_text(
            "id,company_id,name,amount,currency,owner,won\nD1,C1,Chiller swap,6420.00,USD,Jo,2026-11-20\n"
        )
        (tmp_path / "lines.csv").write_text(
            "id,deal_id,sku,name,quantity,unit_price,discount_percent\nL1,D1,LAB,Labor,8,145,\n"
        )
        return Spreadsheet(tmp_path)

    @pytest.fixture
    def operations(self) -> list[Operation]:
        task = CreateTask("Call", "Invoice 1", "Invoice 1 / overdue", datetime(2026, 11, 24, tzinfo=UTC), deal_id="D1")
        return [StampCompany("C1", "8"), StampDeal("D1", (("qbc_status", "paid"), ("qbc_total", "6420.00"))), task]


class TestHubSpot(StandardSuite):
    @pytest.fixture
    async def connector(self, simulator: Any) -> AsyncIterator[Connector]:
        connector = simulator.hubspot()
        yield connector
        await connector.close()

    @pytest.fixture
    async def operations(self, connector: Connector) -> list[Operation]:
        pages, number = await sample(connector), next(NUMBERS)
        deal = records(pages, Deal)[number % 10]
        company = records(pages, Company)[number % 10]
        task = CreateTask(
            "Call",
            "Invoice <b>",
            f"Invoice {number} / overdue",
            datetime(2026, 11, 24, tzinfo=UTC),
            deal.owner_id,
            deal.id,
        )
        stamp = StampDeal(
            deal.id, (("qbc_status", "partially_paid"), ("qbc_total", f"{number}.10"), ("qbc_due_date", "2026-12-01"))
        )
        return [StampCompany(company.id, str(number)), stamp, task]

    async def test_deals_carry_their_companies_and_lines(self, connector: Connector) -> None:
        deals = records(await sample(connector), Deal)
        assert any(deal.won for deal in deals)
        assert any(deal.line_item_ids and deal.primary_company_id in deal.company_ids for deal in deals)

    async def test_a_stamp_comes_back_with_the_watched_deal(self, connector: Connector) -> None:
        first = await sample(connector)
        deal = records(first, Deal)[-1]
        await connector.apply(StampDeal(deal.id, (("qbc_document_number", "1042"),)), request_id="r")
        again = await pulled(connector, cursors_of(first), watched={"hubspot.deals": [deal.id]})
        fresh = [one for one in records(again, Deal) if one.id == deal.id]
        assert ("qbc_document_number", "1042") in fresh[-1].stamp


class TestQuickBooks(StandardSuite):
    @pytest.fixture
    async def connector(self, simulator: Any) -> AsyncIterator[Connector]:
        connector = simulator.quickbooks()
        yield connector
        await connector.close()

    @pytest.fixture
    async def operations(self, connector: Connector) -> list[Operation]:
        pages = await sample(connector)
        customer = next(
            one for one in records(pages, Customer) if one.active and one.currency == "USD" and not one.notes
        )
        number = next(NUMBERS)
        return [
            CreateCustomer(f"O'Hara & Sons \\ Ltd {number}", f"CRM company {number}", "USD", email="ap@ohara.example"),
            TagCustomer(customer.id, f"CRM company {number}"),
            TagCustomer(customer.id, f"CRM company {number}", remove=True),
            self.invoice(pages, customer.id, str(number)),
        ]

    @staticmethod
    def invoice(pages: Sequence[Page], customer_id: str, deal: str = "4242") -> CreateDocument:
        item = next(one for one in records(pages, Item) if one.active and one.type == "Service")
        today = datetime(2026, 11, 16, tzinfo=UTC).date()
        lines = (
            DocumentLine(item.id, "Install labor", Decimal(8), Decimal("145.00"), Decimal("1160.00"), taxable=True),
            DocumentLine(item.id, "Rounded", Decimal(3), Decimal("33.33"), Decimal("100.00")),
        )
        return CreateDocument(
            "invoice", customer_id, today, "USD", lines, f"Deal {deal} / completion", due_on=today + timedelta(days=30)
        )

    async def test_an_invoice_is_made_once_and_voided_once(self, connector: Connector) -> None:
        pages = await sample(connector)
        customer = next(one for one in records(pages, Customer) if one.active and one.currency == "USD")
        operation = self.invoice(pages, customer.id, "777")
        first = await connector.apply(operation, request_id="once-and-only-once")
        replay = await connector.apply(operation, request_id="once-and-only-once")
        assert first.remote_id == replay.remote_id
        assert first.record.total - first.record.tax == Decimal("1260.00")
        void = VoidDocument("invoice", first.remote_id, first.revision, first.record.balance, emailed=False)
        since = await connector.now()
        assert await connector.find(void, since=since) is None
        assert (await connector.apply(void, request_id="void-it")).record.voided
        assert await connector.find(void, since=since) is not None
        with pytest.raises(Conflict, match="voided in QuickBooks"):
            await connector.apply(void, request_id="void-it-again")
        with pytest.raises(Conflict, match="voided in QuickBooks since"):
            await connector.find(operation, since=since - timedelta(hours=1))

    async def test_our_own_write_comes_back_unchanged(self, connector: Connector) -> None:
        pages = await sample(connector)
        customer = next(one for one in records(pages, Customer) if one.active and one.currency == "USD")
        receipt = await connector.apply(self.invoice(pages, customer.id, "778"), request_id="comes-back")
        again = await pulled(connector, cursors_of(pages))
        (row,) = [
            row for page in again for row in page.records if row.kind == "documents" and row.id == receipt.remote_id
        ]
        assert row.record == receipt.record
        assert row.payload == receipt.payload

    async def test_a_customer_in_use_stays_and_a_new_one_goes(self, connector: Connector) -> None:
        made = await connector.apply(CreateCustomer("Nobody Inc.", "CRM company 1", "USD"), request_id="nobody")
        gone = await connector.apply(DeactivateCustomer(made.remote_id), request_id="nobody-off")
        assert not gone.record.active
        assert gone.record.name == "Nobody Inc."
