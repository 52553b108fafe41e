"""The error cookbook against what QuickBooks' simulator really answers: code and text, class, owner, reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.simulator.served import Served, struck_by

from qbconsole.connectors.http import Answer
from qbconsole.connectors.quickbooks.cookbook import Owner
from qbconsole.connectors.quickbooks.faults import fault_of, judge
from qbconsole.domain.errors import Conflict, Fatal, NeedsPerson, Problem, Retriable, SignIn, Throttled
from qbconsole.simulator.quickbooks import person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

BOOKKEEPER, ADMINISTRATOR, INTUIT, DEVELOPER = Owner.BOOKKEEPER, Owner.ADMINISTRATOR, Owner.INTUIT, Owner.DEVELOPER


@pytest.fixture(scope="module")
def books() -> Iterator[Served]:
    """A company of its own for this file, with a customer (1) and an invoice of theirs."""
    with struck_by("") as served:
        made(served, "Customer", {"DisplayName": "Harbor Point Dental"})
        preferences = {"SalesFormsPrefs": {"AllowEstimates": True}}
        person.prefer(served.company, preferences)
        yield served


def made(books: Served, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = books.books("POST", f"/{kind.lower()}", body)
    assert answer.status_code == 200, answer.text
    row: dict[str, Any] = answer.json()[kind]
    return row


def line(**detail: Any) -> dict[str, Any]:
    more = {name: detail.pop(name) for name in ("Amount",) if name in detail}
    return {
        "Amount": 120, "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "1"}, **detail}, **more,
    }  # fmt: skip


def form(**more: Any) -> dict[str, Any]:
    return {"CustomerRef": {"value": "1"}, "TxnDate": "2026-11-16", "Line": [line()], **more}


def meant(answer: httpx.Response) -> Problem | None:
    """What the connector makes of it."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return judge(Answer(answer.status_code, headers, answer.content), throttle_wait=60)


def query(books: Served, statement: str) -> httpx.Response:
    return books.books("GET", "/query", query=statement)


# --- how each is brought about ----------------------------------------------------------------------------------------


def inactive_item(books: Served) -> httpx.Response:
    item = next(row for row in books.company.records("Item") if row["Name"] == "Old part")
    gone = {"Id": item["Id"], "SyncToken": item["SyncToken"], "sparse": True, "Active": False}
    books.books("POST", "/item", gone)
    return books.books("POST", "/invoice", form(Line=[line(ItemRef={"value": item["Id"]})]))


def stale(books: Served) -> httpx.Response:
    invoice = made(books, "Invoice", form())
    body = {"Id": invoice["Id"], "SyncToken": "7", "sparse": True, "PrivateNote": "x"}
    return books.books("POST", "/invoice", body)


def deleted(books: Served) -> httpx.Response:
    invoice = made(books, "Invoice", form())
    token = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}
    books.books("POST", "/invoice", token, operation="delete")
    return books.books("POST", "/invoice", token, operation="void")


def taken_number(books: Served) -> httpx.Response:
    person.prefer(books.company, {"SalesFormsPrefs": {"CustomTxnNumbers": True}})
    try:
        made(books, "Invoice", form(DocNumber="A-17"))
        return books.books("POST", "/invoice", form(DocNumber="A-17"))
    finally:
        person.prefer(books.company, {"SalesFormsPrefs": {"CustomTxnNumbers": False}})


def lapsed(books: Served) -> httpx.Response:
    person.subscribe(books.company, lapsed=True)
    try:
        return books.books("POST", "/invoice", form())
    finally:
        person.subscribe(books.company, lapsed=False)


def closed(books: Served) -> httpx.Response:
    person.close_books(books.company, "2026-10-31")
    try:
        return books.books("POST", "/invoice", form(TxnDate="2026-10-30"))
    finally:
        person.close_books(books.company, "")


def taken_name(clash: str) -> Callable[[Served], httpx.Response]:
    def bring_about(books: Served) -> httpx.Response:
        books.company.switches.turn({"name_clash": clash})
        return books.books("POST", "/customer", {"DisplayName": "HARBOR POINT dental"})

    return bring_about


