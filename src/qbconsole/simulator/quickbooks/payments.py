"""Payments and credits: what they are applied to, what is left, how balances follow (quickbooks.md 4, 8.10, 8.11)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.documents import ZERO, check_open, rounded
from qbconsole.simulator.quickbooks.fault import Fault, bad_reference, business, missing
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from qbconsole.simulator.quickbooks.company import Company

_FROZEN = (
    "This transaction has been deposited. If you want to change or delete it, you must edit the deposit it appears on "
    "and remove it first"
)


def complete(company: Company, record: dict[str, Any], previous: dict[str, Any] | None = None) -> dict[str, Any]:
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
    own = _by_target(previous["Line"]) if previous else {}
    record["Line"] = [_line(company, line, reference, own) for line in record.get("Line") or []]
    record["UnappliedAmt"] = _unapplied(record["TotalAmt"], record["Line"])
    if record["UnappliedAmt"] < 0:
        raise business("The amount applied is greater than the amount received.")
    return record


def _sum(lines: list[dict[str, Any]], kind: str) -> Decimal:
    return sum((line["Amount"] for line in lines if _target(line)[0] == kind), ZERO)


def _unapplied(total: Decimal, lines: list[dict[str, Any]]) -> Decimal:
    return total + _sum(lines, "CreditMemo") - _sum(lines, "Invoice")


def _by_target(lines: list[dict[str, Any]]) -> dict[tuple[str, str], Decimal]:
    amounts: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        amounts[_target(line)] = amounts.get(_target(line), ZERO) + line["Amount"]
    return amounts


def _target(line: dict[str, Any]) -> tuple[str, str]:
    link = line["LinkedTxn"][0]
    return str(link["TxnType"]), str(link["TxnId"])


def _line(
    company: Company, line: dict[str, Any], customer_id: str, own: dict[tuple[str, str], Decimal]
) -> dict[str, Any]:
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
    before = target["Balance"] + own.get((kind, target_id), ZERO)
    if amount > before:
        raise business("The amount applied is greater than the open balance.")
    return {
        "Amount": amount,
        "LinkedTxn": [{"TxnId": target_id, "TxnType": kind}],
        "LineEx": {"any": _noise(target, before)},
    }


def _noise(target: dict[str, Any], before: Decimal) -> list[dict[str, Any]]:
    """The read-only name-value objects that the vendor's serialiser leaves in payment lines."""
    values = {
        "txnId": target["Id"],
        "txnOpenBalance": f"{before:f}",
        "txnReferenceNumber": target.get("DocNumber", ""),
    }
    name = "{http://schema.intuit.com/finance/v3}NameValue"
    rest = {"declaredType": "com.intuit.schema.finance.v3.NameValue", "scope": "javax.xml.bind.JAXBElement$GlobalScope"}
    flags = {"nil": False, "globalScope": True, "typeSubstituted": False}
    return [{"name": name, **rest, "value": {"Name": key, "Value": value}, **flags} for key, value in values.items()]


def apply(
    company: Company, payment_id: str, before: list[dict[str, Any]], after: list[dict[str, Any]], at: datetime
) -> None:
    """Move the balances of what a payment's lines touch, from what they were to what they are."""
    old, new = _by_target(before), _by_target(after)
    for key in dict.fromkeys([*old, *new]):
        kind, target_id = key
        target = company.shelf(kind).get(target_id) if kind in ("Invoice", "CreditMemo") else None
        moved = new.get(key, ZERO) - old.get(key, ZERO)
        if target is None or not (moved or (key in old) != (key in new)):
            continue
        link = {"TxnId": payment_id, "TxnType": "Payment"}
        links = [entry for entry in target.get("LinkedTxn", []) if entry != link]
        balance = target["Balance"] - moved
        if balance < 0:
            raise business("The amount applied is greater than the open balance.")
        changed = {**target, "Balance": balance, "LinkedTxn": [link, *links] if key in new else links}
        if kind == "CreditMemo":
            changed["RemainingCredit"] = balance
        company.touch(kind, changed, at, bump=True)


def check_frozen(record: dict[str, Any]) -> None:
    """Refuse any change of what lies in a deposit."""
    if any(link.get("TxnType") == "Deposit" for link in record.get("LinkedTxn") or []):
        raise Fault("6540", "Deposited Transaction cannot be changed", _FROZEN, "")


def release(company: Company, kind: str, record: dict[str, Any], at: datetime, keep: Decimal = ZERO) -> None:
    """Take money off a document until no more than `keep` stays applied, newest first; payments stay, unapplied.

    What a payment lent to the document from a credit memo (or the other way round) is open again too.
    """
    own = (kind, record["Id"])
    linked = [
        payment
        for link in record.get("LinkedTxn") or []
        if link["TxnType"] == "Payment" and (payment := company.shelf("Payment").get(link["TxnId"])) is not None
    ]
    excess = sum((_by_target(payment["Line"]).get(own, ZERO) for payment in linked), ZERO) - keep
    for payment in linked:
        if excess <= 0:
            return
        cut = min(excess, _by_target(payment["Line"]).get(own, ZERO))
        excess -= cut
        lines = _less(payment["Line"], cut, lambda line: _target(line) == own)
        lines = _less(lines, -_unapplied(payment["TotalAmt"], lines), lambda line: _target(line)[0] == "Invoice")
        spare = _sum(lines, "CreditMemo") - _sum(lines, "Invoice")
        lines = _less(lines, spare, lambda line: _target(line)[0] == "CreditMemo")
        _reline(company, payment, lines, at)


def _less(
    lines: list[dict[str, Any]], amount: Decimal, chosen: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    """The lines with an amount taken off the chosen ones; an emptied line is gone."""
    kept = []
    for line in lines:
        cut = min(amount, line["Amount"]) if amount > 0 and chosen(line) else ZERO
        amount -= cut
        if not cut or line["Amount"] > cut:
            kept.append({**line, "Amount": line["Amount"] - cut})
    return kept


def _reline(company: Company, payment: dict[str, Any], lines: list[dict[str, Any]], at: datetime) -> None:
    """Give a payment other lines; one without money that links nothing any more goes away."""
    apply(company, payment["Id"], payment["Line"], lines, at)
    if lines or payment["TotalAmt"]:
        changed = {**payment, "Line": lines, "UnappliedAmt": _unapplied(payment["TotalAmt"], lines)}
        company.touch("Payment", changed, at, bump=True)
    else:
        company.discard("Payment", payment, at)


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
