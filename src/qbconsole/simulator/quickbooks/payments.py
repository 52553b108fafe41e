"""Payments and credits: what they are applied to, what is left, how balances follow (quickbooks.md 4, 8.10, 8.11)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.documents import ZERO, check_open, rounded
from qbconsole.simulator.quickbooks.fault import Fault, bad_reference, business, missing
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.quickbooks.company import Company

_FROZEN = (
    "This transaction has been deposited. If you want to change or delete it, you must edit the deposit it appears on "
    "and remove it first"
)


def complete(company: Company, record: dict[str, Any]) -> dict[str, Any]:
    """Fill in a payment and refuse what cannot be applied; the other side is `apply`'s business."""
    reference = str((record.get("CustomerRef") or {}).get("value") or "")
    if not reference:
        raise missing("CustomerRef")
    customer = company.shelf("Customer").get(reference)
    if customer is None:
        raise bad_reference("Names", reference)
    if "TotalAmt" not in record:
        raise business("You must set a transaction amount.")
    record["CustomerRef"] = {"value": customer["Id"], "name": customer["DisplayName"]}
    record["TotalAmt"] = rounded(decimal(record["TotalAmt"]))
    record.setdefault("TxnDate", company.today().isoformat())
    check_open(company, record["TxnDate"])
    record.setdefault("CurrencyRef", {"value": customer["CurrencyRef"]["value"]})
    if record["CurrencyRef"]["value"] != company.home_currency:
        record.setdefault("ExchangeRate", Decimal("0.73"))
    record.setdefault("DepositToAccountRef", {"value": company.undeposited_funds})
    record.setdefault("ProcessPayment", False)
    record["Line"] = [_line(company, line, reference) for line in record.get("Line") or []]
    credit = sum((line["Amount"] for line in record["Line"] if _target(line)[0] == "CreditMemo"), ZERO)
    billed = sum((line["Amount"] for line in record["Line"] if _target(line)[0] == "Invoice"), ZERO)
    if billed > record["TotalAmt"] + credit:
        raise business("The amount applied is greater than the amount received.")
    record["UnappliedAmt"] = record["TotalAmt"] + credit - billed
    return record


def _target(line: dict[str, Any]) -> tuple[str, str]:
    link = line["LinkedTxn"][0]
    return str(link["TxnType"]), str(link["TxnId"])


def _line(company: Company, line: dict[str, Any], customer_id: str) -> dict[str, Any]:
    links = line.get("LinkedTxn") or []
    if len(links) != 1:
        raise missing("LinkedTxn", "Line.LinkedTxn")
    kind, target_id = str(links[0].get("TxnType")), str(links[0].get("TxnId"))
    amount = rounded(decimal(line.get("Amount", 0)))
    if kind not in ("Invoice", "CreditMemo"):
        return {"Amount": amount, "LinkedTxn": [{"TxnId": target_id, "TxnType": kind}]}
    target = company.shelf(kind).get(target_id)
    if target is None:
        raise business(f"The entity {kind} {target_id} that you are trying to link does not exist. {kind} {target_id}")
    if not company.same_family(target["CustomerRef"]["value"], customer_id):
        raise business("The customer of the payment is not the customer of the linked transaction.")
    if amount > target["Balance"]:
        raise business("The amount applied is greater than the open balance.")
    return {
        "Amount": amount,
        "LinkedTxn": [{"TxnId": target_id, "TxnType": kind}],
        "LineEx": {"any": _noise(target, target_id)},
    }


def _noise(target: dict[str, Any], target_id: str) -> list[dict[str, Any]]:
    """The read-only name-value objects that the vendor's serialiser leaves in payment lines."""
    values = {
        "txnId": target_id,
        "txnOpenBalance": f"{target['Balance']:f}",
        "txnReferenceNumber": target.get("DocNumber", ""),
    }
    name = "{http://schema.intuit.com/finance/v3}NameValue"
    rest = {"declaredType": "com.intuit.schema.finance.v3.NameValue", "scope": "javax.xml.bind.JAXBElement$GlobalScope"}
    flags = {"nil": False, "globalScope": True, "typeSubstituted": False}
    return [{"name": name, **rest, "value": {"Name": key, "Value": value}, **flags} for key, value in values.items()]


def apply(company: Company, payment: dict[str, Any], at: datetime, sign: int = 1) -> None:
    """Move the balances of what a payment is applied to; `sign` -1 takes it back."""
    for line in payment["Line"]:
        kind, target_id = _target(line)
        target = company.shelf(kind).get(target_id) if kind in ("Invoice", "CreditMemo") else None
        if target is None:
            continue
        link = {"TxnId": payment["Id"], "TxnType": "Payment"}
        links = [entry for entry in target.get("LinkedTxn", []) if entry != link]
        changed = {
            **target,
            "Balance": target["Balance"] - sign * line["Amount"],
            "LinkedTxn": [link, *links] if sign > 0 else links,
        }
        if kind == "CreditMemo":
            changed["RemainingCredit"] = changed["Balance"]
        company.touch(kind, changed, at, bump=True)


def check_frozen(record: dict[str, Any]) -> None:
    """Refuse any change of what lies in a deposit."""
    if any(link.get("TxnType") == "Deposit" for link in record.get("LinkedTxn") or []):
        raise Fault("6540", "Deposited Transaction cannot be changed", _FROZEN, "")


def unlink(company: Company, kind: str, record: dict[str, Any], at: datetime) -> None:
    """Free the payments of a document that is voided or deleted: they stay, unapplied."""
    for link in record.get("LinkedTxn") or []:
        payment = company.shelf("Payment").get(link["TxnId"]) if link["TxnType"] == "Payment" else None
        if payment is None:
            continue
        kept, freed = [], ZERO
        for line in payment["Line"]:
            if _target(line) == (kind, record["Id"]):
                freed += line["Amount"]
            else:
                kept.append(line)
        sign = 1 if kind == "Invoice" else -1
        company.touch(
            "Payment", {**payment, "Line": kept, "UnappliedAmt": payment["UnappliedAmt"] + sign * freed}, at, bump=True
        )


def open_balance(company: Company, customer_id: str) -> Decimal:
    """Open invoices less unused credits and unapplied money of one customer, jobs apart."""
    total = ZERO
    for kind, transaction_id in company.transactions_of(customer_id):
        record = company.shelf(kind).get(transaction_id)
        if record is None:
            continue
        if kind == "Invoice":
            total += record["Balance"]
        elif kind == "CreditMemo":
            total -= record["Balance"]
        elif kind == "Payment":
            total -= record["UnappliedAmt"]
    return total
