"""List everything once, then ask what changed; nothing skipped, nothing buried alive (quickbooks.md 3, 4)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from qbconsole.connectors.quickbooks.read import STREAMS, Cursor
from qbconsole.domain.errors import Retriable

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.connectors.base import Page
    from qbconsole.connectors.quickbooks import QuickBooks

NOW = "2026-11-23T09:00:00.000-08:00"
JUST_NOW = Cursor(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)).text()


class Company:
    """Answers queries from rows by kind, with Intuit's paging."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.statements: list[str] = []
        self.after_each: Callable[[], object] = lambda: None

    def query(self, request: httpx.Request) -> httpx.Response:
        statement = request.content.decode()
        self.statements.append(statement)
        match = re.search(r"FROM (\w+)(?: WHERE (.*?))? ORDERBY Id STARTPOSITION (\d+) MAXRESULTS (\d+)", statement)
        assert match is not None, statement
        kind, where, start, limit = match[1], match[2] or "", int(match[3]), int(match[4])
        rows = self.rows.get(kind, [])
        if chosen := re.search(r"Id IN \((.*)\)", where):
            rows = [row for row in rows if f"'{row['Id']}'" in chosen[1]]
        page = rows[start - 1 : start - 1 + limit]
        self.after_each()
        body = {
            "QueryResponse": {kind: page, "startPosition": start, "maxResults": len(page)} if page else {},
            "time": NOW,
        }
        return httpx.Response(200, json=body)


@pytest.fixture
def company(vendor: Any) -> Company:
    company = Company()
    vendor.on("POST", "/query", company.query)
    return company


def customer(id_: int, **more: Any) -> dict[str, Any]:
    return {"Id": str(id_), "SyncToken": "0", "DisplayName": f"Customer {id_}", **more}


def cdc(**rows: list[dict[str, Any]]) -> dict[str, Any]:
    slots = [{kind: many, "startPosition": 1, "maxResults": len(many)} for kind, many in rows.items()]
    return {"CDCResponse": [{"QueryResponse": [*reversed(slots), {}, {}]}], "time": NOW}


async def pull(quickbooks: QuickBooks, cursors: dict[str, str] | None = None, **more: Any) -> dict[str, list[Page]]:
    pages: dict[str, list[Page]] = {stream: [] for stream in STREAMS}
    async for page in quickbooks.pull(cursors or {}, watched=more.pop("watched", {}), **more):
        pages[page.stream].append(page)
    return pages


def ids(pages: list[Page]) -> list[str]:
    return [row.id for page in pages for row in page.records]


async def test_the_first_pull_lists_all_streams_in_their_order(quickbooks: QuickBooks, company: Company) -> None:
    company.rows = {"Customer": [customer(1)], "Invoice": [{"Id": "130", "TxnDate": "2026-11-01", "TotalAmt": 1}]}
    order = [page.stream async for page in quickbooks.pull({}, watched={})]
    assert list(dict.fromkeys(order)) == list(quickbooks.streams)
    pages = await pull(quickbooks)
    assert ids(pages["quickbooks.customers"]) == ["1"]
    assert ids(pages["quickbooks.documents"]) == ["130"]
    assert ids(pages["quickbooks.ledgers"]) == ["4620816365003121234"]
    for stream, found in pages.items():
        assert (found[0].first, found[-1].complete) == (True, True), stream
        assert [page.complete for page in found[:-1]] == [False] * (len(found) - 1)
    assert all("Active IN (true, false)" in one for one in company.statements if "FROM Customer" in one)


async def test_pages_overlap_by_one_row(quickbooks: QuickBooks, company: Company) -> None:
    company.rows["Customer"] = [customer(number) for number in range(1, 2502)]
    pages = await pull(quickbooks)
    assert ids(pages["quickbooks.customers"]) == [str(number) for number in range(1, 2502)]
    starts = [re.search(r"STARTPOSITION (\d+)", one)[1] for one in company.statements if "FROM Customer" in one]  # type: ignore[index]
    assert starts == ["1", "1000", "1999"]


async def test_a_row_deleted_while_paging_is_noticed_and_the_list_begun_again(
    quickbooks: QuickBooks, company: Company
) -> None:
    company.rows["Customer"] = [customer(number) for number in range(1, 2502)]
    calls = iter(range(100))

    def delete_one() -> None:
        if next(calls) == 3:  # after tax rates, terms, items and the first page of customers
            del company.rows["Customer"][10]

    company.after_each = delete_one
    pages = await pull(quickbooks)
    assert set(ids(pages["quickbooks.customers"])) >= {str(number) for number in range(1, 2502) if number != 11}
    assert pages["quickbooks.customers"][-1].complete


async def test_a_list_that_never_rests_is_given_up_for_now(quickbooks: QuickBooks, company: Company) -> None:
    company.rows["Customer"] = [customer(number) for number in range(1, 6000)]
    company.after_each = lambda: company.rows["Customer"].pop(0)
    with pytest.raises(Retriable):
        await pull(quickbooks)


