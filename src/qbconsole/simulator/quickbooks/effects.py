"""What moves by itself with a transaction: estimates, deposits, customers' balances (quickbooks.md 4, 8.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import payments
from qbconsole.simulator.quickbooks.fault import Fault, business

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
OWED = ("Invoice", "CreditMemo", "Payment")
"""The transactions that customers' balances are made of."""


def balances(company: Company, before: Record | None, after: Record | None, at: datetime) -> None:
    """Customers of a transaction, and their parents, follow it: balance and time move, the token does not."""
    customers = {
        str(record["CustomerRef"]["value"]) for record in (before, after) if record and "CustomerRef" in record
    }
    for customer_id in sorted(customers, key=int):
        customer = company.shelf("Customer").get(customer_id)
        if customer is None:
            continue
        balance = payments.open_balance(company, customer_id)
        moved = balance - customer["Balance"]
        with_jobs = customer["BalanceWithJobs"] + moved
        company.touch("Customer", {**customer, "Balance": balance, "BalanceWithJobs": with_jobs}, at, bump=False)
        shift_parents(company, customer, moved, at)


def shift_parents(company: Company, customer: Record, moved: Any, at: datetime) -> None:
    """Add to BalanceWithJobs of everyone above a customer."""
    while parent_id := (customer.get("ParentRef") or {}).get("value"):
        customer = company.read("Customer", str(parent_id))
        company.touch("Customer", {**customer, "BalanceWithJobs": customer["BalanceWithJobs"] + moved}, at, bump=False)


def renamed(company: Company, before: Record, after: Record, at: datetime) -> None:
    """A customer's jobs carry its name, and its open amounts go with it to a new parent."""
    if after["FullyQualifiedName"] != before["FullyQualifiedName"]:
        _requalify(company, after, at)
    old, new = ((record.get("ParentRef") or {}).get("value") for record in (before, after))
    if old != new:
        shift_parents(company, before, -before["BalanceWithJobs"], at)
        shift_parents(company, after, after["BalanceWithJobs"], at)


def _requalify(company: Company, parent: Record, at: datetime) -> None:
    for job in list(company.shelf("Customer")):
        if (job.get("ParentRef") or {}).get("value") != parent["Id"]:
            continue
        level = int(parent.get("Level") or 0) + 1
        changed = {**job, "FullyQualifiedName": f"{parent['FullyQualifiedName']}:{job['DisplayName']}", "Level": level}
        company.touch("Customer", changed, at, bump=False)
        _requalify(company, changed, at)


def _estimates(record: Record | None) -> list[str]:
    links = (record or {}).get("LinkedTxn") or []
    return [str(link.get("TxnId")) for link in links if link.get("TxnType") == "Estimate"]


def link_estimates(company: Company, before: Record | None, after: Record | None, at: datetime) -> None:
    """An invoice closes the estimates that it links; those that it links no more are open again."""
    old, new = _estimates(before), _estimates(after)
    for estimate_id in new:
        if estimate_id not in old and after is not None:
            _close(company, estimate_id, after["Id"], at)
    for estimate_id in old:
        estimate = company.shelf("Estimate").get(estimate_id) if estimate_id not in new else None
        if estimate is not None:
            company.touch("Estimate", {**estimate, "TxnStatus": "Pending", "LinkedTxn": []}, at, bump=False)


def _close(company: Company, estimate_id: str, invoice_id: str, at: datetime) -> None:
    estimate = company.shelf("Estimate").get(estimate_id)
    if estimate is None:
        identity = f"Estimate {estimate_id}"
        raise business(f"The entity {identity} that you are trying to link does not exist. {identity}")
    if estimate["TxnStatus"] not in ("Pending", "Accepted"):
        raise Fault("620", "Transaction cannot be linked", "The estimate is closed.", "")
    linked = [{"TxnId": invoice_id, "TxnType": "Invoice"}]
    company.touch("Estimate", {**estimate, "TxnStatus": "Closed", "LinkedTxn": linked}, at, bump=False)


def _swept(deposit: Record | None) -> list[tuple[str, str]]:
    return [
        (str(link.get("TxnType")), str(link.get("TxnId")))
        for line in (deposit or {}).get("Line") or []
        for link in line.get("LinkedTxn") or []
        if link.get("TxnType") in ("Payment", "SalesReceipt")
    ]


def sweep(company: Company, before: Record | None, after: Record | None) -> None:
    """What lies in a deposit carries its link, without a new time or token; what is taken out loses it."""
    old, new = _swept(before), _swept(after)
    for kind, money_id in dict.fromkeys([*old, *new]):
        money = company.shelf(kind).get(money_id)
        if money is None:
            raise business(
                f"The entity {kind} {money_id} that you are trying to link does not exist. {kind} {money_id}"
            )
        if (kind, money_id) not in old:
            payments.check_frozen(money)
        kept = {name: value for name, value in money.items() if name != "LinkedTxn"}
        if after is not None and (kind, money_id) in new:
            kept["LinkedTxn"] = [{"TxnId": after["Id"], "TxnType": "Deposit"}]
        company.place(kind, kept)
