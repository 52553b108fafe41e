"""Whether the receivables agreed at the last check, and when the mirror was last proved."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.store import facts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from qbconsole.domain.receivables import Difference

_OUT_OF_BALANCE = "out_of_balance"
_PROVED_ON = "proved_on"
KEPT = 50
"""Customers that are kept by name; the sum is of all."""


def keep_differences(connection: Connection, found: Sequence[Difference], at: datetime) -> None:
    """Keep where the receivables differ; nothing, if they do not."""
    if not found:
        facts.put(connection, _OUT_OF_BALANCE, {})
        return
    most: dict[str, Difference] = {}
    for one in found:
        before = most.get(one.customer_id)
        if before is None or abs(one.ours - one.theirs) > abs(before.ours - before.theirs):
            most[one.customer_id] = one
    currency = next(iter(most.values())).currency
    same = [one for one in most.values() if one.currency == currency]
    value = {
        "at": at.isoformat(),
        "currency": currency,
        "amount": str(sum((abs(one.ours - one.theirs) for one in same), Decimal(0))),
        "customers": [
            {"id": one.customer_id, "name": one.name, "currency": one.currency, "source": one.source}
            | {"ours": str(one.ours), "theirs": str(one.theirs)}
            for one in list(most.values())[:KEPT]
        ],
    }
    facts.put(connection, _OUT_OF_BALANCE, value)


def out_of_balance(connection: Connection) -> dict[str, Any] | None:
    """At, currency, amount (the sum of the differences) and customers (ours, theirs); None if all agreed."""
    value = facts.get(connection, _OUT_OF_BALANCE)
    if not value:
        return None
    customers = [{**one, "ours": Decimal(one["ours"]), "theirs": Decimal(one["theirs"])} for one in value["customers"]]
    return {**value, "amount": Decimal(value["amount"]), "customers": customers}


def proved_on(connection: Connection) -> date | None:
    """The day, in the book's zone, of the last proof; None before the first."""
    value = facts.get(connection, _PROVED_ON)
    return date.fromisoformat(value) if value else None


def keep_proved(connection: Connection, day: date) -> None:
    """Note the day of a proof."""
    facts.put(connection, _PROVED_ON, day.isoformat())
