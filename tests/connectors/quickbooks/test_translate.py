"""Recorded shapes of Intuit's objects become our records (quickbooks.md 8, 10)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from qbconsole.connectors.payload import parse
from qbconsole.connectors.quickbooks.translate import Home, ledger, original_note, pulled
from qbconsole.domain.records import (
    Application,
    Customer,
    Document,
    DocumentLine,
    Item,
    Payment,
    TaxRate,
    Term,
)

HOME = Home("USD")


def invoice(**more: Any) -> dict[str, Any]:
    """Invoice 96 of the sample company: 365.00, of which 275.00 is taxed at 8 %."""
    return {
        "AllowIPNPayment": False, "domain": "QBO", "sparse": False, "Id": "96", "SyncToken": "1",
        "MetaData": {"CreateTime": "2023-02-09T12:28:29-08:00", "LastUpdatedTime": "2023-02-10T10:06:49-08:00"},
        "CustomField": [{"DefinitionId": "1", "Name": "Crew #", "Type": "StringType", "StringValue": "102"}],
        "DocNumber": "1032", "TxnDate": "2023-01-20", "DueDate": "2023-02-19", "CurrencyRef": {"value": "USD"},
        "LinkedTxn": [{"TxnId": "128", "TxnType": "Payment"}, {"TxnId": "100", "TxnType": "Estimate"}],
        "Line": [
            {"Id": "1", "LineNum": 1, "Description": "Rock Fountain", "Amount": Decimal("275.0"),
             "LinkedTxn": [{"TxnId": "100", "TxnType": "Estimate"}], "DetailType": "SalesItemLineDetail",
             "SalesItemLineDetail": {"ItemRef": {"value": "5", "name": "Rock Fountain"}, "UnitPrice": 275, "Qty": 1,
                                     "TaxCodeRef": {"value": "TAX"}}},
            {"Id": "2", "LineNum": 2, "Description": "Custom Design", "Amount": Decimal("90.00"),
             "DetailType": "SalesItemLineDetail",
             "SalesItemLineDetail": {"ItemRef": {"value": "4"}, "UnitPrice": Decimal("22.5"), "Qty": 4,
                                     "TaxCodeRef": {"value": "NON"}, "ClassRef": {"value": "7"}}},
            {"Amount": Decimal("365.0"), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
        ],
        "TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}, "TotalTax": 22, "TaxLine": [
            {"Amount": 22, "DetailType": "TaxLineDetail", "TaxLineDetail": {
                "TaxRateRef": {"value": "3"}, "PercentBased": True, "TaxPercent": 8, "NetAmountTaxable": 275}}]},
        "CustomerRef": {"value": "8", "name": "0969 Ocean View Road"}, "TotalAmt": Decimal("387.00"), "Balance": 0,
        "EmailStatus": "NotSet", "PrivateNote": "Deal 1042 / completion", **more,
    }  # fmt: skip


def as_document(row: dict[str, Any], kind: str = "Invoice") -> Document:
    found = pulled(kind, row, HOME)
    assert isinstance(found.record, Document), found.problem
    return found.record


def test_an_invoice_with_tax_links_and_a_class() -> None:
    assert as_document(invoice()) == Document(
        id="96",
        type="invoice",
        number="1032",
        customer_id="8",
        posted_on=date(2023, 1, 20),
        currency="USD",
        total=Decimal("387.00"),
        tax=Decimal("22.00"),
        balance=Decimal("0.00"),
        due_on=date(2023, 2, 19),
        private_note="Deal 1042 / completion",
        lines=(
            DocumentLine("5", "Rock Fountain", Decimal(1), Decimal(275), Decimal("275.00"), taxable=True),
            DocumentLine("4", "Custom Design", Decimal(4), Decimal("22.5"), Decimal("90.00"), class_id="7"),
        ),
        links=(("payment", "128"), ("estimate", "100")),
        tax_percent=Decimal(8),
        tax_code_id="2",
        custom_fields=(("1", "102"),),
        created_at=datetime(2023, 2, 9, 20, 28, 29, tzinfo=UTC),
        revision="1",
    )


@pytest.mark.parametrize(
    ("change", "field", "wanted"),
    [
        ({"EmailStatus": "EmailSent"}, "emailed", True),
        ({"DeliveryInfo": {"DeliveryType": "Email", "DeliveryTime": "2023-02-09T12:28:29-08:00"}}, "emailed", True),
        ({"EmailStatus": "NeedToSend", "DeliveryInfo": {"DeliveryType": "Email"}}, "emailed", False),
        ({"CurrencyRef": None}, "currency", "USD"),
        ({"CurrencyRef": {"value": "CAD"}}, "currency", "CAD"),
        ({"TotalAmt": "387.00"}, "total", Decimal("387.00")),
        ({"DueDate": None, "DocNumber": None}, "number", ""),
        ({"TxnTaxDetail": {"TotalTax": 0}}, "tax_percent", None),
        ({"LinkedTxn": [], "Line": []}, "links", ()),
        ({"NewField2027": {"deep": [1, None]}}, "id", "96"),
    ],
)
def test_absent_null_textual_and_unknown_values_are_read_calmly(
    change: dict[str, Any], field: str, wanted: Any
) -> None:
    assert getattr(as_document(invoice(**change)), field) == wanted


@pytest.mark.parametrize(
    ("note", "total", "amount", "voided"),
    [
        ("Voided", 0, 0, True),
        ("Voided - Deal 1042 / completion", 0, 0, True),
        ("Deal 1042 / completion", 0, 0, False),
        ("Voided", 50, 50, False),
        ("", 0, 0, False),
    ],
)
def test_void_is_no_amount_left_and_the_word_in_the_note(note: str, total: int, amount: int, voided: bool) -> None:
    line = {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
    assert as_document(invoice(PrivateNote=note, TotalAmt=total, Balance=0, Line=[line])).voided is voided


@pytest.mark.parametrize("note", ["Voided\nDeal 7 / deposit", "Voided - Deal 7 / deposit", "Voided Deal 7 / deposit"])
def test_the_tag_is_found_again_in_a_voided_note(note: str) -> None:
    assert original_note(note) == "Deal 7 / deposit"


def test_bundles_are_opened_and_a_discount_is_negative() -> None:
    inner = {"Amount": 40, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "3"}}}
    lines = [
        {"Amount": 40, "DetailType": "GroupLineDetail", "GroupLineDetail": {"Quantity": 1, "Line": [inner]}},
        {"Amount": 4, "DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True}},
        {"DetailType": "DescriptionOnly", "Description": "Thank you"},
    ]
    found = as_document(invoice(Line=lines)).lines
    assert [(line.item_id, line.amount) for line in found] == [("3", Decimal(40)), ("", Decimal(-4)), ("", Decimal(0))]


@pytest.mark.parametrize(("kind", "balance"), [("Estimate", 0), ("CreditMemo", 30), ("SalesReceipt", 0)])
def test_what_is_open_depends_on_the_type(kind: str, balance: int) -> None:
    assert as_document(invoice(Balance=50, RemainingCredit=30), kind).balance == balance


def test_a_payment_names_what_it_was_applied_to_and_its_deposit() -> None:
    noise = {"any": [{"name": "{http://schema.intuit.com/finance/v3}NameValue", "nil": False}]}
    row = {
        "Id": "128", "SyncToken": "0", "CustomerRef": {"value": "8"}, "TxnDate": "2023-01-21",
        "TotalAmt": Decimal("437.0"),
        "UnappliedAmt": 50, "LinkedTxn": [{"TxnId": "121", "TxnType": "Deposit"}],
        "Line": [
            {"Amount": Decimal("387.00"), "LinkedTxn": [{"TxnId": "96", "TxnType": "Invoice"}], "LineEx": noise},
            {"Amount": Decimal("20.00"), "LinkedTxn": [{"TxnId": "99", "TxnType": "CreditMemo"}]},
        ],
    }  # fmt: skip
    assert pulled("Payment", row, HOME).record == Payment(
        id="128",
        customer_id="8",
        paid_on=date(2023, 1, 21),
        currency="USD",
        total=Decimal("437.00"),
        unapplied=Decimal("50.00"),
        applications=(
            Application("invoice", "96", Decimal("387.00")),
            Application("credit_memo", "99", Decimal("20.00")),
        ),
        deposited=True,
        revision="0",
    )


def test_a_payment_of_zero_that_links_a_credit_is_not_void() -> None:
    row = {"Id": "1", "TxnDate": "2023-01-21", "TotalAmt": 0, "Line": [{"Amount": 5, "LinkedTxn": []}]}
    record = pulled("Payment", row, HOME).record
    assert isinstance(record, Payment)
    assert not record.voided


def test_a_flattened_address_and_a_deleted_name() -> None:
    row = {
        "Id": "24", "DisplayName": "Sonnenschein Family Store (deleted)", "Active": False, "Taxable": False,
        "PrimaryEmailAddr": {"Address": "a@b.example"}, "Mobile": {"FreeFormNumber": "(650) 555"},
        "BillAddr": {"Line1": "Russ Sonnenschein", "Line2": "5647 Cypress Hill Ave.", "Lat": "INVALID"},
        "Balance": Decimal("362.07"), "Notes": "vip\nCRM company 7", "SyncToken": 0,
    }  # fmt: skip
    record = pulled("Customer", row, HOME).record
    assert isinstance(record, Customer)
    assert record.name == "Sonnenschein Family Store"
    assert record.address.street == "Russ Sonnenschein, 5647 Cypress Hill Ave."
    assert (record.active, record.taxable, record.phone, record.revision) == (False, False, "(650) 555", "0")


@pytest.mark.parametrize(
    ("kind", "row", "wanted"),
    [
        ("Term", {"Id": "3", "Name": "Net 30", "Type": "STANDARD", "DueDays": 30}, Term("3", "Net 30", 30)),
        ("Term", {"Id": "1", "Name": "Due on receipt", "DueDays": 0}, Term("1", "Due on receipt", 0)),
        ("Term", {"Id": "9", "Name": "15th", "Type": "DATE_DRIVEN", "DayOfMonthDue": 15}, Term("9", "15th", None)),
        ("TaxRate", {"Id": "3", "Name": "CA", "RateValue": Decimal("8.25")}, TaxRate("3", "CA", Decimal("8.25"))),
        ("Item", {"Id": "3", "Name": "Concrete", "Type": "Service", "Taxable": True, "UnitPrice": 0},
         Item("3", "Concrete", "Service", taxable=True, unit_price=Decimal(0))),
    ],
)  # fmt: skip
def test_lists(kind: str, row: dict[str, Any], wanted: Any) -> None:
    assert pulled(kind, row, HOME).record == wanted


def test_a_deleted_row_is_a_tombstone() -> None:
    found = pulled("Invoice", {"domain": "QBO", "status": "Deleted", "Id": "979"}, HOME)
    assert (found.kind, found.id, found.deleted) == ("documents", "979", True)


@pytest.mark.parametrize(
    ("change", "named"),
    [({"TxnDate": "0000-00-00"}, "TxnDate"), ({"TotalAmt": "many"}, "TotalAmt"), ({"TxnDate": None}, "TxnDate"),
     ({"CustomerRef": "8"}, "CustomerRef"), ({"TotalAmt": "NaN"}, "TotalAmt")],
)  # fmt: skip
def test_an_unreadable_field_is_a_problem_that_names_it_and_keeps_the_payload(
    change: dict[str, Any], named: str
) -> None:
    found = pulled("Invoice", invoice(**change), HOME)
    assert found.record is None
    assert not found.deleted
    assert named in found.problem
    assert "96" in found.problem
    assert parse(found.payload.encode())["DocNumber"] == "1032"


def test_equal_payloads_are_equal_texts_whatever_the_order_of_their_keys() -> None:
    row = invoice()
    assert pulled("Invoice", dict(reversed(row.items())), HOME).payload == pulled("Invoice", row, HOME).payload


def test_the_companys_settings() -> None:
    found = ledger(
        "123",
        {"CompanyName": "Craig's", "Country": "US", "DefaultTimeZone": "America/Los_Angeles"},
        {
            "AccountingInfoPrefs": {"BookCloseDate": "2026-09-30", "ClassTrackingPerTxn": True},
            "SalesFormsPrefs": {"CustomTxnNumbers": True, "DefaultTerms": {"value": "3"}},
            "TaxPrefs": {"UsingSalesTax": True},
            "CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "CAD"}},
        },
    )
    assert (found.closed_through, found.currency, found.classes) == (date(2026, 9, 30), "CAD", True)
    assert (found.custom_numbers, found.automated_tax, found.uses_tax, found.default_term_id) == (
        True,
        False,
        True,
        "3",
    )
    assert found.time_zone == "America/Los_Angeles"
