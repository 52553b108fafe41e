"""Intuit's report of aged receivables: rows of cells, jobs in sections under their parents."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.payload import exact
from qbconsole.connectors.quickbooks.client import folded, listed
from qbconsole.domain.errors import Retriable

if TYPE_CHECKING:
    from collections.abc import Iterator


def by_customer(report: dict[str, Any]) -> dict[str, Decimal]:
    """The total of each customer by id: of a parent its own part, without its jobs. Sums of sections are left out.

    Raises:
        Retriable: the answer is no report, or an amount in it cannot be read.
    """
    columns = listed(folded(folded(report, "Columns"), "Column"))
    totals = [place for place, column in enumerate(columns) if str(column.get("ColTitle", "")).lower() == "total"]
    if not totals:
        raise _unreadable()
    found: dict[str, Decimal] = {}
    for cells in _cells(folded(report, "Rows")):
        id_ = str(cells[0].get("id") or "") if cells else ""
        text = str(cells[totals[-1]].get("value") or "") if len(cells) > totals[-1] else ""
        if id_ and text:
            found[id_] = found.get(id_, Decimal(0)) + _amount(text)
    return {id_: amount for id_, amount in found.items() if amount}


def _cells(rows: Any) -> Iterator[list[dict[str, Any]]]:
    """The cells of every row and of every section's head, however deep."""
    for row in listed(folded(rows, "Row")):
        if "ColData" in row:
            yield listed(row["ColData"])
        if isinstance(row.get("Header"), dict):
            yield listed(row["Header"].get("ColData"))
        yield from _cells(row.get("Rows"))


def _amount(text: str) -> Decimal:
    try:
        return exact(text.replace(",", ""))
    except ValueError as error:
        raise _unreadable() from error


def _unreadable() -> Retriable:
    return Retriable("QuickBooks' report of receivables could not be read.", next_step="It is tried again by itself.")
