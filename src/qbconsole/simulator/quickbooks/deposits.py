"""Bank deposits: what lies in one is frozen; it moves neither time nor token of the payment (quickbooks.md 4)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import lines, payments
from qbconsole.simulator.quickbooks.documents import currency, date_it
from qbconsole.simulator.quickbooks.fault import Fault, business, missing
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
ZERO = Decimal("0.00")
_SWEPT = ("Payment", "SalesReceipt")


def complete(company: Company, record: Record, previous: Record | None) -> Record:
    """Fill in a deposit: money that was swept into it and lines of its own; the total is theirs less cash back."""
    for name in ("DepositToAccountRef", "Line"):
        if not record.get(name):
            raise missing(name)
    date_it(company, record)
    currency(company, record, None)
    entries = [dict(line) for line in record["Line"]]
    for line in entries:
        _line(company, line)
    lines.number([line for line in entries if "DetailType" in line], previous)
    record["Line"] = entries
    record["TotalAmt"] = sum((line["Amount"] for line in entries), ZERO) - _cash_back(company, record)
    return record


def _line(company: Company, line: Record) -> None:
    if line.get("LinkedTxn"):
        link = line["LinkedTxn"][0]
        line["LinkedTxn"] = [{"TxnLineId": "0", **link}]
        money = company.shelf(str(link.get("TxnType"))).get(str(link.get("TxnId"))) if _sweeps(link) else None
        amount = line.get("Amount", money["TotalAmt"] if money else 0)
        if money and decimal(amount) != money["TotalAmt"]:
            raise Fault("6460", "Deposit mismatch", "The amount of the deposit line is not the payment's.", "")
    elif "DetailType" not in line or not (line.get("DepositLineDetail") or {}).get("AccountRef"):
        raise missing("Line.DepositLineDetail.AccountRef", "AccountRef")
    else:
        amount = line.get("Amount")
        if amount is None:
            raise missing("Line.Amount")
    line["Amount"] = company.rounded(decimal(amount))


def _cash_back(company: Company, record: Record) -> Decimal:
    return company.rounded(decimal((record.get("CashBack") or {}).get("Amount", 0)))


def _sweeps(link: Record) -> bool:
    return link.get("TxnType") in _SWEPT


def swept_ids(line: Record) -> list[str]:
    """The payments and sales receipts that one line of a deposit sweeps in."""
    return [str(link.get("TxnId")) for link in line.get("LinkedTxn") or [] if _sweeps(link)]


def _swept(deposit: Record | None) -> list[tuple[str, str]]:
    return [
        (str(link.get("TxnType")), str(link.get("TxnId")))
        for line in (deposit or {}).get("Line") or []
        for link in line.get("LinkedTxn") or []
        if _sweeps(link)
    ]


def sweep(company: Company, before: Record | None, after: Record | None) -> None:
    """What lies in a deposit carries its link; what is taken out of it loses that."""
    old, new = _swept(before), _swept(after)
    for kind, money_id in dict.fromkeys([*old, *new]):
        money = company.shelf(kind).get(money_id)
        if money is None:
            identity = f"{kind} {money_id}"
            raise business(f"The entity {identity} that you are trying to link does not exist. {identity}")
        if (kind, money_id) not in old:
            payments.check_frozen(money)
        kept = {name: value for name, value in money.items() if name != "LinkedTxn"}
        if after is not None and (kind, money_id) in new:
            kept["LinkedTxn"] = [{"TxnId": after["Id"], "TxnType": "Deposit"}]
        company.place(kind, kept)
