"""Payments and credits: what they are applied to and what is left (quickbooks.md 4, 8.10, 8.11)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import receivables
from qbconsole.simulator.quickbooks.documents import currency, date_it
from qbconsole.simulator.quickbooks.fault import Fault, business, missing, unlinkable
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
ZERO = Decimal("0.00")
_FROZEN = (
    "This transaction has been deposited. If you want to change or delete it, you must edit the deposit it appears on "
    "and remove it first"
)
_TARGETS = ("Invoice", "CreditMemo", "JournalEntry", "Expense", "Check", "CreditCardCredit", "Deposit")


def complete(company: Company, record: Record, previous: Record | None = None) -> Record:
    """Fill in a payment and refuse what cannot be applied; the other side is `apply`'s business."""
    reference = str((record.get("CustomerRef") or {}).get("value") or "")
    if not reference:
        raise missing("CustomerRef")
    if "TotalAmt" not in record:
        raise business("You must set a transaction amount.")
    record["TotalAmt"] = company.rounded(decimal(record["TotalAmt"]))
    if record["TotalAmt"] < 0:
        raise business("Transaction amount must not be negative.")
    if str((record.get("CreditCardPayment") or {}).get("CreditChargeInfo", {}).get("Number") or "").isdigit():
        raise Fault("6530", "Invalid credit card number", "Raw card numbers are not accepted.", "CreditCardPayment")
    date_it(company, record)
    currency(company, record, company.read("Customer", reference))
    record.setdefault("DepositToAccountRef", {"value": company.account("UndepositedFunds", "4")})
    record.setdefault("ProcessPayment", False)
    sent = record.get("Line")
    if previous is None and not sent:
        sent = _automatic(company, record, reference)
    stored = previous["Line"] if previous else []
    own, payment_id = by_target(stored), previous["Id"] if previous else ""
    fresh = [_line(company, line, reference, own, payment_id) for line in sent or []]
    record["Line"] = [_as_before(line, stored) for line in fresh]
    record["UnappliedAmt"] = record["TotalAmt"] - _net(company, reference, record["Line"])
    if record["UnappliedAmt"] < 0:
        raise business("The amount applied is greater than the amount received.")
    return record


def _automatic(company: Company, record: Record, customer_id: str) -> list[Record]:
    """Lines for the oldest open invoices, where the preference says so (quickbooks.md 8.10)."""
    if not company.settings.allows("AutoApplyPayments"):
        return []
    left, made = record["TotalAmt"], []
    for invoice in open_invoices(company, customer_id):
        amount = min(left, invoice["Balance"])
        if amount > 0:
            made.append(link_line("Invoice", invoice["Id"], amount))
            left -= amount
    return made


def open_invoices(company: Company, customer_id: str) -> list[Record]:
    """A customer's open invoices, the oldest first."""
    found = [
        invoice
        for kind, invoice_id in company.transactions_of(customer_id)
        if kind == "Invoice" and (invoice := company.shelf(kind).get(invoice_id)) and invoice["Balance"] > 0
    ]
    return sorted(found, key=lambda invoice: (invoice["TxnDate"], int(invoice["Id"])))


def link_line(kind: str, transaction_id: str, amount: Decimal) -> Record:
    """A payment line as a client sends it."""
    return {"Amount": amount, "LinkedTxn": [{"TxnId": transaction_id, "TxnType": kind}]}


def _sum(lines: list[Record], kind: str) -> Decimal:
    return sum((line["Amount"] for line in lines if _target(line)[0] == kind), ZERO)


def _net(company: Company, customer_id: str, lines: list[Record]) -> Decimal:
    """What lines take of the money: what they settle less what credits give."""
    total = ZERO
    for line in lines:
        kind, target_id = _target(line)
        gives = kind == "CreditMemo"
        if kind not in ("Invoice", "CreditMemo"):
            entity = receivables.booked_kind(kind)
            record = company.shelf(entity).get(target_id) or {}
            gives = receivables.booked(company, entity, record).get(customer_id, ZERO) < 0
        total += -line["Amount"] if gives else line["Amount"]
    return total


def by_target(lines: list[Record]) -> dict[tuple[str, str], Decimal]:
    """How much lines apply to each (TxnType, TxnId)."""
    amounts: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        amounts[_target(line)] = amounts.get(_target(line), ZERO) + line["Amount"]
    return amounts


def _target(line: Record) -> tuple[str, str]:
    link = line["LinkedTxn"][0]
    return str(link["TxnType"]), str(link["TxnId"])


def _line(
    company: Company, line: Record, customer_id: str, own: dict[tuple[str, str], Decimal], payment_id: str
) -> Record:
    linked = line.get("LinkedTxn") or []
    if len(linked) != 1:
        raise missing("LinkedTxn", "Line.LinkedTxn")
    kind, target_id = str(linked[0].get("TxnType")), str(linked[0].get("TxnId"))
    if kind not in _TARGETS:
        raise unlinkable(f"A payment cannot be linked to {kind} {target_id}.")
    target = company.shelf(receivables.booked_kind(kind)).get(target_id)
    if target is None:
        raise business(f"The entity {kind} {target_id} that you are trying to link does not exist. {kind} {target_id}")
    amount = company.rounded(decimal(line.get("Amount", 0)))
    if amount < 0:
        raise Fault("2290", "Invalid amount", "The amount of a payment line must not be negative.", "Line.Amount")
    if kind in ("Invoice", "CreditMemo"):
        _check_party(company, target["CustomerRef"]["value"], customer_id)
        before = target["Balance"] + own.get((kind, target_id), ZERO)
    else:
        before = abs(
            receivables.open_booked(company, receivables.booked_kind(kind), target, customer_id, leave_out=payment_id)
        )
    if amount > before:
        raise business("The amount applied is greater than the open balance.")
    return {**link_line(kind, target_id, amount), "LineEx": {"any": _noise(target, before)}}