async def test_a_listing_that_was_cut_short_begins_again(vendor: Any, quickbooks: QuickBooks, company: Company) -> None:
    company.rows["Customer"] = [customer(number) for number in range(1, 1500)]
    pages = [page async for page in quickbooks.pull({}, watched={}) if page.stream == "quickbooks.customers"]
    assert [Cursor.parse(page.cursor).time is None for page in pages] == [True, True, False]


async def test_afterwards_one_call_tells_what_changed(vendor: Any, quickbooks: QuickBooks, company: Company) -> None:
    stub = {"domain": "QBO", "status": "Deleted", "Id": "130"}
    vendor.on("GET", "/cdc", cdc(Customer=[customer(1, Balance=5)], Invoice=[stub]))
    first = await pull(quickbooks)
    cursors = {stream: pages[-1].cursor for stream, pages in first.items()}
    company.statements.clear()
    pages = await pull(quickbooks, cursors)
    (call,) = vendor.sent("GET", "/cdc")
    assert call.url.params["changedSince"] == "2026-11-23T16:55:00Z"
    assert set(call.url.params["entities"].split(",")) == {
        "Term", "Item", "Customer", "Invoice", "Estimate", "CreditMemo", "SalesReceipt", "RefundReceipt", "Payment",
    }  # fmt: skip
    assert ids(pages["quickbooks.customers"]) == ["1"]
    (gone,) = pages["quickbooks.documents"][0].records
    assert gone.deleted
    assert pages["quickbooks.ledgers"][0].records == ()
    assert all(len(found) == 1 and not found[0].complete for found in pages.values())
    assert all(json.loads(found[0].cursor)["time"] == "2026-11-23T17:00:00+00:00" for found in pages.values())
    assert len(company.statements) == 1  # the tax rates, which no changes cover


async def test_a_full_answer_is_asked_for_by_kind_and_a_kind_that_is_full_is_listed(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    many = [{"Id": str(number), "TxnDate": "2026-11-01", "TotalAmt": 1} for number in range(1000)]
    company.rows["Invoice"] = many

    def answer(request: httpx.Request) -> httpx.Response:
        kinds = request.url.params["entities"].split(",")
        slots = {"Customer": [customer(5)], "Invoice": many}
        return httpx.Response(200, json=cdc(**{kind: slots[kind] for kind in kinds if kind in slots}))

    vendor.on("GET", "/cdc", answer)
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, JUST_NOW))
    assert len(vendor.sent("GET", "/cdc")) == 10
    assert ids(pages["quickbooks.customers"]) == ["5"]
    assert not pages["quickbooks.customers"][-1].complete
    assert pages["quickbooks.documents"][-1].complete
    assert len(ids(pages["quickbooks.documents"])) == 1000


async def test_a_cursor_older_than_the_look_back_is_listed(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    old = Cursor(datetime(2026, 11, 23, 17, 0, tzinfo=UTC) - timedelta(days=30)).text()
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, old))
    assert vendor.sent("GET", "/cdc") == []
    assert pages["quickbooks.payments"][-1].complete


async def test_changes_that_reach_no_further_back_are_listed(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    detail = "Operation cdc with changedSince date x which is older than fixed days is not supported."
    fault = {"Fault": {"Error": [{"Message": "m", "Detail": detail, "code": "4999"}], "type": "ValidationFault"}}
    vendor.on("GET", "/cdc", (400, fault))
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, JUST_NOW))
    assert pages["quickbooks.customers"][-1].complete


async def test_watched_payments_are_read_again_by_id(vendor: Any, quickbooks: QuickBooks, company: Company) -> None:
    deposited = {
        "Id": "128", "TxnDate": "2026-11-01", "TotalAmt": 9, "LinkedTxn": [{"TxnId": "121", "TxnType": "Deposit"}],
    }  # fmt: skip
    company.rows["Payment"] = [deposited, {"Id": "129", "TxnDate": "2026-11-01", "TotalAmt": 9}]
    vendor.on("GET", "/cdc", cdc())
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, JUST_NOW), watched={"quickbooks.payments": ["128"]})
    (row,) = [row for page in pages["quickbooks.payments"] for row in page.records]
    assert (row.id, getattr(row.record, "deposited", None)) == ("128", True)


async def test_a_poisoned_record_is_set_aside_and_the_others_come(quickbooks: QuickBooks, company: Company) -> None:
    company.rows["Customer"] = [customer(1), customer(2, Balance="much"), customer(3)]
    pages = await pull(quickbooks)
    rows = [row for page in pages["quickbooks.customers"] for row in page.records]
    assert [(row.id, bool(row.problem)) for row in rows] == [("1", False), ("2", True), ("3", False)]
