"""Properties, pipelines, owners, the account, and who may call how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from qbconsole.simulator.hubspot.api import endpoints
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    import httpx

    from qbconsole.simulator.hubspot.portal import Portal

PROPERTIES = "/crm/properties/2026-09/deals"
STATUS: dict[str, Any] = {
    "name": "qbc_status",
    "label": "Invoice status",
    "type": "enumeration",
    "fieldType": "select",
    "groupName": "quickbooks",
    "options": [{"label": "Paid", "value": "paid"}, {"label": "Overdue", "value": "overdue"}],
}


@pytest.fixture
def status(http: httpx.Client) -> dict[str, Any]:
    """An enumeration of this account's own, in a group of its own."""
    group = {"name": "quickbooks", "label": "QuickBooks"}
    assert http.post(f"{PROPERTIES}/groups", json=group).status_code == 201
    answer = http.post(PROPERTIES, json=STATUS)
    assert answer.status_code == 201
    return dict(answer.json())


def test_a_property_is_made_read_listed_and_used(http: httpx.Client, status: dict[str, Any]) -> None:
    assert status["hubspotDefined"] is False
    assert [one["value"] for one in status["options"]] == ["paid", "overdue"]
    assert http.get(f"{PROPERTIES}/qbc_status").json() == status
    assert status in http.get("/crm/v3/properties/deals").json()["results"]

    for value, code in (("paid", 201), ("Paid", 400)):
        answer = http.post("/crm/v3/objects/deals", json={"properties": {"qbc_status": value}})
        assert answer.status_code == code


