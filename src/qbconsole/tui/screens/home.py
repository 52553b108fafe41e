"""Home: is all well, and what waits, the most money first; enter goes there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from textual import on
from textual.containers import Container

from qbconsole.tui.glyphs import SIGNS
from qbconsole.tui.screens.base import OPENING, ConsoleScreen
from qbconsole.tui.widgets.detail import DetailPane
from qbconsole.tui.widgets.rowtable import Line, Rows, RowTable
from qbconsole.tui.wording import ago, fit, money, plural, span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from rich.console import RenderableType
    from rich.text import Text
    from textual.widget import Widget

    from qbconsole.tui.health import Health
    from qbconsole.tui.widgets.detail import Painter

QUEUES = {
    "invoices": ("Invoices", "draft to bill", "drafts to bill"),
    "unmatched": ("Unmatched", "company to link", "companies to link"),
    "overdue": ("Overdue", "invoice to follow up", "invoices to follow up"),
    "conflicts": ("Conflicts", "field differs", "fields differ"),
}
BAR = 18
"""Cells of the longest ageing bar."""
RUNS = 30
"""How many runs the sparkline shows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the home screen: where it leads, its sign and tone, its words, its money."""

    goes: str
    sign: str
    tone: str
    words: str
    amount: Decimal | None = None
    currency: str = ""


class HomeScreen(ConsoleScreen):
    """The first screen."""

    SCOPE = "home"
    HERE = "screen.home"
    FOOTER = ("screen.unmatched", "screen.invoices", "screen.overdue", "screen.log", "sync", "undo")

    def __init__(self) -> None:
        super().__init__()
        self.table: RowTable[Entry] = RowTable(_paint, id="list")
        self.table.add_class("list")

    def body(self) -> Iterable[Widget]:
        """What waits, and how the book is."""
        yield Container(self.table, DetailPane(), classes="panes")

    def on_mount(self) -> None:
        """Say that the book is being opened."""
        self.table.border_title = "What waits"
        self.table.placeholder = OPENING
        self.query_one(DetailPane).border_title = "The book"
        self.table.focus()

    def health_changed(self, health: Health | None, trouble: str) -> None:
        """Draw everything again: this screen shows nothing else."""
        super().health_changed(health, trouble)
        if trouble:
            self.table.placeholder = f"{trouble}\nq quits."
            self.table.refresh()
        if health is not None:
            self.table.show(Rows.of({one.goes: one for one in entries(health)}))
            self.query_one(DetailPane).paint(lambda painter: draw_health(painter, health))

    @on(RowTable.Opened)
    def _opened(self, event: RowTable.Opened) -> None:
        self.go(event.key.partition(" ")[0])


def entries(health: Health) -> list[Entry]:
    """Alerts first, then the queues by the money at stake."""
    found = []
    if health.failed:
        words = f"{plural(health.failed, 'operation')} could not be delivered"
        found.append(Entry("log parked", SIGNS.bad, "bad", words))
    if health.runs and health.runs[0].state == "failed":
        found.append(Entry("log failed", SIGNS.bad, "bad", f"the last sync failed: {health.runs[0].error}"))
    if not health.armed:
        found.append(Entry("log unarmed", SIGNS.warning, "warn", "the book is read-only: qbconsole book arm"))
    found += [
        Entry(f"log drift {place}", SIGNS.warning, "warn", f"{words}: qbconsole drift")
        for place, words in enumerate(health.drift)
    ]
    if health.sign_in:
        words = f"QuickBooks {health.sign_in}: qbconsole connect quickbooks"
        found.append(Entry("log sign-in", SIGNS.warning, "warn", words))
    waiting = sorted(health.counts.items(), key=lambda one: (-(one[1][1] or 0), -one[1][0]))
    for name, (count, amount) in waiting:
        title, one, many = QUEUES[name]
        words = plural(count, one, many) if count else "nothing waits"
        tone, sign = ("warn", SIGNS.open) if count else ("dim", SIGNS.good)
        found.append(Entry(name, sign, tone, f"{title:<11}{words}", amount or None, health.currency))
    return found


def _paint(entry: Entry, width: int, _lines: int) -> list[Line]:
    amount = money(entry.amount, entry.currency)
    room = max(4, width - 2 - 14)
    tone = entry.tone if entry.tone in ("bad", "dim") else ""
    return [[(f"{entry.sign} ", entry.tone), (fit(entry.words, room), tone), (fit(amount, 14, right=True), tone)]]


def state_of(health: Health) -> tuple[str, str]:
    """Is all well? One sentence and its tone."""
    if health.read_only or not health.armed:
        return f"{SIGNS.warning} Read-only: nothing is written.", "warn"
    if health.failed:
        return f"{SIGNS.bad} {plural(health.failed, 'operation')} failed: 6 shows why and mends it.", "bad"
    if health.runs and health.runs[0].state == "failed":
        return f"{SIGNS.bad} The last sync failed: 6 shows why.", "bad"
    if not health.runner_alive:
        return f"{SIGNS.warning} No runner: nothing is pulled or delivered. S starts one.", "warn"
    return f"{SIGNS.good} All is well.", "good"


def draw_health(painter: Painter, health: Health) -> RenderableType:
    """Data and runner in a line each, A/R by age as bars, the last runs."""
    now = datetime.now(UTC)
    day = f"{health.today:%A, %B %d, %Y}".replace(" 0", " ")
    runner = "runner running" if health.runner_alive else "no runner"
    parts: list[RenderableType] = [
        painter.text(*state_of(health)),
        painter.text(f"{day}; data {ago(health.synced_at, now)}; {runner}", "dim"),
        painter.text(""),
        painter.title("Receivables by days overdue"),
        _bars(painter, health),
        painter.text(""),
        painter.title("Last runs"),
    ]
    if not health.runs:
        parts.append(painter.text("None yet. S syncs now.", "dim"))
        return Group(*parts)
    parts.append(_sparkline(painter, health))
    for run in health.runs[:6]:
        words = run.error or f"{run.reason}, {span(run.seconds)}"
        tone = {"failed": "bad", "stopped": "warn"}.get(run.state, "plain")
        parts.append(painter.text(f"run {run.id:<4} {run.state:<8}{ago(run.started_at, now):<12} {words}", tone))
    return Group(*parts)


def _bars(painter: Painter, health: Health) -> Table:
    """One bar a bucket; its length is for the eye, the amount beside it for the books."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=8)
    grid.add_column(width=BAR)
    grid.add_column(justify="right", no_wrap=True)
    most = max((amount for _, amount in health.ageing), default=None) or 1
    tones = {"current": "good", "1-30": "warn", "31-60": "warn"}
    for name, amount in health.ageing:
        cells = max(1 if amount > 0 else 0, round(BAR * amount / most))
        bar = painter.text(SIGNS.bar * cells, tones.get(name, "bad"))
        grid.add_row(painter.text(name, "label"), bar, painter.text(money(amount, health.currency), "amount"))
    return grid


def _sparkline(painter: Painter, health: Health) -> Text:
    """How long the last runs took, oldest first, in steps from the shortest to the longest."""
    runs = [run for run in reversed(health.runs[:RUNS]) if run.finished_at]
    longest = max((run.seconds for run in runs), default=0.0) or 1.0
    steps = len(SIGNS.levels) - 1
    line = painter.text("".join(SIGNS.levels[round(steps * run.seconds / longest)] for run in runs), "title")
    return line.append_text(painter.text(f"  up to {span(longest)}", "dim"))
