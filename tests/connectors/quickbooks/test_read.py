"""List everything once, then ask what changed; nothing skipped, nothing buried alive (quickbooks.md 3, 4)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.connectors.conftest import REALM, company_info, preferences

from qbconsole.connectors.quickbooks import QuickBooks as Connector
from qbconsole.connectors.quickbooks import QuickBooksSettings
from qbconsole.connectors.quickbooks.cursor import Cursor
from qbconsole.connectors.quickbooks.kinds import IN_CHANGES, KINDS, STREAMS
from qbconsole.connectors.quickbooks.listing import CAP, SMALL, packed
from qbconsole.connectors.quickbooks.read import NOW_AND_THEN
from qbconsole.domain.errors import Retriable, SignIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qbconsole.connectors.base import Page
    from qbconsole.connectors.quickbooks import QuickBooks

NOW = "2026-11-23T09:00:00.000-08:00"
CLOCK = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
JUST_NOW = Cursor(CLOCK - timedelta(hours=1)).text()
STATEMENT = re.compile(
    r"SELECT (?P<fields>\S+) FROM (?P<kind>\w+)(?: WHERE (?P<where>.*?))?(?: ORDERBY (?P<order>\S+))?"
    r"(?: STARTPOSITION (?P<start>\d+) MAXRESULTS (?P<limit>\d+))?$"
)


def fault(code: str, detail: str = "d") -> dict[str, Any]:
    return {"Fault": {"Error": [{"Message": "m", "Detail": detail, "code": code}], "type": "ValidationFault"}}


class Company:
    """Answers queries from rows by kind, with Intuit's paging, alone or in a batch."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.statements: list[str] = []
        self.after_each: Callable[[], object] = lambda: None
        self.faults: dict[str, dict[str, Any]] = {}
        self.poison: set[str] = set()
        self.lower_case = False

    def query(self, request: httpx.Request) -> httpx.Response:
        """One query."""
        body = self._answer(request.content.decode())
        return httpx.Response(400 if "Fault" in body else 200, json={**body, "time": NOW})

    def batch(self, request: httpx.Request) -> httpx.Response:
        """Up to 30 of them, whose rows are cut at 1,000 together."""
        items, room = [], 1000
        asked = json.loads(request.content)["BatchItemRequest"]
        assert len(asked) <= 30
        for item in asked:
            body = self._answer(item["Query"])
            for rows in (body.get("QueryResponse") or {}).values():
                if isinstance(rows, list):
                    del rows[room:]
                    room -= len(rows)
            items.append({**body, "bId": item["bId"]})
        return httpx.Response(200, json={"BatchItemResponse": list(reversed(items)), "time": NOW})

    def get(self, request: httpx.Request) -> httpx.Response:
        """One record by its id."""
        *_, kind, id_ = request.url.path.split("/")
        name = next((name for name in self.rows if name.lower() == kind), "")
        row = next((row for row in self.rows.get(name, []) if row["Id"] == id_), None)
        if row is None:
            return httpx.Response(400, json=fault("610", "Object Not Found"))
        return httpx.Response(200, json={name: row, "time": NOW})

    def _answer(self, statement: str) -> dict[str, Any]:
        self.statements.append(statement)
        match = STATEMENT.match(statement)
        assert match is not None, statement
        kind, where = match["kind"], match["where"] or ""
        if kind in self.faults:
            return self.faults[kind]
        rows = self._chosen(self.rows.get(kind, []), where)
        if match["order"] == "MetaData.LastUpdatedTime":
            rows = sorted(rows, key=lambda row: str(row["MetaData"]["LastUpdatedTime"]))
        if match["fields"] == "COUNT(*)":
            return {"QueryResponse": {"totalCount": len(rows)}}
        start, limit = int(match["start"]), int(match["limit"])
        page = rows[start - 1 : start - 1 + limit]
        if match["fields"] == "Id":
            page = [{"Id": row["Id"]} for row in page]
        elif any(row["Id"] in self.poison for row in page):
            return fault("4002", "QueryProcessingError: To email address entered is invalid")
        self.after_each()
        found = {kind: page, "startPosition": start, "maxResults": len(page)} if page else {}
        if self.lower_case:
            found = {key[0].lower() + key[1:]: value for key, value in found.items()}
        return {"queryResponse" if self.lower_case else "QueryResponse": found}

    @staticmethod
    def _chosen(rows: Sequence[dict[str, Any]], where: str) -> list[dict[str, Any]]:
        if ids := re.search(r"Id IN \(([^)]*)\)", where):
            rows = [row for row in rows if f"'{row['Id']}'" in ids[1]]
        if since := re.search(r"LastUpdatedTime >= '([^']*)'", where):
            rows = [row for row in rows if row["MetaData"]["LastUpdatedTime"] >= since[1]]
        return list(rows)

    def asked(self, kind: str) -> list[str]:
        """The statements about a kind."""
        return [one for one in self.statements if f"FROM {kind} " in one + " "]


