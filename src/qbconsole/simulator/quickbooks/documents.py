"""Sales forms: lines, totals, defaults, automated sales tax, due dates, numbers (quickbooks.md 8.4 to 8.11)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import Fault, bad_reference, business, closed_period, missing, not_found
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
NUMBERED_TOGETHER = ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt")
"""These share one counter (quickbooks.md 8.6)."""


def rounded(amount: Decimal) -> Decimal:
    """To cents, halves away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def complete(company: Company, kind: str, record: dict[str, Any], previous: dict[str, Any] | None) -> dict[str, Any]:
    """Fill in what the server sets on a sales form and refuse what it refuses. Balances are the payments' business."""
    customer = _customer(company, record)
    record.setdefault("TxnDate", company.today().isoformat())
    for name in ("TxnDate", "DueDate", "ExpirationDate", "ShipDate"):
        if name in record:
            record[name] = day(record[name], name)
    check_open(company, record["TxnDate"])
    record["CustomerRef"] = {"value": customer["Id"], "name": customer["DisplayName"]}
    _currency(company, record, customer)
    subtotal = _lines(company, record, previous)
    _defaults(company, kind, record, customer)
    tax = _tax(company, record, customer)
    record["TotalAmt"] = subtotal + tax
    _number(company, kind, record, previous)
    return record


def day(text: object, element: str) -> str:
    """A plain date as the API writes it; what follows the day is ignored."""
    try:
        return date.fromisoformat(str(text)[:10]).isoformat()
    except ValueError:
        raise Fault("2060", "Invalid Date", f"Invalid date : {text}", element) from None


def check_open(company: Company, day: str) -> None:
    """Refuse a date in a closed period."""
    if company.closed_through and day <= company.closed_through:
        raise closed_period()


def _customer(company: Company, record: dict[str, Any]) -> dict[str, Any]:
    reference = (record.get("CustomerRef") or {}).get("value")
    if not reference:
        raise missing("CustomerRef")
    customer = company.shelf("Customer").get(str(reference))
    if customer is None:
        raise bad_reference("Names", str(reference))
    if not customer["Active"]:
        raise not_found()
    return customer


def _currency(company: Company, record: dict[str, Any], customer: dict[str, Any]) -> None:
    record.setdefault("CurrencyRef", {"value": customer["CurrencyRef"]["value"]})
    if record["CurrencyRef"]["value"] != customer["CurrencyRef"]["value"]:
        raise business("The transaction currency must match the currency of the customer.")
    record["CurrencyRef"].setdefault("name", record["CurrencyRef"]["value"])
    if record["CurrencyRef"]["value"] != company.home_currency:
        record.setdefault("ExchangeRate", Decimal("0.73"))


def _lines(company: Company, record: dict[str, Any], previous: dict[str, Any] | None) -> Decimal:
    """Check the lines, number them, append the subtotal; returns what they add up to."""
    lines = [dict(line) for line in record.get("Line") or [] if line.get("DetailType") != "SubTotalLineDetail"]
    if not any(line.get("DetailType") for line in lines):
        raise missing("Line")
    known = [*lines, *(previous["Line"] if previous else ())]
    used = [int(line["Id"]) for line in known if str(line.get("Id") or "").isdigit()]
    following = max(used, default=0) + 1
    subtotal = discount = ZERO
    for position, line in enumerate(lines, start=1):
        if "DetailType" not in line:
            raise missing("Line.DetailType")
        if not line.get("Id"):
            line["Id"], following = str(following), following + 1
        line["LineNum"] = position
        if line["DetailType"] == "SalesItemLineDetail":
            subtotal += _item_line(company, line)
        elif line["DetailType"] == "DiscountLineDetail":
            discount += _discount(line, subtotal)
    if subtotal < discount:
        raise business("Amount must be 0 or greater.")
    record["Line"] = [*lines, {"Amount": subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}]
    return subtotal - discount


