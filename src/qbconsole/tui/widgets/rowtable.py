"""A table for queues of any length: keys in memory, rows fetched a page at a time, only visible lines drawn.

Built on Textual's line API; its DataTable measures every cell of every row in one step (reference: 1.75 s at 10,000).
"""

from __future__ import annotations

from collections import OrderedDict
from textwrap import wrap
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from qbconsole.tui.glyphs import SIGNS
from qbconsole.tui.wording import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual import events

T = TypeVar("T")
Line = list[tuple[str, str]]
"""One line of a row: (text, tone) pairs. The text is literal; the tone is one of `TONES` or empty."""

TONES = ("dim", "good", "warn", "bad", "accent", "bright")


class Rows(Generic[T]):
    """All keys of a result; the rows themselves are fetched a page at a time and eight pages are kept."""

    PAGE = 256

    def __init__(self, keys: Sequence[str], fetch: Callable[[Sequence[str]], Mapping[str, T]]) -> None:
        """Take the keys in their order and what fetches rows by key."""
        self.keys = list(keys)
        self._fetch = fetch
        self._pages: OrderedDict[int, Mapping[str, T]] = OrderedDict()
        self._places: dict[str, int] | None = None

    @classmethod
    def of(cls, rows: Mapping[str, T]) -> Rows[T]:
        """Rows that are in memory already."""
        return cls(list(rows), lambda keys: {key: rows[key] for key in keys})

    def __len__(self) -> int:
        return len(self.keys)

    def get(self, index: int) -> T | None:
        """The row at an index; None when it is gone meanwhile."""
        page = index // self.PAGE
        if page not in self._pages:
            self._pages[page] = self._fetch(self.keys[page * self.PAGE : (page + 1) * self.PAGE])
            if len(self._pages) > 8:
                self._pages.popitem(last=False)
        self._pages.move_to_end(page)
        return self._pages[page].get(self.keys[index])

    def place(self, key: str | None) -> int | None:
        """The index of a key, or None."""
        if key is None:
            return None
        if self._places is None:
            self._places = {one: index for index, one in enumerate(self.keys)}
        return self._places.get(key)


