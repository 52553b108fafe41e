"""Changes of what is there: sparse, under the newest token, and only while it is as the decision saw it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.connectors.quickbooks.shapes import NOW, Body, answer, customer, fault, held, voided

from qbconsole.connectors.quickbooks.writing.fields import FIELDS, differing
from qbconsole.domain.errors import Conflict, Fatal, NeedsPerson, Retriable
from qbconsole.domain.operations import (
    UPDATABLE,
    DeleteDocument,
    Operation,
    SendDocument,
    UpdateCustomer,
    UpdateDocument,
    address_of,
    address_text,
)
from qbconsole.domain.records import Address

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks import QuickBooks

PHONE = UpdateCustomer("8", "4", seen=(("phone", "555 0100"),), values=(("phone", "555 0199"),))
NOTE = UpdateDocument("invoice", "130", "0", seen=(("message", ""),), values=(("message", "Thank you"),))
DELETE = DeleteDocument("invoice", "130", revision="0", balance=Decimal("1268.00"), emailed=False)
SEND = SendDocument("invoice", "130", "ap@harbor.example", Decimal("1268.00"))
PIER = Address("1 Pier Rd", "Duluth", "MN", "55802", "US")


def phoned(number: str, **more: Any) -> dict[str, Any]:
    return customer(PrimaryPhone={"FreeFormNumber": number}, **more)


def mailed(**more: Any) -> dict[str, Any]:
    return held(EmailStatus="EmailSent", BillEmail={"Address": SEND.email}, **more)


GONE = fault("610", "Another user has deleted this transaction.")
DELETED = {"Invoice": {"domain": "QBO", "status": "Deleted", "Id": "130"}, "time": NOW}


@pytest.mark.parametrize(
    ("operation", "before", "after", "path", "body"),
    [
        (PHONE, phoned("555 0100"), phoned("555 0199"), "/customer", {"PrimaryPhone": {"FreeFormNumber": "555 0199"}}),
        (replace(PHONE, values=(("phone", ""),)), phoned("555 0100"), phoned(""), "/customer",
         {"PrimaryPhone": {"FreeFormNumber": ""}}),
        (replace(PHONE, values=(("name", "Harbor"), ("term_id", "3"))), phoned("555 0100"),
         phoned("555 0100", DisplayName="Harbor", SalesTermRef={"value": "3"}), "/customer",
         {"DisplayName": "Harbor", "SalesTermRef": {"value": "3"}}),
        (UpdateCustomer("8", "4", (), (("address", address_text(PIER)),)), customer(),
         customer(BillAddr={"Line1": "1 Pier Rd", "City": "Duluth", "CountrySubDivisionCode": "MN",
                            "PostalCode": "55802", "Country": "US"}), "/customer",
         {"BillAddr": {"Line1": "1 Pier Rd", "Line2": "", "Line3": "", "Line4": "", "Line5": "", "City": "Duluth",
                       "CountrySubDivisionCode": "MN", "PostalCode": "55802", "Country": "US"}}),
        (NOTE, held(), held(CustomerMemo={"value": "Thank you"}), "/invoice", {"CustomerMemo": {"value": "Thank you"}}),
        (UpdateDocument("estimate", "130", "0", (("status", "pending"),), (("status", "accepted"),)),
         held(TxnStatus="Pending"), held(TxnStatus="Accepted"), "/estimate", {"TxnStatus": "Accepted"}),
    ],
    ids=["one field", "cleared", "two fields", "an address", "a message", "an estimate's status"],
)  # fmt: skip
async def test_an_update_sends_exactly_the_fields_that_differ(
    vendor: Any, quickbooks: QuickBooks, sent_body: Body, operation: Operation, before: Any, after: Any, path: str,
    body: dict[str, Any],
) -> None:  # fmt: skip
    kind = path[1:].capitalize()
    vendor.on("GET", f"{path}/{before['Id']}", answer(kind, before)).on("POST", path, answer(kind, after))
    receipt = await quickbooks.apply(operation, request_id="r")
    (sent,) = vendor.sent("POST", path)
    assert sent_body(sent) == {"Id": before["Id"], "SyncToken": before["SyncToken"], "sparse": True, **body}
    assert (receipt.remote_id, receipt.found) == (before["Id"], False)


@pytest.mark.parametrize(
    ("operation", "path", "now", "words"),
    [
        (PHONE, "/customer/8", phoned("555 7777"), r"phone number is '555 7777', not '555 0100'"),
        (PHONE, "/customer/8", customer(), r"phone number is empty, not '555 0100'"),
        (PHONE, "/customer/8", fault("610"), "was deleted in QuickBooks"),
        (NOTE, "/invoice/130", held(CustomerMemo={"value": "Hi"}), "message to the customer is 'Hi', not empty"),
        (NOTE, "/invoice/130", voided(), "invoice 1042 is void"),
        (DELETE, "/invoice/130", held(Balance=68), r"its balance is 68.00, not 1268.00"),
        (DELETE, "/invoice/130", held(EmailStatus="EmailSent"), "has been e-mailed"),
        (DELETE, "/invoice/130", GONE, "was deleted in QuickBooks"),
        (SEND, "/invoice/130", held(TotalAmt=1300), r"is over 1,300.00, not 1,268.00 now"),
        (SEND, "/invoice/130", voided(), "is void now"),
    ],
)
async def test_what_moved_since_the_decision_stops_the_change(
    vendor: Any, quickbooks: QuickBooks, operation: Operation, path: str, now: Any, words: str
) -> None:
    kind = path.split("/")[1].capitalize()
    vendor.on("GET", path, now if isinstance(now, tuple) else answer(kind, now))
    with pytest.raises(Conflict, match=words):
        await quickbooks.apply(operation, request_id="r")
    assert [one for one in vendor.requests if one.method == "POST"] == []


async def test_another_field_may_have_moved(vendor: Any, quickbooks: QuickBooks, sent_body: Body) -> None:
    """The decision rests on the phone alone: that somebody gave the customer a term is none of its business."""
    moved = [phoned("555 0100", SyncToken=token, SalesTermRef={"value": "5"}) for token in ("9", "10")]
    vendor.on("GET", "/customer/8", *(answer("Customer", row) for row in moved))
    vendor.on("POST", "/customer", fault("5010", "Stale Object Error"), answer("Customer", phoned("555 0199")))
    await quickbooks.apply(PHONE, request_id="r")
    first, second = vendor.sent("POST", "/customer")
    assert [one.url.params["requestid"] for one in (first, second)] == ["r-9", "r-10"]
    assert [sent_body(one)["SyncToken"] for one in (first, second)] == ["9", "10"]


async def test_a_record_that_never_rests_is_left_for_later(vendor: Any, quickbooks: QuickBooks) -> None:
    vendor.on("GET", "/customer/8", answer("Customer", phoned("555 0100")))
    vendor.on("POST", "/customer", fault("5010", "Stale Object Error"))
    with pytest.raises(Retriable, match="is changing it in QuickBooks just now") as caught:
        await quickbooks.apply(PHONE, request_id="r")
    assert not caught.value.sent
    assert len(vendor.sent("POST", "/customer")) == 3


@pytest.mark.parametrize(
    ("operation", "path", "row"),
    [(PHONE, "/customer/8", phoned("555 0199")), (NOTE, "/invoice/130", held(CustomerMemo={"value": "Thank you"}))],
)
async def test_a_field_that_is_as_wanted_counts_as_done(
    vendor: Any, quickbooks: QuickBooks, operation: Operation, path: str, row: Any
) -> None:
    vendor.on("GET", path, answer(path.split("/")[1].capitalize(), row))
    assert (await quickbooks.apply(operation, request_id="r")).found
    assert [one for one in vendor.requests if one.method == "POST"] == []


async def test_an_answer_without_the_change_is_not_believed(vendor: Any, quickbooks: QuickBooks) -> None:
    vendor.on("GET", "/customer/8", answer("Customer", phoned("555 0100")))
    vendor.on("POST", "/customer", answer("Customer", phoned("555 0100")))
    with pytest.raises(Conflict, match="answered, but did not do it"):
        await quickbooks.apply(PHONE, request_id="r")


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (replace(NOTE, values=(("message", "x" * 1001),)), "message to the customer has 1001 characters.*holds 1000"),
        (replace(NOTE, values=(("private_note", "x" * 4001),)), "private note has 4001"),
        (replace(NOTE, values=(("number", "1043"),)), "QuickBooks numbers the documents"),
        (replace(NOTE, values=(("status", "closed"),)), "only an estimate"),
        (replace(PHONE, values=(("name", "A: B"),)), "no colon"),
        (replace(PHONE, values=(("name", ""),)), "no customer named ''"),
        (replace(PHONE, values=(("phone", "1" * 31),)), "phone number has 31"),
        (replace(SEND, email=""), "no e-mail address"),
    ],
)
async def test_what_quickbooks_does_not_take_is_not_sent(
    vendor: Any, quickbooks: QuickBooks, operation: Operation, words: str
) -> None:
    vendor.on("GET", "/customer/8", answer("Customer", phoned("555 0100")))
    vendor.on("GET", "/invoice/130", answer("Invoice", held()))
    with pytest.raises(NeedsPerson, match=words):
        await quickbooks.apply(operation, request_id="r")
    assert [one for one in vendor.requests if one.method == "POST"] == []


async def test_a_deletion_carries_id_and_token_alone(vendor: Any, quickbooks: QuickBooks, sent_body: Body) -> None:
    vendor.on("GET", "/invoice/130", answer("Invoice", held(SyncToken="3"))).on("POST", "/invoice", DELETED)
    receipt = await quickbooks.apply(DELETE, request_id="r")
    (sent,) = vendor.sent("POST", "/invoice")
    assert (sent_body(sent), sent.url.params["operation"]) == ({"Id": "130", "SyncToken": "3"}, "delete")
    assert (receipt.remote_id, receipt.record, receipt.gone) == ("130", None, True)


async def test_a_mail_is_asked_for_without_a_body(vendor: Any, quickbooks: QuickBooks) -> None:
    vendor.on("GET", "/invoice/130", answer("Invoice", held()))
    vendor.on("POST", "/invoice/130/send", answer("Invoice", mailed()))
    receipt = await quickbooks.apply(SEND, request_id="r")
    (sent,) = vendor.sent("POST", "/invoice/130/send")
    assert dict(sent.url.params) == {"sendTo": "ap@harbor.example", "requestid": "r", "minorversion": "75"}
    assert (sent.content, sent.headers["content-type"]) == (b"", "application/octet-stream")
    assert receipt.record.emailed


@pytest.mark.parametrize(
    ("operation", "path", "now", "done"),
    [
        (PHONE, "/customer/8", phoned("555 0199"), True),
        (PHONE, "/customer/8", phoned("555 0100"), False),
        (NOTE, "/invoice/130", held(CustomerMemo={"value": "Thank you"}), True),
        (NOTE, "/invoice/130", held(), False),
        (DELETE, "/invoice/130", GONE, True),
        (DELETE, "/invoice/130", held(), False),
        (SEND, "/invoice/130", mailed(DeliveryInfo={"DeliveryTime": "2026-11-23T09:00:01-08:00"}), True),
        (SEND, "/invoice/130", mailed(DeliveryInfo={"DeliveryTime": "2026-11-22T09:00:00-08:00"}), False),
        (SEND, "/invoice/130", held(), False),
    ],
)
async def test_a_change_is_found_by_the_state_it_sets(
    vendor: Any, quickbooks: QuickBooks, long_ago: Any, operation: Operation, path: str, now: Any, done: bool
) -> None:
    vendor.on("GET", path, now if isinstance(now, tuple) else answer(path.split("/")[1].capitalize(), now))
    found = await quickbooks.find(operation, since=long_ago)
    assert (found is not None and found.found) is done


@pytest.mark.parametrize("operation", [PHONE, NOTE, SEND])
async def test_a_change_of_what_was_deleted_is_a_conflict(
    vendor: Any, quickbooks: QuickBooks, long_ago: Any, operation: Operation
) -> None:
    vendor.on("GET", "/customer/8", GONE).on("GET", "/invoice/130", GONE)
    with pytest.raises(Conflict, match="was deleted in QuickBooks"):
        await quickbooks.find(operation, since=long_ago)


def test_every_updatable_field_is_known_and_no_other() -> None:
    assert {kind: set(fields) for kind, fields in FIELDS.items()} == {
        kind: set(names) for kind, names in UPDATABLE.items()
    }
    with pytest.raises(Fatal, match="No update customer sets 'balance'"):
        differing("update_customer", {}, {"balance": "0"})


@pytest.mark.parametrize("address", [PIER, Address(), Address(city="Duluth"), Address("1 Pier Rd")])
def test_an_address_is_one_text_and_back(address: Address) -> None:
    assert address_of(address_text(address)) == address