def _item_line(company: Company, line: dict[str, Any]) -> Decimal:
    detail = line["SalesItemLineDetail"] = dict(line.get("SalesItemLineDetail") or {})
    if "Amount" not in line:
        raise missing("Line.Amount")
    amount = rounded(decimal(line["Amount"]))
    if (
        "Qty" in detail
        and "UnitPrice" in detail
        and rounded(decimal(detail["Qty"]) * decimal(detail["UnitPrice"])) != amount
    ):
        raise Fault(
            "6070", "Amount calculation incorrect in the request", "Amount is not equal to UnitPrice * Qty.", ""
        )
    reference = (detail.get("ItemRef") or {}).get("value")
    if reference:
        item = company.shelf("Item").get(str(reference))
        if item is None:
            raise bad_reference("Item", str(reference))
        if not item["Active"]:
            raise not_found()
        detail["ItemRef"] = {"value": item["Id"], "name": item["Name"]}
    code = detail.setdefault("TaxCodeRef", {"value": "NON"})["value"]
    if code not in ("TAX", "NON"):
        raise Fault("6100", "Invalid tax code", f"The tax code {code} is not TAX or NON.", "TaxCodeRef")
    line["Amount"] = amount
    return amount


def _discount(line: dict[str, Any], subtotal: Decimal) -> Decimal:
    detail = line.get("DiscountLineDetail") or {}
    if detail.get("PercentBased"):
        line["Amount"] = rounded(subtotal * decimal(detail.get("DiscountPercent", 0)) / 100)
    if "Amount" not in line:
        raise missing("Line.Amount")
    line["Amount"] = rounded(decimal(line["Amount"]))
    return Decimal(line["Amount"])


def _defaults(company: Company, kind: str, record: dict[str, Any], customer: dict[str, Any]) -> None:
    record.setdefault("EmailStatus", "NotSet")
    record.setdefault("PrintStatus", "NeedToPrint")
    record.setdefault("ApplyTaxAfterDiscount", False)
    for name in ("BillAddr", "ShipAddr"):
        if name not in record and customer.get(name):
            record[name] = customer[name]
    if record["EmailStatus"] == "NeedToSend" and not record.get("BillEmail"):
        raise Fault("6420", "Email address required", "An email address is needed to send the form.", "BillEmail")
    if len(str(record.get("PrivateNote") or "")) > 4000:
        raise Fault(
            "2050",
            "String length is either shorter or longer than supported by specification",
            "Max:4000",
            "PrivateNote",
        )
    if kind in ("Invoice", "Estimate"):
        _terms(company, record, customer)
    if kind == "Invoice":
        record.setdefault("LinkedTxn", [])
        for name in ("AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment"):
            record.setdefault(name, False)
    if kind == "Estimate":
        record.setdefault("TxnStatus", "Pending")
    if kind in ("SalesReceipt", "RefundReceipt"):
        record["Balance"] = ZERO
        if kind == "RefundReceipt" and not record.get("DepositToAccountRef"):
            raise missing("DepositToAccountRef")


def _terms(company: Company, record: dict[str, Any], customer: dict[str, Any]) -> None:
    """The customer's term unless one was sent; due so many days on, 30 without any term."""
    if "SalesTermRef" not in record and customer.get("SalesTermRef"):
        record["SalesTermRef"] = {"value": customer["SalesTermRef"]["value"]}
    term = None
    if record.get("SalesTermRef"):
        term = company.shelf("Term").get(record["SalesTermRef"]["value"])
        if term is None:
            raise bad_reference("Terms", record["SalesTermRef"]["value"])
        record["SalesTermRef"] = {"value": term["Id"], "name": term["Name"]}
    if "DueDate" not in record:
        days = int(term.get("DueDays", 30)) if term else 30
        record["DueDate"] = (date.fromisoformat(record["TxnDate"]) + timedelta(days=days)).isoformat()


def _tax(company: Company, record: dict[str, Any], customer: dict[str, Any]) -> Decimal:
    """Automated sales tax: what the client sent is replaced (quickbooks.md 8.8)."""
    taxed = [
        line["Amount"]
        for line in record["Line"]
        if line.get("SalesItemLineDetail", {}).get("TaxCodeRef", {}).get("value") == "TAX"
    ]
    base = sum(taxed, ZERO)
    if record["ApplyTaxAfterDiscount"]:
        base -= _share(record, base)
    foreign = record["CurrencyRef"]["value"] != company.home_currency
    if not (company.automated_tax and base and customer["Taxable"]) or foreign:
        record["TxnTaxDetail"] = {"TotalTax": ZERO}
        return ZERO
    rate = company.tax_rate(_state(company, record, customer))
    if rate is None:
        record["TxnTaxDetail"] = {"TotalTax": ZERO}
        return ZERO
    tax = rounded(base * rate["RateValue"] / 100)
    record["TxnTaxDetail"] = {
        "TxnTaxCodeRef": {"value": rate["Id"]},
        "TotalTax": tax,
        "TaxLine": [
            {
                "Amount": tax,
                "DetailType": "TaxLineDetail",
                "TaxLineDetail": {
                    "TaxRateRef": {"value": rate["Id"]},
                    "PercentBased": True,
                    "TaxPercent": rate["RateValue"],
                    "NetAmountTaxable": base,
                },
            }
        ],
    }
    return tax


