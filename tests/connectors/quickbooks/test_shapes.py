"""Every kind is read into its record, and its payload is kept without loss (quickbooks.md 8)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from qbconsole.connectors.payload import parse
from qbconsole.connectors.quickbooks.translate import Home, custom_fields, ledger, pulled
from qbconsole.domain.records import (
    Account,
    Application,
    Currency,
    Customer,
    CustomField,
    Deposit,
    Document,
    DocumentLine,
    JournalEntry,
    Location,
    OtherName,
    Payment,
    PaymentMethod,
    Posting,
    RecurringDocument,
    TaxCode,
    TimeEntry,
    TrackingClass,
)

HOME = Home("USD")

STAMPS = {"CreateTime": "2023-02-09T12:28:29-08:00", "LastUpdatedTime": "2023-02-10T10:06:49Z"}
COMMON = {"domain": "QBO", "sparse": False, "SyncToken": "2", "MetaData": STAMPS, "NewIn2027": {"deep": [None, 1]}}
DETAIL = {"ItemRef": {"value": "4"}, "Qty": 4, "UnitPrice": Decimal("22.5"), "TaxCodeRef": {"value": "NON"}}
LINE = {"Id": "1", "Amount": Decimal("90.00"), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": DETAIL}

SHAPES: dict[str, tuple[str, dict[str, Any], Any]] = {
    "account": (
        "Account",
        {"Id": "84", "Name": "A/R", "FullyQualifiedName": "Assets:A/R", "AccountType": "Accounts Receivable",
         "AccountSubType": "AccountsReceivable", "AcctNum": 1100, "Classification": "Asset",
         "CurrentBalance": Decimal("5281.52"), "Active": True},
        Account("84", "Assets:A/R", "Accounts Receivable", "AccountsReceivable", "1100"),
    ),
    "a deactivated account": (
        "Account",
        {"Id": "9", "Name": "Old (deleted)", "AccountType": "Bank", "CurrencyRef": {"value": "EUR"}, "Active": False},
        Account("9", "Old", "Bank", currency="EUR", active=False),
    ),
    "payment method": (
        "PaymentMethod", {"Id": "3", "Name": "Visa", "Type": "CREDIT_CARD"}, PaymentMethod("3", "Visa", card=True),
    ),
    "class": (
        "Class", {"Id": "5", "Name": "North", "FullyQualifiedName": "All:North", "ParentRef": {"value": "1"}},
        TrackingClass("5", "All:North", "1"),
    ),
    "location": ("Department", {"Id": "6", "Name": "Austin", "Active": True}, Location("6", "Austin")),
    "currency": (
        "CompanyCurrency", {"Id": "2", "Code": "EUR", "Name": "Euro"}, Currency("2", "EUR", "Euro"),
    ),
    "tax code with two rates": (
        "TaxCode",
        {"Id": "3", "Name": "Tucson", "Taxable": True, "PurchaseTaxRateList": {"TaxRateDetail": []},
         "SalesTaxRateList": {"TaxRateDetail": [
             {"TaxRateRef": {"value": "2"}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 1},
             {"TaxRateRef": {"value": "1"}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}]}},
        TaxCode("3", "Tucson", rate_ids=("1", "2")),
    ),
    "vendor": (
        "Vendor", {"Id": "30", "DisplayName": "Books by Bessie", "Balance": 0},
        OtherName("30", "Books by Bessie", "vendor"),
    ),
    "employee": (
        "Employee", {"Id": "55", "DisplayName": "Emily Platt (deleted)", "Active": False},
        OtherName("55", "Emily Platt", "employee", active=False),
    ),
    "project": (
        "Customer",
        {"Id": "8", "DisplayName": "0969 Ocean View Road", "ParentRef": {"value": "7"}, "Job": True, "Level": 1,
         "IsProject": True, "BillWithParent": True, "Balance": "477.5", "BalanceWithJobs": Decimal("562.5")},
        Customer("8", "0969 Ocean View Road", parent_id="7", balance=Decimal("477.50"), project=True,
                 bill_with_parent=True, revision="2"),
    ),
    "estimate": (
        "Estimate",
        {"Id": "100", "TxnDate": "2023-02-01T00:00:00-08:00", "TotalAmt": 90, "TxnStatus": "Closed", "DocNumber": 1001,
         "CustomerRef": {"value": "8"}, "Line": LINE, "BillEmail": {"Address": "a@b.example"},
         "ClassRef": {"value": "5"}, "DepartmentRef": {"value": "6"}, "SalesTermRef": {"value": "3"},
         "CurrencyRef": {"value": "EUR"}, "ExchangeRate": "1.08734",
         "CustomField": [{"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"},
                         {"DefinitionId": "1000000021", "Type": "NumberType", "NumberValue": Decimal("7.50")},
                         {"DefinitionId": "1000000022", "BooleanValue": True}]},
        Document("100", "estimate", "1001", "8", date(2023, 2, 1), "EUR", Decimal("90.00"), status="closed",
                 email="a@b.example", term_id="3", class_id="5", location_id="6", exchange_rate=Decimal("1.08734"),
                 custom_fields=(("1000000021", "7.50"), ("1000000022", "true")),
                 lines=(DocumentLine("4", "", Decimal(4), Decimal("22.5"), Decimal("90.00")),),
                 created_at=datetime(2023, 2, 9, 20, 28, 29, tzinfo=UTC), revision="2"),
    ),
    "an estimate of a status that is new": (
        "Estimate", {"Id": "100", "TxnDate": "2023-02-01", "TotalAmt": 0, "TxnStatus": "SentToMoon"},
        Document("100", "estimate", "", "", date(2023, 2, 1), "USD", Decimal("0.00"), status="sent_to_moon",
                 created_at=datetime(2023, 2, 9, 20, 28, 29, tzinfo=UTC), revision="2"),
    ),
    "invoice with a deposit": (
        "Invoice", {"Id": "130", "TxnDate": "2023-02-01", "TotalAmt": 90, "Balance": 40, "Deposit": Decimal("50.0")},
        Document("130", "invoice", "", "", date(2023, 2, 1), "USD", Decimal("90.00"), balance=Decimal("40.00"),
                 deposit=Decimal("50.00"), created_at=datetime(2023, 2, 9, 20, 28, 29, tzinfo=UTC), revision="2"),
    ),
    "payment": (
        "Payment",
        {"Id": "128", "TxnDate": "2023-01-21", "TotalAmt": 387, "PaymentMethodRef": {"value": "2"},
         "PaymentRefNum": 10264, "Line": {"Amount": 387, "LinkedTxn": {"TxnId": "96", "TxnType": "Invoice"},
                                          "LineEx": {"any": [{"name": "noise", "nil": False}]}}},
        Payment("128", "", date(2023, 1, 21), "USD", Decimal("387.00"), method_id="2", reference="10264",
                applications=(Application("invoice", "96", Decimal("387.00")),), revision="2"),
    ),
    "deposit": (
        "Deposit",
        {"Id": "121", "TxnDate": "2023-02-12", "TotalAmt": Decimal("868.15"), "DepositToAccountRef": {"value": "35"},
         "Line": [
             {"Amount": Decimal("218.75"), "LinkedTxn": [{"TxnId": "116", "TxnType": "Payment", "TxnLineId": "0"}]},
             {"Amount": Decimal("649.40"), "DetailType": "DepositLineDetail", "Description": "credit",
              "DepositLineDetail": {"AccountRef": {"value": "84"}, "Entity": {"value": "8", "type": "CUSTOMER"}}}]},
        Deposit("121", date(2023, 2, 12), "USD", Decimal("868.15"), "35", (("payment", "116"),),
                (Posting("84", Decimal("-649.40"), "8", "credit"),), revision="2"),
    ),
    "journal entry": (
        "JournalEntry",
        {"Id": "227", "TxnDate": "2023-01-01", "DocNumber": "7", "Adjustment": False, "Line": [
            {"Id": "0", "Amount": 100, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": {
                "PostingType": "Debit", "AccountRef": {"value": "84"},
                "Entity": {"Type": "Customer", "EntityRef": {"value": "8"}}}},
            {"Id": "1", "Amount": 100, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": {
                "PostingType": "Credit", "AccountRef": {"value": "33"},
                "Entity": {"Type": "Vendor", "EntityRef": {"value": "30"}}}},
            {"Description": "mere text", "DetailType": "DescriptionOnly"}]},
        JournalEntry("227", date(2023, 1, 1), "USD", "7", postings=(
            Posting("84", Decimal("100.00"), "8"), Posting("33", Decimal("-100.00"))), revision="2"),
    ),
    "time by hours": (
        "TimeActivity",
        {"Id": "5", "TxnDate": "2023-02-10", "NameOf": "Employee", "CustomerRef": {"value": "8"}, "Hours": 2,
         "ItemRef": {"value": "4"}, "Minutes": "30", "HourlyRate": 35, "BillableStatus": "HasBeenBilled"},
        TimeEntry("5", "8", "4", date(2023, 2, 10), 150, Decimal(35), billable=True, billed=True, revision="2"),
    ),
    "time by the clock": (
        "TimeActivity",
        {"Id": "6", "TxnDate": "2023-02-10", "StartTime": "2023-02-10T08:00:00-08:00", "BreakMinutes": 15,
         "EndTime": "2023-02-10T10:30:00-08:00", "BillableStatus": "NotBillable", "Description": "survey"},
        TimeEntry("6", "", "", date(2023, 2, 10), 135, description="survey", revision="2"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "row", "wanted"), SHAPES.values(), ids=SHAPES)
def test_every_kind_is_read_and_its_payload_loses_nothing(kind: str, row: dict[str, Any], wanted: Any) -> None:
    whole = {**COMMON, **row}
    found = pulled(kind, whole, HOME)
    assert (found.problem, found.record) == ("", wanted)
    assert parse(found.payload.encode()) == whole


def test_a_template_keeps_its_wrapper_and_a_rate_its_percent() -> None:
    info = {"Name": "Care plan", "Active": False, "RecurType": "Reminded", "ScheduleInfo": {"IntervalType": "Weekly"}}
    row = {"SalesReceipt": {**COMMON, "Id": "31", "CustomerRef": {"value": "8"}, "TotalAmt": 90, "RecurringInfo": info,
                            "Line": [LINE]}}  # fmt: skip
    found = pulled("RecurringTransaction", row, HOME)
    assert found.record == RecurringDocument(
        "31", "Care plan", "sales_receipt", "8", "USD", Decimal("90.00"), active=False, every="Weekly",
        lines=(DocumentLine("4", "", Decimal(4), Decimal("22.5"), Decimal("90.00")),), revision="2",
    )  # fmt: skip
    assert parse(found.payload.encode()) == row


def test_custom_fields_are_named_by_the_preferences() -> None:
    switches = [{"Name": f"SalesFormsPrefs.UseSalesCustom{n}", "Type": "BooleanType", "BooleanValue": n == 1}
                for n in (1, 2, 3)]  # fmt: skip
    names = [{"Name": f"SalesFormsPrefs.SalesCustomName{n}", "Type": "StringType", "StringValue": name}
             for n, name in ((1, "Crew #"), (2, "Old one"))]  # fmt: skip
    groups = [{"CustomField": switches, "Type": "BooleanType"}, {"CustomField": names, "Type": "StringType"}]
    assert custom_fields({"SalesFormsPrefs": {"CustomField": groups}}) == (
        CustomField("1", "Crew #"),
        CustomField("2", "Old one", active=False),
    )
    assert custom_fields({"SalesFormsPrefs": {}}) == ()


@pytest.mark.parametrize(
    ("state", "subscribed"), [("PAID", True), ("", True), ("SOMETHING_NEW", True), ("EXPIRED", False)]
)
def test_the_plan_and_what_it_allows(state: str, subscribed: bool) -> None:
    facts = [{"Name": "OfferingSku", "Value": "QuickBooks Online Plus"}, {"Name": "SubscriptionStatus", "Value": state}]
    sales = {"AllowEstimates": True, "AllowDiscount": True, "DefaultDiscountAccount": "86", "AutoApplyCredit": True,
             "AutoApplyPayments": True}  # fmt: skip
    accounting = {"ClassTrackingPerTxnLine": True, "TrackDepartments": True}
    found = ledger("1", {"NameValue": facts}, {"SalesFormsPrefs": sales, "AccountingInfoPrefs": accounting})
    assert (found.plan, found.subscribed) == ("QuickBooks Online Plus", subscribed)
    assert (found.classes, found.class_per_line, found.locations) == (False, True, True)
    assert (found.estimates, found.discounts, found.discount_account_id) == (True, True, "86")
    assert (found.auto_apply_credits, found.auto_apply_payments) == (True, True)


def test_a_row_without_an_id_is_kept_and_named() -> None:
    found = pulled("Invoice", {"TxnDate": "2023-02-01", "TotalAmt": 1}, HOME)
    assert "without an id" in found.problem
    assert found.id != pulled("Invoice", {"TxnDate": "2023-02-02", "TotalAmt": 1}, HOME).id
