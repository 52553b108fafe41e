"""What a person does in QuickBooks itself and the API cannot: merge, sweep, close the books, stop paying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import deposits, kinds, payments
from qbconsole.simulator.quickbooks.fault import business

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]


def merge(company: Company, loser_id: str, winner_id: str) -> Record:
    """Merge one customer into another: its transactions and jobs move, it vanishes (quickbooks.md 8.1); the winner.

    Raises:
        Fault: 610, one is not there; 6000, they cannot be merged.
    """
    loser, winner = company.read("Customer", loser_id), company.read("Customer", winner_id)
    if winner_id in company.ancestry(loser_id) or loser_id in company.ancestry(winner_id):
        raise business("A customer cannot be merged with itself, its parent or its job.")
    if loser["CurrencyRef"]["value"] != winner["CurrencyRef"]["value"]:
        raise business("Customers of different currencies cannot be merged.")
    at, named = company.clock.now(), {"value": winner_id, "name": winner["DisplayName"]}
    for kind, record_id in company.transactions_of(loser_id):
        record = company.read(kind, record_id)
        moved = {**record, "CustomerRef": named} if "CustomerRef" in record else _renamed(record, loser_id, named)
        company.touch(kind, moved, at, bump=True)
    for job in list(company.shelf("Customer")):
        if (job.get("ParentRef") or {}).get("value") == loser_id:
            token = {"Id": job["Id"], "SyncToken": job["SyncToken"], "sparse": True}
            company.update("Customer", {**token, "ParentRef": {"value": winner_id}}, at=at)
    company.shelf("Customer").remove(loser_id)
    company.forget_indexes()
    if company.switches["merged_customer"] == "deleted":
        company.bury("Customer", loser_id, at)
    return company.read("Customer", winner_id)


def _renamed(value: Any, loser_id: str, named: Record) -> Any:
    """A journal entry, deposit or cheque that names the winner wherever it named the loser."""
    if isinstance(value, list):
        return [_renamed(entry, loser_id, named) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        name: {**part, **named}
        if name in ("EntityRef", "Entity") and part.get("value") == loser_id
        else _renamed(part, loser_id, named)
        for name, part in value.items()
    }


def sweep(company: Company, payment_ids: list[str], account: str = "") -> Record:
    """Take payments and sales receipts from undeposited funds to the bank: the deposit."""
    lines = []
    for each in payment_ids:
        kind = "Payment" if company.shelf("Payment").get(each) else "SalesReceipt"
        amount = company.read(kind, each)["TotalAmt"]
        lines.append(payments.link_line(kind, each, amount))
    bank = account or company.account("Checking", "")
    return company.create("Deposit", {"DepositToAccountRef": {"value": bank}, "Line": lines})


def unsweep(company: Company, deposit_id: str, payment_id: str) -> Record | None:
    """Take a payment out of its deposit, as one must before changing it; the deposit, or None if it is empty now."""
    deposit = company.read("Deposit", deposit_id)
    kept = [line for line in deposit["Line"] if payment_id not in deposits.swept_ids(line)]
    token = {"Id": deposit_id, "SyncToken": deposit["SyncToken"]}
    if not kept:
        company.delete("Deposit", deposit_id, deposit["SyncToken"])
        return None
    return company.update("Deposit", {**token, "sparse": True, "Line": kept})


def close_books(company: Company, day: str) -> Record:
    """Close the books through a day; empty opens them again."""
    return prefer(company, {"AccountingInfoPrefs": {"BookCloseDate": day or None}})


def prefer(company: Company, changes: Record) -> Record:
    """Set preferences, block by block, those included that the API cannot; None takes one out."""
    stored = company.read("Preferences", "1")
    blocks = {}
    for name, block in changes.items():
        merged = {**(stored.get(name) or {}), **block}
        blocks[name] = {key: value for key, value in merged.items() if value is not None}
    company.touch("Preferences", {**stored, **blocks}, company.clock.now(), bump=True)
    return company.read("Preferences", "1")


def subscribe(company: Company, *, lapsed: bool) -> Record:
    """Let the subscription lapse, or pay again."""
    if lapsed:
        company.lapsed.put("lapsed", {"at": company.clock.now().isoformat()})
    else:
        company.lapsed.remove("lapsed")
    return {"lapsed": lapsed}


def poison(company: Company, kind: str, record_id: str, *, healed: bool = False) -> Record:
    """Make every query that meets a stored record fail with 4002, or heal it (quickbooks.md 12, trap 24)."""
    company.read(kind, record_id)
    records = company.database.collection("qbo.poison")
    if healed:
        records.remove(f"{kind}:{record_id}")
    else:
        records.put(f"{kind}:{record_id}", {"kind": kind, "id": record_id})
    return {"poisoned": records.ids()}


def make_project(company: Company, customer_id: str) -> Record:
    """Turn a job into a project, which the API cannot (quickbooks.md 8.2)."""
    job = company.read("Customer", customer_id)
    if not job["Job"]:
        raise business("Only a job can be a project.")
    company.touch("Customer", {**job, "IsProject": True}, company.clock.now(), bump=True)
    return company.read("Customer", customer_id)


def _text(body: Record, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        message = f'"{name}" must be text that is not empty.'
        raise ValueError(message)
    return value


def _kind(body: Record) -> str:
    kind = kinds.BY_PATH.get(_text(body, "kind").lower())
    if kind is None:
        message = f'"kind" must be an entity such as "Customer", not {body["kind"]!r}.'
        raise ValueError(message)
    return kind


ACTS: dict[str, Callable[[Company, Record], Record | None]] = {
    "merge": lambda company, body: merge(company, _text(body, "loser"), _text(body, "winner")),
    "sweep": lambda company, body: sweep(company, [str(each) for each in body.get("payments") or []]),
    "unsweep": lambda company, body: unsweep(company, _text(body, "deposit"), _text(body, "payment")),
    "close": lambda company, body: close_books(company, str(body.get("through") or "")),
    "preferences": prefer,
    "subscription": lambda company, body: subscribe(company, lapsed=bool(body.get("lapsed"))),
    "poison": lambda company, body: poison(company, _kind(body), _text(body, "id"), healed=bool(body.get("healed"))),
    "project": lambda company, body: make_project(company, _text(body, "customer")),
}
"""What `POST /control/quickbooks/NAME` does with its JSON object."""
