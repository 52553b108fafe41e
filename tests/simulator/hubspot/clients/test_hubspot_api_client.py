"""HubSpot's own client for Python, unmodified but for its host, on the simulated portal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hubspot import HubSpot, oauth
from hubspot.crm import companies, contacts, deals, objects, pipelines, properties
from hubspot.crm.associations import v4
from hubspot.crm.associations.v4 import schema
from hubspot.crm.deals.exceptions import ApiException
from hubspot.utils.oauth import get_auth_url

if TYPE_CHECKING:
    import httpx

    from qbconsole.simulator.hubspot.portal import Portal


@pytest.fixture
def client(http: httpx.Client, portal: Portal) -> HubSpot:
    host = str(http.base_url).rstrip("/")
    return HubSpot(access_token=portal.token, host=host, base_url=host)


OBJECTS = {
    "companies": {"name": "Acme", "domain": "acme.example"},
    "contacts": {"email": "ann@acme.example", "firstname": "Ann"},
    "deals": {"dealname": "Chiller", "amount": "1200.50", "dealstage": "closedwon"},
    "line_items": {"name": "Filter", "quantity": "2", "price": "4.50"},
    "products": {"name": "Filter", "price": "4.50", "hs_sku": "F-1"},
    "quotes": {"hs_title": "Chiller", "hs_expiration_date": "2026-12-31"},
    "objects.tasks": {"hs_timestamp": "2026-11-20T15:00:00Z", "hs_task_subject": "Call"},
    "objects.notes": {"hs_timestamp": "2026-11-20T15:00:00Z", "hs_note_body": "Called"},
}
CHANGES = {
    "companies": {"phone": "1"},
    "contacts": {"lastname": "Lee"},
    "deals": {"amount": "7"},
    "line_items": {"quantity": "3"},
    "products": {"price": "5"},
    "quotes": {"hs_status": "DRAFT"},
    "objects.tasks": {"hs_task_status": "COMPLETED"},
    "objects.notes": {"hs_note_body": "Called twice"},
}


def api(client: HubSpot, kind: str) -> Any:
    found = client.crm
    for step in kind.split("."):
        found = getattr(found, step)
    return found


@pytest.mark.parametrize("kind", OBJECTS)
def test_one_record_is_made_read_changed_listed_and_archived(client: HubSpot, kind: str) -> None:
    basic = api(client, kind).basic_api
    values, change = OBJECTS[kind], CHANGES[kind]
    names = [*values, *change]

    made = basic.create(objects.SimplePublicObjectInputForCreate(properties=values, associations=[]))
    changed = basic.update(made.id, objects.SimplePublicObjectInput(properties=change))
    read = basic.get_by_id(made.id, properties=names, properties_with_history=[*change])
    page = basic.get_page(limit=10, properties=names)

    assert changed.id == read.id == made.id
    assert change.items() <= read.properties.items()
    assert read.created_at <= read.updated_at
    assert next(iter(read.properties_with_history.values()))[0].value == next(iter(change.values()))
    assert [one.id for one in page.results] == [made.id]
    assert page.paging is None

    basic.archive(made.id)
    assert basic.get_page().results == []
    archived = basic.get_page(archived=True).results
    assert [one.id for one in archived] == [made.id]
    assert archived[0].archived_at is not None
    with pytest.raises(Exception, match=r"(?s)\(404\).*resource not found"):  # each API has its own class
        basic.get_by_id(made.id)


def numbered(values: dict[str, str], number: int) -> dict[str, str]:
    """Values of one of many records: an e-mail address is nobody else's."""
    return {name: f"{number}{value}" if name == "email" else value for name, value in values.items()}


