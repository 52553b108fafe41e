"""Every entity is written and read back without loss, and comes as the vendor writes it (quickbooks.md 2.4, 2.5, 8)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.simulator.quickbooks.conftest import Client, line

ADDRESS = {
    "Line1": "1 Oak Lane",
    "Line2": "Unit 2",
    "City": "Bayshore",
    "CountrySubDivisionCode": "CA",
    "PostalCode": "94326",
}
CUSTOMER = {"CustomerRef": {"value": "3"}}
SALES = {
    **CUSTOMER,
    "Line": [
        {**line("35.00", "TAX", "10", Qty=2, UnitPrice=17.5), "Description": "Spraying"},
        {"DetailType": "DescriptionOnly", "Description": "Thank you", "DescriptionLineDetail": {}},
        {
            "Amount": 3.5,
            "DetailType": "DiscountLineDetail",
            "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10},
        },
    ],
    "TxnDate": "2026-11-03",
    "PrivateNote": "Deal 7 / deposit",
    "CustomerMemo": {"value": "Thanks"},
    "BillEmail": {"Address": "cars@example.com"},
    "BillEmailCc": {"Address": "office@example.com"},
    "BillAddr": ADDRESS,
    "ShipAddr": ADDRESS,
    "ShipDate": "2026-11-04",
    "TrackingNum": "42",
    "SalesTermRef": {"value": "2"},
    "DepartmentRef": {"value": "1"},
    "CustomField": [{"DefinitionId": "1", "Type": "StringType", "StringValue": "102"}],
    "TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}},
}
EXPENSE = [
    {
        "Amount": 12.5,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "80"}, "BillableStatus": "NotBillable"},
    }
]


def journal(side: str, account: str) -> dict[str, Any]:
    """One side of an entry."""
    detail = {"PostingType": side, "AccountRef": {"value": account}}
    return {"Amount": 40, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


CASES: list[tuple[str, dict[str, Any]]] = [
    (
        "Customer",
        {
            "Title": "Ms",
            "GivenName": "Ann",
            "MiddleName": "B",
            "FamilyName": "Hill",
            "Suffix": "Jr",
            "DisplayName": "Hill Garden",
            "CompanyName": "Hill Ltd",
            "PrintOnCheckName": "Hill Limited",
            "Notes": "Mornings",
            "PrimaryPhone": {"FreeFormNumber": "555-0100"},
            "Mobile": {"FreeFormNumber": "555-0101"},
            "Fax": {"FreeFormNumber": "555-0102"},
            "AlternatePhone": {"FreeFormNumber": "555-0103"},
            "PrimaryEmailAddr": {"Address": "ann@hill.example,bob@hill.example"},
            "WebAddr": {"URI": "https://hill.example"},
            "BillAddr": ADDRESS,
            "ShipAddr": ADDRESS,
            "Taxable": False,
            "TaxExemptionReasonId": "2",
            "ResaleNum": "R-1",
            "SalesTermRef": {"value": "3"},
            "PaymentMethodRef": {"value": "2"},
            "CustomerTypeRef": {"value": "1"},
            "PreferredDeliveryMethod": "Email",
        },
    ),
    ("Vendor", {"DisplayName": "Hall Nursery", "AcctNum": "77", "TermRef": {"value": "3"}, "BillAddr": ADDRESS}),
    ("Employee", {"GivenName": "Jo", "FamilyName": "Hill", "PrimaryAddr": ADDRESS, "HiredDate": "2020-07-22"}),
    (
        "Item",
        {
            "Name": "Fern",
            "Type": "Inventory",
            "Sku": "F-1",
            "Description": "Green",
            "UnitPrice": 12.345678,
            "PurchaseCost": 5.5,
            "PurchaseDesc": "Pot",
            "Taxable": True,
            "TrackQtyOnHand": True,
            "QtyOnHand": 10,
            "InvStartDate": "2020-01-01",
            "IncomeAccountRef": {"value": "79"},
            "ExpenseAccountRef": {"value": "80"},
            "AssetAccountRef": {"value": "81"},
        },
    ),
    ("Item", {"Name": "Plants", "Type": "Category"}),
    (
        "Item",
        {"Name": "Set", "Type": "Group", "ItemGroupDetail": {"ItemGroupLine": [{"ItemRef": {"value": "4"}, "Qty": 2}]}},
    ),
    ("Account", {"Name": "Petty cash", "AccountType": "Bank", "AccountSubType": "CashOnHand", "AcctNum": "1001"}),
    ("Class", {"Name": "Field"}),
    ("Department", {"Name": "North", "Address": ADDRESS}),
    ("Term", {"Name": "The fifth", "Type": "DATE_DRIVEN", "DayOfMonthDue": 5, "DueNextMonthDays": 3}),
    ("PaymentMethod", {"Name": "Wire", "Type": "NON_CREDIT_CARD"}),
    ("TaxAgency", {"DisplayName": "Bay city", "TaxTrackedOnSales": True, "TaxRegistrationNumber": "1"}),
    ("CompanyCurrency", {"Code": "CAD", "Name": "Canadian Dollar"}),
    ("Invoice", {**SALES, "DueDate": "2026-12-24", "AllowOnlineACHPayment": True, "Deposit": 5}),
    ("Estimate", {**SALES, "ExpirationDate": "2026-12-31", "TxnStatus": "Accepted", "AcceptedBy": "Ann"}),
    ("CreditMemo", SALES),
    (
        "SalesReceipt",
        {**SALES, "PaymentMethodRef": {"value": "2"}, "PaymentRefNum": "881", "DepositToAccountRef": {"value": "35"}},
    ),
    ("RefundReceipt", {**SALES, "PaymentType": "Check", "DepositToAccountRef": {"value": "35"}}),
    (
        "Payment",
        {
            **CUSTOMER,
            "TotalAmt": 80.25,
            "PaymentRefNum": "1042",
            "PaymentMethodRef": {"value": "2"},
            "PrivateNote": "x",
        },
    ),
    (
        "Deposit",
        {
            "DepositToAccountRef": {"value": "35"},
            "Line": [
                {
                    "Amount": 20,
                    "DetailType": "DepositLineDetail",
                    "DepositLineDetail": {"AccountRef": {"value": "45"}, "Entity": {"value": "3", "type": "CUSTOMER"}},
                }
            ],
        },
    ),
    (
        "JournalEntry",
        {"Line": [journal("Debit", "80"), journal("Credit", "35")], "DocNumber": "J-7", "Adjustment": True},
    ),
    ("Bill", {"VendorRef": {"value": "30"}, "Line": EXPENSE, "DueDate": "2026-12-01", "DocNumber": "B-1"}),
    ("VendorCredit", {"VendorRef": {"value": "30"}, "Line": EXPENSE}),
    ("PurchaseOrder", {"VendorRef": {"value": "30"}, "Line": EXPENSE, "Memo": "Soon"}),
    ("Purchase", {"PaymentType": "Cash", "AccountRef": {"value": "35"}, "Line": EXPENSE}),
    (
        "BillPayment",
        {
            "VendorRef": {"value": "30"},
            "PayType": "Check",
            "TotalAmt": 5,
            "CheckPayment": {"BankAccountRef": {"value": "35"}},
        },
    ),
    ("Transfer", {"FromAccountRef": {"value": "35"}, "ToAccountRef": {"value": "36"}, "Amount": 9.99}),
    (
        "TimeActivity",
        {"NameOf": "Employee", "EmployeeRef": {"value": "55"}, "Hours": 3, "Minutes": 30, "HourlyRate": 50},
    ),
    (
        "Attachable",
        {"Note": "Called", "AttachableRef": [{"EntityRef": {"type": "Customer", "value": "3"}}], "Category": "Other"},
    ),
]


def holds(whole: Any, part: Any) -> bool:
    """Whether a value holds all that a part says; lists by position, so far as the part goes."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(name in whole and holds(whole[name], part[name]) for name in part)
    if isinstance(part, list):
        return len(whole) >= len(part) and all(map(holds, whole, part))
    return bool(float(whole) == part) if isinstance(part, float) else bool(whole == part)