def _share(record: dict[str, Any], base: Decimal) -> Decimal:
    """The part of the discounts that falls on taxable lines."""
    discount = sum((line["Amount"] for line in record["Line"] if line["DetailType"] == "DiscountLineDetail"), ZERO)
    subtotal = record["Line"][-1]["Amount"]
    return rounded(discount * base / subtotal) if subtotal else ZERO


def _state(company: Company, record: dict[str, Any], customer: dict[str, Any]) -> str:
    for holder, name in ((record, "ShipAddr"), (record, "BillAddr"), (customer, "ShipAddr"), (customer, "BillAddr")):
        state = (holder.get(name) or {}).get("CountrySubDivisionCode")
        if state:
            return str(state)
    return company.home_state


def _number(company: Company, kind: str, record: dict[str, Any], previous: dict[str, Any] | None) -> None:
    number = record.get("DocNumber")
    if number and len(str(number)) > 21:
        detail = f"Min:0 Max:21 supported. Supplied length:{len(str(number))}"
        message = "String length is either shorter or longer than supported by specification"
        raise Fault("2050", message, detail, "DocNumber")
    if not number:
        if not company.custom_numbers and previous is None:
            sequence = "qbo.number" if kind in NUMBERED_TOGETHER else f"qbo.number.{kind}"
            record["DocNumber"] = str(company.database.next_number(sequence, 1001))
        return
    holder = company.number_holder(kind, str(number)) if company.custom_numbers and kind != "Estimate" else None
    if holder and holder != record.get("Id"):
        detail = (
            "Duplicate Document Number Error : You must specify a different number. This number has already been used. "
            f"DocNumber={number} is assigned to TxnType={kind} with TxnId={holder}"
        )
        raise Fault("6140", "Duplicate Document Number Error", detail, "")


OPEN = ("Invoice", "CreditMemo")
"""The forms of which a part can be open."""
_CLIENTS_LINKS = ("Estimate", "TimeActivity", "ReimburseCharge")


def links(given: dict[str, Any], previous: dict[str, Any]) -> list[dict[str, Any]]:
    """An invoice's links: a client says which estimates and the like, the server alone which payments."""
    stored = previous.get("LinkedTxn") or []
    own = [link for link in stored if link["TxnType"] not in _CLIENTS_LINKS]
    wanted = given.get("LinkedTxn")
    return own + [link for link in (stored if wanted is None else wanted) if link.get("TxnType") in _CLIENTS_LINKS]


def applied(record: dict[str, Any]) -> Decimal:
    """How much money and credit is applied to an invoice, or how much of a credit memo is used."""
    return Decimal(record["TotalAmt"] - decimal(record.get("Deposit") or 0) - record["Balance"])


def set_open(kind: str, record: dict[str, Any], used: Decimal) -> None:
    """Set what is open of an invoice or credit memo, in place."""
    deposit = ZERO if kind == "CreditMemo" else decimal(record.get("Deposit") or 0)
    record["Balance"] = record["TotalAmt"] - deposit - used
    if kind == "CreditMemo":
        record["RemainingCredit"] = record["Balance"]


def voided_note(record: dict[str, Any]) -> str:
    """The note of a transaction that is voided."""
    note = str(record.get("PrivateNote") or "")
    return f"Voided - {note}" if note else "Voided"


def voided(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    """The form with every amount zero and its note saying so (quickbooks.md 9)."""
    lines = []
    for original in record["Line"]:
        line = {**original, "Amount": ZERO} if "Amount" in original else dict(original)
        if "SalesItemLineDetail" in line:
            line["SalesItemLineDetail"] = {**line["SalesItemLineDetail"], "Qty": ZERO, "UnitPrice": ZERO}
        lines.append(line)
    emptied = {"Line": lines, "TotalAmt": ZERO, "Balance": ZERO, "LinkedTxn": [], "TxnTaxDetail": {"TotalTax": ZERO}}
    if kind == "CreditMemo":
        emptied["RemainingCredit"] = ZERO
    if "Deposit" in record:
        emptied["Deposit"] = ZERO
    return {**record, **emptied, "PrivateNote": voided_note(record)}
