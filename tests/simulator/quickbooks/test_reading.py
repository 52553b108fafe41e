"""Queries, change data capture, envelopes (quickbooks.md 2 to 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.simulator.quickbooks.conftest import Client


def test_an_empty_answer_has_no_entity_key(client: Client) -> None:
    assert client.query("select * from Estimate").body["QueryResponse"] == {}


def test_reading_what_is_not_there_is_400_and_610(client: Client) -> None:
    answer = client.send("GET", "/customer/99")
    assert (answer.status, answer.code) == (400, "610")
    assert client.send("GET", "/customer/1.5").code == "2030"
    assert client.send("GET", "/nonsense/1/2").code == "500"


def test_answers_carry_a_trace_id_and_the_servers_time(client: Client) -> None:
    answer = client.send("GET", "/preferences")
    assert answer.headers["intuit_tid"]
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert answer.body["time"].startswith("2026-11-16T07:00"), "milliseconds with the Pacific offset"


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("select * from Customer where DisplayName = 'AMY\\'S Birds'", ["Amy's Birds"]),
        ("SELECT DisplayName FROM customer WHERE displayname LIKE '%irds' ORDERBY Id", ["Amy's Birds"]),
        ("select * from Customer where Id in ('1', '3') orderby Id desc", ["Cool Cars", "Amy's Birds"]),
        ("select * from Customer order by DisplayName maxresults 1 startposition 2", ["Bo"]),
        (
            "select * from Customer where Active in (true, false) and Balance >= '0'",
            ["Amy's Birds", "Bo", "Cool Cars", "Dot (deleted)"],
        ),
        ("select * from Customer where Active = false", ["Dot (deleted)"]),
        (
            "select * from Customer where MetaData.CreateTime > '2026-11-16T00:00:00-08:00' maxresults 2",
            ["Amy's Birds", "Bo"],
        ),
        ("select * from Customer where MetaData.LastUpdatedTime > '2027-01-01'", []),
    ],
)
def test_queries(client: Client, statement: str, names: list[str]) -> None:
    for name in ("Amy's Birds", "Bo", "Cool Cars", "Dot"):
        client.customer(name)
    client.make("Customer", {"Id": "4", "SyncToken": "0", "sparse": True, "Active": False})
    answer = client.query(statement)
    assert [customer["DisplayName"] for customer in answer.body["QueryResponse"].get("Customer", [])] == names


@pytest.mark.parametrize(
    ("statement", "code", "words"),
    [
        ("select * Customer", "4000", "QueryParserError"),
        ("select * from Customer where DisplayName = 'open", "4000", "QueryParserError"),
        ("select * from Customer where Id = '1' or Id = '2'", "4000", "QueryParserError"),
        ("select * from Custmoer", "4001", "invalid context declaration: Custmoer"),
        ("select * from Customer where Colour = 'red'", "4001", "Property Colour not found for Entity Customer"),
        ("select * from Invoice where PrivateNote = 'x'", "4001", "property 'PrivateNote' is not queryable"),
        ("select * from Customer maxresults 0", "4001", "value 0 is too small"),
        ("select * from Customer maxresults 1500", "4001", "value 1500 is too large"),
    ],
)
def test_bad_queries(client: Client, statement: str, code: str, words: str) -> None:
    answer = client.query(statement)
    assert (answer.status, answer.code) == (400, code)
    assert words in answer.body["Fault"]["Error"][0]["Detail"]


def test_changes_come_whole_grouped_by_entity_with_tombstones(client: Client) -> None:
    customer_id = client.customer()
    kept, gone = client.invoice(customer_id), client.invoice(customer_id)
    client.post("Invoice", {"Id": gone["Id"], "SyncToken": "0"}, operation="delete")
    answer = client.send("GET", "/cdc", entities="customer,Invoice,Payment", changedSince="2026-11-15T00:00:00Z")
    slots = answer.body["CDCResponse"][0]["QueryResponse"]
    by_kind = {kind: rows for slot in slots for kind, rows in slot.items() if isinstance(rows, list)}
    assert len(slots) == 3
    assert [row["Id"] for row in by_kind["Customer"]] == [customer_id], "its balance moved"
    assert by_kind["Invoice"][0]["Id"] == kept["Id"]
    assert by_kind["Invoice"][-1]["status"] == "Deleted"
    assert "Payment" not in by_kind


def test_changes_older_than_thirty_days_are_refused(client: Client) -> None:
    answer = client.send("GET", "/cdc", entities="Invoice", changedSince="2026-10-01")
    assert answer.status == 400
    assert "older than fixed days" in answer.body["Fault"]["Error"][0]["Detail"]
