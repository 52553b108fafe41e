"""What can be done with the record behind a row, whatever its queue: copy its id, open it, read its history."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from qbconsole.domain.errors import Problem
from qbconsole.tui.modals.history import draw_history
from qbconsole.tui.modals.overlay import Overlay
from qbconsole.tui.screens.base import ConsoleScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qbconsole.actions.story import Told
    from qbconsole.tui.desk import Desk


class RecordScreen(ConsoleScreen):
    """A screen whose rows are records of a book."""

    class Remembered(Message):
        """The story of a row's record."""

        def __init__(self, key: str, past: Sequence[Told]) -> None:
            super().__init__()
            self.key, self.past = key, past

    class Found(Message):
        """The address of a row's record."""

        def __init__(self, link: str) -> None:
            super().__init__()
            self.link = link

    def act_copy(self) -> None:
        """Copy the row's id."""
        if self.table.key:
            self.app.copy_to_clipboard(self.table.key)
            self.say(f"{self.table.key} is in the clipboard.")

    def act_open(self) -> None:
        """Open the row's record in the browser; copy its link where a browser would open on the wrong machine."""
        if self.console.desk is not None and self.table.key:
            self._find_link(self.console.desk, self.table.key)

    @work(thread=True, exclusive=True, group="record")
    def _find_link(self, desk: Desk, key: str) -> None:
        try:
            self.post_message(self.Found(desk.link(key)))
        except Problem as problem:
            self.post_message(self.Came(str(problem), "warn"))

    @on(Found)
    def _link_found(self, event: Found) -> None:
        if has_display():
            self.app.open_url(event.link)
            self.say(f"{event.link} opens in the browser.")
        else:
            self.app.copy_to_clipboard(event.link)
            self.say(f"{event.link} is in the clipboard.")

    def act_history(self) -> None:
        """The story of this row's record."""
        if self.console.desk is not None and self.table.key:
            self._remember(self.console.desk, self.table.key)

    @work(thread=True, exclusive=True, group="record")
    def _remember(self, desk: Desk, key: str) -> None:
        try:
            self.post_message(self.Remembered(key, desk.history(key)))
        except Problem as problem:
            self.post_message(self.Came(str(problem), "warn"))

    @on(Remembered)
    def _remembered(self, event: Remembered) -> None:
        if self.app.screen is self:
            self.app.push_screen(Overlay(f"History of {event.key}", lambda painter: draw_history(painter, event.past)))


def has_display() -> bool:
    """Whether a browser would open where the person sits."""
    here = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")) or sys.platform == "darwin"
    return here and not os.environ.get("SSH_CONNECTION")
