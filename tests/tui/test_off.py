"""What is out of balance is a red mark in the header until it agrees: receivables, and what a run counted."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.tui.scene import console, numbered, picture, until

from qbconsole.domain.receivables import Difference
from qbconsole.store import proofs, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qbconsole.books.book import Book

    Furnished = Callable[[Sequence[str]], Book]


@pytest.mark.parametrize("width", [80, 120])
async def test_what_is_off_is_red_until_it_agrees(furnished: Furnished, width: int) -> None:
    book = furnished(numbered(1))
    off = Difference("60", "Harbor [/] Point", "USD", Decimal("112.34"), Decimal("100.00"), "balance")
    with book.store.writing() as connection:
        proofs.keep_differences(connection, [off], datetime.now(UTC))
    async with console(book, size=(width, 30)) as (app, pilot):
        await until(pilot, lambda: "A/R off by 12.34" in picture(app))
        line = next(iter(app.screen._compositor.render_strips()))
        (segment,) = [one for one in line if "A/R off" in one.text]
        plain = next(one for one in line if "runner" in one.text)
        assert segment.style is not None
        assert segment.style != plain.style
        with book.store.writing() as connection:
            proofs.keep_differences(connection, [], datetime.now(UTC))
        await until(pilot, lambda: "A/R off" not in picture(app))


async def test_a_run_that_does_not_add_up_is_red_until_one_does(furnished: Furnished) -> None:
    book = furnished(numbered(1))

    def run(counts: dict[str, object]) -> int:
        with book.store.writing() as connection:
            id_ = runs.begin(connection, "test", datetime.now(UTC))
            runs.finish(connection, id_, "done", datetime.now(UTC), error="", counts=counts)
        return id_

    off = run({"out_of_balance": ["crm.deals is out of balance: 3 seen, 2 applied."]})
    async with console(book) as (app, pilot):
        await until(pilot, lambda: f"run {off} out of balance" in picture(app))
        await pilot.press("6")
        await until(pilot, lambda: f"out of balance: run {off}" in picture(app))
        await pilot.press("f", "g")
        await until(pilot, lambda: "crm.deals is out of balance: 3 seen" in picture(app))
        run({})
        await until(pilot, lambda: f"run {off} out of balance" not in picture(app))
