"""What is sent for an approved operation: pure, so that a table can say it. What the company lacks is never sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.builders import ledger
from tests.connectors.quickbooks.shapes import INVOICE, LABOR, MAKE

from qbconsole.connectors.quickbooks.bodies import customer_body, document_body
from qbconsole.domain.errors import Fatal, NeedsPerson
from qbconsole.domain.operations import CreateCustomer, CreateDocument
from qbconsole.domain.records import Address, DocumentLine, Ledger

BARE = replace(INVOICE, lines=(LABOR,))
EVERYTHING = ledger(
    classes=True, class_per_line=True, locations=True, custom_numbers=True, discounts=True, discount_account_id="86",
    multicurrency=True, automated_tax=False,
)  # fmt: skip
DISCOUNT = DocumentLine("", "Loyalty", None, None, Decimal("-60.00"))
RICH = replace(
    BARE, number="A-17", message="Thank you", email_copies=("a@b.example", "c@d.example"), class_id="7",
    location_id="2", custom_fields=(("1", "Crew 4"), ("2", "x")), estimate_id="99", tax_code_id="3",
    lines=(LABOR, DISCOUNT),
)  # fmt: skip


def test_all_that_the_company_has_is_sent() -> None:
    body = document_body(RICH, EVERYTHING, {"1"})
    assert {name: body[name] for name in (
        "DocNumber", "CustomerMemo", "BillEmailCc", "ClassRef", "DepartmentRef", "CustomField", "LinkedTxn",
        "TxnTaxDetail", "CurrencyRef",
    )} == {
        "DocNumber": "A-17",
        "CustomerMemo": {"value": "Thank you"},
        "BillEmailCc": {"Address": "a@b.example, c@d.example"},
        "ClassRef": {"value": "7"},
        "DepartmentRef": {"value": "2"},
        "CustomField": [{"DefinitionId": "1", "Type": "StringType", "StringValue": "Crew 4"}],
        "LinkedTxn": [{"TxnId": "99", "TxnType": "Estimate"}],
        "TxnTaxDetail": {"TxnTaxCodeRef": {"value": "3"}},
        "CurrencyRef": {"value": "USD"},
    }  # fmt: skip
    assert body["Line"][0]["SalesItemLineDetail"]["ClassRef"] == {"value": "7"}
    assert body["Line"][1] == {
        "DetailType": "DiscountLineDetail", "Amount": Decimal("60.00"), "Description": "Loyalty",
        "DiscountLineDetail": {"PercentBased": False, "DiscountAccountRef": {"value": "86"}},
    }  # fmt: skip
    assert "ExchangeRate" not in body


@pytest.mark.parametrize(
    ("lacking", "absent"),
    [
        ({"classes": False}, "ClassRef"),
        ({"locations": False}, "DepartmentRef"),
        ({"custom_numbers": False}, "DocNumber"),
        ({"multicurrency": False}, "CurrencyRef"),
        ({"automated_tax": True}, "TxnTaxDetail"),
        ({"uses_tax": False}, "TxnTaxDetail"),
    ],
    ids=str,
)
def test_what_the_company_lacks_is_not_sent(lacking: dict[str, Any], absent: str) -> None:
    assert absent in document_body(RICH, EVERYTHING)
    assert absent not in document_body(RICH, replace(EVERYTHING, **lacking))


def test_custom_fields_and_classes_of_lines_follow_their_own_switches() -> None:
    body = document_body(RICH, replace(EVERYTHING, class_per_line=False), frozenset())
    assert "CustomField" not in body
    assert "ClassRef" in body
    assert "ClassRef" not in body["Line"][0]["SalesItemLineDetail"]


@pytest.mark.parametrize(
    ("change", "company", "words"),
    [
        ({"type": "estimate"}, {"estimates": False}, "makes no estimates"),
        ({}, {"custom_numbers": True}, "has no number"),
        ({"number": "1" * 22}, {"custom_numbers": True}, "document number has 22 characters"),
        ({"currency": "CAD"}, {}, "keeps USD only"),
        ({"lines": (LABOR, DISCOUNT)}, {}, "takes none"),
        ({"lines": (replace(LABOR, description="x" * 4001),)}, {}, "text of line 1 has 4001"),
        ({"private_note": "x" * 4001}, {}, "private note has 4001 characters"),
        ({"message": "x" * 1001}, {}, "message to the customer has 1001"),
        ({"email": "x" * 101}, {}, "e-mail address has 101"),
        ({"email_copies": ("x" * 150, "y" * 60)}, {}, "copies has 212"),
    ],
)
def test_what_cannot_be_sent_whole_is_refused(change: dict[str, Any], company: dict[str, Any], words: str) -> None:
    with pytest.raises(NeedsPerson, match=words):
        document_body(replace(BARE, **change), ledger(**company))


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "sent"),
    [
        ("8", "145.00", "1160.00", ("8", "145.00")),
        ("3", "33.333333", "100.00", ("3", "33.333333")),
        ("3", "33.3333333333", "100.00", ("3", "33.333333")),
        ("3", "33.33", "100.00", None),
        ("1E+3", "2.5", "2500.00", ("1000", "2.5")),
        ("0.5", "2.01", "1.01", ("0.5", "2.01")),
    ],
)
def test_quantity_and_price_go_along_if_they_make_the_amount(
    quantity: str, price: str, amount: str, sent: tuple[str, str] | None
) -> None:
    """Fault 6070 otherwise; prices have six digits at most, amounts two (quickbooks.md 8.5, 15.1)."""
    line = replace(LABOR, quantity=Decimal(quantity), unit_price=Decimal(price), amount=Decimal(amount))
    detail = document_body(replace(BARE, lines=(line,)), ledger())["Line"][0]["SalesItemLineDetail"]
    assert (str(detail["Qty"]), str(detail["UnitPrice"])) == sent if sent else "Qty" not in detail


@pytest.mark.parametrize(
    ("company", "code"),
    [(ledger(), {"value": "NON"}), (ledger(uses_tax=False), None), (ledger(country="CA"), None)],
)
def test_the_tax_of_a_line_is_taxable_or_not(company: Ledger, code: dict[str, str] | None) -> None:
    detail = document_body(BARE, company)["Line"][0]["SalesItemLineDetail"]
    assert detail.get("TaxCodeRef") == code


JOB = replace(MAKE, name="Roof", parent_id="8", term_id="3", taxable=False, ship_address=Address("1 Pier"))


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        (JOB, {"DisplayName": "Roof", "Job": True, "ParentRef": {"value": "8"}, "BillWithParent": False,
               "SalesTermRef": {"value": "3"}, "Taxable": False, "ShipAddr": {"Line1": "1 Pier"}}),
        (replace(JOB, bill_with_parent=True, taxable=True), {"BillWithParent": True, "Taxable": True}),
        (MAKE, {"Notes": "CRM company 7", "PrimaryPhone": {"FreeFormNumber": "555 0100"}}),
    ],
)  # fmt: skip
def test_a_customer_or_job(operation: CreateCustomer, wanted: dict[str, Any]) -> None:
    body = customer_body(operation, ledger())
    assert {name: body[name] for name in wanted} == wanted
    assert ("Job" in body) is bool(operation.parent_id)
    assert ("Taxable" in body) is (operation.taxable is not None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "A: B"}, "no colon"),
        ({"name": "x" * 501}, "customer's name has 501"),
        ({"phone": "1" * 31}, "phone number has 31 characters, and QuickBooks holds 30"),
        ({"company_name": "x" * 101}, "company name has 101"),
        ({"currency": "CAD"}, "keeps USD only"),
    ],
)
def test_a_customer_that_quickbooks_would_refuse(change: dict[str, Any], words: str) -> None:
    with pytest.raises(NeedsPerson, match=words):
        customer_body(replace(MAKE, **change), ledger())


@pytest.mark.parametrize("type_", ["sales_receipt", "refund_receipt"])
def test_what_moves_money_is_never_made(type_: str) -> None:
    with pytest.raises(Fatal, match="receive or give back money"):
        document_body(replace(BARE, type=type_), ledger())


def test_a_document_of_old_has_no_new_fields() -> None:
    """What was decided before a field was known is sent as it was."""
    assert set(document_body(CreateDocument("invoice", "8", BARE.posted_on, "USD", (LABOR,), "t"), ledger())) == {
        "CustomerRef", "TxnDate", "Line", "PrivateNote",
    }  # fmt: skip
