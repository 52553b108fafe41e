"""Sales forms: defaults, totals, due dates, what is open, what a void leaves (quickbooks.md 8.4 to 8.11)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import lines, numbers, tax
from qbconsole.simulator.quickbooks.fault import Fault, business, closed_period, missing, unavailable
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
ZERO = Decimal("0.00")
DEFAULT_RATE = Decimal("0.73")
"""Home units for one unit of a currency whose rate nobody stored."""
OPEN = ("Invoice", "CreditMemo")
"""The forms of which a part can be open."""
_CLIENTS_LINKS = ("Estimate", "TimeActivity", "ReimburseCharge")
_ONLINE = ("AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment")


def complete(company: Company, kind: str, record: Record, previous: Record | None, *, duplicates: bool) -> Record:
    """Fill in what the server sets on a sales form and refuse what it refuses. Balances are the payments' business."""
    if kind == "Estimate" and not company.settings.allows("AllowEstimates", unsaid=True):
        raise unavailable("Estimate")
    customer = _customer(company, kind, record)
    date_it(company, record)
    currency(company, record, customer)
    total = lines.complete(company, record, previous)
    _defaults(company, kind, record, customer)
    if kind in ("Invoice", "Estimate"):
        _terms(company, record, customer)
    record["TotalAmt"] = total + tax.put(company, record, customer)
    _custom_fields(company, record, previous)
    numbers.put(company, kind, record, previous, duplicates=duplicates)
    return record


def date_it(company: Company, record: Record) -> None:
    """The transaction's day, today unless told otherwise, which must lie in an open period."""
    record.setdefault("TxnDate", company.today().isoformat())
    check_open(company, record["TxnDate"])


def check_open(company: Company, day: str) -> None:
    """Refuse a date in a closed period."""
    if company.settings.closed_through and day <= company.settings.closed_through:
        raise closed_period()


def _customer(company: Company, kind: str, record: Record) -> Record | None:
    reference = (record.get("CustomerRef") or {}).get("value")
    if reference:
        return company.read("Customer", str(reference))
    if kind in ("SalesReceipt", "RefundReceipt"):  # a sale over the counter
        return None
    raise missing("CustomerRef")


def currency(company: Company, record: Record, party: Record | None) -> None:
    """The party's currency, and no other; a rate for a foreign one, in place."""
    home = company.settings.home_currency
    own = str((party or {}).get("CurrencyRef", {}).get("value") or home)
    if str((record.setdefault("CurrencyRef", {"value": own})).get("value")) != own:
        raise business("The transaction currency must match the currency of the customer.")
    record["CurrencyRef"] = {"value": own, "name": record["CurrencyRef"].get("name") or own}
    if own != home:
        record["ExchangeRate"] = decimal(record.get("ExchangeRate") or company.exchange_rate(own, record["TxnDate"]))
    elif not company.settings.multicurrency:
        record.pop("ExchangeRate", None)


def _defaults(company: Company, kind: str, record: Record, customer: Record | None) -> None:
    record.setdefault("EmailStatus", "NotSet")
    record.setdefault("PrintStatus", "NeedToPrint")
    record.setdefault("ApplyTaxAfterDiscount", False)
    record.pop("GlobalTaxCalculation", None)  # elsewhere than in the US alone (quickbooks.md 8.4)
    for name in ("BillAddr", "ShipAddr"):
        if name in record:
            record[name] = company.addressed(record[name])
        elif (customer or {}).get(name):
            record[name] = (customer or {})[name]
    if record["EmailStatus"] == "NeedToSend":
        if not record.get("BillEmail"):
            raise Fault("6420", "Email address required", "An email address is needed to send the form.", "BillEmail")
        record.setdefault("DeliveryInfo", {"DeliveryType": "Email"})
    if kind == "Invoice":
        record.setdefault("LinkedTxn", [])
        for name in _ONLINE:
            record.setdefault(name, False)
        record |= {"AllowIPNPayment": False, "AllowOnlinePayment": False}
        _deposit(company, record)
    if kind == "Estimate":
        record.setdefault("TxnStatus", "Pending")
    if kind in ("SalesReceipt", "RefundReceipt"):
        record["Balance"] = ZERO
        if kind == "SalesReceipt":
            record.setdefault("DepositToAccountRef", {"value": company.account("UndepositedFunds", "4")})
        elif not record.get("DepositToAccountRef"):
            raise missing("DepositToAccountRef")


