"""Batches over HTTP: limits, partial answers, and what refuses a whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from qbconsole.simulator.hubspot.portal import Portal

BATCH = "/crm/objects/2026-09/deals/batch"


def test_missing_ids_of_a_read_are_errors_in_a_207(http: httpx.Client, portal: Portal) -> None:
    deal = portal.create("deals", {"dealname": "a", "amount": "5"})

    body = {"inputs": [{"id": deal["id"]}, {"id": "888"}], "properties": ["amount"]}
    answer = http.post(f"{BATCH}/read", json=body)

    assert answer.status_code == 207
    page = answer.json()
    assert page["status"] == "COMPLETE"
    assert page["results"][0]["properties"]["amount"] == "5"
    assert page["numErrors"] == 1
    assert page["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert page["errors"][0]["context"] == {"ids": ["888"]}


def test_a_complete_batch_is_200_without_errors(http: httpx.Client, portal: Portal) -> None:
    ids = [portal.create("deals", {"dealname": name})["id"] for name in "abc"]

    answer = http.post(f"{BATCH}/read", json={"inputs": [{"id": one} for one in ids], "properties": ["dealname"]})

    assert answer.status_code == 200
    assert "errors" not in answer.json()
    assert answer.json()["startedAt"]


def test_unknown_ids_of_an_update_are_partial_but_a_bad_value_refuses_all(http: httpx.Client, portal: Portal) -> None:
    deal = portal.create("deals", {"dealname": "a"})
    good = {"id": deal["id"], "properties": {"amount": "7"}}

    partial = http.post(f"{BATCH}/update", json={"inputs": [good, {"id": "888", "properties": {"amount": "1"}}]})
    assert partial.status_code == 207
    assert [one["id"] for one in partial.json()["results"]] == [deal["id"]]

    bad = {"id": portal.create("deals", {"dealname": "b"})["id"], "properties": {"amount": "x"}}
    good["properties"] = {"amount": "8"}
    refused = http.post(f"{BATCH}/update", json={"inputs": [good, bad]})
    assert refused.status_code == 400
    assert portal.read("deals", deal["id"])["properties"]["amount"] == "7"


def test_an_id_named_twice_is_refused(http: httpx.Client, portal: Portal) -> None:
    deal = portal.create("deals", {"dealname": "a"})
    twice = [{"id": deal["id"], "properties": {"amount": amount}} for amount in ("1", "2")]

    answer = http.post(f"{BATCH}/update", json={"inputs": twice})

    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f"Duplicate IDs found in batch input: [{deal['id']}]")


def test_a_batch_takes_a_hundred(http: httpx.Client) -> None:
    inputs = [{"properties": {"dealname": str(number)}} for number in range(101)]

    assert http.post(f"{BATCH}/create", json={"inputs": inputs}).status_code == 400
    assert http.post(f"{BATCH}/create", json={"inputs": inputs[:100]}).status_code == 201
    assert len(http.get("/crm/v3/objects/deals", params={"limit": "100"}).json()["results"]) == 100


def test_a_create_is_partial_only_when_every_input_can_be_told_apart(http: httpx.Client) -> None:
    good, bad = {"properties": {"dealname": "a"}}, {"properties": {"amount": "x"}}

    assert http.post(f"{BATCH}/create", json={"inputs": [good, bad]}).status_code == 400
    assert http.get("/crm/v3/objects/deals").json()["results"] == []

    traced = [good | {"objectWriteTraceId": "1"}, bad | {"objectWriteTraceId": "2"}]
    answer = http.post(f"{BATCH}/create", json={"inputs": traced})
    assert answer.status_code == 207
    assert answer.json()["results"][0]["objectWriteTraceId"] == "1"
    assert answer.json()["errors"][0]["context"]["objectWriteTraceId"] == ["2"]


def test_an_upsert_by_a_unique_property_makes_a_task_once(http: httpx.Client, portal: Portal) -> None:
    definition = {
        "name": "qbc_key",
        "label": "Key",
        "type": "string",
        "fieldType": "text",
        "groupName": "taskinformation",
        "hasUniqueValue": True,
    }
    assert http.post("/crm/properties/2026-09/tasks", json=definition).status_code == 201
    values = {"hs_timestamp": "2026-11-20T15:00:00Z", "hs_task_subject": "Call"}
    body = {"inputs": [{"idProperty": "qbc_key", "id": "invoice-7", "properties": values}]}

    first = http.post("/crm/objects/2026-09/tasks/batch/upsert", json=body).json()["results"][0]
    again = http.post("/crm/objects/2026-09/tasks/batch/upsert", json=body).json()["results"][0]

    assert (first["new"], again["new"]) == (True, False)
    assert first["id"] == again["id"]
    assert len(portal.records("tasks")) == 1


def test_an_upsert_by_a_property_that_is_not_unique_is_refused(http: httpx.Client) -> None:
    body = {"inputs": [{"idProperty": "dealname", "id": "a", "properties": {}}]}

    answer = http.post(f"{BATCH}/upsert", json=body)

    assert answer.status_code == 400
    assert "Unable to perform update/upsert by non-unique" in answer.json()["message"]


def test_a_unique_value_is_not_given_twice(http: httpx.Client) -> None:
    definition = {
        "name": "job_no",
        "label": "Job",
        "type": "string",
        "fieldType": "text",
        "groupName": "dealinformation",
        "hasUniqueValue": True,
    }
    http.post("/crm/properties/2026-09/deals", json=definition)
    assert http.post("/crm/v3/objects/deals", json={"properties": {"job_no": "J1"}}).status_code == 201

    answer = http.post("/crm/v3/objects/deals", json={"properties": {"job_no": "J1"}})

    assert answer.status_code == 400
    assert "already has that value" in answer.json()["message"]


def test_a_batch_is_archived_without_a_word(http: httpx.Client, portal: Portal) -> None:
    deal = portal.create("deals", {"dealname": "a"})

    answer = http.post(f"{BATCH}/archive", json={"inputs": [{"id": deal["id"]}, {"id": "888"}]})

    assert (answer.status_code, answer.content) == (204, b"")
    assert portal.records("deals") == []


def test_an_upsert_by_a_unique_property_is_partial_when_traced(http: httpx.Client, portal: Portal) -> None:
    definition = {"name": "qbo_key", "label": "Key", "type": "string", "fieldType": "text", "hasUniqueValue": True}
    http.post("/crm/properties/2026-09/deals", json=definition | {"groupName": "dealinformation"})
    deal = portal.create("deals", {"qbo_key": "a"})["id"]
    inputs = [
        {"idProperty": "qbo_key", "id": "a", "properties": {"amount": "5"}, "objectWriteTraceId": "one"},
        {"idProperty": "qbo_key", "id": "b", "properties": {"amount": "6"}, "objectWriteTraceId": "two"},
        {"idProperty": "qbo_key", "id": "c", "properties": {"amount": "x"}, "objectWriteTraceId": "three"},
    ]

    partial = http.post(f"{BATCH}/upsert", json={"inputs": inputs})
    assert partial.status_code == 207
    results = {one["objectWriteTraceId"]: one for one in partial.json()["results"]}
    assert (results["one"]["id"], results["one"]["new"], results["two"]["new"]) == (deal, False, True)
    assert [one["context"]["objectWriteTraceId"] for one in partial.json()["errors"]] == [["three"]]

    untraced = [{name: value for name, value in one.items() if name != "objectWriteTraceId"} for one in inputs]
    assert http.post(f"{BATCH}/upsert", json={"inputs": untraced}).status_code == 400


def test_an_upsert_of_contacts_by_email_is_all_or_nothing(http: httpx.Client, portal: Portal) -> None:
    inputs = [
        {"idProperty": "email", "id": f"{name}@a.example", "properties": {"phone": "1"}, "objectWriteTraceId": name}
        for name in ("ann", "bo x")
    ]

    answer = http.post("/crm/objects/2026-09/contacts/batch/upsert", json={"inputs": inputs})

    assert answer.status_code == 400
    assert portal.records("contacts") == []


def test_a_company_is_not_upserted_by_its_domain(http: httpx.Client) -> None:
    inputs = [{"idProperty": "domain", "id": "acme.example", "properties": {"name": "Acme"}}]

    answer = http.post("/crm/objects/2026-09/companies/batch/upsert", json={"inputs": inputs})

    assert answer.status_code == 400
    assert "non-unique" in answer.json()["message"]