@pytest.fixture
def company(vendor: Any) -> Company:
    company = Company()
    vendor.on("POST", "/query", company.query).on("POST", "/batch", company.batch)
    return company


def customer(id_: int, at: datetime = CLOCK, **more: Any) -> dict[str, Any]:
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    times = {"CreateTime": stamp, "LastUpdatedTime": stamp}
    return {"Id": str(id_), "SyncToken": "0", "DisplayName": f"Customer {id_}", "MetaData": times, **more}


def invoice(id_: int, at: datetime = CLOCK, **more: Any) -> dict[str, Any]:
    return customer(id_, at, TxnDate="2026-11-01", TotalAmt=1, **more)


def cdc(**rows: list[dict[str, Any]]) -> dict[str, Any]:
    slots = [{kind: many, "startPosition": 1, "maxResults": len(many)} for kind, many in rows.items()]
    return {"CDCResponse": [{"QueryResponse": [*reversed(slots), {}, {}]}], "time": NOW}


async def pull(quickbooks: QuickBooks, cursors: Mapping[str, str] | None = None, **more: Any) -> dict[str, list[Page]]:
    pages: dict[str, list[Page]] = {stream: [] for stream in STREAMS}
    async for page in quickbooks.pull(cursors or {}, watched=more.pop("watched", {}), **more):
        pages[page.stream].append(page)
    return pages


def cursors_of(pages: Mapping[str, list[Page]]) -> dict[str, str]:
    return {stream: found[-1].cursor for stream, found in pages.items()}


def ids(pages: list[Page]) -> list[str]:
    return [row.id for page in pages for row in page.records]


async def test_the_first_pull_lists_all_streams_in_their_order(quickbooks: QuickBooks, company: Company) -> None:
    company.rows = {"Customer": [customer(1)], "Invoice": [invoice(130)]}
    order = [page.stream async for page in quickbooks.pull({}, watched={})]
    assert list(dict.fromkeys(order)) == list(quickbooks.streams)
    pages = await pull(quickbooks)
    assert ids(pages["quickbooks.customers"]) == ["1"]
    assert ids(pages["quickbooks.documents"]) == ["130"]
    assert ids(pages["quickbooks.ledgers"]) == [REALM]
    for stream, found in pages.items():
        assert (found[0].first, found[-1].complete) == (True, True), stream
        assert [page.complete for page in found[:-1]] == [False] * (len(found) - 1)
    assert all("Active IN (true, false)" in one for one in company.statements if "FROM Customer" in one)


async def test_pages_overlap_by_one_row(quickbooks: QuickBooks, company: Company) -> None:
    company.rows["Customer"] = [customer(number) for number in range(1, 2502)]
    pages = await pull(quickbooks)
    assert ids(pages["quickbooks.customers"]) == [str(number) for number in range(1, 2502)]
    starts = [match[1] for one in company.asked("Customer") if (match := re.search(r"STARTPOSITION (\d+)", one))]
    assert starts == ["1", "1000", "1999"]


