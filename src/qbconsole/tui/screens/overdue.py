"""Overdue: invoices past due, and the step that is proposed for each."""

from __future__ import annotations

from datetime import timedelta

from qbconsole.tui.modals.ask import Ask
from qbconsole.tui.screens.deciding import DecidingScreen


class OverdueScreen(DecidingScreen):
    """Makes tasks, or leaves an invoice alone for a while."""

    SCOPE = QUEUE = "overdue"
    HERE = "screen.overdue"
    TITLE_WORDS = "Overdue invoices"
    EMPTY = "No invoice waits for a follow-up: the rules made the tasks, or nothing is past due."
    FOOTER = ("overdue.step", "overdue.task", "overdue.snooze", "undo", "open", "history", "search")

    def act_overdue_step(self) -> None:
        """Do the proposed step."""
        self.decide("overdue.step")

    def act_overdue_task(self) -> None:
        """Make the task."""
        self.decide("overdue.task")

    def act_overdue_snooze(self) -> None:
        """Leave it alone until a day."""
        detail = self.about("overdue.snooze")
        if detail is None:
            return
        today = self._today()
        common = [
            (f"{words}, {(today + timedelta(days=days)).isoformat()}", (today + timedelta(days=days)).isoformat())
            for words, days in (("three days", 3), ("a week", 7), ("two weeks", 14), ("a month", 30))
        ]
        asked = Ask("Leave it alone until when?", about=detail.headline, common=common, hint="or a day: YYYY-MM-DD")
        self.app.push_screen(asked, lambda day: self.decide_asked("overdue.snooze", detail, date=day) if day else None)
