"""From estimate to invoice: an invoice that links an estimate closes it (quickbooks.md 8.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import business, unlinkable

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]


def follow(company: Company, before: Record | None, after: Record | None, at: datetime) -> None:
    """An invoice closes the estimate that it links; one that it links no more is open again. Tokens stay."""
    old, new = _linked(before), _linked(after)
    if len(new) > 1:
        raise unlinkable("An invoice can be linked to one estimate.")
    for estimate_id in new:
        if estimate_id not in old and after is not None:
            _close(company, estimate_id, after, at)
    for estimate_id in old:
        estimate = company.shelf("Estimate").get(estimate_id) if estimate_id not in new else None
        if estimate is not None:
            opened = {name: value for name, value in estimate.items() if name != "LinkedTxn"}
            company.touch("Estimate", {**opened, "TxnStatus": "Pending"}, at, bump=False)


def _linked(record: Record | None) -> list[str]:
    links = (record or {}).get("LinkedTxn") or []
    return [str(link.get("TxnId")) for link in links if link.get("TxnType") == "Estimate"]


def _close(company: Company, estimate_id: str, invoice: Record, at: datetime) -> None:
    estimate = company.shelf("Estimate").get(estimate_id)
    if estimate is None:
        identity = f"Estimate {estimate_id}"
        raise business(f"The entity {identity} that you are trying to link does not exist. {identity}")
    if estimate["TxnStatus"] not in ("Pending", "Accepted"):
        raise unlinkable(f"Estimate {estimate_id} is {estimate['TxnStatus'].lower()} and cannot be linked.")
    owner, payer = (str(record["CustomerRef"]["value"]) for record in (estimate, invoice))
    if company.ancestry(owner)[-1] != company.ancestry(payer)[-1]:
        raise unlinkable(f"Estimate {estimate_id} is of another customer.")
    linked = [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
    company.touch("Estimate", {**estimate, "TxnStatus": "Closed", "LinkedTxn": linked}, at, bump=False)
