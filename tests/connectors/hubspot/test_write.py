"""Absolute stamps, and tasks that are made once (hubspot.md 4, 5, 6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from qbconsole.connectors.hubspot import HubSpot, HubSpotSettings
from qbconsole.connectors.hubspot.values import plain_text, same_value
from qbconsole.domain.errors import Conflict, NeedsPerson, Retriable
from qbconsole.domain.operations import CreateNote, CreateTask, MergeCompanies, StampCompany, StampDeal

STAMP = StampDeal("7", (("qbc_status", "paid"), ("qbc_total", "1160.00"), ("qbc_due_date", "")))
TASK = CreateTask(
    subject="Call Harbor Point",
    body="Invoice 1042 <overdue>\nby 14 days",
    tag="Invoice 130 / overdue",
    due_at=datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
    owner_id="88842095",
    deal_id="7",
    company_id="101",
)
UNKNOWN = (
    400,
    {"status": "error", "category": "VALIDATION_ERROR", "message": "Property values were not valid: [...]",
     "errors": [{"code": "PROPERTY_DOESNT_EXIST", "context": {"propertyName": ["qbc_status"]}}]},
)  # fmt: skip


async def test_a_stamp_sets_absolute_values(vendor: Any, hubspot: HubSpot, sent_body: Any) -> None:
    vendor.on("PATCH", "/deals/7", {"id": "7", "updatedAt": "2026-11-23T17:00:00Z", "properties": {}})
    receipt = await hubspot.apply(STAMP, request_id="r")
    (sent,) = vendor.sent("PATCH", "/deals/7")
    assert sent_body(sent) == {"properties": {"qbc_status": "paid", "qbc_total": "1160.00", "qbc_due_date": ""}}
    assert sent.url.path == "/crm/objects/2026-09/deals/7"
    assert receipt.remote_id == "7"


async def test_a_company_gets_its_customer(vendor: Any, hubspot: HubSpot, sent_body: Any) -> None:
    vendor.on("PATCH", "/companies/101", {"id": "101"})
    await hubspot.apply(StampCompany("101", "8"), request_id="r")
    assert sent_body(vendor.sent("PATCH", "/companies/101")[0]) == {"properties": {"qbc_customer_id": "8"}}


async def test_missing_properties_are_made_on_first_use(vendor: Any, hubspot: HubSpot, sent_body: Any) -> None:
    vendor.on("PATCH", "/deals/7", UNKNOWN, {"id": "7"})
    vendor.on("GET", "/properties/2026-09/deals", {"results": [{"name": "qbc_total"}]})
    vendor.on("POST", "/properties/2026-09/deals/groups", (409, {"category": "OBJECT_ALREADY_EXISTS", "message": "x"}))
    vendor.on("POST", "/properties/2026-09/deals", (201, {"name": "x"}))
    await hubspot.apply(STAMP, request_id="r")
    made = {sent_body(one)["name"]: sent_body(one) for one in vendor.sent("POST", "/properties/2026-09/deals")}
    assert len(made) == 10
    assert "qbc_total" not in made
    status = made["qbc_status"]
    assert (status["type"], status["fieldType"], status["groupName"]) == ("enumeration", "select", "quickbooks")
    assert {"voided", "paid", "overdue", "partially_paid"} <= {option["value"] for option in status["options"]}
    assert len(vendor.sent("PATCH", "/deals/7")) == 2


async def test_a_property_that_somebody_archived_is_not_made_again(vendor: Any, hubspot: HubSpot) -> None:
    def listed(request: httpx.Request) -> httpx.Response:
        archived = request.url.params.get("archived") == "true"
        return httpx.Response(200, json={"results": [{"name": "qbc_status"}] if archived else []})

    vendor.on("PATCH", "/deals/7", UNKNOWN).on("GET", "/properties/2026-09/deals", listed)
    with pytest.raises(NeedsPerson, match="Deal 7: The property qbc_status was archived in HubSpot"):
        await hubspot.apply(STAMP, request_id="r")
    assert not vendor.sent("POST", "/properties/2026-09/deals")


async def test_a_property_that_comes_back_with_another_type_is_told(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("PATCH", "/deals/7", UNKNOWN).on("GET", "/properties/2026-09/deals", {"results": []})
    vendor.on("POST", "/properties/2026-09/deals/groups", (201, {}))
    vendor.on("POST", "/properties/2026-09/deals", (201, {"name": "qbc_document_id", "type": "number"}))
    with pytest.raises(NeedsPerson, match="qbc_document_id has another type"):
        await hubspot.apply(STAMP, request_id="r")


async def test_without_consent_a_missing_property_is_a_persons_matter(vendor: Any, tokens: Any) -> None:
    vendor.on("PATCH", "/deals/7", UNKNOWN)
    tokens["token"] = "pat"
    hubspot = HubSpot(HubSpotSettings(), tokens, http=vendor.http("https://api.hubapi.com"))
    with pytest.raises(NeedsPerson, match="Deal 7: HubSpot has no property qbc_status"):
        await hubspot.apply(STAMP, request_id="r")


@pytest.fixture
def keyless(vendor: Any, hubspots: Any) -> HubSpot:
    """The connector of a portal without keys of tasks and notes, in which it may make none."""
    vendor.on("GET", "/properties/2026-09/tasks", {"results": []})
    vendor.on("GET", "/properties/2026-09/notes", {"results": []})
    made: HubSpot = hubspots()
    return made


async def test_a_task_carries_its_tag_owner_and_ends(vendor: Any, keyless: HubSpot, sent_body: Any) -> None:
    vendor.on("POST", "/objects/2026-09/tasks", (201, {"id": "555", "properties": {}}))
    receipt = await keyless.apply(TASK, request_id="r")
    (sent,) = vendor.sent("POST", "/tasks")
    body = sent_body(sent)
    assert body["properties"]["hs_task_body"] == "Invoice 1042 &lt;overdue&gt;<br>by 14 days<br>Invoice 130 / overdue"
    assert body["properties"]["hs_timestamp"] == "2026-11-24T15:00:00Z"
    assert body["properties"]["hubspot_owner_id"] == "88842095"
    assert [(end["to"]["id"], end["types"][0]["associationTypeId"]) for end in body["associations"]] == [
        ("7", 216), ("101", 192),
    ]  # fmt: skip
    assert receipt.remote_id == "555"


@pytest.mark.parametrize("answer", [httpx.ReadTimeout("lost"), (502, "<html>"), (201, "cut {"), (201, {})])
async def test_a_task_whose_answer_was_lost_may_be_there(vendor: Any, keyless: HubSpot, answer: Any) -> None:
    vendor.on("POST", "/objects/2026-09/tasks", answer)
    with pytest.raises(Retriable) as caught:
        await keyless.apply(TASK, request_id="r")
    assert caught.value.sent
    assert len(vendor.sent("POST", "/tasks")) == 1


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Invoice 1042<br>Invoice 130 / overdue", True),
        ("<p>Invoice 1042</p><p>Invoice 130 / overdue</p>", True),
        ("Invoice 1300 / overdue", False),
        (None, False),
    ],
)
async def test_a_task_is_found_through_its_deal(
    vendor: Any, keyless: HubSpot, long_ago: datetime, body: Any, found: bool
) -> None:
    vendor.on(
        "POST", "/associations/2026-09/deals/tasks/batch/read",
        {"results": [{"from": {"id": "7"}, "to": [{"toObjectId": 555, "associationTypes": []}]}]},
    )  # fmt: skip
    vendor.on("POST", "/associations/2026-09/companies/tasks/batch/read", {"results": []})
    vendor.on("POST", "/tasks/batch/read", {"results": [{"id": "555", "properties": {"hs_task_body": body}}]})
    receipt = await keyless.find(TASK, since=long_ago)
    assert (receipt is not None) is found
    assert not vendor.sent("POST", "/search")


NOTE = CreateNote("Invoice 1042 <paid>", "Invoice 130 / paid", datetime(2026, 11, 24, tzinfo=UTC), "7", "101")


async def test_a_note_carries_its_tag_and_ends(vendor: Any, keyless: HubSpot, sent_body: Any) -> None:
    vendor.on("POST", "/objects/2026-09/notes", (201, {"id": "556", "properties": {}}))
    assert (await keyless.apply(NOTE, request_id="r")).remote_id == "556"
    body = sent_body(vendor.sent("POST", "/notes")[0])
    assert body["properties"] == {
        "hs_timestamp": "2026-11-24T00:00:00Z",
        "hs_note_body": "Invoice 1042 &lt;paid&gt;<br>Invoice 130 / paid",
    }
    assert [(end["to"]["id"], end["types"][0]["associationTypeId"]) for end in body["associations"]] == [
        ("7", 214), ("101", 190),
    ]  # fmt: skip


async def test_a_note_is_found_through_its_company(vendor: Any, keyless: HubSpot, long_ago: datetime) -> None:
    vendor.on("POST", "/associations/2026-09/deals/notes/batch/read", {"results": []})
    ends = [{"from": {"id": "101"}, "to": [{"toObjectId": 556, "associationTypes": []}]}]
    vendor.on("POST", "/associations/2026-09/companies/notes/batch/read", {"results": ends})
    row = {"id": "556", "properties": {"hs_note_body": "x<br>Invoice 130 / paid"}}
    vendor.on("POST", "/notes/batch/read", {"results": [row]})
    found = await keyless.find(NOTE, since=long_ago)
    assert found is not None
    assert found.remote_id == "556"


MERGE = MergeCompanies("101", "102")


async def test_a_merge_is_done_and_read_again(vendor: Any, hubspot: HubSpot, sent_body: Any) -> None:
    vendor.on("GET", "/companies/101", {"id": "101"}).on("GET", "/companies/102", {"id": "102"})
    vendor.on("POST", "/companies/merge", {"id": "900"})
    vendor.on("GET", "/companies/900", {"id": "900", "updatedAt": "2026-11-23T17:00:00Z"})
    receipt = await hubspot.apply(MERGE, request_id="r")
    assert (receipt.remote_id, receipt.found) == ("900", False)
    (sent,) = vendor.sent("POST", "/companies/merge")
    assert sent_body(sent) == {"primaryObjectId": "101", "objectIdToMerge": "102"}


async def test_a_merge_that_was_done_before_counts_as_done(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/companies/101", {"id": "101"}).on("GET", "/companies/102", {"id": "101"})
    receipt = await hubspot.apply(MERGE, request_id="r")
    assert receipt.found
    assert not vendor.sent("POST", "/merge")


async def test_a_company_that_is_gone_cannot_be_merged(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("GET", "/companies/101", {"id": "101"}).on("GET", "/companies/102", (404, {}))
    with pytest.raises(Conflict, match="Companies 101 and 102: it is no longer in HubSpot"):
        await hubspot.apply(MERGE, request_id="r")


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ({"qbc_status": "paid", "qbc_total": "1160", "qbc_due_date": None}, True),
        ({"qbc_status": "paid", "qbc_total": "1160.00", "qbc_due_date": "2026-12-01"}, False),
        ({"qbc_status": "unpaid", "qbc_total": "1160"}, False),
    ],
)
async def test_a_stamp_is_found_by_its_values(
    vendor: Any, hubspot: HubSpot, long_ago: datetime, there: dict[str, Any], found: bool
) -> None:
    vendor.on("GET", "/deals/7", {"id": "7", "properties": there})
    assert (await hubspot.find(STAMP, since=long_ago) is not None) is found


@pytest.mark.parametrize(
    ("held", "wanted", "same"),
    [
        ("1160", "1160.00", True), (None, "", True), ("2026-12-01T00:00:00Z", "2026-12-01", True), ("0", "", False),
        ("paid", "Paid", False), ("1042", "1043", False), ("", "0", False),
    ],
)  # fmt: skip
def test_values_are_compared_by_what_they_mean(held: str | None, wanted: str, same: bool) -> None:
    assert same_value(held, wanted) is same


def test_html_becomes_lines() -> None:
    assert plain_text("<div>a &amp; b</div><b>c</b><br/>d").split("\n") == ["a & b", "c", "d"]
