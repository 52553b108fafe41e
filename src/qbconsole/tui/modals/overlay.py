"""Text over a screen: help, why a row is here, a record's history."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from qbconsole.tui.widgets.detail import DetailPane, Painter

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType
    from textual.app import ComposeResult
    from textual.binding import BindingType


class Overlay(ModalScreen[None]):
    """Scrolls a text; escape, `q` or the key that opened it closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,question_mark,H", "dismiss", "close"),
        ("j,down", "scroll(1)", "down"),
        ("k,up", "scroll(-1)", "up"),
    ]
    CSS_PATH = "modals.tcss"
    AUTO_FOCUS = ""

    def __init__(self, title: str, make: Callable[[Painter], RenderableType]) -> None:
        """Take the title and what draws the text."""
        super().__init__()
        self._title, self._make = title, make

    def compose(self) -> ComposeResult:
        """The frame and the text."""
        with Vertical(classes="box") as box:
            box.border_title = Text(self._title)
            yield DetailPane()
            yield Static("esc closes", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Draw."""
        pane = self.query_one(DetailPane)
        pane.paint(self._make)
        pane.focus()

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one(DetailPane).scroll_relative(y=by, animate=False)
