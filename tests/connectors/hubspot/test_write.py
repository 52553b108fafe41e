"""Absolute stamps, and tasks that are made once (hubspot.md 4, 5, 6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from qbconsole.connectors.http import Answer
from qbconsole.connectors.hubspot import HubSpot, HubSpotSettings
from qbconsole.connectors.hubspot.faults import judge
from qbconsole.connectors.hubspot.write import plain_text, same_value
from qbconsole.domain.errors import Configuration, Conflict, NeedsPerson, Problem, Retriable, SignIn, Throttled
from qbconsole.domain.operations import CreateTask, StampCompany, StampDeal

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


async def test_without_consent_a_missing_property_is_a_persons_matter(vendor: Any, tokens: Any) -> None:
    vendor.on("PATCH", "/deals/7", UNKNOWN)
    tokens["token"] = "pat"
    hubspot = HubSpot(HubSpotSettings(), tokens, http=vendor.http("https://api.hubapi.com"))
    with pytest.raises(NeedsPerson, match="Deal 7: HubSpot has no property qbc_status"):
        await hubspot.apply(STAMP, request_id="r")


async def test_a_task_carries_its_tag_owner_and_ends(vendor: Any, hubspot: HubSpot, sent_body: Any) -> None:
    vendor.on("POST", "/objects/2026-09/tasks", (201, {"id": "555", "properties": {}}))
    receipt = await hubspot.apply(TASK, request_id="r")
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
async def test_a_task_whose_answer_was_lost_may_be_there(vendor: Any, hubspot: HubSpot, answer: Any) -> None:
    vendor.on("POST", "/objects/2026-09/tasks", answer)
    with pytest.raises(Retriable) as caught:
        await hubspot.apply(TASK, request_id="r")
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
    vendor: Any, hubspot: HubSpot, long_ago: datetime, body: Any, found: bool
) -> None:
    vendor.on(
        "POST", "/associations/2026-09/deals/tasks/batch/read",
        {"results": [{"from": {"id": "7"}, "to": [{"toObjectId": 555, "associationTypes": []}]}]},
    )  # fmt: skip
    vendor.on("POST", "/associations/2026-09/companies/tasks/batch/read", {"results": []})
    vendor.on("POST", "/tasks/batch/read", {"results": [{"id": "555", "properties": {"hs_task_body": body}}]})
    receipt = await hubspot.find(TASK, since=long_ago)
    assert (receipt is not None) is found
    assert not vendor.sent("POST", "/search")


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


CASES: list[tuple[int, Any, type[Problem], str]] = [
    (401, {"category": "INVALID_AUTHENTICATION"}, SignIn, "refuses the token"),
    (
        403,
        {"category": "MISSING_SCOPES", "errors": [{"context": {"requiredGranularScopes": ["a.b"]}}]},
        NeedsPerson,
        "a.b",
    ),
    (404, {"message": "resource not found"}, Conflict, "no longer in HubSpot"),
    (409, {"category": "CONFLICT", "message": "Contact already exists. Existing ID: 123"}, NeedsPerson, "123"),
    (
        400,
        {"errors": [{"code": "INVALID_OPTION", "context": {"propertyName": ["x"]}}]},
        NeedsPerson,
        "that option of x",
    ),
    (400, {"message": "Owner 5 does not exist"}, NeedsPerson, "Owner 5"),
    (423, {}, Throttled, "wait"),
    (429, {"policyName": "DAILY"}, Throttled, "wait"),
    (477, {}, Throttled, "wait"),
    (502, "<html>", Retriable, "not well"),
    (524, "", Retriable, "not well"),
    (301, "", Configuration, "address"),
]


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"), CASES, ids=[str(case[0]) + str(i) for i, case in enumerate(CASES)]
)
def test_an_answer_becomes_a_problem(status: int, body: Any, kind: type[Problem], words: str) -> None:
    content = body if isinstance(body, str) else httpx.Response(200, json=body).text
    problem = judge(Answer(status, {}, content.encode()))
    assert type(problem) is kind
    assert words in str(problem)


@pytest.mark.parametrize(
    ("body", "headers", "wait"),
    [
        ({"policyName": "TEN_SECONDLY_ROLLING"}, {}, 10),
        ({"message": "You have reached your secondly limit."}, {}, 1),
        ({"policyName": "DAILY"}, {}, 3600),
        ({"policyName": "DAILY"}, {"retry-after": "20"}, 20),
    ],
)
def test_a_throttle_waits_by_its_policy(body: dict[str, Any], headers: dict[str, str], wait: float) -> None:
    problem = judge(Answer(429, headers, httpx.Response(200, json=body).content))
    assert isinstance(problem, Throttled)
    assert problem.wait == wait
