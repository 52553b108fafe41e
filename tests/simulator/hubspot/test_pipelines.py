"""Pipelines and stages over HTTP: made, changed, removed, and what that does to deals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from qbconsole.simulator.hubspot.portal import Portal

OLD, DATED = "/crm/v3/pipelines/deals", "/crm/pipelines/2026-09/deals"
RENEWALS: dict[str, Any] = {
    "label": "Renewals",
    "displayOrder": 3,
    "stages": [
        {"label": "Due", "displayOrder": 0, "metadata": {"probability": "0.5"}},
        {"label": "Renewed", "displayOrder": 1, "metadata": {"probability": "1.0"}},
    ],
}


@pytest.fixture
def renewals(http: httpx.Client) -> dict[str, Any]:
    answer = http.post(DATED, json=RENEWALS)
    assert answer.status_code == 201
    return dict(answer.json())


def test_a_pipeline_is_made_with_stages_whose_ids_are_numbers(http: httpx.Client, renewals: dict[str, Any]) -> None:
    due, renewed = renewals["stages"]

    assert due["id"].isdecimal()
    assert due["metadata"] == {"probability": "0.5", "isClosed": "false"}
    assert renewed["metadata"] == {"probability": "1.0", "isClosed": "true"}
    assert http.get(f"{OLD}/{renewals['id']}").json() == renewals
    deal = {"pipeline": renewals["id"], "dealstage": renewed["id"]}
    answer = http.post("/crm/v3/objects/deals", json={"properties": deal}).json()
    assert answer["properties"]["hs_is_closed_won"] == "true"


def test_a_pipeline_is_renamed_and_replaced_keeping_the_ids_of_its_labels(
    http: httpx.Client, renewals: dict[str, Any]
) -> None:
    path = f"{DATED}/{renewals['id']}"

    assert http.patch(path, json={"label": "Contracts"}).json()["label"] == "Contracts"
    won = {"label": "Renewed", "displayOrder": 0, "metadata": {"probability": "1.0"}}
    lost = {"label": "Lapsed", "displayOrder": 1, "metadata": {"probability": "0.0"}}
    replaced = http.put(path, json={"label": "Contracts", "displayOrder": 1, "stages": [won, lost]}).json()

    assert replaced["stages"][0]["id"] == renewals["stages"][1]["id"]
    assert [one["label"] for one in replaced["stages"]] == ["Renewed", "Lapsed"]


def test_stages_are_added_changed_and_removed(http: httpx.Client, renewals: dict[str, Any]) -> None:
    path = f"{OLD}/{renewals['id']}/stages"

    made = http.post(path, json={"label": "Sent", "displayOrder": 2, "metadata": {"probability": "0.7"}}).json()
    renamed = http.patch(f"{path}/{made['id']}", json={"label": "Quoted"}).json()

    assert (renamed["label"], renamed["metadata"]) == ("Quoted", made["metadata"])
    assert http.get(f"{path}/{made['id']}").json() == renamed
    assert http.delete(f"{path}/{made['id']}").status_code == 204
    assert http.get(f"{path}/{made['id']}").status_code == 404
    assert len(http.get(path).json()["results"]) == 2


@pytest.mark.parametrize(("path", "code"), [(OLD, 204), (DATED, 400)])
def test_a_stage_in_use_is_removed_by_old_versions_alone(
    http: httpx.Client, portal: Portal, renewals: dict[str, Any], path: str, code: int
) -> None:
    stage = renewals["stages"][0]["id"]
    deal = portal.create("deals", {"pipeline": renewals["id"], "dealstage": stage})["id"]

    answer = http.delete(f"{path}/{renewals['id']}/stages/{stage}")

    assert answer.status_code == code
    assert portal.read("deals", deal)["properties"]["dealstage"] == stage
    if code == 400:
        assert answer.json()["category"] == "VALIDATION_ERROR"
        assert answer.json()["subCategory"] == "PipelineError.STAGE_ID_IN_USE"


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [(OLD, {}, 204), (OLD, {"validateDealStageUsagesBeforeDelete": "true"}, 400), (DATED, {}, 400)],
)
def test_a_pipeline_in_use(
    http: httpx.Client, portal: Portal, renewals: dict[str, Any], path: str, query: dict[str, str], code: int
) -> None:
    portal.create("deals", {"pipeline": renewals["id"], "dealstage": renewals["stages"][0]["id"]})

    assert http.delete(f"{path}/{renewals['id']}", params=query).status_code == code


def test_the_audit_tells_who_did_what_newest_first(
    http: httpx.Client, portal: Portal, renewals: dict[str, Any]
) -> None:
    stage = renewals["stages"][0]["id"]
    http.patch(f"{DATED}/{renewals['id']}", json={"label": "Contracts"})
    http.patch(f"{DATED}/{renewals['id']}/stages/{stage}", json={"label": "Soon"})
    http.delete(f"{DATED}/{renewals['id']}")

    entries = http.get(f"{DATED}/{renewals['id']}/audit").json()["results"]

    assert [one["action"] for one in entries] == ["DELETE", "UPDATE", "CREATE"]
    assert entries[1]["rawObject"]["label"] == "Contracts"
    assert entries[1]["portalId"] == int(portal.portal_id)
    of_stage = http.get(f"{OLD}/{renewals['id']}/stages/{stage}/audit").json()["results"]
    assert [one["action"] for one in of_stage] == ["UPDATE"]


def test_a_stage_that_is_no_longer_won_moves_all_its_deals_at_one_moment(http: httpx.Client, portal: Portal) -> None:
    ids = [portal.create("deals", {"dealstage": "closedwon", "amount": "5"})["id"] for _ in range(3)]
    before = {portal.read("deals", one)["updatedAt"] for one in ids}

    http.patch(f"{DATED}/default/stages/closedwon", json={"metadata": {"probability": "0.9", "isClosed": "false"}})

    deals = [portal.read("deals", one) for one in ids]
    assert {deal["properties"]["hs_is_closed_won"] for deal in deals} == {"false"}
    assert len({deal["updatedAt"] for deal in deals} - before) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"label": "No stages", "displayOrder": 1},
        {"label": "Sales Pipeline", "displayOrder": 1, "stages": []},
        {"label": "X", "displayOrder": 1, "stages": [{"label": "a", "displayOrder": 0}]},
        {"label": "X", "displayOrder": 1, "stages": [{"label": "a", "metadata": {"probability": "1.5"}}]},
        {"label": "X", "displayOrder": 1, "stages": [{"displayOrder": 0, "metadata": {"probability": "0.5"}}]},
        {"label": "X", "displayOrder": 1, "stages": "all"},
    ],
)
def test_a_bad_pipeline_is_refused(http: httpx.Client, body: dict[str, Any]) -> None:
    answer = http.post(DATED, json=body)

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"


def test_other_kinds_have_no_pipelines_and_the_last_one_stays(http: httpx.Client) -> None:
    assert http.get("/crm/v3/pipelines/companies").json() == {"results": []}
    assert http.post("/crm/v3/pipelines/companies", json=RENEWALS).status_code == 400
    assert http.delete(f"{OLD}/7712").status_code == 204
    assert http.delete(f"{OLD}/default").status_code == 400