async def test_a_row_deleted_while_paging_is_noticed_and_the_list_begun_again(
    quickbooks: QuickBooks, company: Company
) -> None:
    company.rows["Customer"] = [customer(number) for number in range(1, 2502)]

    def delete_one() -> None:
        if len(company.rows["Customer"]) == 2501 and "STARTPOSITION 1 MAXRESULTS" in company.asked("Customer")[-1]:
            del company.rows["Customer"][10]

    company.after_each = delete_one
    pages = await pull(quickbooks)
    assert set(ids(pages["quickbooks.customers"])) >= {str(number) for number in range(1, 2502) if number != 11}
    assert pages["quickbooks.customers"][-1].complete


async def test_a_list_that_never_rests_is_given_up_for_now(quickbooks: QuickBooks, company: Company) -> None:
    company.rows["Customer"] = [customer(number) for number in range(1, 6000)]
    company.after_each = lambda: company.rows["Customer"].pop(0)
    pages = await pull(quickbooks)
    assert isinstance(pages["quickbooks.customers"][-1].problem, Retriable)
    assert Cursor.parse(pages["quickbooks.customers"][-1].cursor).time is None
    assert pages["quickbooks.payments"][-1].complete


async def test_a_listing_that_was_cut_short_begins_again(vendor: Any, quickbooks: QuickBooks, company: Company) -> None:
    company.rows["Customer"] = [customer(number) for number in range(1, 1500)]
    pages = [page async for page in quickbooks.pull({}, watched={}) if page.stream == "quickbooks.customers"]
    assert [Cursor.parse(page.cursor).time is None for page in pages] == [True, True, False]


async def test_afterwards_one_call_tells_what_changed(vendor: Any, quickbooks: QuickBooks, company: Company) -> None:
    stub = {"domain": "QBO", "status": "Deleted", "Id": "130"}
    vendor.on("GET", "/cdc", cdc(Customer=[customer(1, Balance=5)], Invoice=[stub]))
    cursors = cursors_of(await pull(quickbooks))
    company.statements.clear()
    await quickbooks.now()
    vendor.requests.clear()
    pages = await pull(quickbooks, cursors)
    (call,) = vendor.sent("GET", "/cdc")
    assert call.url.params["changedSince"] == "2026-11-23T16:55:00Z"
    off = {"currencies", "locations"}
    kinds = {kind for stream in IN_CHANGES if stream not in off for kind in KINDS[stream]}
    assert set(call.url.params["entities"].split(",")) == kinds
    assert ids(pages["quickbooks.customers"]) == ["1"]
    (gone,) = pages["quickbooks.documents"][0].records
    assert gone.deleted
    assert pages["quickbooks.ledgers"][0].records == ()
    assert all(len(found) == 1 and not found[0].complete for found in pages.values())
    assert [one.url.path.rpartition("/")[2] for one in vendor.requests] == ["cdc", "query"]
    assert company.statements == [company.asked("Invoice")[0]]  # whether the deleted one is there after all
    assert sum(page.calls for found in pages.values() for page in found) == 2


async def test_what_no_changes_cover_is_looked_at_now_and_then(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    seconds = 0.0
    quickbooks._reader._monotonic = lambda: seconds
    vendor.on("GET", "/cdc", cdc())
    cursors = cursors_of(await pull(quickbooks))
    company.rows["TimeActivity"] = [
        customer(7, TxnDate="2026-11-20", Hours=2, Minutes=30, BillableStatus="Billable", CustomerRef={"value": "1"})
    ]
    company.rows["TaxRate"] = [{"Id": "3", "Name": "CA", "RateValue": 8}]
    at_once = await pull(quickbooks, cursors)
    assert ids(at_once["quickbooks.tax_rates"]) == ids(at_once["quickbooks.time_entries"]) == []
    seconds += NOW_AND_THEN
    later = await pull(quickbooks, cursors)
    assert ids(later["quickbooks.tax_rates"]) == ["3"]
    assert ids(later["quickbooks.time_entries"]) == ["7"]
    assert len(vendor.sent("GET", "/preferences")) == 2


async def test_a_full_answer_is_asked_for_by_kind_and_a_kind_that_is_full_by_time(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    many = [invoice(number, CLOCK - timedelta(seconds=number)) for number in range(1000)]
    company.rows["Invoice"] = [*many, invoice(5000, CLOCK - timedelta(days=3))]

    def answer(request: httpx.Request) -> httpx.Response:
        kinds = request.url.params["entities"].split(",")
        slots = {"Customer": [customer(5)], "Invoice": many}
        return httpx.Response(200, json=cdc(**{kind: slots[kind] for kind in kinds if kind in slots}))

    vendor.on("GET", "/cdc", answer)
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, JUST_NOW))
    assert ids(pages["quickbooks.customers"]) == ["5"]
    assert not pages["quickbooks.customers"][-1].unswept
    assert set(ids(pages["quickbooks.documents"])) == {str(number) for number in range(1000)}
    assert pages["quickbooks.documents"][-1].unswept  # a deletion may be among what was cut
    assert not pages["quickbooks.documents"][-1].complete