def _deposit(company: Company, record: Record) -> None:
    """Money that came with the order: only where the preference allows it (quickbooks.md 8.4)."""
    if decimal(record.get("Deposit") or 0) and not company.settings.allows("AllowDeposit"):
        if company.switches["feature_off"] == "refused":
            raise unavailable("Deposit")
        del record["Deposit"]
    if not decimal(record.get("Deposit") or 0):
        record.pop("Deposit", None)


def _terms(company: Company, record: Record, customer: Record | None) -> None:
    """The customer's term, else the company's, unless one was sent; due so many days on, 30 without any term."""
    inherited = ((customer or {}).get("SalesTermRef") or {}).get("value") or company.settings.default_term
    if "SalesTermRef" not in record and inherited:
        record["SalesTermRef"] = {"value": inherited}
    term = company.shelf("Term").get(record["SalesTermRef"]["value"]) if record.get("SalesTermRef") else None
    if term:
        record["SalesTermRef"] = {"value": term["Id"], "name": term["Name"]}
    if "DueDate" not in record:
        record["DueDate"] = _due(date.fromisoformat(record["TxnDate"]), term).isoformat()


def _due(start: date, term: Record | None) -> date:
    """When a form of a day falls due under a term."""
    if term is None or term.get("Type", "STANDARD") == "STANDARD":
        return start + timedelta(days=int((term or {}).get("DueDays", 30)))
    last, margin = int(term["DayOfMonthDue"]), int(term.get("DueNextMonthDays") or 0)
    due = _in_month(start, last)
    if due < start or (due - start).days < margin:
        due = _in_month(start.replace(day=28) + timedelta(days=4), last)
    return due


def _in_month(day: date, number: int) -> date:
    following = day.replace(day=28) + timedelta(days=4)
    return min(day.replace(day=1) + timedelta(days=number - 1), following.replace(day=1) - timedelta(days=1))


def _custom_fields(company: Company, record: Record, previous: Record | None) -> None:
    """The classic custom fields that are on, each present even if empty (quickbooks.md 8.7)."""
    fields, sent = company.settings.custom_fields(), record.pop("CustomField", None)
    stored = {str(field.get("DefinitionId")): field for field in (previous or {}).get("CustomField") or []}
    given = {str(field.get("DefinitionId")): field for field in sent or []}
    unknown = [number for number in given if number not in fields and len(number) < 2]
    if unknown and company.switches["unknown_custom_field"] == "refused":
        raise Fault("3000", "Invalid custom field", f"No custom field {unknown[0]} is in use.", "CustomField")
    shown = []
    for number, name in fields.items():
        value = (given.get(number) or stored.get(number) or {}).get("StringValue")
        field = {"DefinitionId": number, "Name": name, "Type": "StringType"}
        shown.append({**field, "StringValue": value} if value else field)
    enhanced = {**stored, **given}
    shown += [field for number, field in enhanced.items() if len(number) > 1]
    if shown:
        record["CustomField"] = shown


def links(given: Record, previous: Record) -> list[Record]:
    """An invoice's links: a client says which estimates and the like, the server alone which payments."""
    stored = previous.get("LinkedTxn") or []
    own = [link for link in stored if link["TxnType"] not in _CLIENTS_LINKS]
    wanted = given.get("LinkedTxn")
    return own + [link for link in (stored if wanted is None else wanted) if link.get("TxnType") in _CLIENTS_LINKS]


def applied(record: Record) -> Decimal:
    """How much money and credit is applied to an invoice, or how much of a credit memo is used."""
    return Decimal(record["TotalAmt"] - decimal(record.get("Deposit") or 0) - record["Balance"])


def set_open(kind: str, record: Record, used: Decimal) -> None:
    """Set what is open of an invoice or credit memo, in place."""
    deposit = ZERO if kind == "CreditMemo" else decimal(record.get("Deposit") or 0)
    record["Balance"] = record["TotalAmt"] - deposit - used
    if kind == "CreditMemo":
        record["RemainingCredit"] = record["Balance"]


def voided_note(record: Record) -> str:
    """The note of a transaction that is voided."""
    note = str(record.get("PrivateNote") or "")
    return f"Voided - {note}" if note else "Voided"


def voided(kind: str, record: Record) -> Record:
    """The form with every amount zero and its note saying so (quickbooks.md 9)."""
    emptied = {
        "Line": lines.voided(record["Line"]),
        "TotalAmt": ZERO,
        "Balance": ZERO,
        "LinkedTxn": [],
        "TxnTaxDetail": {"TotalTax": ZERO},
    }
    if kind == "CreditMemo":
        emptied["RemainingCredit"] = ZERO
    if "Deposit" in record:
        emptied["Deposit"] = ZERO
    return {**record, **emptied, "PrivateNote": voided_note(record)}
