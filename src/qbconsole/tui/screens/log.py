"""Sync log: what is on its way, what failed and why, and what each cycle did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Group
from textual import on, work
from textual.containers import Container
from textual.message import Message
from textual.worker import get_current_worker

from qbconsole.domain.errors import Problem
from qbconsole.domain.text import safe_text
from qbconsole.tui.glyphs import verdict
from qbconsole.tui.screens.base import OPENING, ConsoleScreen
from qbconsole.tui.widgets.detail import DetailPane
from qbconsole.tui.widgets.rowtable import Line, Rows, RowTable
from qbconsole.tui.wording import ago, fit, local, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import RenderableType
    from textual.widget import Widget

    from qbconsole.actions.decide import Decided
    from qbconsole.actions.views import Row
    from qbconsole.tui.desk import Desk, RunStory
    from qbconsole.tui.health import RunBrief
    from qbconsole.tui.widgets.detail import Painter


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log: an operation that is not settled, or a run."""

    key: str
    operation: Row | None = None
    run: RunBrief | None = None

    @property
    def failed(self) -> bool:
        """Whether somebody has to look."""
        if self.operation is not None:
            return self.operation.state == "parked"
        return self.run is not None and (self.run.state in ("failed", "stopped") or bool(self.run.held))


class LogScreen(ConsoleScreen):
    """Operations first, parked ones on top; then the runs, newest first."""

    SCOPE = "log"
    HERE = "screen.log"
    FOOTER = ("log.retry", "log.cancel", "log.failed", "log.open", "sync")

    class Loaded(Message):
        """The entries, as they were read."""

        def __init__(self, ticket: int, entries: Sequence[Entry]) -> None:
            super().__init__()
            self.ticket, self.entries = ticket, entries

    class Told(Message):
        """A run's story, or why it cannot be told."""

        def __init__(self, key: str, story: RunStory | None, trouble: str = "") -> None:
            super().__init__()
            self.key, self.story, self.trouble = key, story, trouble

    class Acted(ConsoleScreen.Came):
        """An operation was retried or given up."""

    def __init__(self) -> None:
        super().__init__()
        self.table: RowTable[Entry] = RowTable(self._paint, id="list")
        self.table.add_class("list")
        self._ticket = 0
        self._failed_only = False

    def body(self) -> Iterable[Widget]:
        """The list and the story beside it."""
        yield Container(self.table, DetailPane(), classes="panes")

    def on_mount(self) -> None:
        """Say that the book is being opened."""
        self.table.border_title = "Sync log"
        self.table.placeholder = OPENING
        self.table.focus()

    def data_changed(self) -> None:
        """Read again, in a thread."""
        if self.console.desk is not None:
            self._ticket += 1
            self._load(self.console.desk, self._ticket)

    @work(thread=True, exclusive=True, group="load")
    def _load(self, desk: Desk, ticket: int) -> None:
        try:
            entries = [Entry(row.id, operation=row) for row in desk.outbox()]
            entries += [Entry(f"run {run.id}", run=run) for run in desk.runs()]
        except Problem as problem:
            self.post_message(self.Came(str(problem), "bad"))
            return
        if not get_current_worker().is_cancelled:
            self.post_message(self.Loaded(ticket, entries))

    @on(Loaded)
    def _loaded(self, event: Loaded) -> None:
        if event.ticket != self._ticket:
            return
        shown = [one for one in event.entries if one.failed or not self._failed_only]
        operations = sum(one.operation is not None for one in event.entries)
        failed = sum(one.failed for one in event.entries)
        self.table.placeholder = "Nothing failed." if self._failed_only else "No run yet. S syncs now."
        self.table.border_title = f"Sync log: {plural(operations, 'operation')} under way, {failed} failed"
        self.table.show(Rows.of({one.key: one for one in shown}))

    @on(RowTable.Highlighted, "#list")
    def _highlighted(self) -> None:
        entry = self.table.row
        pane = self.query_one(DetailPane)
        pane.border_title = entry.key if entry else "Evidence"
        if entry is None:
            pane.paint(lambda painter: painter.text("", "dim"))
        elif entry.operation is not None:
            row = entry.operation
            pane.paint(lambda painter: _draw_operation(painter, row))
        elif entry.run is not None and self.console.desk is not None:
            self._tell(self.console.desk, entry.key, entry.run.id)

    @work(thread=True, exclusive=True, group="evidence")
    def _tell(self, desk: Desk, key: str, run_id: int) -> None:
        try:
            told = self.Told(key, desk.run(run_id))
        except Problem as problem:
            told = self.Told(key, None, str(problem))
        if not get_current_worker().is_cancelled:
            self.post_message(told)

    @on(Told)
    def _told(self, event: Told) -> None:
        if event.key != self.table.key:
            return
        story, trouble = event.story, event.trouble
        self.pane.paint(lambda painter: _draw_run(painter, story) if story else painter.text(trouble, "bad"))

    @on(Acted)
    def _acted(self) -> None:
        self.data_changed()

    def _paint(self, entry: Entry, width: int, _lines: int) -> list[Line]:
        if entry.operation is not None:
            row = entry.operation
            sign, tone, word = verdict(row.verdict)
            rest = max(4, width - 10)
            return [[(f"{sign} {fit(word, 8)}", tone), (fit(f"{row.title}: {row.cause}", rest), "")]]
        run = entry.run
        if run is None:
            return [[]]
        sign, tone, word = verdict({"done": "sent", "running": "sending"}.get(run.state, "failed"))
        word = {"done": "done", "running": "running"}.get(run.state, run.state)
        counts = f"{run.seen} seen, {run.applied} applied" + (f", {run.held} held" if run.held else "")
        words = f"run {run.id}, {run.reason}: {run.error or counts}"
        age = ago(run.started_at, datetime.now(UTC))
        return [
            [(f"{sign} {fit(word, 8)}", tone), (fit(words, max(4, width - 22)), ""), (fit(age, 12, right=True), "dim")]
        ]

    # --- keys ---------------------------------------------------------------------------------------------------------

    def act_log_open(self) -> None:
        """Into the story."""
        self.query_one(DetailPane).focus()

    def act_back(self) -> None:
        """Back to the list."""
        self.table.focus()

    def act_log_failed(self) -> None:
        """Failures alone, or everything."""
        self._failed_only = not self._failed_only
        self.data_changed()

    def act_log_retry(self) -> None:
        """Send a parked operation again."""
        self._with_operation(lambda desk, id_: desk.retry(id_))

    def act_log_cancel(self) -> None:
        """Give an operation up."""
        self._with_operation(lambda desk, id_: desk.cancel(id_))

    def _with_operation(self, act: Callable[[Desk, str], Decided]) -> None:
        entry, desk = self.table.row, self.console.desk
        if entry is None or entry.operation is None or desk is None:
            self.say("That is for operations; this is a run.", "warn")
            return
        self._act(desk, entry.operation.id, act)

    @work(thread=True, group="decide")
    def _act(self, desk: Desk, id_: str, act: Callable[[Desk, str], Decided]) -> None:
        try:
            done = act(desk, id_)
        except Problem as problem:
            self.post_message(self.Came(str(problem), "warn"))
        else:
            self.post_message(self.Acted(done.words, "good"))