@pytest.mark.parametrize("refused", [False, True], ids=["older than the look-back", "refused by QuickBooks"])
async def test_what_changes_do_not_reach_is_asked_for_by_time_and_the_ids_compared(
    vendor: Any, quickbooks: QuickBooks, company: Company, refused: bool
) -> None:
    since = CLOCK - timedelta(hours=1) if refused else CLOCK - timedelta(days=40)
    company.rows["Payment"] = [invoice(1, since + timedelta(minutes=1)), invoice(2, since - timedelta(days=9))]
    detail = "Operation cdc with changedSince date x which is older than fixed days is not supported."
    vendor.on("GET", "/cdc", (400, fault("4999", detail)))
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, Cursor(since).text()))
    assert len(vendor.sent("GET", "/cdc")) == int(refused)
    assert ids(pages["quickbooks.payments"]) == ["1"]
    assert pages["quickbooks.payments"][-1].unswept
    assert Cursor.parse(pages["quickbooks.payments"][-1].cursor).time == CLOCK


async def test_rows_that_change_while_they_are_asked_for_by_time_are_not_skipped(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    start = CLOCK - timedelta(days=60)
    company.rows["Customer"] = [customer(number, start + timedelta(minutes=number)) for number in range(2500)]

    def touch_the_first() -> None:  # it moves behind all others, and every position before it
        company.rows["Customer"].append(customer(9000 + len(company.statements)))
        company.rows["Customer"].pop(0)

    company.after_each = touch_the_first
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, Cursor(start - timedelta(days=1)).text()))
    assert {str(number) for number in range(40, 2500)} <= set(ids(pages["quickbooks.customers"]))


async def test_more_rows_in_one_second_than_a_page_holds_are_read_by_position(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    start = CLOCK - timedelta(days=60)
    company.rows["Customer"] = [customer(number, start) for number in range(2500)]
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, Cursor(start - timedelta(days=1)).text()))
    assert set(ids(pages["quickbooks.customers"])) == {str(number) for number in range(2500)}


async def test_a_record_that_is_said_to_be_deleted_and_is_not_stays(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    company.rows["Invoice"] = [invoice(130)]
    stubs: list[dict[str, Any]] = [
        {"status": "Deleted", "Id": "130", "MetaData": {"LastUpdatedTime": NOW}}, {"status": "Deleted", "Id": "131"},
    ]  # fmt: skip
    vendor.on("GET", "/cdc", cdc(Invoice=stubs)).on("GET", "/invoice/130", company.get)
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, JUST_NOW))
    assert [(row.id, row.deleted) for row in pages["quickbooks.documents"][0].records] == [
        ("130", False),
        ("131", True),
    ]


async def test_a_query_that_lags_behind_does_not_keep_a_deleted_record(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    company.rows["Invoice"] = [invoice(130)]
    vendor.on("GET", "/cdc", cdc(Invoice=[{"status": "Deleted", "Id": "130"}]))
    vendor.on("GET", "/invoice/130", (400, fault("610", "Object Not Found")))
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, JUST_NOW))
    assert [row.deleted for row in pages["quickbooks.documents"][0].records] == [True]


