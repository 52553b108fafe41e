"""Tasks and notes that are there once, though sent twice: by their key, or else by their tag (hubspot.md 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from qbconsole.connectors.base import Send
from qbconsole.connectors.hubspot.engagements import key
from qbconsole.domain.errors import Conflict, NeedsPerson, Retriable
from qbconsole.domain.operations import CreateNote, CreateTask, Receipt

if TYPE_CHECKING:
    from qbconsole.connectors.hubspot import HubSpot

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TASK = CreateTask("Call", "Please", "Invoice 130 / overdue", NOON, owner_id="88", deal_id="7", company_id="101")
OTHER = replace(TASK, tag="Invoice 131 / overdue", deal_id="", company_id="102")
NOTE = CreateNote("Paid", "Invoice 130 / paid", NOON, deal_id="7")
DEFINED = {"name": "qbc_task_key", "type": "string", "hasUniqueValue": True}
UPSERT, READ, TASKS = "/tasks/batch/upsert", "/tasks/batch/read", "/objects/2026-09/tasks"
TO_DEALS, TO_COMPANIES = "/associations/2026-09/tasks/deals", "/associations/2026-09/tasks/companies"
HANG, HUNG = "/batch/associate/default", "/batch/read"


def row(id_: str, operation: CreateTask) -> dict[str, Any]:
    return {"id": id_, "updatedAt": "2026-11-24T12:00:00Z", "properties": {"qbc_task_key": key(operation)}}


def hung(**ends: str) -> dict[str, Any]:
    """Associations by the id of the task, as a batch read gives them."""
    return {"results": [{"from": {"id": id_[1:]}, "to": [{"toObjectId": int(to)}]} for id_, to in ends.items()]}


@pytest.fixture
def keyed(vendor: Any, hubspot: HubSpot) -> HubSpot:
    """The connector of a portal that has the key, and in which the task is not yet."""
    vendor.on("GET", "/properties/2026-09/tasks", {"results": [DEFINED]})
    vendor.on("POST", UPSERT, {"results": [row("555", TASK) | {"new": True}]})
    vendor.on("POST", READ, {"results": [row("555", TASK)]})
    vendor.on("PUT", "/tasks/555/associations/default/deals/7", {})
    vendor.on("PUT", "/tasks/555/associations/default/companies/101", {})
    return hubspot


async def test_a_task_is_upserted_by_its_key_and_then_put_on_its_ends(
    vendor: Any, keyed: HubSpot, sent_body: Any
) -> None:
    receipt = await keyed.apply(TASK, request_id="r")
    (sent,) = vendor.sent("POST", UPSERT)
    (one,) = sent_body(sent)["inputs"]
    assert (one["idProperty"], one["id"], one["objectWriteTraceId"]) == ("qbc_task_key", key(TASK), key(TASK))
    assert one["properties"]["qbc_task_key"] == key(TASK)
    assert one["properties"]["hs_task_body"] == "Please<br>Invoice 130 / overdue"
    assert [request.url.path.rpartition("default/")[2] for request in vendor.requests if request.method == "PUT"] == [
        "deals/7", "companies/101",
    ]  # fmt: skip
    assert sent_body(vendor.sent("POST", READ)[0])["idProperty"] == "qbc_task_key"
    assert (receipt.remote_id, receipt.revision, receipt.found) == ("555", "2026-11-24T12:00:00Z", False)
    assert not vendor.sent("POST", TASKS)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (TASK, replace(TASK, subject="Write", body="Now", owner_id=""), True),
        (TASK, replace(TASK, tag="Invoice 1301 / overdue"), False),
        (TASK, replace(TASK, deal_id="8"), False),
        (TASK, replace(TASK, company_id="102"), False),
    ],
)
def test_a_key_says_what_for_and_on_what(one: CreateTask, other: CreateTask, same: bool) -> None:
    assert (key(one) == key(other)) is same
    assert len(key(one)) == 32


async def test_the_key_is_made_on_first_use_and_asked_for_once(vendor: Any, keyed: HubSpot, sent_body: Any) -> None:
    vendor.on("GET", "/properties/2026-09/tasks", {"results": []}, {"results": []}, {"results": []},
              {"results": [DEFINED]})  # fmt: skip
    vendor.on("POST", "/properties/2026-09/tasks/groups", (201, {})).on("POST", "/properties/2026-09/tasks", (201, {}))
    for _ in range(2):
        await keyed.apply(TASK, request_id="r")
    (made,) = vendor.sent("POST", "/properties/2026-09/tasks")
    assert sent_body(made) == {
        "name": "qbc_task_key", "label": "QuickBooks key", "type": "string", "fieldType": "text",
        "groupName": "quickbooks", "hasUniqueValue": True,
    }  # fmt: skip
    assert len(vendor.sent("POST", UPSERT)) == 2


MISSING: dict[str, Any] = {"results": []}
TEN = {"results": [{"name": f"own_{number}", "hasUniqueValue": True} for number in range(10)]}
REFUSALS = {
    "ten there are": (TEN, (400, {"message": "At most 10 unique properties are allowed."}), "At most 10 unique"),
    "may hold a value twice": ({"results": [DEFINED | {"hasUniqueValue": False}]}, {}, "may hold a value twice"),
    "no scope to see": ((403, {"category": "MISSING_SCOPES"}), {}, "lacks a permission"),
    "no scope to make": (MISSING, (403, {"category": "MISSING_SCOPES"}), "lacks a permission"),
    "not there": ((404, {"message": "resource not found"}), {}, "no longer in HubSpot"),
}


@pytest.mark.parametrize(("listed", "made", "why"), REFUSALS.values(), ids=REFUSALS)
async def test_a_portal_that_takes_no_key_gets_tasks_with_a_tag_and_is_not_asked_again(
    vendor: Any, keyed: HubSpot, listed: Any, made: Any, why: str
) -> None:
    vendor.on("GET", "/properties/2026-09/tasks", listed)
    vendor.on("POST", "/properties/2026-09/tasks/groups", (201, {})).on("POST", "/properties/2026-09/tasks", made)
    vendor.on("POST", TASKS, (201, {"id": "555"}))
    for _ in range(2):
        assert (await keyed.apply(TASK, request_id="r")).remote_id == "555"
    assert (len(vendor.sent("POST", TASKS)), len(vendor.sent("POST", "/properties/2026-09/tasks"))) == (2, bool(made))
    assert not vendor.sent("POST", UPSERT)
    vendor.on("GET", "", {"results": []})
    (line,) = [one for one in await keyed.check() if one.name == "tasks"]
    assert not line.available
    assert line.detail.startswith("made once by their tag, unless")
    assert why in line.detail


@pytest.mark.parametrize(
    ("listed", "consent", "available", "detail"),
    [
        ({"results": [DEFINED]}, False, True, "made once by qbc_task_key"),
        (MISSING, True, True, "made once by qbc_task_key, which is made on first use"),
        (MISSING, False, False, "not allowed to make qbc_task_key"),
        (TEN, True, False, "HubSpot has 10 properties of tasks that hold each value once, and takes no more"),
    ],
)
async def test_the_check_says_by_what_tasks_are_made_once_and_makes_nothing(
    vendor: Any, hubspots: Any, listed: Any, consent: bool, available: bool, detail: str
) -> None:
    vendor.on("GET", "", {"results": []}).on("GET", "/properties/2026-09/tasks", listed)
    (line,) = [one for one in await hubspots(may_create_properties=consent).check() if one.name == "tasks"]
    assert (line.available, line.detail.endswith(detail)) == (available, True)
    assert not [request for request in vendor.requests if request.method != "GET"]


async def test_a_key_that_somebody_archived_is_missed_at_the_refusal(vendor: Any, keyed: HubSpot) -> None:
    def listed(request: httpx.Request) -> httpx.Response:
        there = not vendor.sent("POST", UPSERT) or request.url.params.get("archived") == "true"
        return httpx.Response(200, json={"results": [DEFINED] if there else []})

    vendor.on("GET", "/properties/2026-09/tasks", listed)
    vendor.on("POST", UPSERT, (400, {"message": "Unable to perform update/upsert by non-unique property"}))
    vendor.on("POST", TASKS, (201, {"id": "556"}))
    assert (await keyed.apply(TASK, request_id="r")).remote_id == "556"
    assert not vendor.sent("POST", "/properties/2026-09/tasks")


async def test_a_bad_task_is_refused_while_the_key_is_there(vendor: Any, keyed: HubSpot) -> None:
    vendor.on("POST", UPSERT, (400, {"message": "88 is no owner"}))
    with pytest.raises(NeedsPerson, match="Task 'Call': HubSpot refused it: \"88 is no owner\""):
        await keyed.apply(TASK, request_id="r")
    assert not vendor.sent("POST", TASKS)


@pytest.mark.parametrize("answer", [httpx.ReadTimeout("lost"), (502, "<html>"), {"results": []}, {"results": [{}]}])
async def test_a_task_whose_answer_was_lost_may_be_there(vendor: Any, keyed: HubSpot, answer: Any) -> None:
    vendor.on("POST", UPSERT, answer)
    with pytest.raises(Retriable) as caught:
        await keyed.apply(TASK, request_id="r")
    assert caught.value.sent
    assert len(vendor.sent("POST", UPSERT)) == 1


async def test_an_end_that_is_gone_is_named(vendor: Any, keyed: HubSpot) -> None:
    vendor.on("PUT", "/tasks/555/associations/default/deals/7", (404, {"message": "resource not found"}))
    with pytest.raises(Conflict, match="Task 'Call': it was made, but could not be put on deal 7: it is no longer"):
        await keyed.apply(TASK, request_id="r")


@pytest.mark.parametrize(
    ("deals", "companies", "found"),
    [(hung(t555="7"), hung(t555="101"), True), (hung(t555="7"), hung(), False), (hung(), hung(), False)],
)
async def test_a_task_is_found_by_its_key_once_it_hangs_on_all_its_ends(
    vendor: Any, keyed: HubSpot, long_ago: datetime, deals: Any, companies: Any, found: bool
) -> None:
    vendor.on("POST", TO_DEALS + HUNG, deals).on("POST", TO_COMPANIES + HUNG, companies)
    receipt = await keyed.find(TASK, since=long_ago)
    assert (receipt is not None) is found
    assert receipt is None or (receipt.remote_id, receipt.found) == ("555", True)


async def test_a_task_that_was_made_without_a_key_is_found_by_its_tag(
    vendor: Any, keyed: HubSpot, long_ago: datetime, sent_body: Any
) -> None:
    def read(request: httpx.Request) -> httpx.Response:
        old = {"id": "444", "properties": {"hs_task_body": "x<br>Invoice 130 / overdue"}}
        return httpx.Response(200, json={"results": [] if "idProperty" in sent_body(request) else [old]})

    vendor.on("POST", READ, read)
    vendor.on("POST", "/associations/2026-09/deals/tasks/batch/read", hung(d7="444"))
    receipt = await keyed.find(TASK, since=long_ago)
    assert receipt is not None
    assert receipt.remote_id == "444"


SENDS = [Send(TASK, "r1"), Send(OTHER, "r2")]


@pytest.fixture
def two(vendor: Any, keyed: HubSpot) -> HubSpot:
    """Two tasks that go well together."""
    rows = [row("556", OTHER), row("555", TASK)]
    vendor.on("POST", UPSERT, {"results": rows}).on("POST", READ, {"results": rows})
    vendor.on("POST", TO_DEALS + HANG, {}).on("POST", TO_COMPANIES + HANG, {})
    vendor.on("POST", TO_DEALS + HUNG, hung(t555="7")).on("POST", TO_COMPANIES + HUNG, hung(t555="101", t556="102"))
    return keyed


async def test_tasks_go_together_and_so_do_their_ends(vendor: Any, two: HubSpot, sent_body: Any) -> None:
    outcomes = await two.apply_many(SENDS)
    assert [getattr(one, "remote_id", one) for one in outcomes] == ["555", "556"]
    (sent,) = vendor.sent("POST", TO_COMPANIES + HANG)
    pairs = [(one["from"]["id"], one["to"]["id"]) for one in sent_body(sent)["inputs"]]
    assert pairs == [("555", "101"), ("556", "102")]
    assert len(vendor.requests) == 7


@pytest.mark.parametrize("refused", [(400, {"message": "no"}), (404, {}), (207, {"errors": [{"message": "no"}]})])
async def test_an_end_that_a_batch_did_not_take_is_put_singly(vendor: Any, two: HubSpot, refused: Any) -> None:
    vendor.on("POST", TO_DEALS + HANG, refused).on("POST", TO_DEALS + HUNG, hung())
    outcomes = await two.apply_many(SENDS)
    assert [getattr(one, "remote_id", one) for one in outcomes] == ["555", "556"]
    assert len(vendor.sent("PUT", "/tasks/555/associations/default/deals/7")) == 1


async def test_a_lost_batch_may_have_made_each(vendor: Any, two: HubSpot) -> None:
    vendor.on("POST", UPSERT, httpx.ReadTimeout("lost"))
    for outcome in await two.apply_many(SENDS):
        assert isinstance(outcome, Retriable)
        assert (outcome.sent, outcome.message.startswith("Task 'Call': ")) == (True, True)
    assert len(vendor.sent("POST", UPSERT)) == 1


async def test_a_note_has_a_key_of_its_own(vendor: Any, hubspot: HubSpot, sent_body: Any) -> None:
    there = {"id": "9", "properties": {"qbc_note_key": key(NOTE)}}
    vendor.on("GET", "/properties/2026-09/notes", {"results": [DEFINED | {"name": "qbc_note_key"}]})
    vendor.on("POST", "/notes/batch/upsert", {"results": [there]}).on("POST", "/notes/batch/read", {"results": [there]})
    vendor.on("PUT", "/notes/9/associations/default/deals/7", {})
    assert (await hubspot.apply(NOTE, request_id="r")).remote_id == "9"
    (one,) = sent_body(vendor.sent("POST", "/notes/batch/upsert")[0])["inputs"]
    assert one["properties"] == {
        "hs_timestamp": "2026-11-24T12:00:00Z", "hs_note_body": "Paid<br>Invoice 130 / paid", "qbc_note_key": key(NOTE),
    }  # fmt: skip


async def test_nothing_is_made_that_hangs_on_nothing(vendor: Any, keyed: HubSpot) -> None:
    loose = replace(TASK, deal_id="", company_id="")
    outcomes = await keyed.apply_many([Send(loose, "r1"), Send(replace(loose, tag="other"), "r2")])
    assert all(isinstance(one, NeedsPerson) for one in outcomes)
    assert not any(isinstance(one, Receipt) for one in outcomes)
    assert not vendor.requests
