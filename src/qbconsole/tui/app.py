"""The console: paints first, opens the book in a thread, and from then on follows the database."""

from __future__ import annotations

import asyncio
import os
import signal
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import App
from textual.message import Message

from qbconsole.domain.errors import Problem
from qbconsole.domain.text import safe_text
from qbconsole.tui import runner_process
from qbconsole.tui.palette import ActionProvider
from qbconsole.tui.screens.base import ConsoleScreen
from qbconsole.tui.widgets.header import Header

if TYPE_CHECKING:
    from pathlib import Path

    from textual.screen import Screen

    from qbconsole.tui.desk import Desk
    from qbconsole.tui.health import Health

POLL = 0.25
"""Seconds between looks whether anything was committed."""
AGE = 5.0
"""Seconds after which the header's ages are drawn again."""
DEFAULT_THEME = "qbconsole-dark"
CRASHED = 70
"""The exit code after an unforeseen failure (EX_SOFTWARE)."""


def _home() -> Screen[Any]:
    from qbconsole.tui.screens.home import HomeScreen

    return HomeScreen()


def _unmatched() -> Screen[Any]:
    from qbconsole.tui.screens.unmatched import UnmatchedScreen

    return UnmatchedScreen()


def _invoices() -> Screen[Any]:
    from qbconsole.tui.screens.invoices import InvoicesScreen

    return InvoicesScreen()


def _overdue() -> Screen[Any]:
    from qbconsole.tui.screens.overdue import OverdueScreen

    return OverdueScreen()


def _conflicts() -> Screen[Any]:
    from qbconsole.tui.screens.conflicts import ConflictsScreen

    return ConflictsScreen()


def _log() -> Screen[Any]:
    from qbconsole.tui.screens.log import LogScreen

    return LogScreen()


def _journal() -> Screen[Any]:
    from qbconsole.tui.screens.journal import JournalScreen

    return JournalScreen()


