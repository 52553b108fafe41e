"""List everything once, then search what changed, and read again what tells nobody (hubspot.md 2, 3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from qbconsole.connectors.hubspot.cursor import Cursor
from qbconsole.connectors.hubspot.read import STREAMS
from qbconsole.domain.errors import NeedsPerson, Retriable
from qbconsole.domain.records import Company, Contact, Deal, FieldDefinition, LineItem, Owner, Quote, Stage, StageVisit

if TYPE_CHECKING:
    from qbconsole.connectors.base import Page
    from qbconsole.connectors.hubspot import HubSpot

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
RECENT = Cursor(NOW - timedelta(minutes=2), NOW - timedelta(minutes=2), NOW - timedelta(minutes=2)).text()

PIPELINE: dict[str, Any] = {
    "id": "default", "label": "Sales Pipeline", "displayOrder": 0, "archived": False,
    "stages": [
        {"id": "contractsent", "label": "Contract Sent", "displayOrder": 4,
         "metadata": {"isClosed": "false", "probability": "0.9"}},
        {"id": "998877", "label": "Signed", "displayOrder": 5, "metadata": {"isClosed": "true", "probability": "1.0"}},
        {"id": "closedlost", "label": "Closed Lost", "displayOrder": 6,
         "metadata": {"isClosed": "true", "probability": "0.0"}},
    ],
}  # fmt: skip
OWNER = {"id": "88842095", "email": "jo@ridgeline.example", "firstName": "Jo", "lastName": "Reed", "userId": 534941}


def deal(id_: str, **properties: Any) -> dict[str, Any]:
    base = {
        "dealname": "Chiller swap", "amount": "6420.000", "dealstage": "998877", "pipeline": "default",
        "closedate": "2026-11-20T00:00:00Z", "hubspot_owner_id": "88842095", "hs_object_id": id_,
        "hs_lastmodifieddate": "2026-11-20T07:36:23.415Z",
    }  # fmt: skip
    return {
        "id": id_, "properties": {**base, **properties}, "createdAt": "2026-03-12T07:36:06.332Z",
        "updatedAt": "2026-11-20T07:36:23.415Z", "archived": False,
        "url": f"https://app-eu1.hubspot.com/contacts/1/record/0-3/{id_}",
    }  # fmt: skip


def page(*rows: dict[str, Any], after: str = "") -> dict[str, Any]:
    return {"results": list(rows), **({"paging": {"next": {"after": after}}} if after else {})}


def ends(**of: list[tuple[int, str | None]]) -> tuple[int, dict[str, Any]]:
    """A batch association read: by record ("d7") its other ends with their labels."""
    results = [
        {"from": {"id": id_[1:]}, "to": [
            {"toObjectId": to, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 1, "label": label}]}
            for to, label in many]}
        for id_, many in of.items()
    ]  # fmt: skip
    none = {"status": "error", "category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}
    return 207, {"status": "COMPLETE", "results": results, "numErrors": 1, "errors": [none]}


@pytest.fixture(autouse=True)
def portal(vendor: Any) -> None:
    """A portal with one owner and pipeline, and nothing else."""
    vendor.on("GET", "/crm/owners/2026-09", page(OWNER), page())
    vendor.on("GET", "/crm/pipelines/2026-09/deals", page(PIPELINE))
    for kind in ("products", "companies", "contacts", "deals", "line_items", "quotes"):
        vendor.on("GET", f"/crm/objects/2026-09/{kind}", page())
        vendor.on("POST", f"/{kind}/search", {"total": 0, "results": []})
        vendor.on("GET", f"/crm/properties/2026-09/{kind}", page())
        for to_kind in ("companies", "line_items", "deals"):
            vendor.on("POST", f"/{kind}/{to_kind}/batch/read", ends())
    vendor.on("POST", "/deals/batch/read", page())


async def pull(hubspot: HubSpot, cursors: dict[str, str] | None = None, **more: Any) -> dict[str, list[Page]]:
    pages: dict[str, list[Page]] = {stream: [] for stream in STREAMS}
    async for found in hubspot.pull(cursors or {}, watched=more.pop("watched", {}), **more):
        pages[found.stream].append(found)
    return pages


def records(pages: list[Page]) -> list[Any]:
    return [row.record for one in pages for row in one.records]


async def test_the_first_pull_lists_everything_in_order(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("7"), after="8"), page(deal("8")))
    pages = await pull(hubspot)
    assert [one.id for one in records(pages["hubspot.deals"])] == ["7", "8"]
    second = vendor.sent("GET", "/crm/objects/2026-09/deals")[1]
    assert second.url.params["after"] == "8"
    assert "qbc_status" in second.url.params["properties"]
    for stream, found in pages.items():
        assert (found[0].first, found[-1].complete) == (True, True), stream


async def test_owners_and_stages(hubspot: HubSpot) -> None:
    pages = await pull(hubspot)
    assert records(pages["hubspot.owners"]) == [Owner("88842095", "Jo Reed", "jo@ridgeline.example")]
    assert [(one.id, one.won, one.closed) for one in records(pages["hubspot.stages"]) if isinstance(one, Stage)] == [
        ("contractsent", False, False), ("998877", True, True), ("closedlost", False, True),
    ]  # fmt: skip


async def test_a_deal_with_its_companies_and_lines(vendor: Any, hubspot: HubSpot) -> None:
    stamped = {"qbc_status": "paid", "qbc_total": "6420", "qbc_balance": ""}
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("7", **stamped)))
    vendor.on("POST", "/deals/companies/batch/read", ends(d7=[(58956, None), (101, None), (58956, "Primary")][1:]))
    vendor.on("POST", "/deals/line_items/batch/read", ends(d7=[(9, None), (10, None)]))
    (found,) = records((await pull(hubspot))["hubspot.deals"])
    assert found == Deal(
        id="7",
        name="Chiller swap",
        amount=Decimal("6420.00"),
        currency="USD",
        stage_id="998877",
        pipeline_id="default",
        won=True,
        closed_at=datetime(2026, 11, 20, tzinfo=UTC),
        owner_id="88842095",
        company_ids=("101", "58956"),
        primary_company_id="58956",
        line_item_ids=("9", "10"),
        stamp=(("qbc_status", "paid"), ("qbc_total", "6420")),
        url="https://app-eu1.hubspot.com/contacts/1/record/0-3/7",
    )


@pytest.mark.parametrize(
    ("properties", "won"),
    [
        ({"dealstage": "998877"}, True),
        ({"dealstage": "contractsent"}, False),
        ({"dealstage": "contractsent", "hs_is_closed_won": "true"}, True),
        ({"dealstage": "closedlost", "hs_is_closed_won": "false"}, False),
        ({"dealstage": "998877", "hs_is_closed_won": None}, True),
        ({"dealstage": None, "pipeline": None}, False),
        ({"dealstage": "998877", "pipeline": "another"}, False),
    ],
)
async def test_won_is_the_flag_or_the_stage(
    vendor: Any, hubspot: HubSpot, properties: dict[str, Any], won: bool
) -> None:
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("7", **properties)))
    (found,) = records((await pull(hubspot))["hubspot.deals"])
    assert found.won is won


async def test_companies_contacts_and_line_items(vendor: Any, hubspot: HubSpot) -> None:
    company = {"id": "101", "properties": {
        "name": "Harbor Point Dental", "domain": "harbor.example", "address": "1 Pier Rd", "address2": "Suite 4",
        "city": "Duluth", "state": "MN", "zip": "55802", "qbc_customer_id": "8", "phone": None}}  # fmt: skip
    contact = {"id": "201", "properties": {"firstname": "Ann", "lastname": "Lee", "email": "ap@harbor.example"}}
    line = {"id": "9", "properties": {
        "name": "Labor", "quantity": "8", "price": "145", "hs_discount_percentage": "10", "discount": "3",
        "hs_sku": "L"}}  # fmt: skip
    vendor.on("GET", "/crm/objects/2026-09/companies", page(company))
    vendor.on("GET", "/crm/objects/2026-09/contacts", page(contact))
    vendor.on("GET", "/crm/objects/2026-09/line_items", page(line))
    vendor.on("POST", "/contacts/companies/batch/read", ends(c201=[(102, None), (101, "Billing contact")]))
    vendor.on("POST", "/line_items/deals/batch/read", ends(l9=[(7, None)]))
    pages = await pull(hubspot)
    (found,) = records(pages["hubspot.companies"])
    assert isinstance(found, Company)
    assert (found.address.street, found.customer_tag, found.phone) == ("1 Pier Rd, Suite 4", "8", "")
    (person,) = records(pages["hubspot.contacts"])
    assert isinstance(person, Contact)
    assert (person.name, person.company_ids, person.billing) == ("Ann Lee", ("101", "102"), True)
    (item,) = records(pages["hubspot.line_items"])
    assert item == LineItem("9", "7", "Labor", Decimal(8), Decimal(145), sku="L", discount_percent=Decimal(10))


async def test_afterwards_changes_are_searched_by_rising_id(vendor: Any, hubspot: HubSpot, sent_body: Any) -> None:
    many = [deal(str(number)) for number in range(1000, 1200)]
    vendor.on("POST", "/deals/search", {"total": 201, "results": many}, {"total": 1, "results": [deal("1500")]})
    pages = await pull(hubspot, dict.fromkeys(STREAMS, RECENT))
    assert len(records(pages["hubspot.deals"])) == 201
    first, second = (sent_body(one) for one in vendor.sent("POST", "/deals/search"))
    since = str(int((NOW - timedelta(minutes=7)).timestamp() * 1000))
    window = {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": since}
    assert first["filterGroups"] == [{"filters": [window]}]
    beyond = {"propertyName": "hs_object_id", "operator": "GT", "value": "1199"}
    assert second["filterGroups"] == [{"filters": [window, beyond]}]
    assert first["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    assert "after" not in first
    last = pages["hubspot.deals"][-1]
    assert Cursor.parse(last.cursor).time == NOW
    assert not last.complete
    (asked,) = vendor.sent("POST", "/contacts/search")
    assert b'"propertyName":"lastmodifieddate"' in asked.content


async def test_associations_move_the_payload(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("7")))
    before = (await pull(hubspot))["hubspot.deals"][0].records[0].payload
    vendor.on("POST", "/deals/line_items/batch/read", ends(d7=[(9, None)]))
    assert (await pull(hubspot))["hubspot.deals"][0].records[0].payload != before


async def test_one_record_has_one_payload_however_it_was_read(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("7")))
    vendor.on("POST", "/deals/search", page(deal("7", createdate="2026-03-12T07:36:06.332Z", hs_deal_score=None)))
    listed = (await pull(hubspot))["hubspot.deals"][0].records[0].payload
    searched = (await pull(hubspot, dict.fromkeys(STREAMS, RECENT)))["hubspot.deals"][0].records[0].payload
    assert searched == listed


async def test_watched_deals_are_read_again_with_their_lines(vendor: Any, hubspot: HubSpot, sent_body: Any) -> None:
    vendor.on("POST", "/deals/batch/read", page(deal("7"), deal("8")))
    vendor.on("POST", "/deals/line_items/batch/read", ends(d7=[(9, None)]))
    line = {"id": "9", "properties": {"name": "Labor", "quantity": "9", "price": "145"}}
    vendor.on("POST", "/line_items/batch/read", page(line))
    pages = await pull(hubspot, dict.fromkeys(STREAMS, RECENT), watched={"hubspot.deals": ["7", "8", "7"]})
    assert [one.id for one in records(pages["hubspot.deals"])] == ["7", "8"]
    (asked,) = vendor.sent("POST", "objects/2026-09/deals/batch/read")
    assert sent_body(asked)["inputs"] == [{"id": "7"}, {"id": "8"}]
    assert [one.quantity for one in records(pages["hubspot.line_items"])] == [Decimal(9)]


async def test_a_watched_deal_that_is_gone_or_merged_is_a_tombstone(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("POST", "/deals/batch/read", (207, page()))
    vendor.on("GET", "/deals/8", deal("80"))
    pages = await pull(hubspot, dict.fromkeys(STREAMS, RECENT), watched={"hubspot.deals": ["7", "8"]})
    gone = [row for one in pages["hubspot.deals"] for row in one.records]
    assert [(row.id, row.deleted, row.payload) for row in gone] == [
        ("7", True, '{"id":"7"}'), ("8", True, '{"id":"8","mergedInto":"80"}'),
    ]  # fmt: skip


async def test_a_record_that_swallowed_others_buries_them(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("80", hs_merged_object_ids="7;80;8")))
    rows = (await pull(hubspot))["hubspot.deals"][0].records
    assert [(row.id, row.deleted) for row in rows] == [("7", True), ("8", True), ("80", False)]


async def test_the_archived_are_swept_now_and_then(vendor: Any, hubspot: HubSpot) -> None:
    def listing(request: httpx.Request) -> httpx.Response:
        assert request.url.params["archived"] == "true"
        old, new = "2026-11-20T00:00:00Z", "2026-11-23T16:30:00Z"
        rows = [{"id": "1", "archivedAt": old}, {"id": "2", "archivedAt": new}]
        return httpx.Response(200, json=page(*rows))

    vendor.on("GET", "/crm/objects/2026-09/deals", listing)
    swept = Cursor(NOW - timedelta(hours=2), NOW - timedelta(hours=2), NOW - timedelta(days=1)).text()
    pages = await pull(hubspot, {**dict.fromkeys(STREAMS, RECENT), "hubspot.deals": swept})
    assert [(row.id, row.deleted) for one in pages["hubspot.deals"] for row in one.records] == [("2", True)]


async def test_everything_is_listed_again_after_a_week_or_when_asked(vendor: Any, hubspot: HubSpot) -> None:
    stale = Cursor(NOW, NOW, NOW - timedelta(days=8)).text()
    assert (await pull(hubspot, dict.fromkeys(STREAMS, stale)))["hubspot.deals"][-1].complete
    assert (await pull(hubspot, dict.fromkeys(STREAMS, RECENT), full=True))["hubspot.deals"][-1].complete


async def test_a_quiet_second_pull(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/crm/owners/2026-09", page(OWNER), page(), page(OWNER), page())
    cursors = {stream: pages[-1].cursor for stream, pages in (await pull(hubspot)).items()}
    again = await pull(hubspot, cursors)
    assert all(not one.records for pages in again.values() for one in pages)


@pytest.mark.parametrize("amount", ["many", "NaN", "1,200.00"])
async def test_an_unreadable_value_is_a_problem(vendor: Any, hubspot: HubSpot, amount: str) -> None:
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("7", amount=amount), deal("8")))
    first, second = (await pull(hubspot))["hubspot.deals"][0].records
    assert "amount" in first.problem
    assert first.record is None
    assert second.record is not None


async def test_half_an_answer_about_associations_is_not_none(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("7")))
    failed = {"status": "error", "category": "INTERNAL_ERROR", "message": "x"}
    vendor.on("POST", "/deals/line_items/batch/read", (207, {"results": [], "numErrors": 1, "errors": [failed]}))
    with pytest.raises(Retriable):
        await pull(hubspot)


async def test_a_list_that_does_not_move_on_is_given_up(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/crm/objects/2026-09/companies", page({"id": "1", "properties": {}}, after="2"))
    with pytest.raises(Retriable, match="does not move on"):
        await pull(hubspot)


async def test_a_missing_scope_is_named(vendor: Any, hubspot: HubSpot) -> None:
    body = {"category": "MISSING_SCOPES", "context": {"requiredGranularScopes": ["crm.objects.line_items.read"]}}
    vendor.on("GET", "/crm/objects/2026-09/line_items", (403, body)).on("GET", "/properties/2026-09/deals", page())
    vendor.on("GET", "/properties/2026-09/companies", page()).on("GET", "/crm/objects/2026-09/tasks", page())
    vendor.on("GET", "/crm/objects/2026-09/notes", page())
    with pytest.raises(NeedsPerson, match=r"crm\.objects\.line_items\.read"):
        await pull(hubspot)
    table = {one.name: one for one in await hubspot.check()}
    assert not table["read line items"].available
    assert "crm.objects.line_items.read" in table["read line items"].detail
    assert table["read deals"].available


def defined(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "label": name.replace("_", " "), "type": "string", "fieldType": "text", "options": [], **more}


async def test_definitions_of_properties_with_the_options_on_offer(vendor: Any, hubspot: HubSpot) -> None:
    options = [{"label": "Paid", "value": "paid", "hidden": False}, {"label": "Old", "value": "old", "hidden": True}]
    row = defined("qbc_status", type="enumeration", options=options, modificationMetadata={"readOnlyValue": True})
    vendor.on("GET", "/crm/properties/2026-09/deals", page(row))
    (found,) = records((await pull(hubspot))["hubspot.field_definitions"])
    assert found == FieldDefinition(
        "deals.qbc_status", "deals", "qbc_status", "qbc status", "enumeration", (("paid", "Paid"),), read_only=True
    )


async def test_archived_stages_and_pipelines_are_none(vendor: Any, hubspot: HubSpot) -> None:
    first, *rest = PIPELINE["stages"]
    old = {**PIPELINE, "id": "old", "archived": True}
    vendor.on(
        "GET",
        "/crm/pipelines/2026-09/deals",
        page({**PIPELINE, "stages": [{**first, "archived": True}, *rest]}, old),
    )
    assert [one.id for one in records((await pull(hubspot))["hubspot.stages"])] == ["998877", "closedlost"]


LEGACY = {"hs_status": "APPROVED", "hs_esign_enabled": "true", "hs_esign_num_signers_required": "2"}
CPQ = {"hs_template_type": "CPQ_QUOTE"}


@pytest.mark.parametrize(
    ("properties", "accepted"),
    [
        (LEGACY, False),
        ({**LEGACY, "hs_esign_num_signers_completed": "1"}, False),
        ({**LEGACY, "hs_esign_num_signers_completed": "2"}, True),
        ({**LEGACY, "hs_esign_enabled": "false", "hs_esign_num_signers_completed": "2"}, False),
        ({"hs_status": "ACCEPTED"}, False),
        ({**CPQ, "hs_status": "DRAFT"}, False),
        ({**CPQ, "hs_status": "ACCEPTED"}, True),
        ({**CPQ, "hs_status": "DRAFT", "hs_clickwrap_accepted_by": "Ann Lee"}, True),
        ({"hs_status": "APPROVED", "hs_payment_status": "PENDING"}, False),
        ({"hs_status": "APPROVED", "hs_payment_status": "PAID"}, True),
    ],
)
async def test_a_quote_is_accepted_only_where_the_buyer_agreed(
    vendor: Any, hubspot: HubSpot, properties: dict[str, str], accepted: bool
) -> None:
    vendor.on("GET", "/crm/properties/2026-09/quotes", page(defined("hs_esign_num_signers_completed")))
    vendor.on("GET", "/crm/objects/2026-09/quotes", page({"id": "5", "properties": properties}))
    (found,) = records((await pull(hubspot))["hubspot.quotes"])
    assert found.accepted is accepted
    (asked,) = vendor.sent("GET", "/crm/objects/2026-09/quotes")
    assert "hs_esign_num_signers_completed" in asked.url.params["properties"]


async def test_a_quote_with_its_deal_and_lines(vendor: Any, hubspot: HubSpot) -> None:
    properties = {
        "hs_title": "Chiller swap", "hs_status": "APPROVED", "hs_quote_amount": "6420.0000000000001",
        "hs_currency": "CAD", "hs_quote_number": "Q-7", "hs_expiration_date": "2026-12-31T00:00:00Z",
        "hs_billing_enabled": "true", "hs_quote_link": "https://quotes.example/7",
    }  # fmt: skip
    vendor.on("GET", "/crm/objects/2026-09/quotes", page({"id": "5", "properties": properties}))
    vendor.on("POST", "/quotes/deals/batch/read", ends(q5=[(7, None)]))
    vendor.on("POST", "/quotes/line_items/batch/read", ends(q5=[(10, None), (9, None)]))
    (found,) = records((await pull(hubspot))["hubspot.quotes"])
    assert found == Quote(
        id="5",
        title="Chiller swap",
        status="APPROVED",
        amount=Decimal("6420.00"),
        currency="CAD",
        number="Q-7",
        expires_on=datetime(2026, 12, 31).date(),  # noqa: DTZ001
        bills_itself=True,
        deal_ids=("7",),
        line_item_ids=("9", "10"),
        url="https://quotes.example/7",
    )


def with_history(id_: str, *visits: tuple[str, str]) -> dict[str, Any]:
    history = [{"value": stage, "timestamp": at, "sourceType": "CRM_UI"} for stage, at in visits]
    return {**deal(id_), "propertiesWithHistory": {"dealstage": history}}


async def test_won_deals_know_the_stages_that_they_came_into(vendor: Any, hubspot: HubSpot, sent_body: Any) -> None:
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("7"), deal("8", dealstage="contractsent")))
    newest, oldest = ("998877", "2026-11-20T07:36:23.415Z"), ("contractsent", "2026-11-02T00:00:00Z")
    vendor.on("POST", "/deals/batch/read", page(with_history("7", newest, oldest)))
    won, other = records((await pull(hubspot))["hubspot.deals"])
    assert won.visits == (
        StageVisit("contractsent", datetime(2026, 11, 2, tzinfo=UTC)),
        StageVisit("998877", datetime(2026, 11, 20, 7, 36, 23, 415000, tzinfo=UTC)),
    )
    assert other.visits == ()
    (asked,) = vendor.sent("POST", "objects/2026-09/deals/batch/read")
    assert sent_body(asked)["inputs"] == [{"id": "7"}]
    assert sent_body(asked)["propertiesWithHistory"] == ["dealstage"]


async def test_history_does_not_move_the_payload(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("7")))
    before = (await pull(hubspot))["hubspot.deals"][0].records[0]
    vendor.on("POST", "/deals/batch/read", page(with_history("7", ("998877", "2026-11-20T00:00:00Z"))))
    after = (await pull(hubspot))["hubspot.deals"][0].records[0]
    assert after.payload == before.payload
    assert after.record != before.record


async def test_a_search_that_finds_a_large_part_gives_way_to_a_listing(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("POST", "/deals/search", {"total": 2500, "results": [deal("1")]})
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("1"), deal("2")))
    small = Cursor(NOW, NOW, NOW, count=8000).text()
    large = Cursor(NOW, NOW, NOW, count=9000).text()
    for cursor, listed in ((small, True), (large, False)):
        pages = await pull(hubspot, {**dict.fromkeys(STREAMS, RECENT), "hubspot.deals": cursor})
        assert pages["hubspot.deals"][-1].complete is listed
    assert len(vendor.sent("POST", "/deals/search")) == 2


async def test_more_deals_modified_at_one_moment_than_a_search_shows_are_all_read(
    vendor: Any, hubspot: HubSpot, sent_body: Any
) -> None:
    ids = [str(number) for number in range(20_000, 30_400)]

    def search(request: httpx.Request) -> httpx.Response:
        body = sent_body(request)
        assert "after" not in body, "HubSpot gives no more than 10,000 results by offsets"
        beyond = [one["value"] for one in body["filterGroups"][0]["filters"] if one["propertyName"] == "hs_object_id"]
        rest = [id_ for id_ in ids if not beyond or int(id_) > int(beyond[0])]
        return httpx.Response(200, json={"total": len(rest), "results": [deal(id_) for id_ in rest[:200]]})

    vendor.on("POST", "/deals/search", search)
    many = Cursor(NOW, NOW, NOW, count=100_000).text()
    pages = await pull(hubspot, {**dict.fromkeys(STREAMS, RECENT), "hubspot.deals": many})
    assert [one.id for one in records(pages["hubspot.deals"])] == ids


async def test_custom_properties_are_read_and_make_a_listing_when_they_change(vendor: Any, hubspots: Any) -> None:
    connector = hubspots(custom_properties=("deals.po_number", "companies.tier"))
    vendor.on("GET", "/crm/objects/2026-09/deals", page(deal("7", po_number="PO-1"), deal("8", po_number="")))
    vendor.on("GET", "/crm/objects/2026-09/companies", page({"id": "1", "properties": {"tier": "gold"}}))
    pages = await pull(connector, dict.fromkeys(STREAMS, RECENT))
    assert [one.custom for one in records(pages["hubspot.deals"])] == [(("po_number", "PO-1"),), ()]
    assert [one.custom for one in records(pages["hubspot.companies"])] == [(("tier", "gold"),)]
    assert not pages["hubspot.contacts"][-1].complete
    cursors = {stream: found[-1].cursor for stream, found in pages.items()}
    assert not any(found[-1].complete for found in (await pull(connector, cursors)).values() if found[-1].calls == 0)


async def test_many_names_go_into_a_body(vendor: Any, hubspots: Any) -> None:
    names = tuple(f"deals.a_property_with_a_long_name_{number}" for number in range(100))
    connector = hubspots(custom_properties=names)
    vendor.on("GET", "/crm/objects/2026-09/deals", page({"id": "7", "properties": {}}))
    vendor.on("POST", "/deals/batch/read", page(deal("7", a_property_with_a_long_name_99="x")))
    (found,) = records((await pull(connector))["hubspot.deals"])
    assert found.custom == (("a_property_with_a_long_name_99", "x"),)
    assert all(len(str(one.url)) < 4000 for one in vendor.requests)


async def test_the_billing_contact_is_named_by_a_label_of_the_portal(vendor: Any, hubspots: Any) -> None:
    connector = hubspots(billing_label="Accounts payable")
    people = [{"id": id_, "properties": {"email": f"{id_}@harbor.example"}} for id_ in ("201", "202")]
    vendor.on("GET", "/crm/objects/2026-09/contacts", page(*people))
    labelled = ends(c201=[(101, "Billing contact")], c202=[(101, "accounts payable")])
    vendor.on("POST", "/contacts/companies/batch/read", labelled)
    assert [one.billing for one in records((await pull(connector))["hubspot.contacts"])] == [False, True]
