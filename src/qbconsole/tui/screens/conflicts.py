"""Conflicts: fields that both sides hold and that differ; here the arrows decide."""

from __future__ import annotations

from qbconsole.tui.modals.ask import Ask
from qbconsole.tui.screens.deciding import DecidingScreen


class ConflictsScreen(DecidingScreen):
    """Agrees on one side's value, or on another."""

    SCOPE = QUEUE = "conflicts"
    HERE = "screen.conflicts"
    TITLE_WORDS = "Conflicts"
    EMPTY = "Both sides agree on every linked company."
    FOOTER = ("conflicts.crm", "conflicts.accounting", "conflicts.value", "undo", "history", "search")

    def act_conflicts_crm(self) -> None:
        """Agree on the CRM's value."""
        self.decide("conflicts.crm")

    def act_conflicts_accounting(self) -> None:
        """Agree on QuickBooks' value."""
        self.decide("conflicts.accounting")

    def act_conflicts_value(self) -> None:
        """Agree on another value."""
        detail = self.about("conflicts.value")
        if detail is None:
            return
        asked = Ask("Which value is right?", about=detail.headline, hint="the value for both sides")
        self.app.push_screen(
            asked, lambda value: self.decide_asked("conflicts.value", detail, value=value) if value else None
        )