def test_a_name_that_exists_is_409(http: httpx.Client, status: dict[str, Any]) -> None:
    again = http.post(PROPERTIES, json=STATUS)
    group = http.post(f"{PROPERTIES}/groups", json={"name": "quickbooks", "label": "QuickBooks"})

    assert again.status_code == group.status_code == 409
    assert again.json()["category"] == "OBJECT_ALREADY_EXISTS"
    assert again.json()["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"
    assert status["name"] == "qbc_status"


def test_an_archived_property_hides_its_values_and_comes_back_with_its_type(
    http: httpx.Client, portal: Portal, status: dict[str, Any]
) -> None:
    deal = portal.create("deals", {"dealname": "x", "qbc_status": "paid"})["id"]
    shown = f"/crm/v3/objects/deals/{deal}?properties=qbc_status"

    assert http.delete(f"{PROPERTIES}/qbc_status").status_code == 204
    assert "qbc_status" not in http.get(shown).json()["properties"]
    assert http.get(f"{PROPERTIES}/qbc_status").status_code == 404
    assert http.patch(shown, json={"properties": {"qbc_status": "paid"}}).status_code == 400

    restored = http.post(PROPERTIES, json=STATUS | {"type": "string", "fieldType": "text"})
    assert restored.status_code == 201
    assert restored.json()["type"] == status["type"]
    assert http.get(shown).json()["properties"]["qbc_status"] == "paid"


def test_options_are_replaced_as_a_whole(http: httpx.Client, status: dict[str, Any]) -> None:
    changed = http.patch(f"{PROPERTIES}/qbc_status", json={"options": [{"label": "Void", "value": "void"}]})

    assert [one["value"] for one in changed.json()["options"]] == ["void"]
    assert changed.json()["createdAt"] == status["createdAt"]


def test_an_unknown_property_is_404_and_a_bad_definition_400(http: httpx.Client) -> None:
    assert http.get(f"{PROPERTIES}/no_such_thing").status_code == 404
    assert http.post(PROPERTIES, json={"name": "x"}).status_code == 400
    assert http.post(PROPERTIES, json=STATUS).status_code == 400  # its group does not exist
    assert http.delete(f"{PROPERTIES}/dealname").status_code == 400


def test_several_properties_at_once(http: httpx.Client, status: dict[str, Any]) -> None:
    more = STATUS | {"name": "qbc_number", "type": "string", "fieldType": "text", "options": []}

    answer = http.post(f"{PROPERTIES}/batch/create", json={"inputs": [STATUS, more]})

    assert answer.status_code == 207
    assert [one["name"] for one in answer.json()["results"]] == ["qbc_number"]
    assert answer.json()["errors"][0]["context"] == {"name": [status["name"]]}


def test_pipelines_tell_what_is_won_in_strings(http: httpx.Client) -> None:
    default, service = http.get("/crm/pipelines/2026-09/deals").json()["results"]

    assert default["id"] == "default"
    won = next(stage for stage in default["stages"] if stage["id"] == "closedwon")
    assert won["metadata"] == {"isClosed": "true", "probability": "1.0"}
    assert [stage["id"] for stage in service["stages"]] == ["90001", "90002"]
    assert http.get("/crm/v3/pipelines/deals/nowhere").status_code == 404
    stages = http.get(f"{PROPERTIES}/dealstage").json()["options"]
    assert "90002" in [one["value"] for one in stages]


def test_owners_have_an_id_that_is_not_their_user_id(http: httpx.Client) -> None:
    owner = http.get("/crm/owners/2026-09").json()["results"][0]

    assert owner["id"] == "501"
    assert str(owner["userId"]) != owner["id"]
    assert http.get("/crm/v3/owners/501").json() == owner
    assert http.get("/crm/v3/owners/", params={"archived": "true"}).json()["results"] == []


def test_the_account_says_who_it_is(http: httpx.Client, portal: Portal) -> None:
    details = http.get("/account-info/2026-09/details").json()

    assert details["portalId"] == int(portal.portal_id)
    assert details["companyCurrency"] == "USD"
    assert details["timeZone"] == "America/Chicago"
    assert details["utcOffset"] == "-06:00"


@pytest.mark.parametrize("headers", [{"authorization": ""}, {"authorization": "Bearer pat-na1-wrong"}])
def test_without_the_token_it_is_401(http: httpx.Client, headers: dict[str, str]) -> None:
    answer = http.get("/crm/v3/objects/deals", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"
    assert answer.json()["message"].startswith("Authentication credentials not found.")


def test_a_missing_scope_is_named(http: httpx.Client, portal: Portal) -> None:
    portal.access.take_away({"crm.objects.contacts.write"})

    answer = http.post("/crm/v3/objects/tasks", json={"properties": {"hs_timestamp": "2026-11-20"}})

    assert answer.status_code == 403
    assert answer.json()["category"] == "MISSING_SCOPES"
    assert answer.json()["context"]["requiredGranularScopes"] == ["crm.objects.contacts.write"]
    assert http.get("/crm/v3/objects/tasks").status_code == 200


def test_unknown_kinds_paths_and_bodies(http: httpx.Client) -> None:
    kind = http.get("/crm/v3/objects/butterflies")
    assert (kind.status_code, kind.json()["message"]) == (400, "Unable to infer object type from: butterflies")
    path = http.get("/crm/v3/nothing")
    assert (path.status_code, path.json()["message"]) == (404, "resource not found")
    assert path.json()["correlationId"]
    assert http.post("/crm/v3/objects/deals", content=b"{").status_code == 400
    assert http.post("/crm/v3/objects/deals", json=[1]).status_code == 400


def test_calls_are_counted_in_headers_and_refused_when_too_many(http: httpx.Client, portal: Portal) -> None:
    portal.limits.burst = 2

    first = http.get("/crm/v3/objects/deals")
    http.get("/crm/v3/objects/deals")
    third = http.get("/crm/v3/objects/deals")

    assert first.headers["x-hubspot-ratelimit-remaining"] == "1"
    assert first.headers["x-hubspot-ratelimit-max"] == "2"
    assert third.status_code == 429
    assert third.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert third.json()["errorType"] == "RATE_LIMIT"


@pytest.mark.parametrize(
    ("plan", "burst", "daily"),
    [("starter", "100", "250000"), ("professional", "190", "625000"), ("enterprise", "190", "1000000")],
)
def test_the_plan_says_how_many_calls_there_are(
    http: httpx.Client, portal: Portal, plan: str, burst: str, daily: str
) -> None:
    portal.limits.burst = None
    Switches(portal.database).turn({"hubspot_plan": plan})

    told = http.get("/crm/objects/2026-09/deals").headers

    assert (told["x-hubspot-ratelimit-max"], told["x-hubspot-ratelimit-daily"]) == (burst, daily)


def test_searches_have_their_own_limit_and_no_headers(http: httpx.Client, portal: Portal) -> None:
    portal.limits.search = 1

    first = http.post("/crm/v3/objects/deals/search", json={})
    second = http.post("/crm/v3/objects/contacts/search", json={})

    assert first.status_code == 200
    assert not [name for name in first.headers if name.startswith("x-hubspot-ratelimit")]
    assert second.status_code == 429
    assert second.json()["message"] == "You have reached your secondly limit."
    assert http.get("/crm/v3/objects/deals").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "names"),
    [
        ("GET", "/crm/objects/2026-09/deals", b"", ["list_deal"]),
        ("GET", "/crm/v3/objects/companies/7", b"", ["read_company"]),
        ("POST", "/crm/objects/2026-09/0-3/search", b"{}", ["search_deal"]),
        ("POST", "/crm/objects/2026-09/tasks", b"{}", ["create_task"]),
        ("PATCH", "/crm/v3/objects/line_items/7", b"{}", ["update_line_item"]),
        ("DELETE", "/crm/v3/objects/notes/7", b"", ["archive_note"]),
        ("POST", "/crm/v3/objects/deals/batch/update", b'{"inputs":[{},{}]}', ["batch", "update_deal", "update_deal"]),
        ("POST", "/crm/associations/2026-09/deals/tasks/batch/read", b'{"inputs":[{}]}', ["batch", "read_association"]),
        ("PUT", "/crm/objects/2026-09/tasks/1/associations/default/deals/2", b"", ["create_association"]),
        ("POST", "/crm/properties/2026-09/deals", b"{}", ["create_property"]),
        ("GET", "/crm/v3/properties/deals/amount", b"", ["read_property"]),
        ("POST", "/crm/v3/properties/deals/groups", b"{}", ["create_property_group"]),
        ("GET", "/crm/pipelines/2026-09/deals", b"", ["list_pipeline"]),
        ("GET", "/crm/owners/2026-09", b"", ["list_owner"]),
        ("GET", "/account-info/2026-09/details", b"", ["read_account"]),
        ("POST", "/crm/objects/2026-09/deals/gdpr-delete", b"{}", ["purge_deal"]),
        ("PUT", "/crm/associations/2026-09/deals/contacts/labels", b"{}", ["update_association_label"]),
        ("GET", "/crm/v4/associations/definitions/configurations/all", b"", ["read_association_limit"]),
        ("PATCH", "/crm/pipelines/2026-09/deals/default/stages/closedwon", b"{}", ["update_pipeline"]),
        ("POST", "/oauth/2026-09/token", b"", ["oauth_token"]),
        ("GET", "/oauth/v1/access-tokens/x", b"", ["oauth_about"]),
        ("GET", "/v3/company/1/query", b"", []),
    ],
)
def test_the_names_under_which_faults_know_a_request(method: str, path: str, body: bytes, names: list[str]) -> None:
    assert endpoints(method, path, {}, body) == names


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("objects/deals", {"properties": []}),
        ("objects/deals", {"properties": {"dealname": {"a": 1}}}),
        ("objects/deals", {"properties": {}, "associations": [5]}),
        ("objects/deals", {"properties": {}, "associations": [{"to": 5, "types": [{"associationTypeId": 3}]}]}),
        ("objects/deals/search", {"filterGroups": "x"}),
        ("objects/deals/search", {"filterGroups": [{"filters": [5]}]}),
        ("objects/deals/search", {"sorts": "x", "properties": [5]}),
        (
            "objects/deals/search",
            {"filterGroups": [{"filters": [{"propertyName": "amount", "operator": "EQ", "value": []}]}]},
        ),
        ("objects/deals/batch/read", {}),
        ("objects/deals/batch/read", {"inputs": [{}]}),
        ("objects/deals/batch/update", {"inputs": [{"id": "1", "properties": 5}, 7]}),
        ("objects/deals/merge", {"primaryObjectId": "1"}),
    ],
)
def test_a_malformed_request_is_refused_not_a_crash(http: httpx.Client, path: str, body: dict[str, Any]) -> None:
    answer = http.post(f"/crm/v3/{path}", json=body)

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