@pytest.mark.parametrize("kind", OBJECTS)
def test_many_records_are_made_read_changed_found_and_archived(client: HubSpot, kind: str) -> None:
    batch, found = api(client, kind).batch_api, api(client, kind).search_api
    inputs = [{"properties": numbered(OBJECTS[kind], n), "objectWriteTraceId": str(n)} for n in range(3)]

    made = batch.create(objects.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    ids = [one.id for one in made.results]
    read = batch.read(
        {"inputs": [{"id": one} for one in ids], "properties": [*OBJECTS[kind]], "propertiesWithHistory": []}
    )
    changed = batch.update({"inputs": [{"id": one, "properties": CHANGES[kind]} for one in ids]})

    assert made.status == read.status == changed.status == "COMPLETE"
    assert sorted(one.object_write_trace_id for one in made.results) == ["0", "1", "2"]
    assert [one.id for one in read.results] == [one.id for one in changed.results] == ids
    assert all(CHANGES[kind].items() <= one.properties.items() for one in changed.results)

    some = {"limit": 2, "sorts": ["hs_object_id"], "properties": [*CHANGES[kind]], "filterGroups": []}
    first = found.do_search(objects.PublicObjectSearchRequest(**_snake(some)))
    second = found.do_search(objects.PublicObjectSearchRequest(**_snake(some), after=first.paging.next.after))
    assert (first.total, [one.id for one in first.results + second.results]) == (3, ids)

    batch.archive(objects.BatchInputSimplePublicObjectId(inputs=[{"id": one} for one in ids]))
    assert api(client, kind).basic_api.get_page().results == []


def _snake(request: dict[str, Any]) -> dict[str, Any]:
    return {"filter_groups" if name == "filterGroups" else name: value for name, value in request.items()}


@pytest.mark.parametrize("kind", OBJECTS)
def test_many_records_are_upserted_by_a_unique_property(client: HubSpot, kind: str) -> None:
    name = kind.rpartition(".")[2]
    group = client.crm.properties.groups_api.get_all(name).results[0].name
    client.crm.properties.core_api.create(
        name,
        properties.PropertyCreate(
            name="qbo_key", label="Key", type="string", field_type="text", group_name=group, has_unique_value=True
        ),
    )
    values = {name: value for name, value in OBJECTS[kind].items() if name != "email"}
    inputs = [{"idProperty": "qbo_key", "id": key, "properties": values} for key in ("a", "b")]

    first = api(client, kind).batch_api.upsert({"inputs": inputs})
    second = api(client, kind).batch_api.upsert({"inputs": inputs})

    assert [one.new for one in first.results] == [True, True]
    assert [one.new for one in second.results] == [False, False]
    assert [one.id for one in first.results] == [one.id for one in second.results]


def test_everything_is_fetched_page_by_page(client: HubSpot, portal: Portal) -> None:
    ids = [portal.create("deals", {"dealname": str(number)})["id"] for number in range(230)]

    assert [one.id for one in client.crm.deals.get_all()] == ids
    with_past = client.crm.deals.get_all(properties_with_history=["dealname"])
    assert [one.id for one in with_past] == ids


def test_a_batch_of_which_some_fail(client: HubSpot, portal: Portal) -> None:
    deal = portal.create("deals", {"dealname": "a"})["id"]

    answer = client.crm.deals.batch_api.read(
        {"inputs": [{"id": deal}, {"id": "888"}], "properties": ["dealname"], "propertiesWithHistory": []}
    )

    assert type(answer).__name__ == "BatchResponseSimplePublicObjectWithErrors"
    assert (answer.num_errors, answer.errors[0].category) == (1, "OBJECT_NOT_FOUND")
    assert answer.errors[0].context == {"ids": ["888"]}
    assert [one.id for one in answer.results] == [deal]


def test_records_are_merged_and_deleted_for_good(client: HubSpot, portal: Portal) -> None:
    first, second = (portal.create("companies", {"name": name})["id"] for name in ("Acme", "Acme Inc"))

    merged = client.crm.companies.basic_api.merge(
        companies.PublicMergeInput(primary_object_id=first, object_id_to_merge=second)
    )

    assert client.crm.companies.basic_api.get_by_id(second).id == merged.id
    contact = portal.create("contacts", {"email": "ann@acme.example"})["id"]
    client.crm.contacts.basic_api.purge(contacts.PublicGdprDeleteInput(object_id=contact))
    with pytest.raises(contacts.ApiException, match="404"):
        client.crm.contacts.basic_api.get_by_id(contact, archived=True)


def test_associations_and_their_labels(client: HubSpot, portal: Portal) -> None:
    links, labels = client.crm.associations.v4, client.crm.associations.v4.schema.definitions_api
    deal = portal.create("deals", {"dealname": "x"})["id"]
    first, second = (portal.create("contacts", {"email": f"{name}@a.example"})["id"] for name in ("a", "b"))

    made = labels.create(
        "deals", "contacts", schema.PublicAssociationDefinitionCreateRequest(label="Billing contact", name="billing")
    ).results
    number = made[0].type_id
    own = [v4.AssociationSpec(association_category="USER_DEFINED", association_type_id=number)]
    links.basic_api.create_default("deals", deal, "contacts", first)
    put = links.basic_api.create("deals", deal, "contacts", second, own)
    page = links.basic_api.get_page("deals", deal, "contacts", limit=1)
    batch = links.batch_api.get_page("deals", "contacts", {"inputs": [{"id": deal}]})

    assert put.labels == ["Billing contact"]
    assert str(page.results[0].to_object_id) == first
    assert page.paging.next.after is not None
    assert [one.label for one in batch.results[0].to[1].association_types] == [None, "Billing contact"]

    labels.update(
        "deals", "contacts", schema.PublicAssociationDefinitionUpdateRequest(association_type_id=number, label="Payer")
    )
    assert "Payer" in [one.label for one in labels.get_all("deals", "contacts").results]
    labelled = {"from": {"id": deal}, "to": {"id": second}, "types": own}
    links.batch_api.archive_labels("deals", "contacts", {"inputs": [labelled]})
    assert client.crm.associations.v4.batch_api.create("deals", "contacts", {"inputs": [labelled]}).results[0].labels
    plain = {"inputs": [{"from": {"id": deal}, "to": {"id": first}}]}
    assert links.batch_api.create_default("deals", "contacts", plain).results[0].to.id == first
    labels.remove("deals", "contacts", number)
    links.batch_api.archive("deals", "contacts", {"inputs": [{"from": {"id": deal}, "to": [{"id": first}]}]})
    links.basic_api.archive("deals", deal, "contacts", second)
    none = links.batch_api.get_page("deals", "contacts", {"inputs": [{"id": deal}]})
    assert none.errors[0].sub_category == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_limits_of_associations(client: HubSpot) -> None:
    limits = client.crm.associations.v4.schema.definition_configurations_api
    body = {"category": "HUBSPOT_DEFINED", "typeId": 3, "maxToObjectIds": 2}

    limits.batch_create("deals", "contacts", {"inputs": [body]})
    limits.batch_update("deals", "contacts", {"inputs": [body | {"maxToObjectIds": 3}]})
    assert limits.get_all().results[0].user_enforced_max_to_object_ids == 3
    limits.batch_remove("deals", "contacts", {"inputs": [{"category": "HUBSPOT_DEFINED", "typeId": 3}]})
    assert limits.get_all_between_two_object_types("deals", "contacts").results == []


def test_properties_groups_and_batches_of_them(client: HubSpot) -> None:
    core, groups, batch = (getattr(client.crm.properties, name) for name in ("core_api", "groups_api", "batch_api"))
    groups.create("deals", properties.PropertyGroupCreate(name="quickbooks", label="QuickBooks"))
    options = [properties.OptionInput(label="Paid", value="paid", hidden=False, display_order=0)]
    given = {"label": "Status", "type": "enumeration", "field_type": "select", "group_name": "quickbooks"}

    made = core.create("deals", properties.PropertyCreate(name="qbc_status", options=options, **given))
    changed = core.update("deals", "qbc_status", properties.PropertyUpdate(label="Invoice status"))
    more = batch.create("deals", {"inputs": [properties.PropertyCreate(name="qbc_kind", options=options, **given)]})
    names = {"archived": False, "inputs": [{"name": "qbc_status"}, {"name": "qbc_kind"}]}

    assert made.options[0].value == "paid"
    assert changed.label == core.get_by_name("deals", "qbc_status").label == "Invoice status"
    assert more.results[0].name == "qbc_kind"
    assert len(batch.read("deals", names).results) == 2
    assert len(core.get_all("deals").results) > 40
    core.archive("deals", "qbc_status")
    batch.archive("deals", {"inputs": [{"name": "qbc_kind"}]})
    assert {one.name for one in core.get_all("deals", archived=True).results} == {"qbc_status", "qbc_kind"}
    groups.update("deals", "quickbooks", properties.PropertyGroupUpdate(label="Accounting"))
    assert groups.get_by_name("deals", "quickbooks").label == "Accounting"
    groups.archive("deals", "quickbooks")
    assert "quickbooks" not in [one.name for one in groups.get_all("deals").results]


def test_pipelines_stages_and_audits(client: HubSpot) -> None:
    api, steps = client.crm.pipelines.pipelines_api, client.crm.pipelines.pipeline_stages_api
    stage = pipelines.PipelineStageInput(label="Due", display_order=0, metadata={"probability": "0.5"})

    made = api.create("deals", pipelines.PipelineInput(label="Renewals", display_order=2, stages=[stage]))
    renamed = api.update("deals", made.id, pipelines.PipelinePatchInput(label="Contracts"))
    added = steps.create(
        "deals", made.id, pipelines.PipelineStageInput(label="Done", display_order=1, metadata={"probability": "1.0"})
    )
    changed = steps.update("deals", made.id, added.id, pipelines.PipelineStagePatchInput(label="Renewed"))

    assert renamed.label == api.get_by_id("deals", made.id).label == "Contracts"
    assert (changed.label, changed.metadata["isClosed"]) == ("Renewed", "true")
    assert [one.label for one in steps.get_all("deals", made.id).results] == ["Due", "Renewed"]
    assert steps.get_by_id("deals", made.id, added.id).label == "Renewed"
    replaced = pipelines.PipelineStageInput(label="Kept", display_order=0, metadata={"probability": "0.9"})
    assert steps.replace("deals", made.id, added.id, replaced).label == "Kept"
    steps.archive("deals", made.id, added.id)
    whole = pipelines.PipelineInput(label="Contracts", display_order=1, stages=[stage, replaced])
    assert len(api.replace("deals", made.id, whole).stages) == 2
    audit = client.crm.pipelines.pipeline_audits_api.get_audit("deals", made.id).results
    assert [one.action for one in audit] == ["UPDATE", "UPDATE", "CREATE"]
    api.archive("deals", made.id)
    assert made.id not in [one.id for one in api.get_all("deals").results]


def test_owners_and_the_account(client: HubSpot, portal: Portal) -> None:
    owner = client.crm.owners.get_all()[0]

    assert (owner.id, owner.type) == ("501", "PERSON")
    assert client.crm.owners.owners_api.get_by_id(501).email == "ann@ridge.example"
    assert client.crm.owners.owners_api.get_by_id(owner.user_id, id_property="userId").id == "501"
    account = client.api_request({"path": "/account-info/2026-09/details"}).json()
    assert str(account["portalId"]) == portal.portal_id


def test_signing_in(client: HubSpot, http: httpx.Client, portal: Portal) -> None:
    app = portal.credentials()
    redirect = "http://127.0.0.1:8765/callback"
    url = get_auth_url(app["client_id"], redirect, scope=("crm.objects.deals.read",), state="s")
    sent_back = http.get(f"/oauth/authorize?{urlsplit(url).query}").headers["location"]
    fields = {"client_id": app["client_id"], "client_secret": app["client_secret"], "redirect_uri": redirect}

    granted = client.oauth.tokens_api.create(
        grant_type="authorization_code", code=dict(parse_qsl(urlsplit(sent_back).query))["code"], **fields
    )
    again = client.oauth.tokens_api.create(grant_type="refresh_token", refresh_token=granted.refresh_token, **fields)

    host = str(http.base_url).rstrip("/")
    assert HubSpot(access_token=again.access_token, host=host).crm.deals.basic_api.get_page().results == []
    assert client.oauth.access_tokens_api.get(again.access_token).hub_id == int(portal.portal_id)
    assert client.oauth.refresh_tokens_api.get(again.refresh_token).scopes == ["oauth", "crm.objects.deals.read"]
    client.oauth.refresh_tokens_api.archive(again.refresh_token)
    with pytest.raises(oauth.ApiException, match=r"(?s)\(400\).*BAD_REFRESH_TOKEN"):
        client.oauth.tokens_api.create(grant_type="refresh_token", refresh_token=again.refresh_token, **fields)


def test_the_exceptions_carry_what_the_portal_said(client: HubSpot, portal: Portal, http: httpx.Client) -> None:
    def refusal(act: Any, *arguments: Any) -> tuple[int, dict[str, Any]]:
        with pytest.raises(ApiException) as caught:
            act(*arguments)
        return caught.value.status, json.loads(caught.value.body)

    create, read = client.crm.deals.basic_api.create, client.crm.deals.basic_api.get_by_id
    bad = deals.SimplePublicObjectInputForCreate(properties={"amount": "1,200.00"}, associations=[])

    assert refusal(read, "1")[0] == 404
    status, body = refusal(create, bad)
    assert (status, body["category"], body["errors"][0]["code"]) == (400, "VALIDATION_ERROR", "INVALID_DOUBLE")
    portal.access.take_away(["crm.objects.deals.read"])
    status, body = refusal(read, "1")
    assert (status, body["category"]) == (403, "MISSING_SCOPES")
    portal.access.take_away([])
    http.post("/control/hubspot/use_up_day", json={})
    status, body = refusal(read, "1")
    assert (status, body["policyName"]) == (429, "DAILY")
    stranger = HubSpot(access_token="pat-na1-wrong", host=str(http.base_url).rstrip("/"))
    status, body = refusal(stranger.crm.deals.basic_api.get_by_id, "1")
    assert (status, body["category"]) == (401, "INVALID_AUTHENTICATION")
