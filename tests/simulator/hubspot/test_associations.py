"""Associations over HTTP, in both generations of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from qbconsole.simulator.hubspot.portal import Portal

PRIMARY = [
    {"category": "HUBSPOT_DEFINED", "typeId": 5, "label": "Primary"},
    {"category": "HUBSPOT_DEFINED", "typeId": 341, "label": None},
]


@pytest.fixture
def job(portal: Portal) -> dict[str, str]:
    """A deal with two companies, the first of them primary, and two line items."""
    first, second = (portal.create("companies", {"name": name})["id"] for name in ("Acme", "Globex"))
    links = [("companies", first, "primary"), ("companies", second, "")]
    deal = portal.create("deals", {"dealname": "Chiller"}, associations=links)["id"]
    for name in ("Filter", "Labour"):
        portal.create("line_items", {"name": name}, associations=[("deals", deal, "")])
    return {"deal": deal, "first": first, "second": second}


@pytest.mark.parametrize("path", ["/crm/v4/associations", "/crm/associations/2026-03", "/crm/associations/2026-09"])
def test_many_are_read_at_once_with_numeric_ids_and_labels(http: httpx.Client, job: dict[str, str], path: str) -> None:
    answer = http.post(f"{path}/deals/companies/batch/read", json={"inputs": [{"id": job["deal"]}]})

    assert answer.status_code == 200
    result = answer.json()["results"][0]
    assert result["from"] == {"id": job["deal"]}
    assert result["to"] == [
        {"toObjectId": int(job["first"]), "associationTypes": PRIMARY},
        {"toObjectId": int(job["second"]), "associationTypes": PRIMARY[1:]},
    ]


def test_a_record_without_links_is_an_error_in_a_207(http: httpx.Client, portal: Portal, job: dict[str, str]) -> None:
    lonely = portal.create("deals", {"dealname": "lonely"})["id"]

    inputs = {"inputs": [{"id": job["deal"]}, {"id": lonely}]}
    answer = http.post("/crm/associations/2026-09/deals/companies/batch/read", json=inputs)

    assert answer.status_code == 207
    assert [one["from"]["id"] for one in answer.json()["results"]] == [job["deal"]]
    assert answer.json()["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_one_record_is_read_from_either_end_in_pages(http: httpx.Client, job: dict[str, str]) -> None:
    page = http.get(f"/crm/objects/2026-09/deals/{job['deal']}/associations/companies", params={"limit": 1}).json()
    rest = http.get(page["paging"]["next"]["link"]).json()
    back = http.get(f"/crm/v4/objects/companies/{job['first']}/associations/deals").json()

    assert [one["toObjectId"] for one in page["results"] + rest["results"]] == [int(job["first"]), int(job["second"])]
    assert [one["typeId"] for one in back["results"][0]["associationTypes"]] == [6, 342]


def test_reads_and_lists_carry_associations_when_asked(http: httpx.Client, job: dict[str, str]) -> None:
    listed = http.get("/crm/objects/2026-09/deals", params={"associations": "companies,line_items,contacts"}).json()

    linked = listed["results"][0]["associations"]
    assert [one["type"] for one in linked["companies"]["results"]] == [
        "deal_to_company",
        "deal_to_company_unlabeled",
        "deal_to_company_unlabeled",
    ]
    assert linked["companies"]["results"][0]["id"] == job["first"]
    assert {one["type"] for one in linked["line items"]["results"]} == {"deal_to_line_item"}
    assert "contacts" not in linked


def test_only_one_company_is_primary(http: httpx.Client, portal: Portal, job: dict[str, str]) -> None:
    path = f"/crm/objects/2026-09/deals/{job['deal']}/associations/companies/{job['second']}"

    answer = http.put(path, json=[{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 5}])

    assert answer.status_code == 201
    assert answer.json()["labels"] == ["Primary"]
    assert portal.links("deals", job["deal"], "companies") == {job["first"]: [341], job["second"]: [5, 341]}
    assert portal.read("deals", job["deal"])["properties"]["hs_primary_associated_company"] == job["second"]


def test_a_default_link_can_be_repeated(http: httpx.Client, portal: Portal, job: dict[str, str]) -> None:
    task = portal.create("tasks", {"hs_timestamp": "2026-11-20"})["id"]
    path = f"/crm/objects/2026-09/tasks/{task}/associations/default/deals/{job['deal']}"

    for _ in range(2):
        answer = http.put(path)
        assert answer.status_code == 200
        specs = [one["associationSpec"]["associationTypeId"] for one in answer.json()["results"]]
        assert specs == [216, 215]
    assert portal.associated("deals", job["deal"], "tasks") == [task]


def test_a_link_is_removed_from_both_ends(http: httpx.Client, portal: Portal, job: dict[str, str]) -> None:
    path = f"/crm/v4/objects/deals/{job['deal']}/associations/companies/{job['first']}"

    assert http.delete(path).status_code == 204

    assert portal.associated("deals", job["deal"], "companies") == [job["second"]]
    assert portal.associated("companies", job["first"], "deals") == []


def test_links_do_not_move_the_deal_but_its_hint_counts(
    http: httpx.Client, portal: Portal, job: dict[str, str]
) -> None:
    before = portal.read("deals", job["deal"])
    body: dict[str, Any] = {
        "properties": {"name": "Crane"},
        "associations": [
            {"to": {"id": job["deal"]}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 20}]}
        ],
    }

    assert http.post("/crm/objects/2026-09/line_items", json=body).status_code == 201

    after = portal.read("deals", job["deal"])
    assert before["properties"]["hs_num_of_associated_line_items"] == "2"
    assert after["properties"]["hs_num_of_associated_line_items"] == "3"
    assert after["updatedAt"] == before["updatedAt"]


def test_a_task_is_made_with_its_links_in_one_call(http: httpx.Client, portal: Portal, job: dict[str, str]) -> None:
    body = {
        "properties": {
            "hs_timestamp": "2026-11-20T15:00:00Z",
            "hs_task_subject": "Invoice 1042 is 14 days overdue",
            "hubspot_owner_id": "501",
            "hs_task_status": "NOT_STARTED",
            "hs_task_priority": "HIGH",
            "hs_task_type": "CALL",
        },
        "associations": [
            {"to": {"id": to}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]}
            for to, number in ((job["deal"], 216), (job["first"], 192))
        ],
    }

    answer = http.post("/crm/objects/2026-09/tasks", json=body)

    assert answer.status_code == 201
    task = answer.json()
    assert answer.headers["location"].endswith(task["id"])
    assert task["properties"]["hs_task_is_completed"] == "0"
    assert task["properties"]["hs_obj_coords"] == f"0-27-{task['id']}"
    assert portal.associated("deals", job["deal"], "tasks") == [task["id"]]
    assert portal.associated("companies", job["first"], "tasks") == [task["id"]]


def test_a_create_with_a_wrong_link_makes_nothing(http: httpx.Client, portal: Portal, job: dict[str, str]) -> None:
    def body(to: str, number: int) -> dict[str, Any]:
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]
        return {"properties": {"hs_timestamp": "2026-11-20"}, "associations": [{"to": {"id": to}, "types": types}]}

    assert http.post("/crm/v3/objects/tasks", json=body("888", 216)).status_code == 404
    assert http.post("/crm/v3/objects/tasks", json=body(job["deal"], 5)).status_code == 400
    assert portal.records("tasks") == []


def test_an_archived_end_is_no_longer_linked(http: httpx.Client, portal: Portal, job: dict[str, str]) -> None:
    item = portal.associated("deals", job["deal"], "line_items")[0]

    http.delete(f"/crm/v3/objects/line_items/{item}")

    assert item not in portal.associated("deals", job["deal"], "line_items")
    assert portal.read("deals", job["deal"])["properties"]["hs_num_of_associated_line_items"] == "1"


def test_a_label_of_this_account(http: httpx.Client, portal: Portal, job: dict[str, str]) -> None:
    label = {"label": "Pays", "name": "pays"}
    made = http.post("/crm/associations/2026-09/deals/companies/labels", json=label).json()["results"]
    number = made[0]["typeId"]

    types = http.get("/crm/v4/associations/deals/companies/labels").json()["results"]
    assert {"category": "USER_DEFINED", "typeId": number, "label": "Pays"} in types
    path = f"/crm/v4/objects/deals/{job['deal']}/associations/companies/{job['second']}"
    answer = http.put(path, json=[{"associationCategory": "USER_DEFINED", "associationTypeId": number}])
    assert answer.json()["labels"] == ["Pays"]
    assert number in portal.links("deals", job["deal"], "companies")[job["second"]]


# Labels of the account's own, and limits

LABELS = "/crm/associations/2026-09/deals/contacts/labels"


@pytest.fixture
def billing(http: httpx.Client) -> int:
    """The type id of a label of this account from a deal to a contact."""
    body = {"label": "Billing contact", "name": "billing_contact", "inverseLabel": "Pays for"}
    return int(http.post(LABELS, json=body).json()["results"][0]["typeId"])


@pytest.fixture
def pair(portal: Portal) -> tuple[str, str]:
    return portal.create("deals", {"dealname": "x"})["id"], portal.create("contacts", {"email": "a@b.example"})["id"]


def own(number: int) -> dict[str, Any]:
    return {"associationCategory": "USER_DEFINED", "associationTypeId": number}


def labels(http: httpx.Client, kind: str, record_id: str, to: str) -> list[list[str | None]]:
    answer = http.get(f"/crm/objects/2026-09/{kind}/{record_id}/associations/{to}").json()["results"]
    return [[one["label"] for one in link["associationTypes"]] for link in answer]


def test_a_label_of_the_accounts_own_is_seen_from_both_ends(
    http: httpx.Client, billing: int, pair: tuple[str, str]
) -> None:
    deal, contact = pair
    path = f"/crm/objects/2026-09/deals/{deal}/associations/contacts/{contact}"

    put = http.put(path, json=[own(billing)])

    assert (put.status_code, put.json()["labels"]) == (201, ["Billing contact"])
    assert labels(http, "deals", deal, "contacts") == [[None, "Billing contact"]]
    assert labels(http, "contacts", contact, "deals") == [[None, "Pays for"]]
    assert http.put(path, json=[own(billing) | {"associationCategory": "HUBSPOT_DEFINED"}]).status_code == 400
    assert http.put(path, json=[own(9_999)]).status_code == 400


def test_a_label_is_renamed_and_removed_and_the_link_stays(
    http: httpx.Client, billing: int, pair: tuple[str, str]
) -> None:
    deal, contact = pair
    http.put(f"/crm/objects/2026-09/deals/{deal}/associations/contacts/{contact}", json=[own(billing)])

    assert http.put(LABELS, json={"associationTypeId": billing, "label": "Payer"}).status_code == 204
    assert labels(http, "deals", deal, "contacts") == [[None, "Payer"]]
    assert http.delete(f"{LABELS}/{billing}").status_code == 204
    assert labels(http, "deals", deal, "contacts") == [[None]]
    assert labels(http, "contacts", contact, "deals") == [[None]]
    assert http.delete(f"{LABELS}/{billing}").status_code == 404
    assert http.delete(f"{LABELS}/3").status_code == 404


@pytest.mark.parametrize(("path", "code"), [("/crm/v4/associations", 201), ("/crm/associations/2026-09", 200)])
def test_labels_are_put_on_and_taken_off_by_the_batch(
    http: httpx.Client, billing: int, pair: tuple[str, str], path: str, code: int
) -> None:
    deal, contact = pair
    one = {"from": {"id": deal}, "to": {"id": contact}, "types": [own(billing)]}

    made = http.post(f"{path}/deals/contacts/batch/create", json={"inputs": [one]})
    assert (made.status_code, made.json()["results"][0]["labels"]) == (code, ["Billing contact"])
    assert http.post(f"{path}/deals/contacts/batch/labels/archive", json={"inputs": [one]}).status_code == 204
    assert labels(http, "deals", deal, "contacts") == [[None]]


def test_a_limit_of_the_account_holds(http: httpx.Client, portal: Portal, billing: int, pair: tuple[str, str]) -> None:
    limits = "/crm/associations/2026-09/definitions/configurations"
    of_pair, body = f"{limits}/deals/contacts", {"category": "USER_DEFINED", "typeId": billing, "maxToObjectIds": 1}
    other = portal.create("contacts", {"email": "c@d.example"})["id"]

    made = http.post(f"{of_pair}/batch/create", json={"inputs": [body]}).json()["results"]
    assert made == [{"category": "USER_DEFINED", "typeId": billing, "userEnforcedMaxToObjectIds": 1}]
    listed = [made[0] | {"label": "Billing contact"}]
    assert http.get(of_pair).json()["results"] == http.get(f"{limits}/all").json()["results"] == listed

    deal = f"/crm/objects/2026-09/deals/{pair[0]}/associations/contacts"
    assert http.put(f"{deal}/{pair[1]}", json=[own(billing)]).status_code == 201
    assert http.put(f"{deal}/{other}", json=[own(billing)]).status_code == 400
    updated = http.post(f"{of_pair}/batch/update", json={"inputs": [body | {"maxToObjectIds": 2}]}).json()["results"]
    assert updated[0]["userEnforcedMaxToObjectIds"] == 2
    assert http.put(f"{deal}/{other}", json=[own(billing)]).status_code == 201
    purged = {"inputs": [{"category": "USER_DEFINED", "typeId": billing}]}
    assert http.post(f"{of_pair}/batch/purge", json=purged).status_code == 204
    assert http.get(of_pair).json()["results"] == []
