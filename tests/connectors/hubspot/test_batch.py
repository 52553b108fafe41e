"""Many stamps in few calls; what a batch refuses or does not confirm is done singly (hubspot.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from qbconsole.connectors.base import Send
from qbconsole.domain.errors import Conflict, NeedsPerson, Retriable
from qbconsole.domain.operations import Receipt, StampCompany, StampDeal

if TYPE_CHECKING:
    from qbconsole.connectors.hubspot import HubSpot

SENDS = [
    Send(StampDeal("7", (("qbc_status", "paid"),)), "r7"),
    Send(StampCompany("101", "8"), "r101"),
    Send(StampDeal("8", (("qbc_status", "unpaid"),)), "r8"),
]


def updated(*ids: str) -> dict[str, Any]:
    return {"status": "COMPLETE", "results": [{"id": id_, "updatedAt": "2026-11-23T17:00:00Z"} for id_ in ids]}


async def test_stamps_of_one_kind_go_together(vendor: Any, hubspot: HubSpot, sent_body: Any) -> None:
    vendor.on("POST", "/deals/batch/update", updated("8", "7")).on("PATCH", "/companies/101", {"id": "101"})
    outcomes = await hubspot.apply_many(SENDS)
    assert [getattr(one, "remote_id", one) for one in outcomes] == ["7", "101", "8"]
    (sent,) = vendor.sent("POST", "/deals/batch/update")
    assert sent_body(sent)["inputs"] == [
        {"id": "7", "properties": {"qbc_status": "paid"}}, {"id": "8", "properties": {"qbc_status": "unpaid"}},
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [(207, updated("7")), (400, {"message": "one value is bad"})])
async def test_what_a_batch_did_not_confirm_is_sent_alone(vendor: Any, hubspot: HubSpot, answer: Any) -> None:
    vendor.on("POST", "/deals/batch/update", answer).on("PATCH", "/companies/101", {"id": "101"})
    vendor.on("PATCH", "/deals/7", {"id": "7"}).on("PATCH", "/deals/8", (404, {"message": "resource not found"}))
    seven, _, eight = await hubspot.apply_many(SENDS)
    assert isinstance(seven, Receipt)
    assert isinstance(eight, Conflict)
    assert eight.message.startswith("Deal 8: ")


async def test_a_lost_batch_may_have_happened_to_each(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("POST", "/deals/batch/update", httpx.ReadTimeout("lost")).on("PATCH", "/companies/101", {"id": "101"})
    seven, company, eight = await hubspot.apply_many(SENDS)
    assert isinstance(company, Receipt)
    for name, lost in (("Deal 7: ", seven), ("Deal 8: ", eight)):
        assert isinstance(lost, Retriable)
        assert lost.sent
        assert lost.message.startswith(name)


async def test_missing_properties_are_made_for_a_batch_too(vendor: Any, hubspot: HubSpot) -> None:
    unknown = {"errors": [{"code": "PROPERTY_DOESNT_EXIST", "context": {"propertyName": ["qbc_status"]}}]}
    vendor.on("POST", "/deals/batch/update", (400, unknown), updated("7", "8"))
    vendor.on("PATCH", "/companies/101", (400, {"message": "no"}))
    vendor.on("GET", "/properties/2026-09/deals", {"results": []})
    vendor.on("POST", "/properties/2026-09/deals/groups", (201, {})).on("POST", "/properties/2026-09/deals", (201, {}))
    seven, company, eight = await hubspot.apply_many(SENDS)
    assert isinstance(seven, Receipt)
    assert isinstance(eight, Receipt)
    assert isinstance(company, NeedsPerson)
    assert len(vendor.sent("POST", "/properties/2026-09/deals")) == 11


async def test_a_bad_value_is_isolated_in_a_few_calls(vendor: Any, hubspot: HubSpot, sent_body: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        ids = [one["id"] for one in sent_body(request)["inputs"]]
        if "63" in ids:
            return httpx.Response(400, json={"message": "Property values were not valid"})
        return httpx.Response(200, json=updated(*ids))

    vendor.on("POST", "/deals/batch/update", answer).on("PATCH", "/deals/63", (400, {"message": "63 is bad"}))
    sends = [Send(StampDeal(str(number), (("qbc_status", "paid"),)), f"r{number}") for number in range(100)]
    outcomes = await hubspot.apply_many(sends)
    assert [place for place, one in enumerate(outcomes) if not isinstance(one, Receipt)] == [63]
    assert isinstance(outcomes[63], NeedsPerson)
    assert "63 is bad" in outcomes[63].message
    assert len(vendor.requests) < 20


async def test_a_refusal_that_meets_all_is_not_repeated_for_each(vendor: Any, hubspot: HubSpot) -> None:
    vendor.on("POST", "/deals/batch/update", (403, {"category": "MISSING_SCOPES"}))
    outcomes = await hubspot.apply_many([SENDS[0], SENDS[2]])
    assert [type(one) for one in outcomes] == [NeedsPerson, NeedsPerson]
    assert len(vendor.requests) == 1
