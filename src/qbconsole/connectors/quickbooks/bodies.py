"""From our operations to Intuit's JSON: pure, so that what was approved is what is sent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.money import rounded

if TYPE_CHECKING:
    from qbconsole.domain.operations import CreateCustomer, CreateDocument
    from qbconsole.domain.records import Address, DocumentLine, Ledger

LONGEST_NOTES = 2000
LONGEST_PRIVATE_NOTE = 4000
PRICE_DIGITS = Decimal("0.000001")
"""Unit prices keep at most six digits behind the point (quickbooks.md 15.1)."""
FORBIDDEN_IN_NAMES = (":", "\t", "\n")
WITH_TERMS = frozenset({"invoice", "estimate"})


def customer_body(operation: CreateCustomer, ledger: Ledger) -> dict[str, Any]:
    """A new customer (quickbooks.md 8.1).

    Raises:
        NeedsPerson: the name or the notes are none that QuickBooks takes.
    """
    if not operation.name.strip() or any(sign in operation.name for sign in FORBIDDEN_IN_NAMES):
        raise NeedsPerson(
            f"QuickBooks takes no customer named {operation.name!r}: a name may hold no colon, tab or line break.",
            next_step="Correct the company's name in the CRM, then press c again.",
        )
    body: dict[str, Any] = {
        "DisplayName": operation.name,
        "CompanyName": operation.company_name,
        "Notes": notes_text(operation.notes),
        "PrimaryEmailAddr": {"Address": operation.email} if operation.email else None,
        "PrimaryPhone": {"FreeFormNumber": operation.phone} if operation.phone else None,
        "BillAddr": _address(operation.address),
        "CurrencyRef": _currency(operation.currency, ledger),
    }
    return {name: value for name, value in body.items() if value}


def document_body(operation: CreateDocument, ledger: Ledger) -> dict[str, Any]:
    """A new sales form (quickbooks.md 8.4, 8.5, 8.8). Nothing of tax but TAX or NON on its lines: QuickBooks sets it.

    Raises:
        NeedsPerson: a line sells no item, or the currency is not switched on.
    """
    terms = operation.type in WITH_TERMS
    body: dict[str, Any] = {
        "CustomerRef": {"value": operation.customer_id},
        "TxnDate": operation.posted_on.isoformat(),
        "Line": [_line(number, line, operation, ledger) for number, line in enumerate(operation.lines, 1)],
        "PrivateNote": operation.private_note[:LONGEST_PRIVATE_NOTE],
        "DueDate": operation.due_on.isoformat() if operation.due_on and terms else None,
        "SalesTermRef": {"value": operation.term_id} if operation.term_id and terms else None,
        "BillEmail": {"Address": operation.email} if operation.email else None,
        "BillAddr": _address(operation.bill_address),
        "ShipAddr": _address(operation.ship_address),
        "CurrencyRef": _currency(operation.currency, ledger),
    }
    return {name: value for name, value in body.items() if value}


def notes_text(notes: str) -> str:
    """Notes that QuickBooks will take whole.

    Raises:
        NeedsPerson: they are too long: cutting them would lose somebody's words.
    """
    if len(notes) > LONGEST_NOTES:
        raise NeedsPerson(
            f"The customer's notes would be longer than the {LONGEST_NOTES} characters that QuickBooks holds.",
            next_step="Shorten the notes in QuickBooks, then press R.",
        )
    return notes


def _line(number: int, line: DocumentLine, operation: CreateDocument, ledger: Ledger) -> dict[str, Any]:
    amount = rounded(line.amount, operation.currency)
    if not line.item_id:
        if amount:
            raise NeedsPerson(
                f"Line {number} ({line.description or 'no text'}) has an amount but no QuickBooks item.",
                next_step="Map its product to an item in the rules, or edit the draft.",
            )
        return {"DetailType": "DescriptionOnly", "Description": line.description, "DescriptionLineDetail": {}}
    detail: dict[str, Any] = {"ItemRef": {"value": line.item_id}, **_quantity(line, amount, operation.currency)}
    if ledger.uses_tax and ledger.country.upper() in {"US", "USA", ""}:
        detail["TaxCodeRef"] = {"value": "TAX" if line.taxable else "NON"}
    if line.class_id and ledger.class_per_line:
        detail["ClassRef"] = {"value": line.class_id}
    body = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
    return body | ({"Description": line.description} if line.description else {})


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


def _currency(currency: str, ledger: Ledger) -> dict[str, str] | None:
    """Named only where the company has several (invariant 12)."""
    if ledger.multicurrency:
        return {"value": currency}
    if currency != ledger.currency:
        raise NeedsPerson(
            f"QuickBooks keeps {ledger.currency} only, and this is in {currency}.",
            next_step="Switch multicurrency on in QuickBooks, or bill it by hand.",
        )
    return None


def _address(address: Address) -> dict[str, str] | None:
    parts = {
        "Line1": address.street,
        "City": address.city,
        "CountrySubDivisionCode": address.state,
        "PostalCode": address.postcode,
        "Country": address.country,
    }
    return {name: value for name, value in parts.items() if value} if address else None
