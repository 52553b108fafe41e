"""What every screen of the console has: the header, what was said last, the footer, and the keys of everywhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from qbconsole.actions.registry import action, for_scope
from qbconsole.domain.errors import Problem
from qbconsole.tui.guard import PROBE, KeyGuard, Verdict
from qbconsole.tui.keys import bindings
from qbconsole.tui.modals.help import draw_help
from qbconsole.tui.modals.overlay import Overlay
from qbconsole.tui.widgets.detail import DetailPane
from qbconsole.tui.widgets.footer import Footer, Said
from qbconsole.tui.widgets.header import Header
from qbconsole.tui.wording import undo_question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget

    from qbconsole.actions.bulk import Foreseen
    from qbconsole.actions.registry import Action
    from qbconsole.actions.views import Detail
    from qbconsole.tui.app import ConsoleApp
    from qbconsole.tui.desk import Desk
    from qbconsole.tui.health import Health
    from qbconsole.tui.widgets.rowtable import RowTable

WIDE = 100
"""Columns from which on the evidence stands beside the list."""
OPENING = "Opening the book…"
"""What a list says until its rows were read for the first time."""
LEAST = (60, 16)
"""Columns and lines under which nothing useful fits."""


class ConsoleScreen(Screen[None]):
    """One screen. Its keys come from the registry: `act('ID')` runs the method `act_ID`, dots as underscores."""

    SCOPE: ClassVar[str] = ""
    HERE: ClassVar[str] = ""
    FOOTER: ClassVar[tuple[str, ...]] = ()
    """Ids of the actions that the footer shows, by weight; help and quit follow by themselves."""
    CSS_PATH = "screens.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - an instance variable in Textual

    table: RowTable[Any]
    """The list of the screen."""

    class Came(Message):
        """What came of a key, in words."""

        def __init__(self, words: str, tone: str) -> None:
            super().__init__()
            self.words, self.tone = words, tone

    class Foresaw(Message):
        """What undo would do to what the last key decided."""

        def __init__(self, foreseen: Sequence[Foreseen]) -> None:
            super().__init__()
            self.foreseen = foreseen

    def __init__(self) -> None:
        super().__init__()
        self.undo_guard = KeyGuard()
        self._foretold: tuple[int, ...] = ()
        """The decisions of which was said what undo would do to them, as long as that is on the screen."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Bind the keys of the screen's scope, of the list and of everywhere, before Textual looks for them."""
        if cls.SCOPE:
            cls.BINDINGS = [*bindings(cls.SCOPE, "rows", "everywhere")]
        super().__init_subclass__(**kwargs)

    @property
    def pane(self) -> DetailPane:
        """The evidence beside the list."""
        return self.query_one(DetailPane)

    @property
    def console(self) -> ConsoleApp:
        """The application."""
        from qbconsole.tui.app import ConsoleApp

        assert isinstance(self.app, ConsoleApp)  # noqa: S101 - for the type checker
        return self.app

    def compose(self) -> ComposeResult:
        """Header, the screen's own part, what was said, footer."""
        yield Static("The terminal is too small: 60 columns and 16 lines at least.\nq quits.", id="small", markup=False)
        yield Header(self.HERE)
        yield from self.body()
        yield Said()
        yield Footer([action(id_) for id_ in (*self.FOOTER, "help", "quit")])

    def on_resize(self, event: events.Resize) -> None:
        """Say so where nothing useful fits."""
        self.set_class(event.size.width < LEAST[0] or event.size.height < LEAST[1], "-small")

    def body(self) -> Iterable[Widget]:
        """The screen's own part."""
        return ()

    # --- what the application tells -----------------------------------------------------------------------------------

    def health_changed(self, health: Health | None, trouble: str) -> None:
        """Show the book's state in the header."""
        self.query_one(Header).show(health, trouble)

    def data_changed(self) -> None:
        """Something was committed: read again what is shown."""

    def on_screen_resume(self) -> None:
        """Coming back: what was read before may be old."""
        self.health_changed(self.console.health, self.console.trouble)
        self.data_changed()

    def say(self, words: str, tone: str = "dim", aside: str = "") -> None:
        """Say what came of a key, in the line above the footer."""
        self._foretold = ()
        self.query_one(Said).show(words, tone, aside)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def action_act(self, id_: str) -> None:
        """Run an action of the registry."""
        method = getattr(self, f"act_{id_.replace('.', '_')}", None)
        if method is None:
            self.say(f"{action(id_).words}: nothing to do here.")
            return
        method()

    def go(self, name: str) -> None:
        """Go to another screen."""
        self.app.switch_mode(name)

    def act_screen_home(self) -> None:
        """Home."""
        self.go("home")

    def act_screen_unmatched(self) -> None:
        """Unmatched."""
        self.go("unmatched")

    def act_screen_invoices(self) -> None:
        """Invoices."""
        self.go("invoices")

    def act_screen_overdue(self) -> None:
        """Overdue."""
        self.go("overdue")

    def act_screen_conflicts(self) -> None:
        """Conflicts."""
        self.go("conflicts")

    def act_screen_log(self) -> None:
        """Sync log."""
        self.go("log")

    def act_screen_journal(self) -> None:
        """Journal."""
        self.go("journal")

    def act_rows_down(self) -> None:
        """The next row; in the evidence a line down."""
        self._move(1)

    def act_rows_up(self) -> None:
        """The row before; in the evidence a line up."""
        self._move(-1)

    def _move(self, by: int) -> None:
        if self.pane.has_focus:
            self.pane.scroll_relative(y=by, animate=False)
        else:
            self.table.cursor += by

    def act_rows_first(self) -> None:
        """The first row."""
        self.table.cursor = 0

    def act_rows_last(self) -> None:
        """The last row."""
        self.table.cursor = len(self.table.rows) - 1

    def act_rows_pane(self) -> None:
        """From the list to the evidence and back."""
        (self.pane if self.table.has_focus else self.table).focus()

    def act_back(self) -> None:
        """Back to the list."""
        self.table.focus()

    def guarded(self, guard: KeyGuard, act: Callable[[], None]) -> None:
        """Act on a press of a key that moves money, unless the key is held down."""
        judged, ticket = guard.press(time.monotonic())
        if judged is Verdict.ACT:
            act()
        elif judged is Verdict.PROBE:
            self.set_timer(PROBE, lambda: act() if guard.still(ticket) else None)
        else:
            self.say("The key was held down: it acted once at most. Press it again.", "warn")

    def act_undo(self) -> None:
        """Take back what the last key decided; what is more than to cancel one decision is said first."""
        self.guarded(self.undo_guard, self.undo_last)

    def undo_last(self) -> None:
        """Look what it would do, as nothing on the screen says that."""
        self.undo_guard.moved(time.monotonic())
        if self.console.desk is not None:
            self._foresee(self.console.desk)

    @work(thread=True, exclusive=True, group="decide")
    def _foresee(self, desk: Desk) -> None:
        try:
            self.post_message(self.Foresaw(desk.foresee_undo()))
        except Problem as problem:
            self.post_message(self.Came(str(problem), "warn"))

    @on(Foresaw)
    def _foresaw(self, event: Foresaw) -> None:
        ids = tuple(one.decision_id for one in event.foreseen)
        plain = len(event.foreseen) == 1 and not event.foreseen[0].writes and not event.foreseen[0].refused
        if self.console.desk is not None and (plain or ids == self._foretold):
            self.undo_now(self.console.desk)
            return
        self.say(undo_question(event.foreseen), "warn")
        self._foretold = ids

    def undo_now(self, desk: Desk) -> None:
        """Take it back."""
        self.take_back(desk, None)

    @work(thread=True, exclusive=True, group="decide")
    def take_back(self, desk: Desk, decision_id: int | None) -> None:
        """Take that decision back, without an id what the last key decided; and say what came of it."""
        try:
            taken = desk.undo(decision_id)
        except Problem as problem:
            self.post_message(self.Came(str(problem), "warn"))
        else:
            words = "; ".join((*(one.words for one in taken.done), *taken.refused))
            self.post_message(self.Came(words, "warn" if taken.refused else "good"))

    @on(Came)
    def _came(self, event: Came) -> None:
        self.say(event.words, event.tone)

    def act_sync(self) -> None:
        """Ask the runner for a cycle."""
        self.console.ask_for_sync()

    def act_palette(self) -> None:
        """The command palette."""
        self.app.action_command_palette()

    def act_quit(self) -> None:
        """Leave."""
        self.app.exit(0)

    def act_help(self) -> None:
        """Why the row is here, and the keys."""
        detail, why_not = self.shown()
        scopes = (self.SCOPE, *(("rows",) if for_scope("rows") else ()), "everywhere")
        self.app.push_screen(Overlay("Help", lambda painter: draw_help(painter, scopes, detail, why_not)))

    def shown(self) -> tuple[Detail | None, Mapping[str, str]]:
        """The evidence that is shown, and why some actions do not apply to it."""
        return None, {}

    def actions(self) -> tuple[Action, ...]:
        """What can be done here, for the palette."""
        return (*for_scope(self.SCOPE), *for_scope("rows"), *for_scope("everywhere"))
