"""Looking whether a write happened: what was made by tag, customer, time and sum; what was changed by its state."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.connectors.quickbooks.shapes import (
    INVOICE,
    MAKE,
    VOID,
    answer,
    customer,
    held,
    rows,
    voided,
)

from qbconsole.domain.errors import Conflict
from qbconsole.domain.operations import DeactivateCustomer, TagCustomer

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks import QuickBooks


async def test_a_document_is_found_by_its_tag_among_the_customers_newer_ones(
    vendor: Any, quickbooks: QuickBooks, long_ago: datetime
) -> None:
    other = held(Id="129", PrivateNote="Deal 1042 / completion / 2")
    vendor.on("POST", "/query", rows("Invoice", other, held(PrivateNote="Deal 7 / deposit\nDeal 1042 / completion")))
    receipt = await quickbooks.find(INVOICE, since=long_ago)
    (asked,) = vendor.sent("POST", "/query")
    assert b"CustomerRef = '8' AND MetaData.CreateTime >= '2026-11-23T16:58:00Z'" in asked.content
    assert receipt is not None
    assert (receipt.remote_id, receipt.found) == ("130", True)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([held(), held(Id="131", DocNumber="1043")], "2 times: 1042, 1043"),
        ([voided()], "voided in QuickBooks since"),
        ([held(TotalAmt=99)], "was approved"),
    ],
)
async def test_what_was_found_but_differs_is_a_conflict(
    vendor: Any, quickbooks: QuickBooks, long_ago: datetime, found: list[dict[str, Any]], words: str
) -> None:
    vendor.on("POST", "/query", rows("Invoice", *found))
    with pytest.raises(Conflict, match=words):
        await quickbooks.find(INVOICE, since=long_ago)


async def test_what_somebody_moved_to_another_customer_is_told(
    vendor: Any, quickbooks: QuickBooks, long_ago: datetime
) -> None:
    moved = rows("Invoice", held(CustomerRef={"value": "9"}))
    vendor.on("POST", "/query", rows("Invoice"), moved)
    with pytest.raises(Conflict, match=r"for customer 9, but 1260\.00 for customer 8 was approved"):
        await quickbooks.find(INVOICE, since=long_ago)
    among_all = vendor.sent("POST", "/query")[1].content
    assert b"CustomerRef" not in among_all
    assert b"MetaData.CreateTime >= '2026-11-23T16:58:00Z'" in among_all


@pytest.mark.parametrize("found", [[], [held(PrivateNote="")], [held(PrivateNote="Deal 1042 / completion / 2")]])
async def test_what_is_not_ours_is_not_found(
    vendor: Any, quickbooks: QuickBooks, long_ago: datetime, found: list[dict[str, Any]]
) -> None:
    vendor.on("POST", "/query", rows("Invoice", *found))
    assert await quickbooks.find(INVOICE, since=long_ago) is None


async def test_a_customer_is_found_by_name_and_tag(vendor: Any, quickbooks: QuickBooks, long_ago: datetime) -> None:
    vendor.on("POST", "/query", rows("Customer", customer()))
    receipt = await quickbooks.find(MAKE, since=long_ago)
    assert receipt is not None
    assert receipt.remote_id == "8"
    vendor.on("POST", "/query", rows("Customer", customer(Notes="CRM company 70")))
    assert await quickbooks.find(MAKE, since=long_ago) is None


@pytest.mark.parametrize(
    ("operation", "path", "kind", "row", "done"),
    [
        (TagCustomer("8", "CRM company 7"), "/customer/8", "Customer", customer(), True),
        (TagCustomer("8", "CRM company 7", remove=True), "/customer/8", "Customer", customer(), False),
        (DeactivateCustomer("8"), "/customer/8", "Customer", customer(Active=False), True),
        (DeactivateCustomer("8"), "/customer/8", "Customer", customer(), False),
        (VOID, "/invoice/130", "Invoice", voided(), True),
        (VOID, "/invoice/130", "Invoice", held(), False),
    ],
)
async def test_a_state_that_is_so_already_is_found(
    vendor: Any, quickbooks: QuickBooks, long_ago: datetime, operation: Any, path: str, kind: str, row: Any, done: bool
) -> None:
    vendor.on("GET", path, answer(kind, row))
    assert (await quickbooks.find(operation, since=long_ago) is not None) is done


# --- a tag is no proof by itself --------------------------------------------------------------------------------------

COPY = held(Id="131", DocNumber="1043", TotalAmt=600, TxnTaxDetail={"TotalTax": 0})


async def test_a_copy_with_another_sum_is_not_taken_for_ours(
    vendor: Any, quickbooks: QuickBooks, long_ago: datetime
) -> None:
    """People copy documents, and templates repeat them, notes and all."""
    vendor.on("POST", "/query", rows("Invoice", COPY, held()))
    receipt = await quickbooks.find(INVOICE, since=long_ago)
    assert receipt is not None
    assert receipt.remote_id == "130"


async def test_a_cent_of_rounding_is_told_but_ours(vendor: Any, quickbooks: QuickBooks, long_ago: datetime) -> None:
    vendor.on("POST", "/query", rows("Invoice", held(TotalAmt=1268.01)))
    receipt = await quickbooks.find(INVOICE, since=long_ago)
    assert receipt is not None
    assert receipt.notice == "invoice 1042: QuickBooks' sum before tax is 1,260.01, not 1,260.00."


async def test_a_customer_is_found_by_its_tag_whatever_it_is_called_now(
    vendor: Any, quickbooks: QuickBooks, long_ago: datetime
) -> None:
    vendor.on("POST", "/query", rows("Customer", customer(DisplayName="Harbor"), customer(Id="9", Notes="vip")))
    receipt = await quickbooks.find(MAKE, since=long_ago)
    assert receipt is not None
    assert receipt.remote_id == "8"
    (asked,) = vendor.sent("POST", "/query")
    assert b"Active IN (true, false) AND MetaData.CreateTime >= '2026-11-23T16:58:00Z'" in asked.content


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([customer(), customer(Id="9")], "2 times: 8, 9"),
        ([customer(Active=False)], "made inactive in QuickBooks since"),
        ([customer(ParentRef={"value": "5"})], "its parent is 5, not none"),
    ],
)
async def test_a_customer_that_is_not_as_it_was_made_is_a_conflict(
    vendor: Any, quickbooks: QuickBooks, long_ago: datetime, found: list[dict[str, Any]], words: str
) -> None:
    vendor.on("POST", "/query", rows("Customer", *found))
    with pytest.raises(Conflict, match=words):
        await quickbooks.find(MAKE, since=long_ago)


async def test_many_new_rows_are_looked_through_page_by_page(
    vendor: Any, quickbooks: QuickBooks, long_ago: datetime
) -> None:
    others = [held(Id=str(1000 + number), PrivateNote="") for number in range(1000)]
    vendor.on("POST", "/query", rows("Invoice", *others), rows("Invoice", held()))
    receipt = await quickbooks.find(INVOICE, since=long_ago)
    assert receipt is not None
    assert b"STARTPOSITION 1001" in vendor.sent("POST", "/query")[1].content
