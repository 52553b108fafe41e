"""Nothing is decided that the person did not see, and no key held down decides twice."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from tests.tui.scene import ANN, console, go, numbered, picture, shown, undecided, until

from qbconsole.actions import decide
from qbconsole.tui.desk import Desk
from qbconsole.tui.guard import PROBE
from qbconsole.tui.modals.choose import Choose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qbconsole.actions.decide import Decided
    from qbconsole.books.book import Book

    Furnished = Callable[[Sequence[str]], Book]


@pytest.mark.parametrize("screen", ["1", "6"])
async def test_u_held_down_where_no_queue_is_shown_takes_one_decision_back(furnished: Furnished, screen: str) -> None:
    book = furnished(numbered(4))
    for row in undecided(book, "invoices"):
        decide.decide(book, "invoices.reject", row, ANN, reason="elsewhere")
    async with console(book) as (_, pilot):
        await pilot.press(screen)
        await pilot.pause()
        await pilot.press(*["u"] * 6)
        await until(pilot, lambda: undecided(book, "invoices") != [])
        await pilot.pause(0.5)
        assert len(undecided(book, "invoices")) == 1


async def test_a_key_that_is_kept_back_decides_the_row_it_was_pressed_on(furnished: Furnished) -> None:
    book = furnished(numbered(4))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        first, second, third = screen.table.rows.keys[:3]
        await pilot.press("a")
        await until(pilot, lambda: shown(screen) == second)
        await pilot.pause(0.4)
        await pilot.press("a", "j")
        await pilot.pause(PROBE + 0.4)
        assert third in undecided(book, "invoices")
        assert second not in undecided(book, "invoices")
        assert first not in undecided(book, "invoices")
        assert screen.table.key == third


async def test_undo_that_is_kept_back_takes_back_the_row_it_was_pressed_on(furnished: Furnished) -> None:
    book = furnished(numbered(4))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        rows = list(screen.table.rows.keys)
        for number in range(3):
            await until(pilot, lambda number=number: shown(screen) == rows[number])  # type: ignore[misc]
            await pilot.press("h")
            await pilot.press("1")
            await until(pilot, lambda number=number: rows[number] not in undecided(book, "invoices"))  # type: ignore[misc]
        screen.table.move_to(rows[0])
        await until(pilot, lambda: shown(screen) == rows[0])
        await pilot.pause(0.4)
        await pilot.press("u")
        await until(pilot, lambda: rows[0] in undecided(book, "invoices"))
        screen.table.move_to(rows[1])
        await until(pilot, lambda: shown(screen) == rows[1])
        await pilot.pause(0.4)
        await pilot.press("u")
        screen.table.move_to(rows[2])
        await pilot.pause(PROBE + 0.4)
        assert rows[1] in undecided(book, "invoices")
        assert rows[2] not in undecided(book, "invoices")


async def test_a_document_is_adopted_for_the_row_that_was_asked_about(furnished: Furnished) -> None:
    book = furnished(numbered(3))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        first, second = screen.table.rows.keys[:2]
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        # What was being read when the question opened arrives behind it.
        screen.table.move_to(second)
        await until(pilot, lambda: shown(screen) == second)
        app.screen.query_one("Input").focus()
        await pilot.press(*"91", "enter")
        await until(pilot, lambda: len(undecided(book, "invoices")) == 2)
        assert second in undecided(book, "invoices")
        assert first not in undecided(book, "invoices")


async def test_adoption_asks_nothing_about_a_row_whose_evidence_is_not_there_yet(furnished: Furnished) -> None:
    book = furnished(numbered(3))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        screen.table.cursor += 1
        screen.act_invoices_adopt()  # type: ignore[attr-defined]
        await pilot.pause()
        assert app.screen is screen
        assert "not there yet" in picture(app)


async def test_a_decision_does_not_pull_the_cursor_from_where_it_was_moved(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = furnished(numbered(4))
    decided = Desk.decide

    def slowly(self: Desk, action_id: str, row_id: str, seen: str, arguments: dict[str, str]) -> Decided:
        time.sleep(0.3)
        return decided(self, action_id, row_id, seen, arguments)

    monkeypatch.setattr(Desk, "decide", slowly)
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        first, last = screen.table.key or "", screen.table.rows.keys[-1]
        await pilot.press("a", "G")
        assert screen.table.key == last
        await until(pilot, lambda: screen.rows[first].decided)
        await pilot.pause(0.2)
        assert screen.table.key == last
