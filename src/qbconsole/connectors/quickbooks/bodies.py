"""From our operations to Intuit's JSON: pure, so that what was approved is what is sent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.quickbooks.writing.texts import (
    COMPANY_NAME,
    COPIES,
    CUSTOM_VALUE,
    DESCRIPTION,
    EMAIL,
    MESSAGE,
    NOTES,
    NUMBER,
    PHONE,
    PRIVATE_NOTE,
    checked_name,
    within,
)
from qbconsole.domain.errors import Fatal, NeedsPerson
from qbconsole.domain.money import rounded

if TYPE_CHECKING:
    from collections.abc import Collection

    from qbconsole.domain.operations import CreateCustomer, CreateDocument
    from qbconsole.domain.records import Address, DocumentLine, Ledger

PRICE_DIGITS = Decimal("0.000001")
"""Unit prices keep at most six digits behind the point (quickbooks.md 15.1)."""
MADE = frozenset({"invoice", "estimate", "credit_memo"})
"""What is made; receipts move money, which this program never does."""
WITH_TERMS = frozenset({"invoice", "estimate"})
UNITED_STATES = frozenset({"US", "USA", ""})


def customer_body(operation: CreateCustomer, ledger: Ledger) -> dict[str, Any]:
    """A new customer or job (quickbooks.md 8.1); of a job the name is the last part alone.

    Raises:
        NeedsPerson: a text is none that QuickBooks takes, or the currency is not switched on.
    """
    email = within("e-mail address", operation.email, EMAIL)
    phone = within("phone number", operation.phone, PHONE)
    body: dict[str, Any] = {
        "DisplayName": checked_name(operation.name),
        "CompanyName": within("company name", operation.company_name, COMPANY_NAME),
        "Notes": within("customer's notes", operation.notes, NOTES),
        "PrimaryEmailAddr": {"Address": email} if email else None,
        "PrimaryPhone": {"FreeFormNumber": phone} if phone else None,
        "BillAddr": _address(operation.address),
        "ShipAddr": _address(operation.ship_address),
        "SalesTermRef": _ref(operation.term_id),
        "CurrencyRef": currency_ref(operation.currency, ledger),
    }
    if operation.parent_id:
        body |= {"Job": True, "ParentRef": _ref(operation.parent_id), "BillWithParent": operation.bill_with_parent}
    chosen = {} if operation.taxable is None else {"Taxable": operation.taxable}
    return {name: value for name, value in body.items() if value or value is False} | chosen


def document_body(
    operation: CreateDocument, ledger: Ledger, fields_on: Collection[str] = frozenset()
) -> dict[str, Any]:
    """A new sales form (quickbooks.md 8.4 to 8.9). What the company lacks is never sent (invariant 12).

    Of tax nothing is sent but TAX or NON on the lines, and where QuickBooks does not set it by itself the code that the
    operation names. Exchange rates are QuickBooks' own.

    Args:
        operation: what was approved.
        ledger: the company's settings.
        fields_on: the ids of the custom fields that are switched on.

    Raises:
        Fatal: it would move money.
        NeedsPerson: a text is too long, a line sells no item, or the company takes no such document.
    """
    if operation.type not in MADE:
        raise Fatal(f"No {operation.type.replace('_', ' ')} is ever made: it would receive or give back money.")
    if operation.type == "estimate" and not ledger.estimates:
        words = "This company's QuickBooks makes no estimates."
        raise NeedsPerson(words, next_step="Switch estimates on in QuickBooks, or make an invoice.")
    terms = operation.type in WITH_TERMS
    copies = within("list of addresses for copies", ", ".join(operation.email_copies), COPIES)
    message = within("message to the customer", operation.message, MESSAGE)
    body: dict[str, Any] = {
        "CustomerRef": _ref(operation.customer_id),
        "TxnDate": operation.posted_on.isoformat(),
        "DocNumber": _number(operation, ledger),
        "Line": [_line(number, line, operation, ledger) for number, line in enumerate(operation.lines, 1)],
        "PrivateNote": within("private note", operation.private_note, PRIVATE_NOTE),
        "CustomerMemo": {"value": message} if message else None,
        "DueDate": operation.due_on.isoformat() if operation.due_on and terms else None,
        "SalesTermRef": _ref(operation.term_id if terms else ""),
        "BillEmail": {"Address": within("e-mail address", operation.email, EMAIL)} if operation.email else None,
        "BillEmailCc": {"Address": copies} if copies else None,
        "BillAddr": _address(operation.bill_address),
        "ShipAddr": _address(operation.ship_address),
        "CurrencyRef": currency_ref(operation.currency, ledger),
        "ClassRef": _ref(operation.class_id if ledger.classes else ""),
        "DepartmentRef": _ref(operation.location_id if ledger.locations else ""),
        "CustomField": _custom(operation, fields_on),
        "LinkedTxn": [{"TxnId": operation.estimate_id, "TxnType": "Estimate"}] if operation.estimate_id else None,
        "TxnTaxDetail": _tax_code(operation, ledger),
    }
    return {name: value for name, value in body.items() if value}


def _number(operation: CreateDocument, ledger: Ledger) -> str:
    """The number, where the company gives its own: elsewhere QuickBooks does, and may replace ours (8.6)."""
    if not ledger.custom_numbers:
        return ""
    if not operation.number:
        raise NeedsPerson(
            "This company numbers its documents itself, and this one has no number.",
            next_step="Give it a number, or switch custom transaction numbers off in QuickBooks.",
        )
    return within("document number", operation.number, NUMBER)


def _custom(operation: CreateDocument, fields_on: Collection[str]) -> list[dict[str, str]]:
    return [
        {"DefinitionId": id_, "Type": "StringType", "StringValue": within("custom field", value, CUSTOM_VALUE)}
        for id_, value in operation.custom_fields
        if id_ in fields_on
    ]


def _tax_code(operation: CreateDocument, ledger: Ledger) -> dict[str, Any] | None:
    """A document's tax code, only if it is named and QuickBooks does not compute the tax by itself (8.8, trap 17)."""
    if not operation.tax_code_id or not ledger.uses_tax or ledger.automated_tax:
        return None
    return {"TxnTaxCodeRef": _ref(operation.tax_code_id)}


