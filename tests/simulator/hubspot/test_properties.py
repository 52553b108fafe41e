"""Properties over HTTP: groups, batches, the vendor's own, what an account requires, and warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from qbconsole.simulator.hubspot.properties import MOST_UNIQUE

if TYPE_CHECKING:
    import httpx

    from qbconsole.simulator.hubspot.portal import Portal

PATH = "/crm/properties/2026-09/deals"
NUMBER: dict[str, Any] = {
    "name": "qbc_number",
    "label": "Invoice number",
    "type": "string",
    "fieldType": "text",
    "groupName": "dealinformation",
}


def test_the_vendor_defines_as_many_as_a_real_portal_has(http: httpx.Client) -> None:
    companies = {one["name"]: one for one in http.get("/crm/properties/2026-09/companies").json()["results"]}

    assert len(companies) == 245
    assert companies["hs_lastmodifieddate"]["modificationMetadata"]["readOnlyValue"] is True
    assert companies["hs_createdate"]["hidden"] is True
    assert companies["hubspot_owner_id"]["groupName"] == "sales_properties"
    assert companies["hs_unique_creation_key"]["hasUniqueValue"] is True


def test_some_of_the_list_can_be_asked_for(http: httpx.Client) -> None:
    listed = http.get(PATH, params={"properties": "amount,dealname,nothing"}).json()["results"]

    assert [one["name"] for one in listed] == ["amount", "dealname"]


def test_groups_are_read_changed_and_removed_when_empty(http: httpx.Client) -> None:
    group = f"{PATH}/groups/quickbooks"
    http.post(f"{PATH}/groups", json={"name": "quickbooks", "label": "QuickBooks"})
    http.post(PATH, json=NUMBER | {"groupName": "quickbooks"})

    assert http.patch(group, json={"label": "Accounting"}).json()["label"] == "Accounting"
    assert http.get(group).json() in http.get(f"{PATH}/groups").json()["results"]
    assert http.delete(group).status_code == 400
    http.delete(f"{PATH}/qbc_number")
    assert http.delete(group).status_code == 204
    assert http.get(group).status_code == 404
    assert http.patch(f"{PATH}/groups/dealinformation", json={"label": "x"}).status_code == 400


@pytest.mark.parametrize(("path", "created"), [("/crm/v3/properties/deals", 201), (PATH, 200)])
def test_batches(http: httpx.Client, path: str, created: int) -> None:
    both = [NUMBER, NUMBER | {"name": "qbc_url", "label": "Link"}]

    made = http.post(f"{path}/batch/create", json={"inputs": both})
    names = {"inputs": [{"name": "qbc_number"}, {"name": "qbc_url"}, {"name": "nothing"}]}
    live = http.post(f"{path}/batch/read", json=names | {"archived": False})
    gone = http.post(f"{path}/batch/archive", json=names)
    archived = http.post(f"{path}/batch/read", json=names | {"archived": True})

    assert made.status_code == created
    assert [one["name"] for one in live.json()["results"]] == ["qbc_number", "qbc_url"]
    assert live.json()["errors"][0]["context"] == {"name": ["nothing"]}
    assert gone.status_code == 204
    assert [one["archived"] for one in archived.json()["results"]] == [True, True]
    assert "qbc_url" not in [one["name"] for one in http.get(path).json()["results"]]


def test_only_so_many_can_be_unique_and_only_from_the_start(http: httpx.Client, portal: Portal) -> None:
    for number in range(MOST_UNIQUE):
        assert http.post(PATH, json=NUMBER | {"name": f"key_{number}", "hasUniqueValue": True}).status_code == 201
    assert http.post(PATH, json=NUMBER | {"name": "one_too_many", "hasUniqueValue": True}).status_code == 400

    http.post(PATH, json=NUMBER)
    assert http.patch(f"{PATH}/qbc_number", json={"hasUniqueValue": True}).json()["hasUniqueValue"] is False
    first, second = (portal.create("deals", {"dealname": name})["id"] for name in "ab")
    one = http.patch(f"/crm/v3/objects/deals/{first}", json={"properties": {"key_0": "K"}})
    other = http.patch(f"/crm/v3/objects/deals/{second}", json={"properties": {"key_0": "K"}})
    assert (one.status_code, other.status_code) == (200, 400)


@pytest.mark.parametrize("change", [{"label": "x"}, {"type": "string"}, {"options": []}])
def test_the_vendors_own_stay_as_they_are(http: httpx.Client, change: dict[str, Any]) -> None:
    assert http.patch(f"{PATH}/amount", json=change).status_code == 400


@pytest.mark.parametrize(
    ("kind", "name", "value", "code"),
    [
        ("deals", "amount", "1,200.00", "INVALID_DOUBLE"),
        ("deals", "amount", "$5", "INVALID_DOUBLE"),
        ("deals", "closedate", "soon", "INVALID_LONG"),
        ("deals", "dealtype", "NewBusiness", "INVALID_OPTION"),
        ("deals", "hs_is_closed_won", "true", "READ_ONLY_VALUE"),
        ("deals", "hubspot_owner_id", "1", "INVALID_OWNER_ID"),
        ("deals", "no_such_thing", "1", "PROPERTY_DOESNT_EXIST"),
        ("contacts", "email", "ann@", "INVALID_EMAIL"),
        ("line_items", "hs_recurring_billing_start_date", "1793404800001", "INVALID_DATE"),
        ("line_items", "amount", "5", "READ_ONLY_VALUE"),
    ],
)
@pytest.mark.parametrize("version", ["v3/objects", "objects/2026-03", "objects/2026-09"])
def test_a_bad_value_is_named(http: httpx.Client, version: str, kind: str, name: str, value: str, code: str) -> None:
    answer = http.post(f"/crm/{version}/{kind}", json={"properties": {name: value}})

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Property values were not valid: [{")
    problem = answer.json()["errors"][0]
    assert (problem["code"], problem["context"]) == (code, {"propertyName": [name]})


@pytest.mark.parametrize(("version", "held"), [("2026-03", False), ("2026-09", True)])
def test_what_the_account_requires_holds_since_2026_09(
    http: httpx.Client, portal: Portal, version: str, held: bool
) -> None:
    portal.requirements.add("deals", "closed_won_reason", {"dealstage": ["closedwon"]})
    portal.requirements.add("deals", "dealname", {})
    deals = f"/crm/objects/{version}/deals"
    codes = []
    for properties in (
        {"amount": "5"},
        {"dealname": "a", "dealstage": "closedwon"},
        {"dealname": "b", "dealstage": "closedwon", "closed_won_reason": "price"},
    ):
        answer = http.post(deals, json={"properties": properties})
        codes.append([one["code"] for one in answer.json().get("errors", [])] or answer.status_code)
    made = http.post(deals, json={"properties": {"dealname": "c"}}).json()["id"]
    untouched = http.patch(f"{deals}/{made}", json={"properties": {"amount": "7"}})
    cleared = http.patch(f"{deals}/{made}", json={"properties": {"dealname": ""}})

    refused = [["MISSING_REQUIRED_PROPERTY"], ["MISSING_CONDITIONAL_REQUIRED_PROPERTY"], 201]
    assert codes == (refused if held else [201, 201, 201])
    assert untouched.status_code == 200
    assert cleared.status_code == (400 if held else 200)


def test_a_property_that_a_requirement_rests_on_cannot_be_archived(http: httpx.Client, portal: Portal) -> None:
    http.post(PATH, json=NUMBER)
    portal.requirements.add("deals", "qbc_number", {"dealstage": ["closedwon"]})

    refused = http.delete(f"{PATH}/qbc_number")

    assert (refused.status_code, refused.json()["subCategory"]) == (400, "CANNOT_DELETE_PROPERTY_IN_USE")
    portal.requirements.remove("deals", "qbc_number")
    assert http.delete(f"{PATH}/qbc_number").status_code == 204


@pytest.mark.parametrize("version", ["v3/objects", "objects/2026-03", "objects/2026-09"])
def test_a_value_kept_in_another_form_is_a_warning_since_2026_09(http: httpx.Client, version: str) -> None:
    written = {"dealname": "a", "closedate": "2026-12-31", "amount": "5000.00"}

    made = http.post(f"/crm/{version}/deals", json={"properties": written}).json()
    batch = {"inputs": [{"id": made["id"], "properties": {"closedate": "1798675200000"}}]}
    updated = http.post(f"/crm/{version}/deals/batch/update", json=batch).json()["results"][0]

    assert made["properties"]["closedate"] == "2026-12-31T00:00:00Z"
    assert made["properties"]["amount"] == "5000.00"
    if version == "objects/2026-09":
        context = {"propertyName": "closedate", "rawValue": "2026-12-31", "normalizedValue": "2026-12-31T00:00:00Z"}
        assert [one["context"] for one in made["warnings"]] == [context]
        assert made["warnings"][0]["category"] == "PROPERTY_VALUE_NORMALIZED"
        assert updated["warnings"][0]["context"]["rawValue"] == "1798675200000"
    else:
        assert "warnings" not in made.keys() | updated.keys()