class RowTable(ScrollView, Generic[T], can_focus=True, inherit_bindings=False):
    """The list of a screen. `painter` turns a row into its lines for a width; `height_of_row` says how many."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rowtable--row",
        "rowtable--cursor",
        "rowtable--placeholder",
        *(f"rowtable--{tone}" for tone in TONES),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "page down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "page up", show=False),
    ]
    DEFAULT_CSS = """
    RowTable {
        background: $surface;
        scrollbar-size-vertical: 1;
        & > .rowtable--row { color: $foreground; background: $surface; }
        & > .rowtable--placeholder { color: $dim; background: $surface; }
        & > .rowtable--dim { color: $dim; }
        & > .rowtable--good { color: $text-success; }
        & > .rowtable--warn { color: $text-warning; }
        & > .rowtable--bad { color: $text-error; }
        & > .rowtable--accent { color: $text-accent; }
        & > .rowtable--bright { color: $foreground; text-style: bold; }
        & > .rowtable--cursor { color: $block-cursor-blurred-foreground; background: $block-cursor-blurred-background; }
        &:focus > .rowtable--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    }
    """

    cursor: var[int] = var(0, init=False)

    class Highlighted(Message):
        """The cursor stands on a row; `key` is None when there is none."""

        def __init__(self, table: RowTable[Any], key: str | None) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> RowTable[Any]:
            """The table."""
            return self.table

    class Opened(Message):
        """A row was opened, by enter or a second click."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, painter: Callable[[T, int, int], list[Line]], *, id: str | None = None) -> None:  # noqa: A002
        """Take what draws a row: `painter(row, width, lines)` gives that many lines."""
        super().__init__(id=id)
        self.rows: Rows[T] = Rows([], lambda _keys: {})
        self.marked: set[str] = set()
        self.placeholder = ""
        self.row_lines = 1
        self._painter = painter
        self._styles: dict[str, Style] = {}

    # --- rows and cursor ----------------------------------------------------------------------------------------------

    @property
    def key(self) -> str | None:
        """The key under the cursor, or None."""
        return self.rows.keys[self.cursor] if len(self.rows) else None

    @property
    def row(self) -> T | None:
        """The row under the cursor, or None."""
        return self.rows.get(self.cursor) if len(self.rows) else None

    def show(self, rows: Rows[T], *, keep: str | None = None) -> None:
        """Show other rows. The cursor stays on its row (or `keep`); if that is gone, on its index."""
        keep = self.key if keep is None else keep
        first = len(self.rows) == 0
        offset = None if first else self.cursor - self.scroll_offset.y // self.row_lines
        self.rows = rows
        self.marked &= set(rows.keys)
        self._measure()
        place = rows.place(keep)
        self.set_reactive(RowTable.cursor, self.validate_cursor(self.cursor if place is None else place))
        if offset is not None:
            # The row stays on its line of the screen, whatever came above it.
            self.scroll_to(y=max(0, (self.cursor - offset) * self.row_lines), animate=False, force=True)
        self._reveal()
        self.refresh()
        self.post_message(self.Highlighted(self, self.key))

    def set_row_lines(self, lines: int) -> None:
        """Draw each row on one line or on two."""
        if lines != self.row_lines:
            self.row_lines = lines
            self._measure()
            self._reveal()
            self.refresh()

    def move_to(self, key: str | None) -> None:
        """Put the cursor on a key, if it is there."""
        place = self.rows.place(key)
        if place is not None:
            self.cursor = place

    def toggle_mark(self) -> None:
        """Mark the row under the cursor, or take the mark away, and go down one."""
        if self.key is not None:
            self.marked ^= {self.key}
            self._refresh_row(self.cursor)
            self.cursor += 1

    def set_marks(self, keys: set[str]) -> None:
        """Mark those rows and no others."""
        self.marked = keys & set(self.rows.keys)
        self.refresh()

    def validate_cursor(self, value: int) -> int:
        """Keep the cursor inside the rows."""
        return max(0, min(value, len(self.rows) - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        """Redraw two rows, and say where the cursor is."""
        if old == new:
            return
        self._refresh_row(old)
        self._refresh_row(new)
        self._reveal()
        self.post_message(self.Highlighted(self, self.key))

    def action_page(self, direction: int) -> None:
        """Move by a page."""
        self.cursor += direction * max(1, self.size.height // self.row_lines - 1)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.key is not None:
            self.post_message(self.Opened(self.key))

    def _measure(self) -> None:
        self.virtual_size = Size(0, len(self.rows) * self.row_lines)

    def _reveal(self) -> None:
        region = Region(0, self.cursor * self.row_lines, 1, self.row_lines)
        self.scroll_to_region(region, spacing=Spacing(), animate=False, force=True)

    def _refresh_row(self, index: int) -> None:
        top = index * self.row_lines - self.scroll_offset.y
        for line in range(self.row_lines):
            if 0 <= top + line < self.size.height:
                self.refresh(Region(0, top + line, self.size.width, 1))

    # --- the mouse ----------------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click goes to a row; a click on the row under the cursor opens it."""
        index = (event.y + self.scroll_offset.y) // self.row_lines
        if not 0 <= index < len(self.rows):
            return
        if index == self.cursor and event.chain > 1:
            self.post_message(self.Opened(self.rows.keys[index]))
        self.cursor = index

    # --- drawing ------------------------------------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Forget the styles of the last theme."""
        super().notify_style_update()
        self._styles.clear()

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = self.get_component_rich_style(f"rowtable--{name}")
        return self._styles[name]

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.size.width
        index, line = divmod(y + self.scroll_offset.y, self.row_lines)
        if index >= len(self.rows):
            return self._blank(y, width)
        row = self.rows.get(index)
        key = self.rows.keys[index]
        here = index == self.cursor
        base = self.get_component_rich_style("rowtable--cursor") if here else self._style("row")
        sign = SIGNS.cursor if here else " "
        mark = SIGNS.mark if key in self.marked and line == 0 else " "
        segments = [Segment(sign + mark, base if here else base + self._style("accent"))]
        if row is None:
            segments.append(Segment(fit("no longer there", width - 2), base))
        else:
            lines = self._painter(row, width - 2, self.row_lines)
            for text, tone in lines[line] if line < len(lines) else []:
                style = base if here or not tone else base + self._colour(tone)
                segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, base)

    def _colour(self, tone: str) -> Style:
        """A tone without its background: it is drawn on the row's."""
        style = self._style(tone)
        return Style(color=style.color, bold=style.bold, dim=style.dim)

    def _blank(self, y: int, width: int) -> Strip:
        style = self._style("placeholder")
        words: list[str] = []
        if not len(self.rows):
            words = [one for line in self.placeholder.splitlines() for one in wrap(line, max(8, width - 4))]
        line = y - 1
        text = f"  {words[line]}" if 0 <= line < len(words) else ""
        return Strip([Segment(fit(text, width), style)])
