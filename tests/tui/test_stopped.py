"""A book that stopped sending, since it was set back or would write too much, says so in red and takes one key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.tui.scene import ANN, console, go, numbered, picture, undecided, until

from qbconsole.actions import decide
from qbconsole.books import restored
from qbconsole.books.settings import Limits
from qbconsole.outbox import volume
from qbconsole.store import outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qbconsole.books.book import Book

    Furnished = Callable[[Sequence[str]], Book]

pytestmark = pytest.mark.usefixtures("task_factory")


async def test_a_book_that_was_set_back_decides_nothing(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    with book.store.writing() as connection:
        restored.mark(connection, now=datetime.now(UTC), lost=7)
    async with console(book, size=(120, 24)) as (app, pilot):
        await until(pilot, lambda: "set back: S looks" in picture(app).splitlines()[0])
        waiting = undecided(book, "invoices")
        await go(app, pilot, "3")
        await pilot.press("a")
        await until(pilot, lambda: "was set back" in picture(app))
        assert undecided(book, "invoices") == waiting


@pytest.mark.parametrize(("key", "left"), [("L", 3), ("x", 0)])
async def test_what_is_withheld_is_one_row_and_one_key(furnished: Furnished, key: str, left: int) -> None:
    book = furnished(numbered(3))
    for row in undecided(book, "invoices"):
        decide.decide(book, "invoices.approve", row, ANN)
    with book.store.writing() as connection:
        volume.keep(connection, volume.weigh(connection, Limits(money_a_run=2), datetime.now(UTC)))
    async with console(book, size=(120, 24)) as (app, pilot):
        await until(pilot, lambda: "withheld" in picture(app).splitlines()[0])
        await pilot.press("6")
        await until(pilot, lambda: "3 operations are withheld" in picture(app))
        await pilot.press("g", key)
        await until(pilot, lambda: "withheld" not in picture(app).splitlines()[0])
    with book.store.reading() as connection:
        kinds = [row["kind"] for row in outbox.listed(connection)]
    assert kinds.count("create_document") == left