class ConsoleApp(App[int]):
    """One book on the screen."""

    TITLE = "qbconsole"
    MODES: ClassVar[dict[str, Any]] = {
        "home": _home,
        "unmatched": _unmatched,
        "invoices": _invoices,
        "overdue": _overdue,
        "conflicts": _conflicts,
        "log": _log,
        "journal": _journal,
    }
    COMMANDS: ClassVar[set[Any]] = {lambda: ActionProvider}
    ENABLE_COMMAND_PALETTE = True

    class Opened(Message):
        """The book is open, or could not be opened."""

        def __init__(self, desk: Desk | None, health: Health | None, trouble: str) -> None:
            super().__init__()
            self.desk, self.health, self.trouble = desk, health, trouble

    class Checked(Message):
        """The book's state was read again."""

        def __init__(self, health: Health | None, trouble: str) -> None:
            super().__init__()
            self.health, self.trouble = health, trouble

    class Noted(Message):
        """Something to be said on the screen that is shown."""

        def __init__(self, words: str, tone: str) -> None:
            super().__init__()
            self.words, self.tone = words, tone

    def __init__(self, root: Path, name: str, *, read_only: bool = False, with_runner: bool = True) -> None:
        """Take the folder of all books and the book's name; nothing is opened yet."""
        super().__init__()
        self._root, self._book_name = root, name
        self._read_only, self._with_runner = read_only, with_runner
        self.desk: Desk | None = None
        self.health: Health | None = None
        self.trouble = ""
        self._version = -1
        if os.environ.get("SSH_CONNECTION"):
            self.animation_level = "none"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of the environments, for themes that do not name them."""
        from qbconsole.tui.themes import DEFAULTS

        return dict(DEFAULTS)

    def on_mount(self) -> None:
        """Paint, then open."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit, 128 + number)
        self.switch_mode("home")
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._load_themes()
        self._open()

    def _load_themes(self) -> None:
        from qbconsole.books.home import bundled
        from qbconsole.tui.themes import read_all

        themes, problems = read_all(bundled("themes"))
        for theme in themes:
            self.register_theme(theme)
        wanted = os.environ.get("QBCONSOLE_THEME", "") or DEFAULT_THEME
        if wanted not in self.available_themes:
            problems.append(f"There is no theme {safe_text(wanted, limit=40)!r}.")
            wanted = DEFAULT_THEME
        if wanted in self.available_themes:
            self.theme = wanted
        if problems:
            self.notify("\n".join(problems), title="Themes", severity="warning", markup=False)

    # --- the book -----------------------------------------------------------------------------------------------------

    @work(thread=True, group="open")
    def _open(self) -> None:
        from qbconsole.tui.desk import open_desk

        try:
            desk = open_desk(self._root, self._book_name, read_only=self._read_only)
            health = desk.health()
        except Problem as problem:
            self.post_message(self.Opened(None, None, str(problem)))
            return
        self.post_message(self.Opened(desk, health, ""))
        if not self._read_only and not health.runner_alive:
            self._start_runner()

    def _start_runner(self) -> None:
        """Start a runner, from a thread; say it when the system refuses."""
        if not self._with_runner:
            return
        try:
            runner_process.start(self._root)
        except OSError as refused:
            words = f"The runner could not be started ({refused.strerror}): nothing is pulled or delivered."
            self.post_message(self.Noted(f"{words} Try: qbconsole sync --watch", "bad"))

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        self.desk, self.health, self.trouble = event.desk, event.health, event.trouble
        self._tell()
        if self.desk is not None:
            self._version = self.desk.version()
            self.set_interval(POLL, self._poll)
            self.set_interval(AGE, self._check_again)
            if isinstance(self.screen, ConsoleScreen):
                self.screen.data_changed()

    def _poll(self) -> None:
        if self.desk is None:
            return
        version = self.desk.version()
        if version != self._version:
            self._version = version
            self._check_again()
            if isinstance(self.screen, ConsoleScreen):
                self.screen.data_changed()

    def _check_again(self) -> None:
        if self.desk is not None:
            self._check(self.desk)

    @work(thread=True, exclusive=True, group="health")
    def _check(self, desk: Desk) -> None:
        try:
            self.post_message(self.Checked(desk.health(), ""))
        except Problem as problem:
            self.post_message(self.Checked(None, str(problem)))

    @on(Checked)
    def _checked(self, event: Checked) -> None:
        self.health, self.trouble = event.health or self.health, event.trouble
        self._tell()

    def _tell(self) -> None:
        for screen in self._shown():
            screen.health_changed(self.health, self.trouble)

    def _shown(self) -> list[ConsoleScreen]:
        """The screen that is shown, also under a question.

        One that is still being made asks by itself when it is; one that is being taken down has lost its header.
        """
        shown = [one for one in self.screen_stack if isinstance(one, ConsoleScreen) and one.is_mounted]
        return [one for one in shown if one.query(Header)]

    def ask_for_sync(self) -> None:
        """Leave a wish for a cycle, and start a runner if none lives."""
        if self.desk is not None:
            self._ask_for_sync(self.desk, alive=bool(self.health and self.health.runner_alive))

    @work(thread=True, group="wish")
    def _ask_for_sync(self, desk: Desk, *, alive: bool) -> None:
        try:
            desk.ask_for_sync()
        except Problem as problem:
            self.post_message(self.Noted(str(problem), "warn"))
            return
        self.post_message(self.Noted("A sync was asked for.", "good"))
        if not alive:
            self._start_runner()

    @on(Noted)
    def _noted(self, event: Noted) -> None:
        for screen in self._shown():
            screen.say(event.words, event.tone)

    # --- the end ------------------------------------------------------------------------------------------------------

    def on_unmount(self) -> None:
        """Close the book."""
        if self.desk is not None:
            self.desk.close()

    def _handle_exception(self, error: Exception) -> None:
        """An unforeseen failure: a line on the terminal, the traceback without values in the home's log."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        self._return_code = CRASHED
        self.panic(f"qbconsole stopped: {type(error).__name__}. {_logged(self._root / 'qbconsole.log', error)}")


def _logged(path: Path, error: Exception) -> str:
    """Write a failure's traceback, without values, to a log of its owner alone; says where, or why it is nowhere."""
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat()}\n{''.join(traceback.format_exception(error))}\n")
    except OSError as refused:
        return f"No log could be written to {path}: {refused.strerror}."
    return f"Details: {path}"


def run_console(root: Path, name: str, *, read_only: bool = False) -> int:
    """Open the console on a book and stay until the person leaves; returns the exit code."""
    app = ConsoleApp(root, name, read_only=read_only)
    result = app.run()
    return result if result is not None else app.return_code or 0
