"""The checked-in sample is what the generator makes of the default seed."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from qbconsole.simulator.business import sample

if TYPE_CHECKING:
    from qbconsole.simulator.business.business import Business

FOLDER = Path(__file__).parents[3] / "sample_data"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_files_equal_the_generators_output(whole: Business) -> None:
    made = sample.files(whole)
    for name, text in made.items():
        assert (FOLDER / name).read_bytes() == text.encode(), (
            f"{name}: run python -m qbconsole.simulator.business.sample"
        )
    assert sum(len(text.encode()) for text in made.values()) < 1_000_000


def test_the_spreadsheets_companies_are_customers_of_the_books() -> None:
    customers = {row["email"].casefold() for row in rows("customers.csv")}
    assert {row["email"] for row in rows("spreadsheet/companies.csv")} <= customers


def test_the_spreadsheets_deals_are_the_sums_of_their_lines() -> None:
    deals = rows("spreadsheet/deals.csv")
    assert len(deals) == 10
    for deal in deals:
        total = Decimal(0)
        for line in rows("spreadsheet/lines.csv"):
            if line["deal_id"] == deal["id"]:
                net = Decimal(line["quantity"]) * Decimal(line["unit_price"])
                net *= 1 - Decimal(line["discount_percent"] or 0) / 100
                total += net.quantize(Decimal("0.01"), "ROUND_HALF_UP")
        assert total == Decimal(deal["amount"])
    assert any(not deal["won"] for deal in deals)