def _line(number: int, line: DocumentLine, operation: CreateDocument, ledger: Ledger) -> dict[str, Any]:
    amount = rounded(line.amount, operation.currency)
    text = within(f"text of line {number}", line.description, DESCRIPTION)
    described = {"Description": text} if text else {}
    if not line.item_id and not amount:
        return {"DetailType": "DescriptionOnly", "Description": text, "DescriptionLineDetail": {}}
    if not line.item_id and amount < 0:
        return {**_discount(number, amount, ledger), **described}
    if not line.item_id:
        raise NeedsPerson(
            f"Line {number} ({line.description or 'no text'}) has an amount but no QuickBooks item.",
            next_step="Map its product to an item in the rules, or edit the draft.",
        )
    detail: dict[str, Any] = {"ItemRef": _ref(line.item_id), **_quantity(line, amount, operation.currency)}
    if ledger.uses_tax and ledger.country.upper() in UNITED_STATES:
        detail["TaxCodeRef"] = {"value": "TAX" if line.taxable else "NON"}
    if line.class_id and ledger.class_per_line:
        detail["ClassRef"] = _ref(line.class_id)
    return {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail, **described}


def _discount(number: int, amount: Decimal, ledger: Ledger) -> dict[str, Any]:
    """A discount of a fixed amount; QuickBooks writes it as a positive number that reduces the sum (8.5)."""
    if not ledger.discounts:
        raise NeedsPerson(
            f"Line {number} is a discount, and this company's QuickBooks takes none.",
            next_step="Switch discounts on in QuickBooks, or take the discount into the prices.",
        )
    account = _ref(ledger.discount_account_id)
    detail = {"PercentBased": False} | ({"DiscountAccountRef": account} if account else {})
    return {"DetailType": "DiscountLineDetail", "Amount": -amount, "DiscountLineDetail": detail}


def _quantity(line: DocumentLine, amount: Decimal, currency: str) -> dict[str, Decimal]:
    """Quantity and unit price if their rounded product is the amount; else neither, as fault 6070 demands (8.5)."""
    if line.quantity is None or line.unit_price is None:
        return {}
    price = line.unit_price
    if price != price.quantize(PRICE_DIGITS):
        price = price.quantize(PRICE_DIGITS, rounding=ROUND_HALF_UP)
    if rounded(line.quantity * price, currency) != amount:
        return {}
    return {"Qty": _plain(line.quantity), "UnitPrice": _plain(price)}


def _plain(number: Decimal) -> Decimal:
    """The number without an exponent, which some readers of JSON refuse."""
    return Decimal(format(number, "f"))


def currency_ref(currency: str, ledger: Ledger) -> dict[str, str] | None:
    """Named only where the company has several (invariant 12)."""
    if ledger.multicurrency:
        return {"value": currency}
    if currency != ledger.currency:
        raise NeedsPerson(
            f"QuickBooks keeps {ledger.currency} only, and this is in {currency}.",
            next_step="Switch multicurrency on in QuickBooks, or bill it by hand.",
        )
    return None


def _ref(id_: str) -> dict[str, str] | None:
    return {"value": id_} if id_ else None


def _address(address: Address) -> dict[str, str] | None:
    parts = {
        "Line1": address.street,
        "City": address.city,
        "CountrySubDivisionCode": address.state,
        "PostalCode": address.postcode,
        "Country": address.country,
    }
    return {name: value for name, value in parts.items() if value} if address else None
