"""The table of every list: keys in memory, pages fetched, the cursor stays on its row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.app import App, ComposeResult

from qbconsole.tui.themes import DEFAULTS
from qbconsole.tui.widgets.rowtable import Line, Rows, RowTable

if TYPE_CHECKING:
    from collections.abc import Sequence

HOSTILE = [
    pytest.param("bad [/] tag", id="closing markup"),
    pytest.param("[us] ACME", id="opening markup"),
    pytest.param("\x1b[31mred\x1b[0m", id="escapes"),
    pytest.param("line\nbreak", id="line feed"),
    pytest.param("株式会社" * 20, id="wide"),
    pytest.param("שלום \u202eevil", id="right to left"),
    pytest.param("", id="empty"),
]


def paint(row: str, width: int, lines: int) -> list[Line]:
    return [[(row.ljust(width)[:width], "")] for _ in range(lines)]


class Shell(App[None]):
    def __init__(self, rows: Rows[str]) -> None:
        super().__init__()
        self._rows = rows
        self.table: RowTable[str] = RowTable(paint)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULTS

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.show(self._rows)
        self.table.focus()


def named(*names: str) -> Rows[str]:
    return Rows.of({name: name for name in names})


def text_of(table: RowTable[str], y: int) -> str:
    return table.render_line(y).text.rstrip()


async def test_only_the_pages_in_sight_are_fetched() -> None:
    fetched: list[int] = []

    def fetch(keys: Sequence[str]) -> dict[str, str]:
        fetched.append(len(keys))
        return {key: f"row {key}" for key in keys}

    app = Shell(Rows([str(number) for number in range(100_000)], fetch))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.table.cursor = 99_999
        await pilot.pause()
        assert "row 99999" in text_of(app.table, 9)
    assert len(fetched) <= 3
    assert max(fetched) <= Rows.PAGE


async def test_a_refresh_keeps_the_cursor_on_its_row() -> None:
    app = Shell(named("a", "b", "c"))
    async with app.run_test() as pilot:
        app.table.cursor = 1
        app.table.show(named("new", "a", "b", "c"))
        await pilot.pause()
        assert app.table.key == "b"


async def test_a_row_that_is_gone_leaves_the_cursor_on_its_index() -> None:
    app = Shell(named("a", "b", "c"))
    async with app.run_test() as pilot:
        app.table.cursor = 1
        app.table.show(named("a", "c"))
        await pilot.pause()
        assert app.table.key == "c"


async def test_a_refresh_above_does_not_move_the_row_on_the_screen() -> None:
    names = [f"r{number}" for number in range(100)]
    app = Shell(named(*names))
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.cursor = 50
        await pilot.pause()
        line = 50 - app.table.scroll_offset.y
        app.table.show(named("x", "y", *names))
        await pilot.pause()
        assert app.table.key == "r50"
        assert app.table.cursor - app.table.scroll_offset.y == line


async def test_marks_of_rows_that_are_gone_go_too() -> None:
    app = Shell(named("a", "b", "c"))
    async with app.run_test() as pilot:
        app.table.set_marks({"a", "c", "nothing"})
        assert app.table.marked == {"a", "c"}
        app.table.show(named("b", "c"))
        await pilot.pause()
        assert app.table.marked == {"c"}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("width", [20, 40])
async def test_hostile_text_stays_inside_its_cells(name: str, width: int) -> None:
    from qbconsole.tui.wording import fit

    app = Shell(Rows.of({"k": name}))
    app.table._painter = lambda row, room, lines: [[(fit(row, room), "")] for _ in range(lines)]
    async with app.run_test(size=(width, 5)) as pilot:
        await pilot.pause()
        strip = app.table.render_line(0)
        assert strip.cell_length == app.table.size.width
        assert "\x1b" not in strip.text


async def test_an_empty_table_says_so_in_words() -> None:
    app = Shell(named())
    app.table.placeholder = "Nothing waits here.\nS asks for a sync."
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Nothing waits here." in text_of(app.table, 1)
        assert "S asks for a sync." in text_of(app.table, 2)
        assert app.table.key is None
