"""What can be done with the record behind a row, whatever its queue: copy its id, open it, read its history."""

from __future__ import annotations

import os
import sys

from qbconsole.domain.errors import Problem
from qbconsole.tui.modals.history import draw_history
from qbconsole.tui.modals.overlay import Overlay
from qbconsole.tui.screens.base import ConsoleScreen


class RecordScreen(ConsoleScreen):
    """A screen whose rows are records of a book."""

    def act_copy(self) -> None:
        """Copy the row's id."""
        if self.table.key:
            self.app.copy_to_clipboard(self.table.key)
            self.say(f"{self.table.key} is in the clipboard.")

    def act_open(self) -> None:
        """Open the row's record in the browser; copy its link where a browser would open on the wrong machine."""
        if self.console.desk is None or not self.table.key:
            return
        try:
            link = self.console.desk.link(self.table.key)
        except Problem as problem:
            self.say(str(problem), "warn")
            return
        if has_display():
            self.app.open_url(link)
            self.say(f"{link} opens in the browser.")
        else:
            self.app.copy_to_clipboard(link)
            self.say(f"{link} is in the clipboard.")

    def act_history(self) -> None:
        """What was decided about this row."""
        if self.console.desk is not None and self.table.key:
            past = self.console.desk.history(self.table.key)
            self.app.push_screen(Overlay(f"History of {self.table.key}", lambda painter: draw_history(painter, past)))


def has_display() -> bool:
    """Whether a browser would open where the person sits."""
    here = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")) or sys.platform == "darwin"
    return here and not os.environ.get("SSH_CONNECTION")
