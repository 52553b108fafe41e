"""What a person does in HubSpot behind a client's back, and what the client then sees."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qbconsole.simulator.hubspot.control import ACTS
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    import httpx

    from qbconsole.simulator.hubspot.portal import Portal

DEALS = "/crm/objects/2026-09/deals"
PROPERTIES = "/crm/properties/2026-09/deals"


def act(http: httpx.Client, what: str, **body: Any) -> dict[str, Any]:
    answer = http.post(f"/control/hubspot/{what}", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture
def status(http: httpx.Client) -> str:
    definition = {"label": "Status", "type": "string", "fieldType": "text", "groupName": "dealinformation"}
    assert http.post(PROPERTIES, json=definition | {"name": "qbc_status"}).status_code == 201
    return "qbc_status"


@pytest.fixture
def deal(http: httpx.Client) -> str:
    return str(
        http.post(DEALS, json={"properties": {"dealname": "Chiller", "dealstage": "90001", "pipeline": "7712"}}).json()[
            "id"
        ]
    )


def values(http: httpx.Client, deal: str, names: str) -> dict[str, Any]:
    return dict(http.get(f"{DEALS}/{deal}", params={"properties": names}).json()["properties"])


def test_every_act_is_listed_with_its_fields(http: httpx.Client) -> None:
    listed = http.get("/control/hubspot").json()

    assert listed.keys() == ACTS.keys()
    assert listed["move_deal"]["fields"] == ["id", "pipeline", "stage"]


def test_the_page_tells_every_act() -> None:
    page = Path(__file__).parents[3] / "docs" / "simulator.md"
    rows = [line.strip("| ").split(" | ") for line in page.read_text().splitlines() if line.startswith("| `")]
    told = {row[0].strip("`"): (row[1].replace("`", "").strip("-"), row[2]) for row in rows if len(row) == 3}

    assert {name: told.get(name) for name in ACTS} == {name: (act.fields, act.words) for name, act in ACTS.items()}


def test_a_property_is_archived_restored_renamed_and_retyped(http: httpx.Client, status: str, deal: str) -> None:
    http.patch(f"{DEALS}/{deal}", json={"properties": {status: "12"}})

    act(http, "archive_property", kind="deals", name=status)
    assert status not in values(http, deal, status)
    assert http.patch(f"{DEALS}/{deal}", json={"properties": {status: "1"}}).status_code == 400
    act(http, "restore_property", kind="deals", name=status)
    act(http, "change_property", kind="deals", name=status, label="Paid?", type="number", fieldType="number")

    assert values(http, deal, status)[status] == "12"
    shown = http.get(f"{PROPERTIES}/{status}").json()
    assert (shown["label"], shown["type"]) == ("Paid?", "number")
    assert http.patch(f"{DEALS}/{deal}", json={"properties": {status: "late"}}).status_code == 400
    where = {"filters": [{"propertyName": status, "operator": "GT", "value": "9"}]}
    assert http.post(f"{DEALS}/search", json={"filterGroups": [where]}).json()["total"] == 1


def test_a_property_becomes_required(http: httpx.Client, status: str, deal: str) -> None:
    act(http, "require_property", kind="deals", name=status, when={"dealstage": ["90002"]})
    won = {"properties": {"dealstage": "90002"}}
    assert http.patch(f"{DEALS}/{deal}", json=won).status_code == 400

    act(http, "release_property", kind="deals", name=status)
    assert http.patch(f"{DEALS}/{deal}", json=won).status_code == 200


def test_a_stage_is_removed_after_its_deals_moved(http: httpx.Client, deal: str) -> None:
    assert act(http, "remove_stage", pipeline="7712", stage="90001", to="90002") == {"moved": [deal]}

    assert values(http, deal, "dealstage")["dealstage"] == "90002"
    assert [one["id"] for one in http.get("/crm/v3/pipelines/deals/7712/stages").json()["results"]] == ["90002"]


def test_a_deal_moves_to_another_pipeline_and_keeps_its_past(http: httpx.Client, deal: str) -> None:
    act(http, "move_deal", id=deal, pipeline="default", stage="closedwon")

    page = http.get(f"{DEALS}/{deal}", params={"propertiesWithHistory": "dealstage,pipeline"}).json()
    past = page["propertiesWithHistory"]
    assert [one["value"] for one in past["dealstage"]] == ["closedwon", "90001"]
    assert [one["value"] for one in past["pipeline"]] == ["default", "7712"]
    assert [one["sourceType"] for one in past["pipeline"]] == ["CRM_UI", "INTEGRATION"]


def test_companies_are_merged_and_the_old_ids_answer_single_calls_alone(http: httpx.Client, portal: Portal) -> None:
    first, second = (portal.create("companies", {"name": name})["id"] for name in ("Acme", "Acme Inc"))
    deal = portal.create("deals", {"dealname": "x"}, associations=[("companies", second, "primary")])["id"]

    survivor = act(http, "merge", kind="companies", primary=first, other=second)["id"]

    companies = "/crm/objects/2026-09/companies"
    for old in (first, second):
        assert http.get(f"{companies}/{old}").json()["id"] == survivor
        assert http.patch(f"{companies}/{old}", json={"properties": {"phone": "1"}}).json()["id"] == survivor
        batch = {"inputs": [{"id": old, "properties": {"phone": "2"}}]}
        assert http.post(f"{companies}/batch/update", json=batch).status_code == 207
        assert http.post(f"{companies}/batch/read", json={"inputs": [{"id": old}]}).status_code == 207
    linked = http.get(f"{DEALS}/{deal}/associations/companies").json()["results"]
    assert [one["toObjectId"] for one in linked] == [int(survivor)]
    merged = http.get(f"{companies}/{survivor}", params={"properties": "hs_merged_object_ids"}).json()["properties"]
    assert merged["hs_merged_object_ids"] == f"{first};{second}"


def test_a_merge_may_keep_the_id_of_the_primary_one(http: httpx.Client, portal: Portal) -> None:
    Switches(portal.database).turn({"hubspot_merged_id": "primary"})
    first, second = (portal.create("companies", {"name": name})["id"] for name in ("Acme", "Acme Inc"))

    assert act(http, "merge", kind="companies", primary=first, other=second)["id"] == first
    assert http.post("/crm/v3/objects/companies/search", json={}).json()["total"] == 1


def test_the_recycle_bin(http: httpx.Client, portal: Portal, deal: str) -> None:
    company = portal.create("companies", {"name": "Acme"}, associations=[("deals", deal, "primary")])["id"]
    act(http, "archive", kind="deals", id=deal)
    assert http.get(f"{DEALS}/{deal}").status_code == 404
    binned = http.get(DEALS, params={"archived": "true"}).json()["results"]
    assert [one["id"] for one in binned] == [deal]
    assert binned[0]["archivedAt"]

    act(http, "restore", kind="deals", id=deal)
    assert values(http, deal, "dealname")["dealname"] == "Chiller"
    assert "archivedAt" not in http.get(f"{DEALS}/{deal}").json()
    linked = http.get(f"{DEALS}/{deal}/associations/companies").json()["results"]
    assert [one["toObjectId"] for one in linked] == [int(company)]

    act(http, "purge", kind="deals", id=deal)
    assert http.get(f"{DEALS}/{deal}", params={"archived": "true"}).status_code == 404
    assert http.get(DEALS, params={"archived": "true"}).json()["results"] == []
    counted = http.get(f"/crm/v3/objects/companies/{company}", params={"properties": "num_associated_deals"}).json()
    assert counted["properties"]["num_associated_deals"] == "0"


def test_an_archived_record_may_be_shown_by_id(http: httpx.Client, portal: Portal, deal: str) -> None:
    Switches(portal.database).turn({"hubspot_archived_by_id": "shown"})
    act(http, "archive", kind="deals", id=deal)

    assert http.get(f"{DEALS}/{deal}").json()["archived"] is True


def test_an_app_deletes_for_good(http: httpx.Client, portal: Portal) -> None:
    contact = portal.create("contacts", {"email": "ann@acme.example"})["id"]

    by_email = {"objectId": "ann@acme.example", "idProperty": "email"}
    assert http.post("/crm/objects/2026-09/contacts/gdpr-delete", json=by_email).status_code == 204
    assert http.get(f"/crm/v3/objects/contacts/{contact}", params={"archived": "true"}).status_code == 404
    assert http.post("/crm/v3/objects/contacts/gdpr-delete", json={"objectId": contact}).status_code == 404


def test_the_day_is_used_up_until_midnight_in_the_accounts_zone(http: httpx.Client, portal: Portal) -> None:
    act(http, "use_up_day")
    refused = http.get(DEALS)
    assert refused.status_code == 429
    assert (refused.json()["policyName"], refused.json()["message"]) == ("DAILY", "You have reached your daily limit.")

    with portal.database.transaction():
        portal.clock.set(portal.clock.now() + timedelta(days=1))
    assert http.get(DEALS).headers["x-hubspot-ratelimit-daily-remaining"] == "624999"


def test_scopes_are_taken_and_given_back(http: httpx.Client, portal: Portal, deal: str) -> None:
    task = portal.create("tasks", {"hs_timestamp": "2026-11-20"})["id"]
    path = f"tasks/{task}/associations/default/deals/{deal}"

    act(http, "take_scopes", scopes=["crm.objects.deals.read", "edit-associations"])
    assert http.get(DEALS).status_code == 403
    dated = http.put(f"/crm/objects/2026-09/{path}")
    assert (dated.status_code, dated.json()["message"]) == (400, "Missing 'Edit Associations' permission.")
    assert http.put(f"/crm/v4/objects/{path}").status_code == 200

    act(http, "take_scopes", scopes=[])
    assert http.get(DEALS).status_code == 200


def test_a_user_is_deactivated(http: httpx.Client) -> None:
    act(http, "deactivate_owner", id=501)

    assert http.get("/crm/owners/2026-09").json()["results"] == []
    archived = http.get("/crm/owners/2026-09/501", params={"archived": "true"}).json()
    assert (archived["id"], archived["archived"]) == ("501", True)
    assert http.post(DEALS, json={"properties": {"hubspot_owner_id": "501"}}).status_code == 400


@pytest.mark.parametrize(
    ("name", "body", "code", "words"),
    [
        ("levitate", {}, 404, "No act is called 'levitate'"),
        ("archive", {"kind": "deals"}, 400, "missing: ['id']"),
        ("archive", {"kind": "deals", "id": "1", "why": ""}, 400, "unknown: ['why']"),
        ("archive", {"kind": "rockets", "id": "1"}, 400, "Unable to infer object type from: rockets"),
        ("archive", {"kind": "deals", "id": "1"}, 400, "resource not found"),
        ("import_deals", {"count": 0}, 400, "whole number"),
    ],
)
def test_what_cannot_be_done_says_why(
    http: httpx.Client, name: str, body: dict[str, Any], code: int, words: str
) -> None:
    answer = http.post(f"/control/hubspot/{name}", json=body)

    assert answer.status_code == code
    assert words in answer.json()["error"]