def _as_before(line: Record, stored: list[Record]) -> Record:
    """The stored line that says the same, so that its noise of then stays."""
    same = (old for old in stored if (_target(old), old["Amount"]) == (_target(line), line["Amount"]))
    return next(same, line)


def _check_party(company: Company, owner: str, payer: str) -> None:
    """Refuse money of a customer whose business the document is not (quickbooks.md 8.10)."""
    reading = company.switches["payment_for"]
    fits = {
        "same": owner == payer,
        "parent": payer in company.ancestry(owner),
        "family": company.ancestry(owner)[-1] == company.ancestry(payer)[-1],
    }
    if not fits[reading]:
        raise business("The customer of the payment is not the customer of the linked transaction.")


def _noise(target: Record, before: Decimal) -> list[Record]:
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


def apply(company: Company, payment_id: str, before: list[Record], after: list[Record], at: datetime) -> None:
    """Move the balances of what a payment's lines touch, from what they were to what they are."""
    old, new = by_target(before), by_target(after)
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


def check_frozen(record: Record) -> None:
    """Refuse any change of what lies in a deposit."""
    if any(link.get("TxnType") == "Deposit" for link in record.get("LinkedTxn") or []):
        raise Fault("6540", "Deposited Transaction cannot be changed", _FROZEN, "")


def check_unpaid(company: Company, kind: str, record: Record) -> None:
    """Refuse to end an invoice with payments, by the reading that says so (quickbooks.md 9)."""
    paid = any(link.get("TxnType") == "Payment" for link in record.get("LinkedTxn") or [])
    if kind == "Invoice" and paid and company.switches["paid_invoice_ends"] == "refused":
        raise business("The transaction has payments applied to it. Take them off first.")


def release(company: Company, kind: str, record: Record, at: datetime, keep: Decimal = ZERO) -> None:
    """Take money off a document until no more than `keep` stays applied, newest first; payments stay, unapplied.

    What a payment lent to the document from a credit memo (or the other way round) is open again too.
    """
    own = (kind, record["Id"])
    linked = [
        payment
        for link in record.get("LinkedTxn") or []
        if link.get("TxnType") == "Payment" and (payment := company.shelf("Payment").get(link["TxnId"])) is not None
    ]
    excess = sum((by_target(payment["Line"]).get(own, ZERO) for payment in linked), ZERO) - keep
    for payment in linked:
        if excess <= 0:
            return
        cut = min(excess, by_target(payment["Line"]).get(own, ZERO))
        excess -= cut
        customer_id = str(payment["CustomerRef"]["value"])
        lines = _less(payment["Line"], cut, lambda line: _target(line) == own)
        short = _net(company, customer_id, lines) - payment["TotalAmt"]
        lines = _less(lines, short, lambda line: _target(line)[0] == "Invoice")
        spare = _sum(lines, "CreditMemo") - _sum(lines, "Invoice")
        lines = _less(lines, spare, lambda line: _target(line)[0] == "CreditMemo")
        _reline(company, payment, lines, at)


def _less(lines: list[Record], amount: Decimal, chosen: Callable[[Record], bool]) -> list[Record]:
    """The lines with an amount taken off the chosen ones; an emptied line is gone."""
    kept = []
    for line in lines:
        cut = min(amount, line["Amount"]) if amount > 0 and chosen(line) else ZERO
        amount -= cut
        if not cut or line["Amount"] > cut:
            kept.append({**line, "Amount": line["Amount"] - cut})
    return kept


def _reline(company: Company, payment: Record, lines: list[Record], at: datetime) -> None:
    """Give a payment other lines; one without money that links nothing any more goes away."""
    apply(company, payment["Id"], payment["Line"], lines, at)
    if lines or payment["TotalAmt"]:
        unapplied = payment["TotalAmt"] - _net(company, str(payment["CustomerRef"]["value"]), lines)
        company.touch("Payment", {**payment, "Line": lines, "UnappliedAmt": unapplied}, at, bump=True)
    else:
        company.discard("Payment", payment, at)


def use_credit(company: Company, memo: Record, at: datetime) -> None:
    """Apply a new credit memo by itself where the preference says so: a payment of nothing (quickbooks.md 8.11)."""
    if not company.settings.allows("AutoApplyCredit"):
        return
    left, made = memo["Balance"], []
    for invoice in open_invoices(company, str(memo["CustomerRef"]["value"])):
        amount = min(left, invoice["Balance"])
        if amount > 0:
            made.append(link_line("Invoice", invoice["Id"], amount))
            left -= amount
    if made:
        used = link_line("CreditMemo", memo["Id"], memo["Balance"] - left)
        body = {"CustomerRef": memo["CustomerRef"], "TotalAmt": ZERO, "TxnDate": memo["TxnDate"], "Line": [*made, used]}
        company.create("Payment", body, at=at)


def unlink_booked(company: Company, kind: str, record: Record, at: datetime) -> None:
    """Take a journal entry, deposit or cheque that goes away out of the payments that settled or used it."""
    for customer_id in receivables.booked(company, kind, record):
        for other, payment_id in company.transactions_of(customer_id):
            payment = company.shelf("Payment").get(payment_id) if other == "Payment" else None
            kept = [line for line in (payment or {}).get("Line", []) if not _books(line, kind, record["Id"])]
            if payment and len(kept) < len(payment["Line"]):
                _reline(company, payment, kept, at)


def _books(line: Record, kind: str, record_id: str) -> bool:
    target, target_id = _target(line)
    return (receivables.booked_kind(target), target_id) == (kind, record_id)
