"""Deciding the rows of a queue: one key decides and moves on, another takes it back, and nothing is decided unseen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from qbconsole.actions.registry import action
from qbconsole.domain.errors import Problem
from qbconsole.tui.guard import KeyGuard
from qbconsole.tui.screens.queue import QueueScreen
from qbconsole.tui.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qbconsole.actions.decide import Decided
    from qbconsole.actions.views import Detail
    from qbconsole.tui.desk import Desk, Evidence

NOT_YET = "The evidence is not there yet: press it again."
NOTHING = "No row is here to decide."


class DecidingScreen(QueueScreen):
    """A queue whose rows are decided here.

    A decision is about the evidence that was on the screen when its key was pressed or its question opened, whatever
    the cursor does before the key counts or the answer comes.
    """

    class Done(Message):
        """What came of a decision."""

        def __init__(self, decided: Sequence[Decided], refused: Sequence[str], *, advance: bool) -> None:
            super().__init__()
            self.decided, self.refused, self.advance = decided, refused, advance

    class Refused(Message):
        """A decision about one row was refused."""

        def __init__(self, action_id: str, row_id: str, words: str) -> None:
            super().__init__()
            self.action_id, self.row_id, self.words = action_id, row_id, words

    def __init__(self) -> None:
        super().__init__()
        self.guard = KeyGuard()

    # --- by one key ---------------------------------------------------------------------------------------------------

    def decide(self, action_id: str, **arguments: str) -> None:
        """Decide the row that is shown, by one key; the key rests after the list moved."""
        evidence = self.lit()
        self.guarded(self.guard, lambda: self._decide_pressed(action_id, evidence, arguments))

    def _decide_pressed(self, action_id: str, evidence: Evidence | None, arguments: dict[str, str]) -> None:
        detail = self._allowed(action_id, evidence)
        if detail is not None:
            self.decide_asked(action_id, detail, **arguments)

    # --- after a question ---------------------------------------------------------------------------------------------

    def about(self, action_id: str) -> Detail | None:
        """What a question is about: the row that is shown. None, and said why, when the action does not apply to it."""
        return self._allowed(action_id, self.lit())

    def decide_asked(self, action_id: str, detail: Detail, **arguments: str) -> None:
        """Decide a row as it was shown, after the person answered a question about it."""
        if self.console.desk is not None:
            self._decide(self.console.desk, action_id, detail, arguments)

    def lit(self) -> Evidence | None:
        """The evidence on the screen, if it is that of the row under the cursor."""
        evidence = self.evidence
        return evidence if evidence is not None and evidence.detail.row.id == self.table.key else None

    def _allowed(self, action_id: str, evidence: Evidence | None) -> Detail | None:
        if evidence is None:
            self.say(NOT_YET if len(self.table.rows) else NOTHING, "warn")
            return None
        refused = evidence.why_not.get(action_id, "")
        if refused:
            self.say(f"{action(action_id).words}: {refused}", "warn")
            return None
        return evidence.detail

    # --- what comes of it ---------------------------------------------------------------------------------------------

    @work(thread=True, group="decide")
    def _decide(self, desk: Desk, action_id: str, detail: Detail, arguments: dict[str, str]) -> None:
        try:
            done = desk.decide(action_id, detail.row.id, detail.seen, arguments)
        except Problem as problem:
            self.post_message(self.Refused(action_id, detail.row.id, str(problem)))
        else:
            self.post_message(self.Done((done,), (), advance=True))

    @on(Refused)
    def _refused(self, event: Refused) -> None:
        self._last = None
        self.say(event.words, "bad")
        self.refused(event.action_id, event.row_id)
        self.data_changed()

    def refused(self, action_id: str, row_id: str) -> None:
        """A decision was refused, and the person was told why."""

    @on(Done)
    def _done(self, event: Done) -> None:
        self._last = event.decided[0] if len(event.decided) == 1 and not event.refused else None
        rows = [one.row_id for one in event.decided]
        if event.advance and rows:
            if self.table.key in rows:  # else the person moved on already
                self.table.move_to(self._next_undecided(rows))
            self.guard.moved(time.monotonic())
        elif rows:
            if rows[0] in self.rows:
                self.table.move_to(rows[0])
            else:
                self._go_to = rows[0]  # it comes back with the rows that are read now
            self.undo_guard.moved(time.monotonic())
        if event.refused:
            self.say("; ".join(event.refused), "warn" if rows else "bad")
        elif len(rows) == 1:
            self.say(event.decided[0].words, "good")
        elif rows:
            self.say(f"{plural(len(rows), 'row')} {'decided' if event.advance else 'taken back'}.", "good")
        self.data_changed()

    # --- taking back --------------------------------------------------------------------------------------------------

    def act_undo(self) -> None:
        """Take back the decision of the row that is shown, which says what that will do; else what the last key did."""
        row = self.table.row
        decision_id = row.decision_id if row is not None and row.decided else None
        if decision_id is None:
            super().act_undo()
        else:
            self.guarded(self.undo_guard, lambda: self._undo_pressed(decision_id))

    def _undo_pressed(self, decision_id: int) -> None:
        if self.console.desk is not None:
            self._undo(self.console.desk, decision_id)

    def undo_last(self) -> None:
        """What undo would do is said in place of how the last decision fares."""
        self._last = None
        super().undo_last()

    def undo_now(self, desk: Desk) -> None:
        """Take it back, and go to its row."""
        self._undo(desk, None)

    @work(thread=True, group="decide")
    def _undo(self, desk: Desk, decision_id: int | None) -> None:
        try:
            taken = desk.undo(decision_id)
        except Problem as problem:
            self.post_message(self.Done((), (str(problem),), advance=False))
        else:
            self.post_message(self.Done(taken.done, taken.refused, advance=False))
