"""Journal: every decision, operation and receipt, newest first; undo takes back the decision under the cursor."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Container
from textual.message import Message
from textual.worker import get_current_worker

from qbconsole.domain.errors import Problem
from qbconsole.tui.modals.history import draw_event
from qbconsole.tui.modals.overlay import Overlay
from qbconsole.tui.screens.base import OPENING
from qbconsole.tui.screens.searching import SearchScreen
from qbconsole.tui.widgets.detail import DetailPane
from qbconsole.tui.widgets.rowtable import Line, Rows, RowTable
from qbconsole.tui.wording import fit, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from qbconsole.actions.story import Told
    from qbconsole.tui.desk import Desk
    from qbconsole.tui.past import Event

TONES = {"plain": "", "bright": "bright", "dim": "dim", "good": "good", "warn": "warn", "bad": "bad"}


class JournalScreen(SearchScreen):
    """The list holds the keys of all events; their words are read a page at a time, as they come into sight."""

    SCOPE = "journal"
    HERE = "screen.journal"
    FOOTER = ("journal.open", "undo", "search", "history", "open", "copy")

    class Loaded(Message):
        """The keys, as they were read."""

        def __init__(self, ticket: int, keys: Sequence[str], trouble: str = "") -> None:
            super().__init__()
            self.ticket, self.keys, self.trouble = ticket, keys, trouble

    class Shown(Message):
        """An event in full, or why it cannot be shown."""

        def __init__(self, key: str, event: Event | None, trouble: str = "") -> None:
            super().__init__()
            self.key, self.event, self.trouble = key, event, trouble

    def __init__(self) -> None:
        super().__init__()
        self.table: RowTable[Told] = RowTable(self._paint, id="list")
        self.table.add_class("list")
        self.shown_event: Event | None = None
        self._ticket = 0
        self._loading = False

    def body(self) -> Iterable[Widget]:
        """The list and the event beside it, and a field to search in."""
        yield Container(self.table, DetailPane(), classes="panes")
        yield self.field("words, numbers, deals:1042")

    def on_mount(self) -> None:
        """Say that the book is being opened."""
        self.table.border_title = "Journal"
        self.table.placeholder = OPENING
        self.table.focus()

    # --- reading ------------------------------------------------------------------------------------------------------

    def data_changed(self) -> None:
        """Read the keys again, in a thread; one that is under way is waited for."""
        if self.console.desk is None:
            return
        self._ticket += 1
        if not self._loading:
            self._loading = True
            self._load(self.console.desk, self._ticket, self.search)

    @work(thread=True, exclusive=True, group="load")
    def _load(self, desk: Desk, ticket: int, search: str) -> None:
        try:
            self.post_message(self.Loaded(ticket, desk.journal_keys(search)))
        except Problem as problem:
            self.post_message(self.Loaded(ticket, (), str(problem)))

    @on(Loaded)
    def _loaded(self, event: Loaded) -> None:
        self._loading = False
        if event.ticket != self._ticket:
            self.data_changed()
            return
        desk = self.console.desk
        if event.trouble or desk is None:
            self.say(event.trouble, "bad")
            return
        nothing = f"No event holds {self.search!r}. esc shows all." if self.search else "Nothing was decided yet."
        self.table.placeholder = nothing
        self.table.border_title = f"Journal: {plural(len(event.keys), 'event')}"
        self.table.show(Rows(event.keys, desk.journal_page))

    @on(RowTable.Highlighted, "#list")
    def _highlighted(self) -> None:
        self.pane.border_title = self.table.key or "Event"
        if self.table.key is None or self.console.desk is None:
            self.shown_event = None
            self.pane.paint(lambda painter: painter.text("", "dim"))
        else:
            self._read(self.console.desk, self.table.key)

    @work(thread=True, exclusive=True, group="evidence")
    def _read(self, desk: Desk, key: str) -> None:
        try:
            shown = self.Shown(key, desk.journal_event(key))
        except Problem as problem:
            shown = self.Shown(key, None, str(problem))
        if not get_current_worker().is_cancelled:
            self.post_message(shown)

    @on(Shown)
    def _show(self, message: Shown) -> None:
        if message.key != self.table.key:
            return
        self.shown_event = event = message.event
        self.pane.paint(lambda painter: draw_event(painter, event) if event else painter.text(message.trouble, "bad"))

    def _paint(self, told: Told, width: int, _lines: int) -> list[Line]:
        today = datetime.now(UTC).astimezone().date()
        moment = told.at.astimezone()
        when = f"{moment:%H:%M:%S}" if moment.date() == today else f"{moment:%Y-%m-%d}"
        return [[(fit(when, 11), "dim"), (fit(told.words, max(4, width - 11)), TONES.get(told.tone, ""))]]

    # --- keys ---------------------------------------------------------------------------------------------------------

    def act_journal_open(self) -> None:
        """The event in full, over the whole screen."""
        if self.shown_event is not None and self.app.screen is self:
            event = self.shown_event
            self.app.push_screen(Overlay(f"Journal event {event.key}", lambda painter: draw_event(painter, event)))

    @on(RowTable.Opened)
    def _opened(self) -> None:
        self.act_journal_open()

    def act_undo(self) -> None:
        """Take back the decision that the event under the cursor belongs to, as it was shown."""
        event, desk = self.shown_event, self.console.desk
        if event is None or desk is None or event.key != self.table.key or event.told.decision_id is None:
            self.say("That is no part of a decision.", "warn")
            return
        decision = event.told.decision_id
        self.guarded(self.undo_guard, lambda: self._undo_decision(desk, decision))

    def _undo_decision(self, desk: Desk, decision_id: int) -> None:
        self.undo_guard.moved(time.monotonic())
        self.take_back(desk, decision_id)
