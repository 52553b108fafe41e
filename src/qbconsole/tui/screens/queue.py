"""A queue on the screen: the list, the evidence beside it, and one key that decides and moves on."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Container
from textual.message import Message
from textual.widgets import Input
from textual.worker import get_current_worker

from qbconsole.actions.registry import action
from qbconsole.domain.errors import Problem
from qbconsole.domain.money import ZERO
from qbconsole.tui.glyphs import verdict
from qbconsole.tui.guard import PROBE, KeyGuard, Verdict
from qbconsole.tui.screens.base import WIDE
from qbconsole.tui.screens.record import RecordScreen
from qbconsole.tui.widgets.detail import DetailPane
from qbconsole.tui.widgets.queuerow import paint_row
from qbconsole.tui.widgets.rowtable import Line, Rows, RowTable
from qbconsole.tui.wording import money, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rich.console import RenderableType
    from textual import events
    from textual.widget import Widget

    from qbconsole.actions.decide import Decided
    from qbconsole.actions.views import Detail, Row
    from qbconsole.tui.desk import Desk, Evidence
    from qbconsole.tui.widgets.detail import Painter

SETTLE = 0.06
"""Seconds that the cursor rests on a row before its evidence is read."""


class QueueScreen(RecordScreen):
    """The screen of one desk's queue."""

    QUEUE: ClassVar[str] = ""
    TITLE_WORDS: ClassVar[str] = ""
    EMPTY: ClassVar[str] = "Nothing waits here."

    class Loaded(Message):
        """The rows, as they were read, and what undo would do now to the last decision."""

        def __init__(self, ticket: int, rows: Sequence[Row], undo: str) -> None:
            super().__init__()
            self.ticket, self.rows, self.undo = ticket, rows, undo

    class Shown(Message):
        """The evidence of a row; None when the row is gone."""

        def __init__(self, ticket: int, evidence: Evidence | None) -> None:
            super().__init__()
            self.ticket, self.evidence = ticket, evidence

    class Done(Message):
        """What came of a decision."""

        def __init__(self, decided: Sequence[Decided], refused: Sequence[str], *, advance: bool) -> None:
            super().__init__()
            self.decided, self.refused, self.advance = decided, refused, advance

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
        self.search = ""
        self.guard = KeyGuard()
        self._ticket = self._asked = 0
        self._loading = False
        self._go_to: str | None = None
        self._undo_guard = KeyGuard()
        self._last: Decided | None = None

    def body(self) -> Iterable[Widget]:
        """The list and the evidence, and a field to search in."""
        yield Container(self.table, DetailPane(), classes="panes")
        yield Input(id="search", placeholder="search: words of name, number or cause; esc closes", compact=True)

    def on_mount(self) -> None:
        """Say that the book is being opened."""
        self.table.border_title = self.TITLE_WORDS
        self.table.placeholder = "Opening the book…"
        self.query_one(DetailPane).border_title = "Evidence"
        self.query_one("#search", Input).cursor_blink = False
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
        total = sum((row.amount for row in marked or waiting if row.amount is not None), start=ZERO)
        currency = next((row.currency for row in waiting if row.currency), "USD")
        count = f"{len(marked)} of {plural(len(waiting), 'row')} marked" if marked else plural(len(waiting), "row")
        amount = f", {money(total, currency)}" if total else ""
        self.table.border_title = f"{self.TITLE_WORDS}: {count}{amount}"

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
            found = desk.evidence(key)
        except Problem:
            found = None
        if not get_current_worker().is_cancelled:
            self.post_message(self.Shown(asked, found))

    @on(Shown)
    def _evidence_read(self, event: Shown) -> None:
        if event.ticket == self._asked:
            self._show(event.evidence)

    def _show(self, evidence: Evidence | None) -> None:
        before = self.evidence
        self.evidence = evidence
        if evidence is None or before is None or before.detail.row.id != evidence.detail.row.id:
            self.row_changed()
        pane = self.query_one(DetailPane)
        why_not = dict(evidence.why_not) if evidence else {}
        self.query_one("Footer").show(why_not)  # type: ignore[attr-defined]
        if evidence is None:
            pane.border_title = "Evidence"
            pane.paint(lambda painter: painter.text("", "dim"))
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

    # --- marking and searching ----------------------------------------------------------------------------------------

    def act_rows_mark(self) -> None:
        """Mark the row."""
        self.table.toggle_mark()
        self._title()

    def act_rows_mark_clean(self) -> None:
        """Mark every clean row, or with all of them marked none."""
        clean = {row.id for row in self.rows.values() if row.verdict == "clean" and not row.decided}
        self.table.set_marks(set() if clean == self.table.marked else clean)
        self._title()
        self.say(f"{plural(len(self.table.marked), 'clean row')} marked.")

    def act_rows_next(self) -> None:
        """The next undecided row."""
        self.table.move_to(self._next_undecided())

    def _next_undecided(self) -> str | None:
        keys = self.table.rows.keys
        after = keys[self.table.cursor + 1 :] + keys[: self.table.cursor]
        return next((key for key in after if not self.rows[key].decided), None)

    def act_search(self) -> None:
        """Open the field to search in."""
        field = self.query_one("#search", Input)
        field.add_class("open")
        field.focus()

    @on(Input.Changed, "#search")
    def _searched(self, event: Input.Changed) -> None:
        self.search = event.value.strip()
        self.data_changed()

    @on(Input.Submitted, "#search")
    def _search_done(self) -> None:
        self.table.focus()

    def act_back(self) -> None:
        """Close the search, then the marks."""
        field = self.query_one("#search", Input)
        if field.has_class("open"):
            field.value = ""
            field.remove_class("open")
            self.table.focus()
        elif self.table.marked:
            self.table.set_marks(set())
            self._title()
        else:
            self.table.focus()

    def key_escape(self) -> None:
        """Escape also leaves the search field."""
        if self.query_one("#search", Input).has_focus:
            self.act_back()

    # --- deciding -----------------------------------------------------------------------------------------------------

    def decide(self, action_id: str, **arguments: str) -> None:
        """Decide the row that is shown, by one key; the key rests after the list moved."""
        self._guarded(self.guard, lambda: self._decide_shown(action_id, arguments))

    def decide_asked(self, action_id: str, **arguments: str) -> None:
        """Decide the row that is shown, after the person answered a question about it."""
        evidence, desk = self._current()
        if evidence is not None and desk is not None:
            self._decide(desk, action_id, evidence.detail, arguments)

    def applies(self, action_id: str) -> bool:
        """Whether an action applies to the row that is shown; says why not before anything is asked."""
        evidence, _ = self._current()
        refused = evidence.why_not.get(action_id, "") if evidence else ""
        if refused:
            self.say(f"{action(action_id).words}: {refused}", "warn")
        return evidence is not None and not refused

    def _current(self) -> tuple[Evidence | None, Desk | None]:
        """The evidence on the screen, if it is that of the row under the cursor: nothing is decided unseen."""
        evidence, desk = self.evidence, self.console.desk
        if evidence is None or desk is None or evidence.detail.row.id != self.table.key:
            self.say("The evidence is not there yet: press it again.", "warn")
            return None, None
        return evidence, desk

    def _guarded(self, guard: KeyGuard, act: Callable[[], None]) -> None:
        judged, ticket = guard.press(time.monotonic())
        if judged is Verdict.ACT:
            act()
        elif judged is Verdict.PROBE:
            self.set_timer(PROBE, lambda: act() if guard.still(ticket) else None)
        else:
            self.say("The key was held down: nothing more was decided. Press it again.", "warn")

    def _decide_shown(self, action_id: str, arguments: dict[str, str]) -> None:
        evidence, desk = self._current()
        if evidence is not None and desk is not None and self.applies(action_id):
            self._decide(desk, action_id, evidence.detail, arguments)

    @work(thread=True, group="decide")
    def _decide(self, desk: Desk, action_id: str, detail: Detail, arguments: dict[str, str]) -> None:
        try:
            done = desk.decide(action_id, detail.row.id, detail.seen, arguments)
        except Problem as problem:
            self.post_message(self.Done((), (str(problem),), advance=False))
        else:
            self.post_message(self.Done((done,), (), advance=True))

    @on(Done)
    def _done(self, event: Done) -> None:
        self._last = event.decided[0] if len(event.decided) == 1 and not event.refused else None
        if event.advance and event.decided:
            self._go_to = self._next_undecided() or self.table.key
            self.guard.moved(time.monotonic())
        elif event.decided:
            self._go_to = event.decided[0].row_id
            self._undo_guard.moved(time.monotonic())
        if event.refused:
            tone = "bad" if not event.decided else "warn"
            self.say("; ".join(event.refused), tone)
        elif len(event.decided) == 1:
            self.say(event.decided[0].words, "good")
        elif event.decided:
            self.say(f"{plural(len(event.decided), 'row')} decided.", "good")
        self.data_changed()

    def act_undo(self) -> None:
        """Take back the decision of the row that is shown, or the newest one."""
        self._guarded(self._undo_guard, self._undo_shown)

    def _undo_shown(self) -> None:
        if self.console.desk is not None:
            row = self.rows.get(self.table.key or "")
            self._undo(self.console.desk, row.decision_id if row and row.decided else None)

    @work(thread=True, group="decide")
    def _undo(self, desk: Desk, decision_id: int | None) -> None:
        try:
            done = desk.undo(decision_id)
        except Problem as problem:
            self.post_message(self.Done((), (str(problem),), advance=False))
        else:
            self.post_message(self.Done((done,), (), advance=False))