def without_subtotal(record: dict[str, Any]) -> dict[str, Any]:
    """The record without the line that the server adds."""
    lines = [each for each in record.get("Line") or [] if each.get("DetailType") != "SubTotalLineDetail"]
    return {**record, "Line": lines} if lines else record


@pytest.mark.parametrize(("kind", "body"), CASES, ids=[f"{number}-{kind}" for number, (kind, _) in enumerate(CASES)])
def test_what_was_written_is_read_back_and_echoed_without_a_change(
    sample: Client, kind: str, body: dict[str, Any]
) -> None:
    if "DepartmentRef" in body:
        sample.make("Department", {"Name": "Yard"})
    made = sample.make(kind, body)
    found = sample.read(kind, made["Id"])
    assert found == made
    assert holds(without_subtotal(found), body)
    assert (found["domain"], found["sparse"], found["SyncToken"]) == ("QBO", False, "0")
    assert re.fullmatch(r"2026-11-16T07:\d\d:\d\d-08:00", found["MetaData"]["CreateTime"])
    assert not [name for name, value in found.items() if value in (None, "", {})], "absent is the norm for empty"
    if kind != "TaxAgency":
        again = sample.make(kind, {**as_sent(found), "sparse": True})
        assert again == found, "an echo changes nothing and moves no token"
    listed = sample.query(f"select * from {kind} where Id = '{made['Id']}'").body["QueryResponse"]
    assert [{**row, "TempDownloadUri": None} for row in listed[kind]] == [{**found, "TempDownloadUri": None}]


