"""What a repeated `requestid` comes to, under each reading (quickbooks.md 6)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from qbconsole.simulator.quickbooks.requestids import forget

if TYPE_CHECKING:
    from tests.simulator.quickbooks.conftest import Client


def later(client: Client, span: timedelta) -> None:
    with client.company.database.transaction():
        client.company.clock.set(client.company.clock.now() + span)


def made(client: Client, name: str, request_id: str = "one") -> Any:
    return client.post("Customer", {"DisplayName": name}, requestid=request_id)


def test_the_first_answer_is_given_again_and_nothing_is_made_twice(client: Client) -> None:
    first, again = made(client, "Alder"), made(client, "Alder")
    assert again.body["Customer"] == first.body["Customer"]
    assert len(client.company.records("Customer")) == 1


@pytest.mark.parametrize(
    ("retention", "span", "known"),
    [
        ("1h", timedelta(minutes=59), True),
        ("1h", timedelta(hours=1), False),
        ("24h", timedelta(hours=23), True),
        ("24h", timedelta(hours=24), False),
        ("forever", timedelta(days=400), True),
    ],
)
def test_how_long_it_is_remembered(client: Client, retention: str, span: timedelta, known: bool) -> None:
    client.company.switches.turn({"requestid_retention": retention})
    first = client.post("Invoice", invoice(client), requestid="one").body["Invoice"]["Id"]
    later(client, span)
    again = client.post("Invoice", invoice(client), requestid="one").body["Invoice"]["Id"]
    assert (again == first) is known


def invoice(client: Client) -> dict[str, Any]:
    customers = client.company.records("Customer")
    customer = customers[0]["Id"] if customers else client.customer()
    detail = {"ItemRef": {"value": "1"}}
    lines = [{"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}]
    return {"CustomerRef": {"value": customer}, "Line": lines}


def test_another_body_gets_the_first_answer_or_is_refused(client: Client) -> None:
    first = made(client, "Alder")
    assert made(client, "Birch").body["Customer"] == first.body["Customer"]
    client.company.switches.turn({"requestid_other_body": "refused"})
    assert made(client, "Birch").code == "600"
    assert made(client, "Alder").body["Customer"] == first.body["Customer"]
    assert len(client.company.records("Customer")) == 1


def test_a_refusal_is_repeated_though_its_cause_is_gone_or_it_is_not(client: Client) -> None:
    holder = client.make("Customer", {"DisplayName": "Alder"})
    first = made(client, "Alder")
    gone = {"Id": holder["Id"], "SyncToken": "0", "sparse": True, "DisplayName": "Alder Grove"}
    assert client.post("Customer", gone).status == 200

    again = made(client, "Alder")
    assert (again.status, again.body["Fault"]) == (400, first.body["Fault"])
    client.company.switches.turn({"requestid_faults": "forgotten"})
    refused_too = made(client, "Alder Grove", "two")
    assert refused_too.code == "6240"
    assert made(client, "Elm", "two").status == 200


def test_a_memory_that_is_lost_makes_a_second_one(client: Client) -> None:
    first = client.post("Invoice", invoice(client), requestid="one").body["Invoice"]["Id"]
    forget(client.company.database)
    assert client.post("Invoice", invoice(client), requestid="one").body["Invoice"]["Id"] != first


@pytest.mark.parametrize(
    ("request_id", "batch_id", "good"),
    [("r" * 36, "b" * 10, True), ("r" * 37, "b", False), ("r", "b" * 11, False), ("", "b" * 11, True)],
)
def test_the_ids_of_a_batch_are_shorter(client: Client, request_id: str, batch_id: str, good: bool) -> None:
    item = {"bId": batch_id, "operation": "create", "Customer": {"DisplayName": "Alder"}}
    query = {"requestid": request_id} if request_id else {}
    answer = client.send("POST", "/batch", {"BatchItemRequest": [item]}, **query).body["BatchItemResponse"][0]
    assert ("Customer" in answer) is good
    assert good or answer["Fault"]["Error"][0]["code"] == "2130"


def test_an_empty_id_is_none(client: Client) -> None:
    ids = {client.post("Invoice", invoice(client), requestid="").body["Invoice"]["Id"] for _ in range(2)}
    assert len(ids) == 2
