"""Searching over HTTP: operators, paging, the cap, and the lag of the index."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from qbconsole.simulator.hubspot import times
from qbconsole.simulator.hubspot.portal import Portal
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    import httpx

DEALS = "/crm/objects/2026-09/deals/search"


def where(name: str, operator: str, **operand: Any) -> dict[str, Any]:
    return {"filters": [{"propertyName": name, "operator": operator, **operand}]}


def found(http: httpx.Client, *groups: dict[str, Any], **more: Any) -> list[str]:
    """The names of the deals that a search finds."""
    body = {"filterGroups": list(groups), "properties": ["dealname"], "limit": 200, **more}
    answer = http.post(DEALS, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["results"])
    return [one["properties"]["dealname"] for one in answer.json()["results"]]


@pytest.fixture
def deals(portal: Portal) -> Portal:
    """Three deals a day apart, with amounts 900, 1000 and none."""
    start = times.parse("2026-11-01T12:00:00Z")
    for days, name, amount in ((0, "Rooftop unit", "900"), (1, "Chiller swap", "1000.00"), (2, "Duct cleaning", "")):
        stage = "closedwon" if amount else "contractsent"
        values = {"dealname": name, "amount": amount, "dealstage": stage, "dealtype": "newbusiness"}
        portal.create("deals", values, at=start + timedelta(days=days))
    return portal


@pytest.mark.parametrize(
    ("group", "names"),
    [
        (where("amount", "EQ", value="1000"), ["Chiller swap"]),
        (where("amount", "GT", value="950"), ["Chiller swap"]),
        (where("amount", "LTE", value=900), ["Rooftop unit"]),
        (where("amount", "NEQ", value="900"), ["Chiller swap"]),
        (where("amount", "BETWEEN", value="100", highValue="999"), ["Rooftop unit"]),
        (where("amount", "HAS_PROPERTY"), ["Rooftop unit", "Chiller swap"]),
        (where("amount", "NOT_HAS_PROPERTY"), ["Duct cleaning"]),
        (where("hs_lastmodifieddate", "GTE", value="1793620800000"), ["Chiller swap", "Duct cleaning"]),
        (where("hs_lastmodifieddate", "LT", value="2026-11-02T12:00:00Z"), ["Rooftop unit"]),
        (where("dealname", "EQ", value="CHILLER SWAP"), ["Chiller swap"]),
        (where("dealname", "IN", values=["chiller swap"]), ["Chiller swap"]),
        (where("dealname", "IN", values=["Chiller swap"]), []),
        (where("dealtype", "EQ", value="NEWBUSINESS"), []),
        (where("dealname", "CONTAINS_TOKEN", value="duct*"), ["Duct cleaning"]),
        (where("dealname", "NOT_CONTAINS_TOKEN", value="unit"), ["Chiller swap", "Duct cleaning"]),
        (where("hs_is_closed_won", "EQ", value=True), ["Rooftop unit", "Chiller swap"]),
        (where("dealstage", "NOT_IN", values=["closedwon"]), ["Duct cleaning"]),
    ],
)
def test_each_operator(http: httpx.Client, deals: Portal, group: dict[str, Any], names: list[str]) -> None:
    assert deals.records("deals")
    assert found(http, group) == names


def test_groups_are_alternatives_and_filters_in_one_all_hold(http: httpx.Client, deals: Portal) -> None:
    won = where("hs_is_closed_won", "EQ", value="true")["filters"]
    small = where("amount", "LT", value="950")["filters"]

    assert found(http, {"filters": won + small}) == ["Rooftop unit"]
    assert len(found(http, {"filters": won + small}, where("dealname", "CONTAINS_TOKEN", value="duct"))) == 2
    assert len(deals.records("deals")) == 3


def test_one_sort_with_missing_values_last(http: httpx.Client, deals: Portal) -> None:
    descending = [{"propertyName": "amount", "direction": "DESCENDING"}]

    assert found(http, sorts=descending) == ["Chiller swap", "Rooftop unit", "Duct cleaning"]
    assert http.post(DEALS, json={"sorts": descending * 2}).status_code == 400
    assert deals.records("deals")


def test_pages_by_offset(http: httpx.Client, deals: Portal) -> None:
    first = http.post(DEALS, json={"limit": 2}).json()
    second = http.post(DEALS, json={"limit": 2, "after": first["paging"]["next"]["after"]}).json()

    assert first["total"] == second["total"] == 3
    assert first["paging"]["next"]["after"] == "2"
    assert "paging" not in second
    assert [one["id"] for one in first["results"] + second["results"]] == [one["id"] for one in deals.records("deals")]


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "10000"},
        {"after": "soon"},
        {"filterGroups": [where("no_such_thing", "EQ", value="1")]},
        {"sorts": [{"propertyName": "no_such_thing"}]},
        {"filterGroups": [where("amount", "LIKE", value="1")]},
        {"filterGroups": [where("amount", "EQ")]},
        {"filterGroups": [where("amount", "EQ", value="much")]},
        {"filterGroups": [where("amount", "HAS_PROPERTY")] * 6},
        {"filterGroups": [{"filters": where("amount", "HAS_PROPERTY")["filters"] * 7}]},
        {"query": "x" * 3000},
    ],
)
def test_what_a_search_does_not_take(http: httpx.Client, body: dict[str, Any]) -> None:
    answer = http.post(DEALS, json=body)

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"


def test_unknown_names_in_properties_are_silently_left_out(http: httpx.Client, deals: Portal) -> None:
    result = http.post(DEALS, json={"properties": ["no_such_thing", "amount"], "limit": 1}).json()["results"][0]

    assert result["properties"]["amount"] == "900"
    assert "no_such_thing" not in result["properties"]
    assert deals.records("deals")


def test_searches_filter_by_association(http: httpx.Client, portal: Portal) -> None:
    company = portal.create("companies", {"name": "Acme"})
    portal.create("deals", {"dealname": "theirs"}, associations=[("companies", company["id"], "primary")])
    portal.create("deals", {"dealname": "other"})

    assert found(http, where("associations.company", "EQ", value=company["id"])) == ["theirs"]


def test_the_index_lags_behind_writes_and_catches_up(http: httpx.Client, portal: Portal) -> None:
    old = portal.create("deals", {"dealname": "old"}, at=portal.clock.now() - timedelta(days=1))
    Switches(portal.database).turn({"search_lag_seconds": "3"})
    http.patch(f"/crm/v3/objects/deals/{old['id']}", json={"properties": {"dealname": "new"}})
    http.post("/crm/v3/objects/deals", json={"properties": {"dealname": "fresh"}})

    assert found(http) == ["old"]
    batch = {"inputs": [{"id": old["id"]}], "properties": ["dealname"]}
    read = http.post("/crm/v3/objects/deals/batch/read", json=batch).json()
    assert read["results"][0]["properties"]["dealname"] == "new"

    with portal.database.transaction():
        portal.clock.set(portal.clock.now() + timedelta(seconds=4))
    assert found(http) == ["new", "fresh"]


def test_more_than_ten_thousand_are_out_of_reach_of_one_query(http: httpx.Client, portal: Portal) -> None:
    with portal.database.transaction():
        for number in range(10_050):
            portal.create("notes", {"hs_timestamp": "2026-11-01", "hs_note_body": str(number)})

    last = http.post("/crm/v3/objects/notes/search", json={"limit": 200, "after": "9900"}).json()
    assert last["total"] == 10_050
    assert len(last["results"]) == 100
    assert http.post("/crm/v3/objects/notes/search", json={"after": last["paging"]["next"]["after"]}).status_code == 400

    after_that = where("hs_object_id", "GT", value=last["results"][-1]["id"])
    rest = http.post("/crm/v3/objects/notes/search", json={"filterGroups": [after_that], "limit": 200}).json()
    assert rest["total"] == 50


def test_archived_records_are_never_found(http: httpx.Client, portal: Portal) -> None:
    deal = portal.create("deals", {"dealname": "gone"})
    portal.archive("deals", deal["id"])

    assert found(http) == []


def test_a_refused_batch_leaves_the_index_as_it_was(http: httpx.Client, portal: Portal) -> None:
    with portal.database.transaction():
        ids = [portal.create("deals", {"dealname": name, "amount": "1"})["id"] for name in ("a", "b")]
    assert found(http, where("amount", "EQ", value="1")) == ["a", "b"]
    inputs = [{"id": ids[0], "properties": {"amount": "2"}}, {"id": ids[1], "properties": {"amount": "x"}}]

    refused = http.post("/crm/objects/2026-09/deals/batch/update", json={"inputs": inputs})

    assert refused.status_code == 400
    assert found(http, where("amount", "EQ", value="1")) == ["a", "b"]


def test_the_length_of_the_body_is_limited_as_it_was_sent(http: httpx.Client) -> None:
    def search(length: int) -> int:
        start, end = b'{"query":"', b'"}'
        return http.post("/crm/v3/objects/deals/search", content=start + b"x" * (length - 12) + end).status_code

    assert (search(3_000), search(3_001)) == (200, 400)


def test_what_is_not_seen_yet_outlives_a_restart(http: httpx.Client, portal: Portal) -> None:
    Switches(portal.database).turn({"search_lag_seconds": "3"})
    http.post("/crm/v3/objects/deals", json={"properties": {"dealname": "fresh"}})

    again = Portal(portal.database, portal.clock)
    with portal.database.transaction():
        assert again.index.seen("deals", portal.clock.now()) == {}
        assert len(again.index.seen("deals", portal.clock.now() + timedelta(seconds=4))) == 1
