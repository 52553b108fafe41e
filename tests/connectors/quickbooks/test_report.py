"""Intuit's report of aged receivables by customer, with jobs under their parents."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from qbconsole.connectors.quickbooks.report import by_customer
from qbconsole.domain.errors import Retriable


def cells(id_: str, *values: str) -> list[dict[str, str]]:
    """A row's cells; the first names whom it is about."""
    return [{"value": f"Name {id_}", "id": id_}, *({"value": value} for value in values)]


def report(*rows: dict[str, Any]) -> dict[str, Any]:
    titles = ("", "Current", "1 - 30", "Total")
    return {
        "Header": {"ReportName": "AgedReceivables", "Currency": "USD"},
        "Columns": {"Column": [{"ColTitle": title, "ColType": "Money"} for title in titles]},
        "Rows": {"Row": list(rows)},
    }


JOBS = {
    "type": "Section",
    "Header": {"ColData": cells("7", "10.00", "", "10.00")},
    "Rows": {"Row": [{"ColData": cells("8", "", "477.50", "477.50")}]},
    "Summary": {"ColData": [{"value": "Total Name 7"}, {"value": "10.00"}, {"value": "477.50"}, {"value": "487.50"}]},
}
GRAND_TOTAL = {"group": "GrandTotal", "type": "Section", "Summary": {"ColData": [{"value": "TOTAL"}, {"value": "9"}]}}


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([], {}),
        ([{"ColData": cells("1", "239.00", "", "239.00")}, GRAND_TOTAL], {"1": "239.00"}),
        ([{"ColData": cells("1", "239.00", "", "1,239.00", "an extra cell")}], {"1": "1239.00"}),
        ([{"ColData": cells("1", "-5.00", "5.00", "0.00")}], {}),
        ([JOBS], {"7": "10.00", "8": "477.50"}),
        ([{**JOBS, "Header": {"ColData": cells("7", "", "", "")}}], {"8": "477.50"}),
    ],
    ids=["empty", "one", "thousands and extra cells", "nothing left", "jobs", "a parent that owes nothing itself"],
)
def test_totals_by_customer(rows: list[dict[str, Any]], wanted: dict[str, str]) -> None:
    assert by_customer(report(*rows)) == {id_: Decimal(amount) for id_, amount in wanted.items()}


@pytest.mark.parametrize("answer", [{}, {"Rows": {}}, report({"ColData": cells("1", "", "", "lots")})])
def test_what_is_no_report_is_tried_again(answer: dict[str, Any]) -> None:
    with pytest.raises(Retriable):
        by_customer(answer)
