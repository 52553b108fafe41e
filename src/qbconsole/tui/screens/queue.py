"""A queue on the screen: the list, the evidence beside it, marks and the search."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Container
from textual.message import Message
from textual.worker import get_current_worker

from qbconsole.domain.errors import Problem
from qbconsole.tui.glyphs import verdict
from qbconsole.tui.screens.base import OPENING, WIDE
from qbconsole.tui.screens.searching import SearchScreen
from qbconsole.tui.widgets.detail import DetailPane
from qbconsole.tui.widgets.footer import Footer
from qbconsole.tui.widgets.queuerow import paint_row
from qbconsole.tui.widgets.rowtable import Line, Rows, RowTable
from qbconsole.tui.wording import plural, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType
    from textual import events
    from textual.widget import Widget

    from qbconsole.actions.decide import Decided
    from qbconsole.actions.views import Detail, Row
    from qbconsole.tui.desk import Desk, Evidence
    from qbconsole.tui.widgets.detail import Painter

SETTLE = 0.06
"""Seconds that the cursor rests on a row before its evidence is read."""


class QueueScreen(SearchScreen):
    """The screen of one desk's queue."""

    QUEUE: ClassVar[str] = ""
    TITLE_WORDS: ClassVar[str] = ""
    EMPTY: ClassVar[str] = "Nothing waits here."
    FOR_MARKED: ClassVar[tuple[str, ...]] = ()
    """Ids of the actions that are about the marked rows, not about the lit one."""

    class Loaded(Message):
        """The rows, as they were read, and what undo would do now to the last decision."""

        def __init__(self, ticket: int, rows: Sequence[Row], undo: str) -> None:
            super().__init__()
            self.ticket, self.rows, self.undo = ticket, rows, undo

    class Shown(Message):
        """The evidence of a row, or why there is none."""

        def __init__(self, ticket: int, evidence: Evidence | None, trouble: str = "") -> None:
            super().__init__()
            self.ticket, self.evidence, self.trouble = ticket, evidence, trouble

    class Failed(Message):
        """What could not be read, in words."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self) -> None:
        super().__init__()
        self.table: RowTable[Row] = RowTable(self._paint_row, id="list")
        self.table.add_class("list")
        self.evidence: Evidence | None = None
        self.rows: dict[str, Row] = {}
        self._ticket = self._asked = 0
        self._loading = False
        self._go_to: str | None = None
        self._last: Decided | None = None

    def body(self) -> Iterable[Widget]:
        """The list and the evidence, and a field to search in."""
        yield Container(self.table, DetailPane(), classes="panes")
        yield self.field("words of name, number or cause")

    def on_mount(self) -> None:
        """Say that the book is being opened."""
        self.table.border_title = self.TITLE_WORDS
        self.table.placeholder = OPENING
        self.query_one(DetailPane).border_title = "Evidence"
        self.table.focus()

    # --- reading ------------------------------------------------------------------------------------------------------

    def data_changed(self) -> None:
        """Read the rows again, in a thread; one that is under way is waited for, so that threads do not pile up."""
        if self.console.desk is None:
            return
        self._ticket += 1
        if not self._loading:
            self._loading = True
            self._load(self.console.desk, self._ticket, self.search, self._last)

    @work(thread=True, exclusive=True, group="load")
    def _load(self, desk: Desk, ticket: int, search: str, last: Decided | None) -> None:
        try:
            rows = desk.rows(self.QUEUE, search)
            undo = desk.undo_words(last.decision_id) if last else ""
        except Problem as problem:
            self.post_message(self.Failed(str(problem)))
        else:
            self.post_message(self.Loaded(ticket, rows, undo))

    @on(Loaded)
    def _loaded(self, event: Loaded) -> None:
        self._loading = False
        if event.ticket != self._ticket:
            self.data_changed()
            return
        self.rows = {row.id: row for row in event.rows}
        self.table.placeholder = f"No match for {self.search!r}. esc shows all." if self.search else self.EMPTY
        keep, self._go_to = self._go_to, None
        self.table.show(Rows.of(self.rows), keep=keep if keep in self.rows else None)
        self.table.set_marks({key for key in self.table.marked if not self.rows[key].decided})
        self._title()
        self._say_last(event.undo)

    def _say_last(self, undo: str) -> None:
        """Follow what was decided last on its way: waiting, being sent, delivered, or why not."""
        row = self.rows.get(self._last.row_id) if self._last else None
        if self._last is None or row is None:
            return
        sign, tone, _ = verdict(row.verdict)
        taken_back = self._last.action == "undo"
        aside = "" if taken_back else undo if undo.startswith("no undo") else f"u: {undo}"
        became = row.cause or ("taken back" if taken_back else row.state)
        self.say(f"{sign} {row.title}: {became}", tone if tone in ("bad", "warn") else "good", aside)

    @on(Failed)
    def _failed(self, event: Failed) -> None:
        self._loading = False
        self.table.placeholder = f"{event.words}\nThe list is read again when the book changes."
        self.table.refresh()
        self.say(event.words, "bad")

    def on_resize(self, event: events.Resize) -> None:
        """Beside the evidence the list is narrow and tall: two lines a row."""
        self.table.set_row_lines(2 if event.size.width >= WIDE else 1)

    def _title(self) -> None:
        waiting = [row for row in self.rows.values() if not row.decided]
        marked = [row for row in waiting if row.id in self.table.marked]
        stake = total((row.amount, row.currency) for row in marked or waiting)
        count = f"{len(marked)} of {plural(len(waiting), 'row')} marked" if marked else plural(len(waiting), "row")
        self.table.border_title = f"{self.TITLE_WORDS}: {count}{', ' + stake if stake else ''}"
        self._foot()

    def _foot(self) -> None:
        """Dim the keys that do not apply: most are about the lit row, some about the marked ones."""
        why_not = dict(self.evidence.why_not) if self.evidence else {}
        for id_ in self.FOR_MARKED:
            why_not[id_] = "" if self.table.marked else "nothing is marked"
        self.query_one(Footer).show(why_not)

    @on(RowTable.Highlighted, "#list")
    def _highlighted(self, event: RowTable.Highlighted) -> None:
        self._asked += 1
        asked = self._asked
        if event.key is None:
            self._show(None)
        else:
            self.set_timer(SETTLE, lambda: self._ask_evidence(asked, event.key))

    @on(RowTable.Opened)
    def _open_evidence(self) -> None:
        self.pane.focus()

    def _ask_evidence(self, asked: int, key: str | None) -> None:
        if asked == self._asked and key is not None and self.console.desk is not None:
            self._read_evidence(self.console.desk, asked, key)

    @work(thread=True, exclusive=True, group="evidence")
    def _read_evidence(self, desk: Desk, asked: int, key: str) -> None:
        try:
            found = self.Shown(asked, desk.evidence(key))
        except Problem as problem:
            found = self.Shown(asked, None, str(problem))
        if not get_current_worker().is_cancelled:
            self.post_message(found)

    @on(Shown)
    def _evidence_read(self, event: Shown) -> None:
        if event.ticket == self._asked:
            self._show(event.evidence, event.trouble)

    def _show(self, evidence: Evidence | None, trouble: str = "") -> None:
        before = self.evidence
        self.evidence = evidence
        if evidence is None or before is None or before.detail.row.id != evidence.detail.row.id:
            self.row_changed()
        pane = self.query_one(DetailPane)
        self._foot()
        if evidence is None:
            pane.border_title = "Evidence"
            pane.paint(lambda painter: painter.text(trouble, "bad"))
            return
        row = evidence.detail.row
        pane.border_title = f"{row.id}"
        pane.paint(lambda painter: self.draw(painter, evidence.detail))

    def draw(self, painter: Painter, detail: Detail) -> RenderableType:
        """The evidence of a row; a screen may draw it in its own way."""
        return painter.detail(detail)

    def row_changed(self) -> None:
        """Another row is shown."""

    def shown(self) -> tuple[Detail | None, Mapping[str, str]]:
        """The evidence that is shown."""
        return (self.evidence.detail, self.evidence.why_not) if self.evidence else (None, {})

    def _paint_row(self, row: Row, width: int, lines: int) -> list[Line]:
        return paint_row(row, width, lines, self._today())

    def _today(self) -> date:
        health = self.console.health
        return health.today if health else date.today()  # noqa: DTZ011 - before the book is open nothing is shown

    # --- marking ----------------------------------------------------------------------------------------

    def act_rows_mark(self) -> None:
        """Mark the row."""
        row = self.table.row
        if row is not None and row.decided:
            self.say(f"{row.title} is decided already: marks are for what waits.", "warn")
            return
        self.table.toggle_mark()
        self._title()

    def act_rows_mark_clean(self) -> None:
        """Mark every clean row of the lit row's cause, or take those marks away when all have one."""
        clean = [row for row in self.rows.values() if row.verdict == "clean" and not row.decided]
        if not clean:
            self.say("No row is clean here.", "warn")
            return
        lit = self.table.row
        cause = lit.cause if lit is not None and lit in clean else clean[0].cause
        alike = {row.id for row in clean if row.cause == cause}
        marked = self.table.marked
        self.table.set_marks(marked - alike if alike <= marked else marked | alike)
        self._title()
        told = f": {plural(len(alike), 'clean row')} with {cause}" if cause else ""
        self.say(f"{plural(len(self.table.marked), 'row')} marked{told}.")

    def act_rows_next(self) -> None:
        """The next undecided row."""
        self.table.move_to(self._next_undecided())

    def _next_undecided(self, but: Sequence[str] = ()) -> str | None:
        """The row after the lit one that waits; `but` were decided since the rows were read."""
        keys = self.table.rows.keys
        after = keys[self.table.cursor + 1 :] + keys[: self.table.cursor]
        return next((key for key in after if not self.rows[key].decided and key not in but), None)

    def act_back(self) -> None:
        """Close the search, then take the marks away."""
        if self.close_search():
            return
        if self.table.marked:
            self.table.set_marks(set())
            self._title()
        else:
            self.table.focus()
