"""Single records over HTTP: what reads show, what writes answer, what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from qbconsole.simulator.hubspot.portal import Portal

DEALS = "/crm/objects/2026-09/deals"


def created(http: httpx.Client, path: str, **properties: Any) -> dict[str, Any]:
    answer = http.post(path, json={"properties": properties})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("prefix", ["/crm/v3/objects", "/crm/objects/2026-03", "/crm/objects/2026-09"])
def test_old_and_dated_prefixes_serve_the_same_records(http: httpx.Client, portal: Portal, prefix: str) -> None:
    deal = portal.create("deals", {"dealname": "Chiller"})

    page = http.get(f"{prefix}/deals").json()

    assert [one["id"] for one in page["results"]] == [deal["id"]]
    assert "paging" not in page
    assert http.get(f"{prefix}/0-3/{deal['id']}").json()["properties"]["dealname"] == "Chiller"


def test_every_value_is_text_or_null_and_unknown_names_are_silently_left_out(
    http: httpx.Client, portal: Portal
) -> None:
    deal = portal.create("deals", {"dealname": "Chiller", "amount": 1500, "dealstage": "qualifiedtobuy"})

    names = "amount,closedate,hs_deal_stage_probability,no_such_thing"
    properties = http.get(f"{DEALS}/{deal['id']}", params={"properties": names}).json()["properties"]

    assert properties == {
        "amount": "1500",
        "closedate": None,
        "createdate": deal["createdAt"],
        "hs_deal_stage_probability": "0.40000000000000002220446049250313080847263336181640625",
        "hs_lastmodifieddate": deal["updatedAt"],
        "hs_object_id": deal["id"],
    }


def test_a_create_answers_what_was_touched_and_what_is_calculated(http: httpx.Client) -> None:
    deal = created(http, DEALS, dealname="Boiler", amount="5000.00", dealstage="closedwon", closedate="2026-11-01")

    assert deal["properties"]["amount"] == "5000.00"
    assert deal["properties"]["closedate"] == "2026-11-01T00:00:00Z"
    assert deal["properties"]["hs_is_closed_won"] == "true"
    assert deal["properties"]["hs_closed_amount"] == "5000.00"
    assert deal["properties"]["hs_num_of_associated_line_items"] == "0"
    assert "pipeline" not in deal["properties"]
    assert deal["archived"] is False


def test_a_cleared_value_is_empty_in_the_answer_and_null_afterwards(http: httpx.Client) -> None:
    deal = created(http, DEALS, dealname="Boiler", description="old")

    answer = http.patch(f"{DEALS}/{deal['id']}", json={"properties": {"description": ""}}).json()

    assert answer["properties"]["description"] == ""
    assert "dealname" not in answer["properties"]
    later = http.get(f"{DEALS}/{deal['id']}", params={"properties": "description"}).json()
    assert later["properties"]["description"] is None


def test_a_stageless_deal_lacks_hs_is_closed_and_an_open_one_was_never_closed(
    http: httpx.Client, portal: Portal
) -> None:
    stageless = portal.create("deals", {"dealname": "a"})["properties"]
    fresh = portal.create("deals", {"dealname": "b", "dealstage": "contractsent"})
    reopened = portal.update("deals", fresh["id"], {"dealstage": "closedlost"})
    reopened = portal.update("deals", fresh["id"], {"dealstage": "contractsent"})

    assert "hs_is_closed" not in stageless
    assert "dealstage" not in stageless
    assert stageless["pipeline"] == "default"
    assert "hs_is_closed" not in fresh["properties"]
    assert reopened["properties"]["hs_is_closed"] == "false"


def test_won_is_what_the_stage_says_in_a_pipeline_with_numeric_ids(portal: Portal) -> None:
    deal = portal.create("deals", {"dealname": "Tune-up", "pipeline": "7712", "dealstage": "90002"})

    assert deal["properties"]["hs_is_closed_won"] == "true"
    assert deal["properties"]["hs_deal_stage_probability"] == "1"


def test_the_history_of_a_stage_is_kept_newest_first(http: httpx.Client, portal: Portal) -> None:
    deal = portal.create("deals", {"dealname": "Chiller", "dealstage": "contractsent"})
    for stage in ("closedwon", "contractsent", "closedwon"):
        http.patch(f"{DEALS}/{deal['id']}", json={"properties": {"dealstage": stage}})

    shown = http.get(f"{DEALS}/{deal['id']}", params={"propertiesWithHistory": "dealstage"}).json()

    past = shown["propertiesWithHistory"]["dealstage"]
    assert [one["value"] for one in past] == ["closedwon", "contractsent", "closedwon", "contractsent"]
    assert past[0]["timestamp"] >= past[1]["timestamp"]
    assert past[0]["sourceType"] == "INTEGRATION"
    assert past == portal.history("deals", deal["id"], "dealstage")


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"no_such_thing": "x"}, "PROPERTY_DOESNT_EXIST"),
        ({"amount": "1,200.00"}, "INVALID_DOUBLE"),
        ({"amount": "NaN"}, "INVALID_DOUBLE"),
        ({"dealstage": "Closed Won"}, "INVALID_OPTION"),
        ({"dealstage": "90001"}, "INVALID_OPTION"),
        ({"dealtype": "NewBusiness"}, "INVALID_OPTION"),
        ({"closedate": "soon"}, "INVALID_LONG"),
        ({"hs_is_closed_won": "true"}, "READ_ONLY_VALUE"),
        ({"hs_num_of_associated_line_items": "3"}, "READ_ONLY_VALUE"),
        ({"hubspot_owner_id": "999"}, "INVALID_OWNER_ID"),
    ],
)
def test_a_bad_value_is_refused_and_named(http: httpx.Client, properties: dict[str, str], code: str) -> None:
    answer = http.post(DEALS, json={"properties": {"dealname": "x", **properties}})

    assert answer.status_code == 400
    body = answer.json()
    assert body["status"] == "error"
    assert body["category"] == "VALIDATION_ERROR"
    assert body["message"].startswith('Property values were not valid: [{"isValid":false')
    assert body["errors"][0]["code"] == code
    assert body["errors"][0]["context"]["propertyName"] == list(properties)
    assert body["correlationId"] == answer.headers["x-hubspot-correlation-id"]
    assert http.get(DEALS).json()["results"] == []


def test_a_date_takes_a_day_or_midnight_and_nothing_else(http: httpx.Client) -> None:
    definition = {
        "name": "paid_on",
        "label": "Paid",
        "type": "date",
        "fieldType": "date",
        "groupName": "dealinformation",
    }
    assert http.post("/crm/properties/2026-09/deals", json=definition).status_code == 201

    midnight = created(http, DEALS, paid_on=1793750400000)
    at_noon = http.post(DEALS, json={"properties": {"paid_on": 1793793600000}})

    assert midnight["properties"]["paid_on"] == "2026-11-04"
    assert at_noon.json()["errors"][0]["code"] == "INVALID_DATE"


@pytest.mark.parametrize(
    ("kind", "properties"), [("companies", {"city": "Austin"}), ("tasks", {"hs_task_subject": "Call"}), ("notes", {})]
)
def test_what_a_kind_must_have_is_asked_for(http: httpx.Client, kind: str, properties: dict[str, str]) -> None:
    answer = http.post(f"/crm/objects/2026-09/{kind}", json={"properties": properties})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "MISSING_REQUIRED_PROPERTY"


def test_one_address_belongs_to_one_contact(http: httpx.Client) -> None:
    first = created(http, "/crm/objects/2026-09/contacts", email="Bob@Acme.example", firstname="Bob")
    again = http.post("/crm/objects/2026-09/contacts", json={"properties": {"email": "bob@acme.example"}})

    assert first["properties"]["email"] == "bob@acme.example"
    assert again.status_code == 409
    assert again.json()["category"] == "CONFLICT"
    assert again.json()["message"] == f"Contact already exists. Existing ID: {first['id']}"


def test_a_contact_is_stamped_with_lastmodifieddate(http: httpx.Client) -> None:
    contact = created(http, "/crm/objects/2026-09/contacts", email="bob@acme.example")

    assert contact["properties"]["lastmodifieddate"] == contact["updatedAt"]
    assert "hs_lastmodifieddate" not in contact["properties"]


def test_a_line_item_works_out_its_amount_and_takes_the_rest_from_its_product(portal: Portal) -> None:
    product = portal.create("products", {"name": "Filter", "price": "12.50", "hs_sku": "F-1"})

    item = portal.create("line_items", {"hs_product_id": product["id"], "quantity": "3", "discount": "0.50"})

    assert item["properties"]["name"] == "Filter"
    assert item["properties"]["price"] == "12.50"
    assert item["properties"]["amount"] == "36"


def test_an_archived_record_is_gone_unless_asked_for(http: httpx.Client, portal: Portal) -> None:
    deal, other = (portal.create("deals", {"dealname": name}) for name in "ab")

    assert http.delete(f"{DEALS}/{deal['id']}").status_code == 204
    assert http.delete(f"{DEALS}/{deal['id']}").status_code == 204

    assert http.get(f"{DEALS}/{deal['id']}").status_code == 404
    archived = http.get(f"{DEALS}/{deal['id']}", params={"archived": "true"}).json()
    assert archived["archived"] is True
    assert archived["archivedAt"]
    assert [one["id"] for one in http.get(DEALS).json()["results"]] == [other["id"]]
    assert [one["id"] for one in http.get(DEALS, params={"archived": "true"}).json()["results"]] == [deal["id"]]


def test_lists_are_paged_in_id_order(http: httpx.Client, portal: Portal) -> None:
    ids = [portal.create("deals", {"dealname": str(number)})["id"] for number in range(25)]

    seen: list[str] = []
    parameters: dict[str, str] = {"limit": "10", "properties": "dealname"}
    while True:
        page = http.get(DEALS, params=parameters).json()
        seen += [one["id"] for one in page["results"]]
        if "paging" not in page:
            break
        parameters["after"] = page["paging"]["next"]["after"]
        assert http.get(page["paging"]["next"]["link"]).json()["results"][0]["id"] not in seen

    assert seen == ids
    assert http.get(DEALS, params={"limit": "101"}).status_code == 400


def test_a_merged_id_lives_on_in_single_calls_only(http: httpx.Client, portal: Portal) -> None:
    kept = portal.create("companies", {"name": "Acme", "phone": "1"})
    swallowed = portal.create("companies", {"name": "ACME Inc", "city": "Austin"})
    deal = portal.create("deals", {"dealname": "x"}, associations=[("companies", swallowed["id"], "primary")])

    merge = {"primaryObjectId": kept["id"], "objectIdToMerge": swallowed["id"]}
    survivor = http.post("/crm/v3/objects/companies/merge", json=merge).json()["id"]

    for old in (kept["id"], swallowed["id"]):
        names = "name,city,hs_merged_object_ids"
        shown = http.get(f"/crm/v3/objects/companies/{old}", params={"properties": names}).json()
        assert shown["id"] == survivor
        assert shown["properties"]["name"] == "Acme"
        assert shown["properties"]["city"] == "Austin"
        assert shown["properties"]["hs_merged_object_ids"] == f"{kept['id']};{swallowed['id']}"
        assert http.patch(f"/crm/v3/objects/companies/{old}", json={"properties": {"zip": "78701"}}).is_success
    assert portal.associated("deals", deal["id"], "companies") == [survivor]
    assert portal.read("deals", deal["id"])["properties"]["hs_primary_associated_company"] == survivor
    batch = http.post(
        "/crm/v3/objects/companies/batch/update", json={"inputs": [{"id": swallowed["id"], "properties": {"zip": "1"}}]}
    )
    assert batch.status_code == 207


def test_a_stage_change_is_stamped_a_second_time(http: httpx.Client, portal: Portal) -> None:
    deal = portal.create("deals", {"dealname": "x", "dealstage": "contractsent"})
    first = http.patch(f"{DEALS}/{deal['id']}", json={"properties": {"dealstage": "closedwon"}}).json()["updatedAt"]

    with portal.database.transaction():
        portal.clock.set(portal.clock.now() + timedelta(seconds=4))
    second = http.get(f"{DEALS}/{deal['id']}").json()["updatedAt"]

    assert second > first


def test_deleting_a_quote_takes_its_line_items_along(http: httpx.Client, portal: Portal) -> None:
    item = portal.create("line_items", {"name": "Filter", "quantity": "1", "price": "5"})
    quote = portal.create(
        "quotes", {"hs_title": "Q", "hs_expiration_date": "2026-12-31"}, associations=[("line_items", item["id"], "")]
    )

    http.delete(f"/crm/v3/objects/quotes/{quote['id']}")

    assert portal.records("line_items") == []


def test_a_page_with_history_holds_half_as_many(http: httpx.Client) -> None:
    assert http.get(DEALS, params={"limit": "50", "propertiesWithHistory": "amount"}).status_code == 200
    assert http.get(DEALS, params={"limit": "51", "propertiesWithHistory": "amount"}).status_code == 400


def test_a_url_that_is_too_long_is_refused_and_a_body_as_long_is_not(http: httpx.Client, portal: Portal) -> None:
    deal = portal.create("deals", {"dealname": "a"})["id"]
    names = [f"some_property_with_a_long_name_{number}" for number in range(300)]

    refused = http.get(DEALS, params={"properties": ",".join(names)})
    read = http.post(f"{DEALS}/batch/read", json={"inputs": [{"id": deal}], "properties": names})

    assert refused.status_code == 414
    assert read.status_code == 200


def test_a_cleared_property_is_empty_in_the_answer_and_null_later(http: httpx.Client, portal: Portal) -> None:
    deal = portal.create("deals", {"dealname": "a", "amount": "5"})["id"]

    answer = http.patch(f"{DEALS}/{deal}", json={"properties": {"amount": ""}}).json()
    later = http.get(f"{DEALS}/{deal}", params={"properties": "amount"}).json()

    assert answer["properties"]["amount"] == ""
    assert "dealname" not in answer["properties"]
    assert later["properties"]["amount"] is None


def test_a_merged_contact_keeps_both_addresses(http: httpx.Client, portal: Portal) -> None:
    ann, annie = (portal.create("contacts", {"email": f"{name}@a.example"})["id"] for name in ("ann", "annie"))

    http.post("/crm/objects/2026-09/contacts/merge", json={"primaryObjectId": ann, "objectIdToMerge": annie})

    names = "email,hs_additional_emails,hs_calculated_merged_vids"
    merged = http.get(f"/crm/v3/objects/contacts/{annie}", params={"properties": names}).json()
    assert merged["id"] == ann
    assert merged["properties"]["email"] == "ann@a.example"
    assert merged["properties"]["hs_additional_emails"] == "annie@a.example"
    assert merged["properties"]["hs_calculated_merged_vids"] == annie


def test_a_company_without_a_name_gets_one_from_its_domain(http: httpx.Client) -> None:
    made = http.post("/crm/objects/2026-09/companies", json={"properties": {"domain": "acme.example"}}).json()

    read = http.get(f"/crm/objects/2026-09/companies/{made['id']}").json()
    assert read["properties"]["name"] == "Acme"
