"""Journal entries: two sides that balance, customers named on receivables (quickbooks.md 8, common knowledge)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import lines
from qbconsole.simulator.quickbooks.documents import currency, date_it
from qbconsole.simulator.quickbooks.fault import bad_reference, bad_value, business, missing
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
ZERO = Decimal("0.00")
_SIDES = {"Debit": 1, "Credit": -1}


def complete(company: Company, record: Record, previous: Record | None) -> Record:
    """Fill in an entry; debits and credits must be the same, and a receivables line names its customer."""
    entries = [dict(line) for line in record.get("Line") or []]
    if not entries:
        raise missing("Line")
    date_it(company, record)
    currency(company, record, None)
    lines.number(entries, previous)
    total = sum((_signed(company, line) for line in entries if line["DetailType"] == "JournalEntryLineDetail"), ZERO)
    if total:
        raise business("The total debits must equal the total credits.")
    record["Line"] = entries
    record.setdefault("Adjustment", False)
    if previous is None and not record.get("DocNumber"):
        record["DocNumber"] = str(company.database.next_number("qbo.number.JournalEntry"))
    return record


def _signed(company: Company, line: Record) -> Decimal:
    detail = line.get("JournalEntryLineDetail") or {}
    if detail.get("PostingType") not in _SIDES:
        raise bad_value(detail.get("PostingType"), "PostingType")
    account = str((detail.get("AccountRef") or {}).get("value") or "")
    if not account:
        raise missing("Line.JournalEntryLineDetail.AccountRef", "AccountRef")
    party = detail.get("Entity") or {}
    if party and company.shelf(str(party.get("Type") or "Customer")).get(str(party["EntityRef"]["value"])) is None:
        raise bad_reference("Names", str(party["EntityRef"]["value"]))
    if account == company.account("AccountsReceivable", "") and party.get("Type") != "Customer":
        raise business("When you use Accounts Receivable, you must choose a customer in the Name field.")
    line["Amount"] = company.rounded(decimal(line.get("Amount", 0)))
    return Decimal(line["Amount"] * _SIDES[detail["PostingType"]])
