"""Parents and children: jobs and sub-entries follow a new name, open amounts a new parent (quickbooks.md 8.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import receivables

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]


def follow(company: Company, kind: str, before: Record, after: Record, at: datetime) -> None:
    """Give the children of a renamed entry their new path, and a moved customer's open amount to its new parent."""
    if after.get("FullyQualifiedName") != before.get("FullyQualifiedName"):
        _requalify(company, kind, after, at)
    if kind != "Customer":
        return
    old, new = ((record.get("ParentRef") or {}).get("value") for record in (before, after))
    if old != new:
        receivables.shift_parents(company, before, -before["BalanceWithJobs"], at)
        receivables.shift_parents(company, after, after["BalanceWithJobs"], at)


def _requalify(company: Company, kind: str, parent: Record, at: datetime) -> None:
    leaf = "DisplayName" if kind == "Customer" else "Name"
    for child in list(company.shelf(kind)):
        if (child.get("ParentRef") or {}).get("value") != parent["Id"]:
            continue
        changed = {**child, "FullyQualifiedName": f"{parent['FullyQualifiedName']}:{child[leaf]}"}
        if "Level" in child:
            changed["Level"] = int(parent.get("Level") or 0) + 1
        company.touch(kind, changed, at, bump=False)
        _requalify(company, kind, changed, at)