def as_sent(value: Any) -> Any:
    """A record as a client that reads numbers as floats sends it back."""
    if isinstance(value, dict):
        return {name: as_sent(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_sent(part) for part in value]
    return value if isinstance(value, (bool, int, str)) or value is None else float(value)


def test_numbers_are_a_mix_of_whole_ones_and_fractions(sample: Client) -> None:
    raw = sample.company.create("Invoice", {**CUSTOMER, "Line": [line("337.50"), line("100.00")]})
    answer = sample.send("GET", f"/invoice/{raw['Id']}").body
    shown = [f"{each['Amount']}" for each in answer["Invoice"]["Line"]]
    assert shown == ["337.5", "100.00", "437.5"]
    assert f"{answer['Invoice']['TxnTaxDetail']['TotalTax']}" == "0"
    assert re.fullmatch(r"2026-11-16T07:\d\d:\d\d\.\d{3}-08:00", answer["time"])


def test_the_lines_of_a_payment_carry_the_serialisers_noise(sample: Client) -> None:
    invoice = sample.make("Invoice", {**CUSTOMER, "Line": [line("459.00")]})
    link = {"Amount": 100, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    payment = sample.make("Payment", {**CUSTOMER, "TotalAmt": 100, "Line": [link]})
    noise = {each["value"]["Name"]: each["value"]["Value"] for each in payment["Line"][0]["LineEx"]["any"]}
    assert noise == {"txnId": invoice["Id"], "txnOpenBalance": "459.00", "txnReferenceNumber": invoice["DocNumber"]}
    echoed = {"Id": payment["Id"], "SyncToken": "0", **as_sent(payment)}
    assert sample.post("Payment", echoed, operation="delete").code == "2010"
    assert sample.post("Payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete").status == 200


def test_a_recurring_transaction_comes_in_its_wrapper(sample: Client) -> None:
    schedule = {"IntervalType": "Monthly", "NumInterval": 1, "DayOfMonth": 1, "StartDate": "2026-12-01"}
    info = {"Name": "Care", "RecurType": "Automated", "Active": True, "ScheduleInfo": schedule}
    made = sample.make("RecurringTransaction", {"Invoice": {**CUSTOMER, "Line": [line()], "RecurringInfo": info}})
    inner = made["Invoice"]
    assert holds(inner, {"RecurringInfo": info, "TotalAmt": 100})
    assert not {"DocNumber", "TxnDate", "Balance"} & inner.keys()
    found = sample.query("select * from RecurringTransaction").body["QueryResponse"]
    assert found == {"RecurringTransaction": [made], "startPosition": 1, "maxResults": 1}
    assert sample.read("RecurringTransaction", inner["Id"]) == made
    token = {"Id": inner["Id"], "SyncToken": "0"}
    gone = sample.post("RecurringTransaction", {"Invoice": token}, operation="delete").body["RecurringTransaction"]
    assert gone == {"Invoice": {"domain": "QBO", "status": "Deleted", "Id": inner["Id"]}}
    assert sample.send("GET", "/recurringtransaction/1").code == "610"
    assert sample.post("RecurringTransaction", {"Invoice": {**CUSTOMER, "Line": [line()]}}).code == "2020"


def test_a_card_payment_is_asked_for_under_one_name_and_answered_under_another(sample: Client) -> None:
    body = {"BankAccountRef": {"value": "35"}, "CreditCardAccountRef": {"value": "41"}, "Amount": 50}
    made = sample.post("CreditCardPayment", body).body["CreditCardPaymentTxn"]
    found = sample.query("select * from creditcardpayment").body["QueryResponse"]
    assert found["CreditCardPaymentTxn"] == [made]
