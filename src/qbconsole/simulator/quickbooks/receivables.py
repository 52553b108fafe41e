"""What customers owe: open invoices less credits, and what journal entries, deposits and cheques book on them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
ZERO = Decimal("0.00")
DOCUMENTS = ("Invoice", "CreditMemo", "Payment")
BOOKED = ("JournalEntry", "Deposit", "Purchase")
"""Transactions whose lines may book an amount on a customer through the receivables account."""
OWED = (*DOCUMENTS, *BOOKED)
"""The transactions that customers' balances are made of."""


def booked(company: Company, kind: str, record: Record) -> dict[str, Decimal]:
    """What each customer owes more by a journal entry, deposit or purchase; less is negative."""
    found: dict[str, Decimal] = {}
    account = company.account("AccountsReceivable", "") if kind in BOOKED else ""
    for line in record.get("Line") or [] if account else ():
        customer, amount = _line(kind, record, line, account)
        if customer:
            found[customer] = found.get(customer, ZERO) + amount
    return found


def _line(kind: str, record: Record, line: Record, account: str) -> tuple[str, Decimal]:
    amount = decimal(line.get("Amount", 0))
    if kind == "JournalEntry":
        detail = line.get("JournalEntryLineDetail") or {}
        party = detail.get("Entity") or {}
        customer = (party.get("EntityRef") or {}).get("value") if party.get("Type") == "Customer" else ""
        signed = amount if detail.get("PostingType") == "Debit" else -amount
    elif kind == "Deposit":
        detail = line.get("DepositLineDetail") or {}
        customer, signed = (detail.get("Entity") or {}).get("value"), -amount
    else:
        detail = line.get("AccountBasedExpenseLineDetail") or {}
        customer = (record.get("EntityRef") or {}).get("value")
        signed = -amount if record.get("Credit") else amount
    if (detail.get("AccountRef") or {}).get("value") != account:
        return "", ZERO
    return str(customer or ""), signed


def customers(company: Company, kind: str, record: Record) -> set[str]:
    """Whose balance a transaction is part of."""
    if "CustomerRef" in record:
        return {str(record["CustomerRef"]["value"])}
    return set(booked(company, kind, record))


def open_booked(company: Company, kind: str, record: Record, customer_id: str, leave_out: str = "") -> Decimal:
    """What of a booked amount no payment has taken up yet, signed; `leave_out`: a payment not to count."""
    amount = booked(company, kind, record).get(customer_id, ZERO)
    sign = 1 if amount > 0 else -1
    for other, payment_id in company.transactions_of(customer_id):
        payment = company.shelf("Payment").get(payment_id) if other == "Payment" and payment_id != leave_out else None
        for line in payment["Line"] if payment else ():
            link = line["LinkedTxn"][0]
            if (_KINDS.get(link["TxnType"], link["TxnType"]), link["TxnId"]) == (kind, record["Id"]):
                amount -= sign * line["Amount"]
    return amount


_KINDS = {"Expense": "Purchase", "Check": "Purchase", "CreditCardCredit": "Purchase"}


def booked_kind(link_type: str) -> str:
    """The entity behind a payment line's TxnType, such as `Purchase` behind `Check`."""
    return _KINDS.get(link_type, link_type)


def balance(company: Company, customer_id: str) -> Decimal:
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
        elif kind in BOOKED:
            total += open_booked(company, kind, record, customer_id)
    return total


def follow(company: Company, kind: str, before: Record | None, after: Record | None, at: datetime) -> None:
    """Customers of a transaction, and their parents, follow it: balance and time move, the token does not."""
    touched = {each for record in (before, after) if record for each in customers(company, kind, record)}
    for customer_id in sorted(touched, key=int):
        customer = company.shelf("Customer").get(customer_id)
        if customer is None:
            continue
        owed = balance(company, customer_id)
        moved = owed - customer["Balance"]
        changed = {**customer, "Balance": owed, "BalanceWithJobs": customer["BalanceWithJobs"] + moved}
        company.touch("Customer", changed, at, bump=False)
        shift_parents(company, customer, moved, at)
        _account(company, customer, moved, at)


def _account(company: Company, customer: Record, moved: Decimal, at: datetime) -> None:
    """The receivables account moves with its customers (quickbooks.md 4)."""
    account = company.shelf("Account").get(company.account("AccountsReceivable", ""))
    if account is None or not moved or customer["CurrencyRef"]["value"] != company.settings.home_currency:
        return
    total = account["CurrentBalance"] + moved
    company.touch(
        "Account", {**account, "CurrentBalance": total, "CurrentBalanceWithSubAccounts": total}, at, bump=False
    )


def shift_parents(company: Company, customer: Record, moved: Decimal, at: datetime) -> None:
    """Add to BalanceWithJobs of everyone above a customer."""
    while parent_id := (customer.get("ParentRef") or {}).get("value"):
        customer = company.read("Customer", str(parent_id))
        company.touch("Customer", {**customer, "BalanceWithJobs": customer["BalanceWithJobs"] + moved}, at, bump=False)