@pytest.mark.parametrize(
    ("body_time", "date", "watermark"),
    [
        ("2026-11-23T09:00:00.000-08:00", "Mon, 23 Nov 2026 17:00:00 GMT", CLOCK),
        ("2026-11-23T09:14:00.000-08:00", "Mon, 23 Nov 2026 17:14:00 GMT", CLOCK),
        ("2026-11-23T08:50:00.000-08:00", "Mon, 23 Nov 2026 16:50:00 GMT", CLOCK - timedelta(minutes=10)),
        ("2026-11-23T09:00:00.000-08:00", "Mon, 23 Nov 2026 16:58:00 GMT", CLOCK - timedelta(minutes=2)),
        ("2026-11-23T09:00:00", "", CLOCK),
    ],
    ids=["both agree", "one answer jumps ahead", "one answer jumps back", "the dates differ", "a time of no zone"],
)
async def test_the_watermark_is_the_earliest_time_that_was_heard(
    vendor: Any, quickbooks: QuickBooks, company: Company, body_time: str, date: str, watermark: datetime
) -> None:
    answer = httpx.Response(200, json={**cdc(), "time": body_time}, headers={"Date": date} if date else {})
    vendor.on("GET", "/cdc", answer)
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, JUST_NOW))
    assert Cursor.parse(pages["quickbooks.customers"][0].cursor).time == watermark