def deposited(books: Served) -> httpx.Response:
    payment = made(books, "Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 5})
    person.sweep(books.company, [payment["Id"]])
    body = {"Id": payment["Id"], "SyncToken": payment["SyncToken"], "sparse": True, "PrivateNote": "x"}
    return books.books("POST", "/payment", body)


def closed_estimate(books: Served) -> httpx.Response:
    estimate = made(books, "Estimate", form(TxnStatus="Rejected"))
    return books.books("POST", "/invoice", form(LinkedTxn=[{"TxnId": estimate["Id"], "TxnType": "Estimate"}]))


def no_estimate(books: Served) -> httpx.Response:
    return books.books("POST", "/invoice", form(LinkedTxn=[{"TxnId": "7777", "TxnType": "Estimate"}]))


def struck(spec: str) -> Callable[[Served], httpx.Response]:
    def bring_about(books: Served) -> httpx.Response:
        books.faults.configure(spec)
        try:
            return books.books("POST", "/customer", {"DisplayName": "Somebody"})
        finally:
            books.faults.configure("")

    return bring_about


def poisoned(books: Served) -> httpx.Response:
    person.poison(books.company, "Customer", "1")
    try:
        return query(books, "select * from Customer")
    finally:
        person.poison(books.company, "Customer", "1", healed=True)


def same_id_other_body(books: Served) -> httpx.Response:
    books.company.switches.turn({"requestid_other_body": "refused"})
    try:
        books.books("POST", "/customer", {"DisplayName": "First"}, requestid="one")
        return books.books("POST", "/customer", {"DisplayName": "Second"}, requestid="one")
    finally:
        books.company.switches.turn({"requestid_other_body": "first_answer"})


def too_large(books: Served) -> httpx.Response:
    books.company.switches.turn({"largest_request": "100"})
    try:
        return books.books("POST", "/customer", {"DisplayName": "x" * 200})
    finally:
        books.company.switches.turn({"largest_request": "100000000"})


def owing(books: Served) -> httpx.Response:
    customer = made(books, "Customer", {"DisplayName": "Owes"})
    made(books, "Invoice", form(CustomerRef={"value": customer["Id"]}))
    body = {"Id": customer["Id"], "SyncToken": customer["SyncToken"], "sparse": True, "Active": False}
    return books.books("POST", "/customer", body)


def as_other(books: Served) -> httpx.Response:
    headers = {"authorization": "Bearer nonsense", "accept": "application/json"}
    return books.http.get(f"/v3/company/{books.company.realm_id}/customer/1", headers=headers)


def elsewhere(books: Served) -> httpx.Response:
    headers = {"authorization": f"Bearer {books.token}", "accept": "application/json"}
    return books.http.get("/v3/company/1234567890/customer/1", headers=headers)


def unknown_field(books: Served) -> httpx.Response:
    books.company.switches.turn({"unknown_custom_field": "refused"})
    return books.books("POST", "/invoice", form(CustomField=[
        {"DefinitionId": "3", "Type": "StringType", "StringValue": "x"}]))  # fmt: skip


def xml_body(books: Served) -> httpx.Response:
    headers = {
        "authorization": f"Bearer {books.token}", "accept": "application/json", "content-type": "application/xml",
    }  # fmt: skip
    return books.http.post(f"/v3/company/{books.company.realm_id}/customer", content="<Customer/>", headers=headers)


CASES: dict[str, tuple[Callable[[Served], httpx.Response], str, type[Problem], Owner, str]] = {
    "missing": (lambda b: b.books("GET", "/invoice/99999"), "610", NeedsPerson, BOOKKEEPER, "inactive or deleted"),
    "deleted": (deleted, "610", Conflict, BOOKKEEPER, "Another user has deleted it in QuickBooks."),
    "inactive item": (inactive_item, "610", NeedsPerson, BOOKKEEPER, "inactive or deleted"),
    "unknown property": (lambda b: b.books("POST", "/customer", {"DisplayName": "x", "Bad": 1}), "2010", Fatal,
                         DEVELOPER, "Unrecognized field"),
    "no lines": (lambda b: b.books("POST", "/invoice", {"CustomerRef": {"value": "1"}}), "2020", NeedsPerson,
                 BOOKKEEPER, "A required value is missing: lines."),
    "no customer": (lambda b: b.books("POST", "/invoice", {"Line": [line()]}), "2020", NeedsPerson, BOOKKEEPER,
                    "A required value is missing: customer."),
    "bad id": (lambda b: b.books("GET", "/customer/1.5"), "2030", NeedsPerson, BOOKKEEPER, "An id is not valid"),
    "long name": (lambda b: b.books("POST", "/customer", {"DisplayName": "x" * 501}), "2050", NeedsPerson, BOOKKEEPER,
                  "A text has 501 characters, and QuickBooks takes 500 there."),
    "no such item": (lambda b: b.books("POST", "/invoice", form(Line=[line(ItemRef={"value": "999"})])), "2500",
                     NeedsPerson, BOOKKEEPER, "The item with id 999, to which it refers, is gone or inactive."),
    "no such customer": (lambda b: b.books("POST", "/invoice", form(CustomerRef={"value": "999"})), "2500",
                         NeedsPerson, BOOKKEEPER, "with id 999, to which it refers, is gone or inactive."),
    "bad status": (lambda b: b.books("POST", "/estimate", form(TxnStatus="Foo")), "2170", Fatal, DEVELOPER, "Foo"),
    "bad e-mail": (lambda b: b.books("POST", "/customer", {"DisplayName": "m", "PrimaryEmailAddr": {"Address": "m"}}),
                   "2210", NeedsPerson, BOOKKEEPER, "An e-mail address is not valid."),
    "garbled token": (as_other, "3200", SignIn, ADMINISTRATOR, "sign in again"),
    "another company": (elsewhere, "3100", SignIn, ADMINISTRATOR, "not connected to this company"),
    "no query": (lambda b: query(b, "selec * from Customer"), "4000", Fatal, DEVELOPER, "not understood"),
    "no such kind": (lambda b: query(b, "select * from Custmoer"), "4001", Fatal, DEVELOPER, "Custmoer"),
    "poisoned page": (poisoned, "4002", NeedsPerson, BOOKKEEPER, "stops the reading"),
    "stale": (stale, "5010", Conflict, BOOKKEEPER, "Somebody changed it since it was decided."),
    "class while off": (lambda b: b.books("POST", "/invoice", form(Line=[line(ClassRef={"value": "1"})])), "5030",
                        NeedsPerson, ADMINISTRATOR, "lack that feature"),
    "no amount": (lambda b: b.books("POST", "/payment", {"CustomerRef": {"value": "1"}}), "6000", NeedsPerson,
                  BOOKKEEPER, "It has no amount."),
    "no such estimate": (no_estimate, "6000", NeedsPerson, BOOKKEEPER,
                         "The estimate with id 7777, to which it is to be linked, is not there."),
    "closed estimate": (closed_estimate, "620", NeedsPerson, BOOKKEEPER, "cannot be linked"),
    "odd amount": (lambda b: b.books("POST", "/invoice", form(Line=[line(Qty=3, UnitPrice=33.33, Amount=100)])), "6070",
                   NeedsPerson, DEVELOPER, "not quantity times price"),
    "foreign tax code": (lambda b: b.books("POST", "/invoice", form(Line=[line(TaxCodeRef={"value": "GST"})])), "6100",
                         NeedsPerson, BOOKKEEPER, "A line's tax code is not valid."),
    "taken number": (taken_number, "6140", NeedsPerson, BOOKKEEPER,
                     "The document number A-17 is taken by the invoice with id "),
    "lapsed": (lapsed, "6190", NeedsPerson, ADMINISTRATOR, "subscription has lapsed"),
    "closed books": (closed, "6210", NeedsPerson, ADMINISTRATOR, "The books are closed for that date"),
    "owing customer": (owing, "6220", NeedsPerson, BOOKKEEPER, "Its balance is not zero."),
    "taken name": (taken_name("null"), "6240", NeedsPerson, BOOKKEEPER, "vendor or employee."),
    "taken name in words": (taken_name("words"), "6240", NeedsPerson, BOOKKEEPER, "vendor or employee."),
    "taken name and holder": (taken_name("holder"), "6240", NeedsPerson, BOOKKEEPER, "the one with id 1."),
    "mail to nobody": (lambda b: b.books("POST", "/invoice", form(EmailStatus="NeedToSend")), "6420", NeedsPerson,
                       BOOKKEEPER, "An e-mail address is missing."),
    "deposited": (deposited, "6540", NeedsPerson, BOOKKEEPER, "already deposited"),
    "unknown custom field": (unknown_field, "3000", NeedsPerson, BOOKKEEPER, "A custom field is not valid."),
    "unknown route": (lambda b: b.books("GET", "/customer/1/5"), "500", Fatal, DEVELOPER, "unknown to QuickBooks"),
    "wrong content": (xml_body, "1050", Fatal, DEVELOPER, "The content type is wrong."),
    "large batch": (lambda b: b.books("POST", "/batch", {"BatchItemRequest": [
        {"bId": str(n), "Query": "select * from Term"} for n in range(31)]}), "1040", Fatal, DEVELOPER, "too many"),
    "long request id": (lambda b: b.books("POST", "/customer", {"DisplayName": "r"}, requestid="x" * 51), "2130", Fatal,
                        DEVELOPER, "The request id is not valid."),
    "same id, other body": (same_id_other_body, "600", Retriable, INTUIT, "still being worked on"),
    "throttled": (struck("throttle=1"), "3001", Throttled, INTUIT, "QuickBooks asks to wait."),
    "server error": (struck("server_error=1"), "", Retriable, INTUIT, ""),
    "too large": (too_large, "413", NeedsPerson, BOOKKEEPER, "too large"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_quickbooks_answers_is_understood(books: Served, name: str) -> None:
    bring_about, code, kind, owner, words = CASES[name]
    answer = bring_about(books)
    problem = meant(answer)
    assert problem is not None
    assert (problem.code, type(problem), problem.owner) == (code or problem.code, kind, owner.value), problem.words
    assert words.lower() in problem.message.lower()
    reference = answer.headers.get("intuit_tid")  # a gateway's own failure has none
    assert reference is None or problem.words.endswith(f"(Intuit's reference {reference})")
    assert "{" not in problem.message


def test_one_item_of_a_batch_is_refused_alone(books: Served) -> None:
    items = [
        {"bId": "1", "operation": "create", "Customer": {"DisplayName": "Harbor Point Dental"}},
        {"bId": "2", "operation": "create", "Customer": {"DisplayName": "Batched"}},
    ]
    answer = books.books("POST", "/batch", {"BatchItemRequest": items})
    assert meant(answer) is None
    refused, done = answer.json()["BatchItemResponse"]
    assert (fault_of(refused).code, "Customer" in done) == ("6240", True)
