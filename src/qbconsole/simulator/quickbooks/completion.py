"""Which rules complete a record before it is kept, and what else changes when it is (quickbooks.md 4, 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import (
    activities,
    attachments,
    checks,
    deposits,
    documents,
    estimates,
    family,
    inventory,
    journals,
    kinds,
    lists,
    names,
    payments,
    purchases,
    rates,
    receivables,
    recurring,
    references,
    wire,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
_RULES: dict[str, Callable[[Company, str, Record, Record | None], Record]] = {
    **dict.fromkeys(kinds.NAMES, names.complete),
    **dict.fromkeys(kinds.SPENT, purchases.complete),
    **dict.fromkeys(kinds.LISTS, lists.complete),
    "Payment": lambda company, _, record, previous: payments.complete(company, record, previous),
    "Deposit": lambda company, _, record, previous: deposits.complete(company, record, previous),
    "JournalEntry": lambda company, _, record, previous: journals.complete(company, record, previous),
    "TimeActivity": lambda company, _, record, __: activities.complete(company, record),
    "ExchangeRate": lambda company, _, record, __: rates.complete(company, record),
    "Attachable": lambda company, _, record, __: attachments.complete(company, record),
    recurring.KIND: lambda company, _, record, previous: recurring.complete(company, record, previous, complete),
}


def complete(
    company: Company, kind: str, given: Record, previous: Record | None, *, duplicates: bool = False
) -> Record:
    """A record with all that the server sets.

    Args:
        company: whose it is.
        kind: its entity.
        given: what is to be kept of it; what is empty goes.
        previous: as it is kept now, if it is.
        duplicates: whether a document number may be used a second time.

    Raises:
        Fault: the vendor refuses it.
    """
    record = {name: value for name, value in wire.present(given).items() if value != {}}
    checks.check(kind, record)
    references.resolve(company, record, previous)
    if kind in kinds.SALES:
        return documents.complete(company, kind, record, previous, duplicates=duplicates)
    rule = _RULES.get(kind)
    return rule(company, kind, record, previous) if rule else record


def follow(
    company: Company, kind: str, before: Record | None, after: Record | None, at: datetime, *, ended: bool = False
) -> None:
    """What else changes when a record is made, changed or ended."""
    if kind == "Invoice":
        estimates.follow(company, before, None if ended else after, at)
    elif kind == "Payment" and not ended and after is not None:
        payments.apply(company, after["Id"], before["Line"] if before else [], after["Line"], at)
    elif kind == "Deposit":
        deposits.sweep(company, before, after)
    elif (kind == "Customer" or kind in kinds.TREES) and before is not None and after is not None:
        family.follow(company, kind, before, after, at)
    if kind in kinds.TRANSACTIONS:
        inventory.follow(company, kind, before, after, at)
        receivables.follow(company, kind, before, after, at)