async def test_a_watermark_from_a_clock_that_was_ahead_goes_back_to_the_one_before(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    vendor.on("GET", "/cdc", cdc())
    ahead = Cursor(CLOCK + timedelta(minutes=10), before=CLOCK - timedelta(minutes=30))
    await pull(quickbooks, dict.fromkeys(STREAMS, ahead.text()))
    (call,) = vendor.sent("GET", "/cdc")
    assert call.url.params["changedSince"] == "2026-11-23T16:25:00Z"


async def test_the_answer_for_another_company_reaches_no_mirror(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    ours, theirs = ({"CreateTime": f"{year}-01-02T09:00:00-08:00"} for year in (2019, 2024))
    vendor.on("GET", f"companyinfo/{REALM}", company_info(MetaData=ours), company_info(MetaData=theirs))
    cursors = cursors_of(await pull(quickbooks))
    company.rows["Customer"] = [customer(1)]
    with pytest.raises(Retriable, match="another company"):
        await pull(quickbooks, cursors)


@pytest.mark.parametrize("code", ["5020", "5030", "610"])
async def test_what_the_plan_lacks_is_said_once_and_asked_again(
    vendor: Any, quickbooks: QuickBooks, company: Company, code: str
) -> None:
    company.faults["Class"] = fault(code)
    vendor.on("GET", "/cdc", cdc())
    first = await pull(quickbooks)
    (page,) = first["quickbooks.classes"]
    assert code in page.note
    assert page.problem is None
    again = await pull(quickbooks, cursors_of(first))
    assert [page.note for page in again["quickbooks.classes"]] == [""]
    company.faults.clear()
    company.rows["Class"] = [{"Id": "5", "Name": "North"}]
    quickbooks._reader._looked = None
    assert ids((await pull(quickbooks, cursors_of(again)))["quickbooks.classes"]) == ["5"]


async def test_a_stream_that_fails_lets_the_others_go_on(quickbooks: QuickBooks, company: Company) -> None:
    company.faults["Item"] = fault("10000")
    company.rows["Customer"] = [customer(1)]
    pages = await pull(quickbooks)
    (failed,) = pages["quickbooks.items"]
    assert isinstance(failed.problem, Retriable)
    assert failed.cursor == ""
    assert ids(pages["quickbooks.customers"]) == ["1"]


async def test_refused_credentials_end_the_pull(vendor: Any, quickbooks: QuickBooks, company: Company) -> None:
    vendor.on("POST", "/batch", (403, {"fault": {"error": [{"message": "m", "code": "3100"}]}}))
    with pytest.raises(SignIn):
        await pull(quickbooks)


async def test_a_stored_record_that_stops_its_page_is_found_and_set_aside(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    company.rows["Customer"] = [customer(number) for number in range(1, 1301)]
    company.poison = {"777"}
    vendor.on("GET", "/customer/777", (400, fault("4002")))
    rows = [row for page in (await pull(quickbooks))["quickbooks.customers"] for row in page.records]
    assert [row.id for row in rows if row.problem] == ["777"]
    assert "email" in next(row.problem for row in rows if row.problem)
    assert {row.id for row in rows} == {str(number) for number in range(1, 1301)}


async def test_a_record_that_only_queries_stumble_over_is_read_by_its_id(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    company.rows["Customer"] = [customer(number) for number in range(1, 31)]
    company.poison = {"7"}
    vendor.on("GET", "/customer/7", company.get)
    rows = [row for page in (await pull(quickbooks))["quickbooks.customers"] for row in page.records]
    assert not any(row.problem for row in rows)
    assert len(rows) == 30


async def test_small_letters_one_row_too_many_and_an_object_for_a_list_are_taken_calmly(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    company.lower_case = True
    company.rows["Customer"] = [customer(1)]
    vendor.on("GET", "/cdc", {"cdcResponse": {"queryResponse": {"invoice": invoice(9)}}, "time": NOW})
    first = await pull(quickbooks)
    assert ids(first["quickbooks.customers"]) == ["1"]
    assert ids((await pull(quickbooks, cursors_of(first)))["quickbooks.documents"]) == ["9"]


async def test_fewer_rows_than_were_counted_have_the_ids_compared(quickbooks: QuickBooks, company: Company) -> None:
    company.rows["Customer"] = [customer(number) for number in range(1, 1500)]

    def cut() -> None:
        company.rows["Customer"] = company.rows["Customer"][:1000]

    company.after_each = cut
    pages = await pull(quickbooks)
    assert pages["quickbooks.customers"][-1].unswept
    assert not pages["quickbooks.payments"][-1].unswept


async def test_a_page_of_one_row_too_many_loses_none(vendor: Any, quickbooks: QuickBooks, company: Company) -> None:
    everyone = [customer(number) for number in range(1, 1502)]
    company.rows["Customer"] = everyone

    def one_too_many(request: httpx.Request) -> httpx.Response:
        answer = company.query(request)
        if b"FROM Customer" in request.content and b"STARTPOSITION 1 " in request.content:
            return httpx.Response(200, json={"QueryResponse": {"Customer": everyone[:1001]}, "time": NOW})
        return answer

    vendor.on("POST", "/query", one_too_many)
    assert ids((await pull(quickbooks))["quickbooks.customers"]) == [str(number) for number in range(1, 1502)]


async def test_all_custom_fields_are_asked_for_where_the_book_says_so(
    vendor: Any, tokens: Any, company: Company
) -> None:
    for wanted in (False, True):
        settings = QuickBooksSettings(realm_id=REALM, enhanced_fields=wanted)
        vendor.on("GET", f"companyinfo/{REALM}", company_info()).on("GET", "/preferences", preferences())
        connector = Connector(settings, tokens, http=vendor.http(settings.api_url, settings.oauth_url))
        vendor.requests.clear()
        await pull(connector)
        await connector.close()
        asked = {one.url.params.get("include") for one in vendor.sent("POST", "/batch")}
        assert asked == ({"enhancedAllCustomFields"} if wanted else {None})


async def test_templates_of_sales_forms_alone_are_of_concern(quickbooks: QuickBooks, company: Company) -> None:
    info = {"Name": "Care plan", "Active": True, "RecurType": "Automated",
            "ScheduleInfo": {"IntervalType": "Monthly", "NextDate": "2026-12-01"}}  # fmt: skip
    template = {"Id": "31", "CustomerRef": {"value": "8"}, "TotalAmt": 90, "RecurringInfo": info, "Line": []}
    company.rows["RecurringTransaction"] = [
        {"Id": "", "Invoice": template}, {"Id": "", "Bill": {"Id": "32", "RecurringInfo": info}},
    ]  # fmt: skip
    (page,) = (await pull(quickbooks))["quickbooks.recurring_documents"]
    (row,) = page.records
    assert (row.id, row.kind, getattr(row.record, "automatic", None)) == ("31", "recurring_documents", True)
    assert "ORDERBY" not in company.asked("RecurringTransaction")[-1]


def test_small_kinds_share_answers_that_nothing_cuts() -> None:
    counts = {f"Kind{number}": 240 for number in range(9)} | {"Large": SMALL, "None": 0}
    groups = packed(counts)
    assert all(sum(counts[kind] for kind in group) < CAP for group in groups)
    assert sorted(kind for group in groups for kind in group) == sorted(set(counts) - {"Large"})
    assert len(groups) == 3
    assert all(len(group) <= 30 for group in packed({f"Kind{number}": 0 for number in range(95)}))


# --- what a proof asks ------------------------------------------------------------------------------------------------


async def test_the_ids_of_all_streams_take_few_calls(vendor: Any, quickbooks: QuickBooks, company: Company) -> None:
    company.rows = {
        "Customer": [customer(number) for number in range(1, 1300)],
        "Invoice": [invoice(1), invoice(2)], "Estimate": [invoice(3)], "Item": [{"Id": "4", "Name": "Labor"}],
    }  # fmt: skip
    company.faults["Class"] = fault("5030")
    found = await quickbooks.ids(quickbooks.streams)
    assert found["quickbooks.custom_fields"] == frozenset()
    assert found["quickbooks.documents"] == {"1", "2", "3"}
    assert len(found["quickbooks.customers"]) == 1299
    assert not {"quickbooks.classes", "quickbooks.locations", "quickbooks.ledgers"} & set(found)
    assert len(vendor.sent("POST", "/batch")) == 2
    assert all("SELECT Id" in one for one in company.asked("Customer")[1:])


async def test_a_record_is_gone_only_if_it_says_so_itself(
    vendor: Any, quickbooks: QuickBooks, company: Company
) -> None:
    company.rows = {"Invoice": [invoice(1)], "Estimate": [invoice(2)]}
    behind = company.rows["Estimate"][0]

    def lagging(request: httpx.Request) -> httpx.Response:
        answer = json.loads(company.query(request).content)
        answer["QueryResponse"].pop("Estimate", None)
        return httpx.Response(200, json=answer)

    vendor.on("POST", "/query", lagging)
    for kind in ("invoice", "estimate", "creditmemo", "salesreceipt", "refundreceipt"):
        for id_ in ("2", "3"):
            vendor.on("GET", f"/{kind}/{id_}", (400, fault("610", "Object Not Found")))
    vendor.on("GET", "/estimate/2", {"Estimate": behind, "time": NOW})
    found = await quickbooks.again("quickbooks.documents", ["1", "2", "3"])
    assert {row.id: row.deleted for row in found} == {"1": False, "2": False, "3": True}


async def test_watched_payments_are_read_again_by_id(vendor: Any, quickbooks: QuickBooks, company: Company) -> None:
    deposited = {
        "Id": "128", "TxnDate": "2026-11-01", "TotalAmt": 9, "LinkedTxn": [{"TxnId": "121", "TxnType": "Deposit"}],
    }  # fmt: skip
    company.rows["Payment"] = [deposited, invoice(129)]
    vendor.on("GET", "/cdc", cdc())
    pages = await pull(quickbooks, dict.fromkeys(STREAMS, JUST_NOW), watched={"quickbooks.payments": ["128"]})
    (row,) = [row for page in pages["quickbooks.payments"] for row in page.records]
    assert (row.id, getattr(row.record, "deposited", None)) == ("128", True)


async def test_a_poisoned_record_is_set_aside_and_the_others_come(quickbooks: QuickBooks, company: Company) -> None:
    company.rows["Customer"] = [customer(1), customer(2, Balance="much"), customer(3)]
    pages = await pull(quickbooks)
    rows = [row for page in pages["quickbooks.customers"] for row in page.records]
    assert [(row.id, bool(row.problem)) for row in rows] == [("1", False), ("2", True), ("3", False)]
