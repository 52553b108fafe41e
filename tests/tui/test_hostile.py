"""Names from a remote are data: on every screen, in every modal, at every size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from tests.tui.scene import console, go, picture, until

from qbconsole.tui.modals.choose import Choose
from qbconsole.tui.modals.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qbconsole.books.book import Book

    Furnished = Callable[[Sequence[str]], Book]

NAMES = [
    "bad [/] tag",
    "[us] ACME [red]",
    "\x1b[31mred\x1b[0m \x07bell",
    "two\nlines\tand tabs",
    "株式会社山田商事" * 4,
    "שלום \u202eevil\u202c",
    "[@click=app.exit]press[/]",
    "$background \\[x]",
]


@pytest.mark.parametrize("size", [(80, 24), (100, 30)], ids=["80x24", "100x30"])
async def test_hostile_names_are_shown_as_text_everywhere(furnished: Furnished, size: tuple[int, int]) -> None:
    book = furnished(NAMES)
    async with console(book, size=size) as (app, pilot):
        for key in "2345":
            screen = await go(app, pilot, key)
            text = picture(app)
            assert not any(char in text for char in "\x1b\x07\t\u202e")
            assert all(cell_len(line) <= size[0] for line in text.splitlines())
            for row in list(screen.rows) if size[0] >= 100 else ():
                screen.table.move_to(row)
                await until(pilot, lambda row=row, screen=screen: screen.evidence.detail.row.id == row)  # type: ignore[misc]
            await pilot.press("question_mark")
            await until(pilot, lambda: isinstance(app.screen, Overlay))
            await pilot.press("escape")
        assert "bad [/] tag" in text


async def test_a_hostile_name_in_a_question_a_list_and_what_is_said(furnished: Furnished) -> None:
    book = furnished(["bad [/] tag"])
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "2")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await until(pilot, lambda: "Which customer is bad [/] tag (new)?" in picture(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await go(app, pilot, "3")
        await pilot.press("a")
        await until(pilot, lambda: "bad [/] tag: in the posting window" in picture(app))
        await pilot.press("6")
        await until(pilot, lambda: "approve Work for bad [/] tag" in picture(app))


@pytest.mark.parametrize(("size", "small"), [((50, 20), True), ((80, 12), True), ((60, 16), False)])
async def test_a_terminal_that_is_too_small_is_told_so(
    furnished: Furnished, size: tuple[int, int], small: bool
) -> None:
    book = furnished(["Harbor Point"])
    async with console(book, size=size) as (app, pilot):
        await pilot.pause()
        assert ("too small" in picture(app)) is small
