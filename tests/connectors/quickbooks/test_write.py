"""Each write once under its request id, and nothing believed that was not looked at again (quickbooks.md 6, 7, 9)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.connectors.conftest import preferences
from tests.connectors.quickbooks.shapes import (
    CHILLER,
    INVOICE,
    LABOR,
    MAKE,
    NOW,
    VOID,
    Body,
    answer,
    customer,
    fault,
    held,
    voided,
)

from qbconsole.connectors.base import Send
from qbconsole.connectors.quickbooks import QuickBooksSettings, document_url
from qbconsole.connectors.quickbooks.client import quoted
from qbconsole.domain.errors import Conflict, Fatal, Gone, NeedsPerson, Retriable
from qbconsole.domain.operations import (
    CreateDocument,
    DeactivateCustomer,
    StampDeal,
    TagCustomer,
)
from qbconsole.domain.records import DocumentLine

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks import QuickBooks

# --- documents --------------------------------------------------------------------------------------------------------


async def test_an_invoice_is_sent_as_approved_and_read_back(
    vendor: Any, quickbooks: QuickBooks, sent_body: Body
) -> None:
    vendor.on("POST", "/invoice", answer("Invoice", held())).on(
        "GET", "/invoice/130", answer("Invoice", held(SyncToken="1"))
    )
    receipt = await quickbooks.apply(INVOICE, request_id="R" * 36)
    (sent,) = vendor.sent("POST", "/invoice")
    assert dict(sent.url.params) == {"requestid": "R" * 36, "minorversion": "75"}
    assert sent_body(sent) == {
        "CustomerRef": {"value": "8"},
        "TxnDate": "2026-11-23",
        "DueDate": "2026-12-23",
        "SalesTermRef": {"value": "3"},
        "PrivateNote": "Deal 1042 / completion",
        "BillEmail": {"Address": "ap@harbor.example"},
        "ShipAddr": {"Line1": "1 Pier Rd", "City": "Duluth", "CountrySubDivisionCode": "MN", "PostalCode": "55802"},
        "Line": [
            {
                "DetailType": "SalesItemLineDetail",
                "Amount": 1160.00,
                "Description": "Install labor",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": "1"},
                    "Qty": 8,
                    "UnitPrice": 145.00,
                    "TaxCodeRef": {"value": "NON"},
                    "ClassRef": {"value": "7"},
                },
            },
            {  # 3 x 33.33 is not 100.00: fault 6070 demands neither
                "DetailType": "SalesItemLineDetail",
                "Amount": 100.00,
                "Description": "Chiller",
                "SalesItemLineDetail": {"ItemRef": {"value": "5"}, "TaxCodeRef": {"value": "TAX"}},
            },
        ],
    }
    assert (receipt.remote_id, receipt.number, receipt.revision, receipt.found) == ("130", "1042", "1", False)
    assert receipt.record.total == Decimal("1268.00")
    assert receipt.server_reference == "1-abc"


@pytest.mark.parametrize(
    ("read_back", "words"),
    [
        (answer("Invoice", voided()), "voided in QuickBooks since"),
        (fault("610"), "invoice 1042 was made and has been deleted in QuickBooks since"),
        (answer("Invoice", held(TotalAmt=1300)), "1260.00 for customer 8 was approved"),
        (answer("Invoice", held(CustomerRef={"value": "9"})), "customer 9"),
    ],
)
async def test_a_replayed_success_is_not_believed(
    vendor: Any, quickbooks: QuickBooks, read_back: Any, words: str
) -> None:
    vendor.on("POST", "/invoice", answer("Invoice", held())).on("GET", "/invoice/130", read_back)
    with pytest.raises(Conflict, match=words) as caught:
        await quickbooks.apply(INVOICE, request_id="r")
    assert caught.value.message.startswith("Invoice for Deal 1042 / completion: ")


async def test_the_first_answer_to_a_request_needs_no_second_look(vendor: Any, quickbooks: QuickBooks) -> None:
    fresh = {"MetaData": {"CreateTime": "2026-11-23T08:59:59-08:00"}}
    vendor.on("POST", "/invoice", answer("Invoice", held(**fresh))).on(
        "GET", "/invoice/130", answer("Invoice", voided())
    )
    assert (await quickbooks.apply(INVOICE, request_id="r")).remote_id == "130"
    assert vendor.sent("GET", "/invoice/130") == []
    replayed = {"MetaData": {"CreateTime": "2026-11-23T07:59:59-08:00"}}
    vendor.on("POST", "/invoice", answer("Invoice", held(**replayed)))
    with pytest.raises(Conflict, match="voided in QuickBooks since"):
        await quickbooks.apply(INVOICE, request_id="r")


@pytest.mark.parametrize("read_back", [answer("Invoice", voided()), fault("610")], ids=["voided", "deleted"])
async def test_what_was_sent_before_is_read_back_however_fresh_the_answer(
    vendor: Any, quickbooks: QuickBooks, read_back: Any
) -> None:
    fresh = {"MetaData": {"CreateTime": "2026-11-23T08:59:59-08:00"}}
    vendor.on("POST", "/invoice", answer("Invoice", held(**fresh))).on("GET", "/invoice/130", read_back)
    (outcome,) = await quickbooks.apply_many([Send(INVOICE, "r", again=True)])
    assert isinstance(outcome, Gone)
    assert (outcome.remote_id, outcome.number) == ("130", "1042")


@pytest.mark.parametrize(
    ("made", "read_back"),
    [
        ((500, "<html>"), None),
        ((200, "<html>"), None),
        ((200, '{"Invoice": {"Id": "130"'), None),
        (httpx.ReadTimeout("lost"), None),
        (answer("Invoice", held(CustomerRef={"value": "9"})), None),
        (answer("Customer", {"Id": "8"}), None),
        (answer("Invoice", held()), (503, "")),
        (answer("Invoice", held()), answer("Invoice", held(Id="131"))),
    ],
)
async def test_an_unknown_outcome_says_so(vendor: Any, quickbooks: QuickBooks, made: Any, read_back: Any) -> None:
    vendor.on("POST", "/invoice", made).on("GET", "/invoice/130", read_back)
    with pytest.raises(Retriable) as caught:
        await quickbooks.apply(INVOICE, request_id="r")
    assert caught.value.sent
    assert len(vendor.sent("POST", "/invoice")) == 1


async def test_a_failure_before_sending_says_so(vendor: Any, quickbooks: QuickBooks) -> None:
    vendor.on("POST", "/invoice", httpx.ConnectError("refused"))
    with pytest.raises(Retriable) as caught:
        await quickbooks.apply(INVOICE, request_id="r")
    assert not caught.value.sent


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (replace(INVOICE, lines=(replace(LABOR, item_id=""),)), "no QuickBooks item"),
        (replace(INVOICE, currency="CAD"), "keeps USD only"),
    ],
)
async def test_what_cannot_be_billed_is_not_sent(
    vendor: Any, quickbooks: QuickBooks, operation: CreateDocument, words: str
) -> None:
    with pytest.raises(NeedsPerson, match=words):
        await quickbooks.apply(operation, request_id="r")
    assert vendor.sent("POST", "/invoice") == []


async def test_a_text_line_has_no_amount(vendor: Any, quickbooks: QuickBooks, sent_body: Body) -> None:
    vendor.on("POST", "/estimate", answer("Estimate", held())).on("GET", "/estimate/130", answer("Estimate", held()))
    text = DocumentLine("", "Thank you", None, None, Decimal("0.00"))
    await quickbooks.apply(replace(INVOICE, type="estimate", lines=(LABOR, CHILLER, text)), request_id="r")
    (sent,) = vendor.sent("POST", "/estimate")
    assert sent_body(sent)["Line"][2] == {
        "DetailType": "DescriptionOnly", "Description": "Thank you", "DescriptionLineDetail": {},
    }  # fmt: skip


async def test_a_credit_takes_back_an_invoice_only_as_it_was_seen(
    vendor: Any, quickbooks: QuickBooks, sent_body: Body
) -> None:
    credit = replace(INVOICE, type="credit_memo", reverses="130", reverses_balance=Decimal("1268.00"))
    vendor.on("GET", "/invoice/130", answer("Invoice", held(Balance=68)))
    with pytest.raises(Conflict, match=r"open with 68.00, not 1268.00"):
        await quickbooks.apply(credit, request_id="r")
    vendor.on("GET", "/invoice/130", answer("Invoice", held()))
    vendor.on("POST", "/creditmemo", answer("CreditMemo", held(Id="131")))
    vendor.on("GET", "/creditmemo/131", answer("CreditMemo", held(Id="131", RemainingCredit=1268)))
    receipt = await quickbooks.apply(credit, request_id="r")
    assert receipt.record.type == "credit_memo"
    (sent,) = vendor.sent("POST", "/creditmemo")
    assert not {"DueDate", "SalesTermRef"} & set(sent_body(sent))


# --- a refusal that is remembered -------------------------------------------------------------------------------------


def refused(code: str, *, at: str) -> httpx.Response:
    """A refusal written at a time, sent at 17:00:00 UTC."""
    body = {"Fault": {"Error": [{"Message": "m", "Detail": "d", "code": code}], "type": "ValidationFault"}, "time": at}
    return httpx.Response(400, json=body, headers={"Date": "Mon, 23 Nov 2026 17:00:00 GMT"})


OLD, FRESH = "2026-11-23T08:00:00.000-08:00", "2026-11-23T08:59:59.900-08:00"


@pytest.mark.parametrize(
    ("answers", "ids", "made"),
    [
        ([refused("6240", at=OLD), answer("Customer", customer())], ["r", "r-r1"], True),
        (
            [refused("6240", at=OLD), refused("6240", at=OLD), answer("Customer", customer())],
            ["r", "r-r1", "r-r2"],
            True,
        ),
        ([refused("6240", at=FRESH)], ["r"], False),
        ([refused("6240", at=OLD), refused("6240", at=FRESH)], ["r", "r-r1"], False),
        ([refused("6240", at="nonsense")], ["r"], False),
        ([refused("6240", at=OLD)], ["r", "r-r1", "r-r2", "r-r3", "r-r4", "r-r5"], False),
    ],
)
async def test_an_old_refusal_says_nothing_of_now(
    vendor: Any, quickbooks: QuickBooks, answers: list[Any], ids: list[str], made: bool
) -> None:
    """Somebody freed the name and pressed R: what QuickBooks remembers under the id must not stand for ever."""
    vendor.on("POST", "/customer", *answers).on("GET", "/customer/8", answer("Customer", customer()))
    if made:
        assert (await quickbooks.apply(MAKE, request_id="r")).remote_id == "8"
    else:
        with pytest.raises(NeedsPerson, match="already used"):
            await quickbooks.apply(MAKE, request_id="r")
    assert [one.url.params["requestid"] for one in vendor.sent("POST", "/customer")] == ids


# --- an estimate becomes an invoice -----------------------------------------------------------------------------------

FROM_ESTIMATE = replace(INVOICE, estimate_id="99")
LINK = {"LinkedTxn": [{"TxnId": "99", "TxnType": "Estimate"}]}


def estimate(**more: Any) -> dict[str, Any]:
    return answer("Estimate", held(Id="99", DocNumber="E-1", **more))


async def test_an_invoice_of_an_estimate_keeps_the_link(vendor: Any, quickbooks: QuickBooks, sent_body: Body) -> None:
    vendor.on("GET", "/estimate/99", estimate(TxnStatus="Accepted")).on("POST", "/invoice", answer("Invoice", held()))
    vendor.on("GET", "/invoice/130", answer("Invoice", held(**LINK)))
    receipt = await quickbooks.apply(FROM_ESTIMATE, request_id="r")
    (sent,) = vendor.sent("POST", "/invoice")
    assert sent_body(sent)["LinkedTxn"] == LINK["LinkedTxn"]
    assert len(sent_body(sent)["Line"]) == 2  # QuickBooks copies no lines (trap 36)
    assert receipt.record.links == (("estimate", "99"),)
    vendor.on("GET", "/invoice/130", answer("Invoice", held()))
    with pytest.raises(Conflict, match="without its link to estimate 99"):  # trap 49
        await quickbooks.apply(FROM_ESTIMATE, request_id="r")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (estimate(TxnStatus="Closed"), "estimate E-1, of which it is to be made, is closed"),
        (estimate(TxnStatus="Rejected"), "is rejected"),
        (estimate(TxnStatus="Closed", LinkedTxn=[{"TxnId": "7", "TxnType": "Invoice"}]), "became invoice 7 already"),
        (estimate(TxnStatus="Pending", CustomerRef={"value": "9"}), "is for customer 9"),
        (fault("610"), "was deleted in QuickBooks"),
    ],
)
async def test_an_estimate_becomes_one_invoice_while_it_is_open(
    vendor: Any, quickbooks: QuickBooks, now: Any, words: str
) -> None:
    vendor.on("GET", "/estimate/99", now)
    with pytest.raises(Conflict, match=words):
        await quickbooks.apply(FROM_ESTIMATE, request_id="r")
    assert vendor.sent("POST", "/invoice") == []


async def test_a_cent_of_rounding_is_told_not_refused(vendor: Any, quickbooks: QuickBooks) -> None:
    vendor.on("POST", "/invoice", answer("Invoice", held()))
    vendor.on("GET", "/invoice/130", answer("Invoice", held(TotalAmt=1268.02)))
    receipt = await quickbooks.apply(replace(INVOICE, due_on=None, term_id="", email=""), request_id="r")
    assert receipt.notice == "invoice 1042: QuickBooks' sum before tax is 1,260.02, not 1,260.00."
    vendor.on("GET", "/invoice/130", answer("Invoice", held(TotalAmt=1268.03)))  # two lines: two cents
    with pytest.raises(Conflict, match=r"1260\.03 before tax"):
        await quickbooks.apply(INVOICE, request_id="r")


@pytest.mark.parametrize(
    ("came_back", "notice"),
    [
        ({"CustomerMemo": {"value": "Thank you"}, "ClassRef": {"value": "7", "name": "North"}}, ""),
        ({"CustomerMemo": {"value": "Thank you"}}, "invoice 1042: QuickBooks left out its class."),
        ({}, "invoice 1042: QuickBooks left out its message to the customer, class."),
    ],
)
async def test_what_quickbooks_left_out_is_told(
    vendor: Any, quickbooks: QuickBooks, came_back: dict[str, Any], notice: str
) -> None:
    """A class that was switched off a minute ago, say: the invoice stands, and somebody has to know (trap 49)."""
    vendor.on("GET", "/preferences", preferences(AccountingInfoPrefs={"ClassTrackingPerTxn": True}))
    kept = {
        "DueDate": "2026-12-23", "SalesTermRef": {"value": "3"}, "BillEmail": {"Address": "AP@harbor.example"},
        **came_back,
    }  # fmt: skip
    vendor.on("POST", "/invoice", answer("Invoice", held()))
    vendor.on("GET", "/invoice/130", answer("Invoice", held(**kept)))
    receipt = await quickbooks.apply(replace(INVOICE, class_id="7", message="Thank you"), request_id="r")
    assert receipt.notice == notice


async def test_a_number_of_our_own_must_be_kept(vendor: Any, quickbooks: QuickBooks, sent_body: Body) -> None:
    vendor.on("GET", "/preferences", preferences(SalesFormsPrefs={"CustomTxnNumbers": True}))
    vendor.on("POST", "/invoice", answer("Invoice", held())).on("GET", "/invoice/130", answer("Invoice", held()))
    await quickbooks.apply(replace(INVOICE, number="1042"), request_id="r")
    assert sent_body(vendor.sent("POST", "/invoice")[0])["DocNumber"] == "1042"
    with pytest.raises(Conflict, match="holds it as number 1042, but A-17 was approved"):
        await quickbooks.apply(replace(INVOICE, number="A-17"), request_id="r")


async def test_custom_fields_go_along_if_they_are_switched_on(
    vendor: Any, quickbooks: QuickBooks, sent_body: Body
) -> None:
    fields = [
        {"CustomField": [{"Name": "SalesFormsPrefs.UseSalesCustom1", "Type": "BooleanType", "BooleanValue": True},
                         {"Name": "SalesFormsPrefs.UseSalesCustom2", "Type": "BooleanType", "BooleanValue": False}]},
        {"CustomField": [{"Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType", "StringValue": "Crew #"},
                         {"Name": "SalesFormsPrefs.SalesCustomName2", "Type": "StringType", "StringValue": "Rep"}]},
    ]  # fmt: skip
    vendor.on("GET", "/preferences", preferences(SalesFormsPrefs={"CustomField": fields}))
    vendor.on("POST", "/invoice", answer("Invoice", held())).on("GET", "/invoice/130", answer("Invoice", held()))
    await quickbooks.apply(replace(INVOICE, custom_fields=(("1", "Crew 4"), ("2", "Ann"))), request_id="r")
    (sent,) = vendor.sent("POST", "/invoice")
    assert [one["DefinitionId"] for one in sent_body(sent)["CustomField"]] == ["1"]


async def test_a_job_that_lies_elsewhere_is_told(vendor: Any, quickbooks: QuickBooks) -> None:
    job = replace(MAKE, parent_id="5")
    vendor.on("POST", "/customer", answer("Customer", customer()))
    vendor.on("GET", "/customer/8", answer("Customer", customer(ParentRef={"value": "5"}, Job=True)))
    assert (await quickbooks.apply(job, request_id="r")).record.parent_id == "5"
    vendor.on("GET", "/customer/8", answer("Customer", customer()))
    with pytest.raises(Conflict, match="made as 8, but its parent is none, not 5"):
        await quickbooks.apply(job, request_id="r")


# --- a printed document -----------------------------------------------------------------------------------------------


async def test_a_pdf_is_fetched_as_such(vendor: Any, quickbooks: QuickBooks) -> None:
    printed = httpx.Response(200, content=b"%PDF-1.4 x", headers={"Content-Type": "application/pdf"})
    vendor.on("GET", "/invoice/130/pdf", printed)
    assert await quickbooks.pdf("invoice", "130") == b"%PDF-1.4 x"
    (asked,) = vendor.sent("GET", "/invoice/130/pdf")
    assert asked.headers["accept"] == "application/pdf"


@pytest.mark.parametrize(
    ("came", "kind", "words"),
    [
        (fault("610"), Conflict, "invoice 130 was deleted in QuickBooks"),
        ((200, "<html>"), Retriable, "no usable answer"),
        (answer("Invoice", held()), Retriable, "without the PDF"),
        (fault("6000", "No PDF for you"), NeedsPerson, "No PDF for you"),
    ],
)
async def test_what_is_no_pdf_is_not_saved(
    vendor: Any, quickbooks: QuickBooks, came: Any, kind: type[Exception], words: str
) -> None:
    vendor.on("GET", "/invoice/130/pdf", came)
    with pytest.raises(kind, match=words):
        await quickbooks.pdf("invoice", "130")


# --- voiding ----------------------------------------------------------------------------------------------------------


async def test_a_void_carries_id_and_token_alone(vendor: Any, quickbooks: QuickBooks, sent_body: Body) -> None:
    vendor.on(
        "GET",
        "/invoice/130",
        answer("Invoice", held(SyncToken="3", LinkedTxn=[{"TxnId": "99", "TxnType": "Estimate"}])),
    )
    vendor.on("POST", "/invoice", answer("Invoice", voided()))
    receipt = await quickbooks.apply(VOID, request_id="r")
    (sent,) = vendor.sent("POST", "/invoice")
    assert sent_body(sent) == {"Id": "130", "SyncToken": "3"}
    assert dict(sent.url.params) == {"operation": "void", "requestid": "r-3", "minorversion": "75"}
    assert receipt.record.voided


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (answer("Invoice", held(Balance=68)), r"its balance is 68.00, not 1268.00"),
        (answer("Invoice", held(LinkedTxn=[{"TxnId": "128", "TxnType": "Payment"}])), "payments or credits changed"),
        (answer("Invoice", held(EmailStatus="EmailSent")), "has been e-mailed"),
        (answer("Invoice", voided()), "voided in QuickBooks already"),
        (fault("610", "Another user has deleted this transaction."), "was deleted in QuickBooks"),
    ],
)
async def test_a_void_stops_when_money_links_or_mail_moved(
    vendor: Any, quickbooks: QuickBooks, now: Any, words: str
) -> None:
    vendor.on("GET", "/invoice/130", now)
    with pytest.raises(Conflict, match=words):
        await quickbooks.apply(VOID, request_id="r")
    assert vendor.sent("POST", "/invoice") == []


async def test_a_stale_token_alone_is_no_conflict(vendor: Any, quickbooks: QuickBooks, sent_body: Body) -> None:
    vendor.on("GET", "/invoice/130", answer("Invoice", held(SyncToken="1")), answer("Invoice", held(SyncToken="2")))
    vendor.on("POST", "/invoice", fault("5010", "Stale Object Error"), answer("Invoice", voided()))
    await quickbooks.apply(VOID, request_id="r")
    sent = vendor.sent("POST", "/invoice")
    assert [sent_body(one)["SyncToken"] for one in sent] == ["1", "2"]
    assert [one.url.params["requestid"] for one in sent] == ["r-1", "r-2"]  # a fault may be remembered


# --- customers --------------------------------------------------------------------------------------------------------


async def test_a_customer_is_made_with_its_tag(vendor: Any, quickbooks: QuickBooks, sent_body: Body) -> None:
    vendor.on("POST", "/customer", answer("Customer", customer())).on(
        "GET", "/customer/8", answer("Customer", customer())
    )
    receipt = await quickbooks.apply(MAKE, request_id="r")
    (sent,) = vendor.sent("POST", "/customer")
    assert sent_body(sent) == {
        "DisplayName": "Harbor Point Dental, P.C.",
        "Notes": "CRM company 7",
        "PrimaryEmailAddr": {"Address": "ap@harbor.example"},
        "PrimaryPhone": {"FreeFormNumber": "555 0100"},
    }
    assert (receipt.remote_id, receipt.record.name) == ("8", "Harbor Point Dental, P.C.")


async def test_a_taken_name_says_what_to_do(vendor: Any, quickbooks: QuickBooks) -> None:
    vendor.on("POST", "/customer", fault("6240", "The name supplied already exists. : null"))
    with pytest.raises(NeedsPerson, match=r"Customer Harbor Point.*already used.*Link the company"):
        await quickbooks.apply(MAKE, request_id="r")


async def test_a_name_with_a_colon_is_not_sent(vendor: Any, quickbooks: QuickBooks) -> None:
    with pytest.raises(NeedsPerson, match="no colon"):
        await quickbooks.apply(replace(MAKE, name="A: B"), request_id="r")


@pytest.mark.parametrize(
    ("notes", "remove", "wanted"),
    [
        ("vip", False, "vip\nCRM company 9"),
        ("", False, "CRM company 9"),
        ("CRM company 90", False, "CRM company 90\nCRM company 9"),
        ("vip\nCRM company 9\nlate payer", True, "vip\nlate payer"),
        ("CRM company 9", True, ""),
    ],
)
async def test_exactly_our_line_is_added_or_taken_away(
    vendor: Any, quickbooks: QuickBooks, sent_body: Body, notes: str, remove: bool, wanted: str
) -> None:
    vendor.on("GET", "/customer/8", answer("Customer", customer(Notes=notes)))
    vendor.on("POST", "/customer", answer("Customer", customer(Notes=wanted)))
    await quickbooks.apply(TagCustomer("8", "CRM company 9", remove=remove), request_id="r")
    (sent,) = vendor.sent("POST", "/customer")
    assert sent_body(sent) == {"Id": "8", "SyncToken": "4", "sparse": True, "Notes": wanted}


@pytest.mark.parametrize(("notes", "remove"), [("x\nCRM company 9", False), ("CRM company 90", True)])
async def test_a_tag_that_is_as_wanted_is_not_written(
    vendor: Any, quickbooks: QuickBooks, notes: str, remove: bool
) -> None:
    vendor.on("GET", "/customer/8", answer("Customer", customer(Notes=notes)))
    receipt = await quickbooks.apply(TagCustomer("8", "CRM company 9", remove=remove), request_id="r")
    assert receipt.found
    assert vendor.sent("POST", "/customer") == []


async def test_notes_that_are_full_are_left_alone(vendor: Any, quickbooks: QuickBooks) -> None:
    vendor.on("GET", "/customer/8", answer("Customer", customer(Notes="x" * 1995)))
    with pytest.raises(NeedsPerson, match="2000"):
        await quickbooks.apply(TagCustomer("8", "CRM company 9"), request_id="r")


@pytest.mark.parametrize(
    ("row", "count", "refused"),
    [
        (customer(), 0, False),
        (customer(Balance=5), 0, True),
        (customer(BalanceWithJobs=5), 0, True),
        (customer(), 1, True),
    ],
)
async def test_a_customer_in_use_is_not_made_inactive(
    vendor: Any, quickbooks: QuickBooks, sent_body: Body, row: dict[str, Any], count: int, refused: bool
) -> None:
    vendor.on("GET", "/customer/8", answer("Customer", row))
    vendor.on("POST", "/query", {"QueryResponse": {"totalCount": count}, "time": NOW})
    vendor.on("POST", "/customer", answer("Customer", customer(Active=False)))
    if refused:
        with pytest.raises(NeedsPerson, match="in use"):
            await quickbooks.apply(DeactivateCustomer("8"), request_id="r")
        return
    await quickbooks.apply(DeactivateCustomer("8"), request_id="r")
    (sent,) = vendor.sent("POST", "/customer")
    assert sent_body(sent) == {"Id": "8", "SyncToken": "4", "sparse": True, "Active": False, "Notes": "vip"}


@pytest.mark.parametrize(
    ("notes", "left"), [("CRM company 7", ""), ("Ask for Ann\nCRM company 7\nCRM company 9", "Ask for Ann")]
)
async def test_a_customer_that_is_made_inactive_loses_our_tags(
    vendor: Any, quickbooks: QuickBooks, sent_body: Body, notes: str, left: str
) -> None:
    """Else the next customer that is made for the company is looked for, and this one is found."""
    vendor.on("GET", "/customer/8", answer("Customer", customer(Notes=notes)))
    vendor.on("POST", "/query", {"QueryResponse": {"totalCount": 0}, "time": NOW})
    vendor.on("POST", "/customer", answer("Customer", customer(Active=False)))
    await quickbooks.apply(DeactivateCustomer("8"), request_id="r")
    (sent,) = vendor.sent("POST", "/customer")
    assert sent_body(sent) == {"Id": "8", "SyncToken": "4", "sparse": True, "Active": False, "Notes": left}


async def test_an_operation_of_the_crm_is_a_fault_of_the_program(quickbooks: QuickBooks) -> None:
    with pytest.raises(Fatal):
        await quickbooks.apply(StampDeal("1", ()), request_id="r")


@pytest.mark.parametrize(
    ("value", "written"), [("Amy's", r"'Amy\'s'"), ("a\\b", r"'a\\b'"), ("x' OR '1'='1", r"'x\' OR \'1\'=\'1'")]
)
def test_values_are_quoted(value: str, written: str) -> None:
    assert quoted(value) == written


def test_a_documents_page_in_the_browser() -> None:
    settings = QuickBooksSettings(realm_id="1", app_url="https://app.sandbox.qbo.intuit.com/")
    assert document_url(settings, "credit_memo", "7") == "https://app.sandbox.qbo.intuit.com/app/creditmemo?txnId=7"
