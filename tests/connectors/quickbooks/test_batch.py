"""Many tags in few calls, each with its own outcome; what is made anew goes alone (quickbooks.md 5.1, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from qbconsole.connectors.base import Send
from qbconsole.domain.errors import NeedsPerson, Retriable
from qbconsole.domain.operations import Receipt, TagCustomer

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks import QuickBooks

NOW = "2026-11-23T09:00:00.000-08:00"


def customer(id_: int, notes: str = "", revision: str = "0") -> dict[str, Any]:
    return {"Id": str(id_), "SyncToken": revision, "DisplayName": f"Customer {id_}", "Notes": notes}


def tags(*ids: int) -> list[Send]:
    return [Send(TagCustomer(str(id_), f"CRM company {id_}"), f"r{id_}") for id_ in ids]


def rows(*found: dict[str, Any]) -> dict[str, Any]:
    return {"QueryResponse": {"Customer": list(found)}, "time": NOW}


def fault(code: str) -> dict[str, Any]:
    return {"Fault": {"Error": [{"Message": "m", "Detail": "d", "code": code}], "type": "ValidationFault"}}


async def test_each_item_of_a_batch_has_its_own_outcome(vendor: Any, quickbooks: QuickBooks, sent_body: Any) -> None:
    vendor.on(
        "POST", "/query", rows(customer(1, "vip"), customer(2, "CRM company 2"), customer(3), customer(4), customer(5))
    )
    items = [  # in no order; the item of customer 5 is missing
        {"bId": "2", **fault("5010")},
        {"bId": "1", **fault("6190")},
        {"bId": "0", "Customer": customer(1, "vip\nCRM company 1", "1")},
    ]
    vendor.on("POST", "/batch", {"BatchItemResponse": items, "time": NOW})
    done, there, lapsed, stale, unread, gone = await quickbooks.apply_many(tags(1, 2, 3, 4, 5, 6))
    (sent,) = vendor.sent("POST", "/batch")
    first = sent_body(sent)["BatchItemRequest"][0]
    assert first["Customer"] == {"Id": "1", "SyncToken": "0", "sparse": True, "Notes": "vip\nCRM company 1"}
    assert len(sent.url.params["requestid"]) == 36
    assert isinstance(done, Receipt)
    assert (done.remote_id, done.revision) == ("1", "1")
    assert isinstance(there, Receipt)
    assert there.found
    assert isinstance(lapsed, NeedsPerson)
    assert lapsed.message.startswith("Customer 3: ")
    assert isinstance(stale, Retriable)
    assert not stale.sent
    assert isinstance(unread, Retriable)
    assert unread.sent
    assert isinstance(gone, Retriable)


async def test_a_batch_whose_answer_was_lost_may_have_happened_to_each(vendor: Any, quickbooks: QuickBooks) -> None:
    vendor.on("POST", "/query", rows(customer(1), customer(2))).on("POST", "/batch", httpx.ReadTimeout("lost"))
    for outcome in await quickbooks.apply_many(tags(1, 2)):
        assert isinstance(outcome, Retriable)
        assert outcome.sent


async def test_a_batch_takes_thirty(vendor: Any, quickbooks: QuickBooks, sent_body: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        made = [{"bId": one["bId"], "Customer": {**one["Customer"], "DisplayName": "x"}} for one in
                sent_body(request)["BatchItemRequest"]]  # fmt: skip
        return httpx.Response(200, json={"BatchItemResponse": made, "time": NOW})

    vendor.on("POST", "/query", rows(*(customer(id_) for id_ in range(1, 71)))).on("POST", "/batch", answer)
    outcomes = await quickbooks.apply_many(tags(*range(1, 71)))
    assert [getattr(one, "remote_id", one) for one in outcomes] == [str(id_) for id_ in range(1, 71)]
    assert [len(sent_body(one)["BatchItemRequest"]) for one in vendor.sent("POST", "/batch")] == [30, 30, 10]