def _draw_operation(painter: Painter, row: Row) -> RenderableType:
    return Group(
        painter.text(row.title, "bright"),
        painter.text(row.subtitle, "dim"),
        painter.title("State"),
        painter.text(f"{row.state}: {row.cause}", "bad" if row.state == "parked" else "plain"),
        painter.text(row.undo, "dim"),
    )


def _draw_run(painter: Painter, story: RunStory) -> RenderableType:
    brief = story.brief
    parts: list[RenderableType] = [
        painter.text(f"Run {brief.id}: {brief.state}, {brief.seconds:.1f} s, {brief.reason}", "bright"),
        painter.text(f"began {local(brief.started_at)}", "dim"),
    ]
    if brief.error:
        parts.append(painter.text(brief.error, "bad"))
    if story.streams:
        parts.append(painter.title("Streams: seen = applied + unchanged + held + failed"))
        told = [one for one in story.streams if one["seen"] or one["error"]]
        parts += [
            painter.text(_stream(one), "warn" if one["held"] or one["failed"] or one["error"] else "plain")
            for one in told
        ]
        if quiet := len(story.streams) - len(told):
            parts.append(painter.text(f"nothing seen in {quiet} of {len(story.streams)} streams", "dim"))
    if story.events:
        parts.append(painter.title("Events"))
    tones = {"error": "bad", "warning": "warn"}
    for event in story.events:
        words = safe_text(" ".join(part for part in (event["message"], event["next_step"]) if part))
        parts.append(painter.text(words, tones.get(event["level"], "plain")))
    return Group(*parts)


def _stream(one: dict[str, Any]) -> str:
    counts = f"{one['seen']:>6} = {one['applied']} + {one['unchanged']} + {one['held']} + {one['failed']}"
    return f"{fit(one['stream'], 24)}{counts}"
