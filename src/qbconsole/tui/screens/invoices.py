"""Invoices: drafts composed from won deals, with the proof that they are no duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from qbconsole.tui.modals.ask import Ask
from qbconsole.tui.modals.choose import Choose
from qbconsole.tui.screens.deciding import DecidingScreen
from qbconsole.tui.wording import plural, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qbconsole.actions.views import Detail, Row
    from qbconsole.tui.desk import Desk

HOLD = (
    ("wait for the customer", "wait for the customer"),
    ("ask sales", "ask sales"),
    ("mend the deal in the CRM first", "mend the deal in the CRM first"),
)
REJECT = (
    ("a copy of another deal", "a copy of another deal"),
    ("not billable", "not billable"),
    ("billed elsewhere", "billed elsewhere"),
)


class InvoicesScreen(DecidingScreen):
    """Approves drafts, or says why they are not to be billed."""

    SCOPE = QUEUE = "invoices"
    HERE = "screen.invoices"
    TITLE_WORDS = "Pending invoices"
    EMPTY = "Nothing is waiting to be billed. S syncs now."
    FOR_MARKED = ("invoices.approve_marked",)
    FOOTER = ("invoices.approve", "invoices.adopt", "invoices.hold", "invoices.reject", "undo", "rows.mark",
              "invoices.approve_marked", "search")  # fmt: skip

    def act_invoices_approve(self) -> None:
        """Make the document in QuickBooks."""
        self.decide("invoices.approve")

    def act_invoices_approve_marked(self) -> None:
        """Approve the marked rows, after their count was typed."""
        marked = [row for key in self.table.rows.keys if key in self.table.marked and (row := self.rows.get(key))]
        if not marked:
            self.say("Nothing is marked: space marks a row, * all clean ones.", "warn")
            return
        stake = total((row.amount, row.currency) for row in marked)
        count = str(len(marked))
        self.app.push_screen(
            Ask(
                f"Approve {plural(len(marked), 'invoice')}?",
                about=f"{stake} before tax. Type the count.",
                hint=count,
                check=lambda typed: "" if typed == count else f"Type {count} to approve them all.",
            ),
            lambda typed: self._approve_all(marked) if typed else None,
        )

    def _approve_all(self, marked: Sequence[Row]) -> None:
        if self.console.desk is not None:
            self.table.set_marks(set())
            self._approve(self.console.desk, marked)

    @work(thread=True, group="decide")
    def _approve(self, desk: Desk, marked: Sequence[Row]) -> None:
        done, left = desk.approve_all(marked)
        self.post_message(self.Done(done, left, advance=True))

    def act_invoices_adopt(self) -> None:
        """Say which document bills the deal already."""
        lit = self.lit()
        # A document that looks unlike every draft can still be named, so only a decided row is refused here.
        detail = lit.detail if lit and not lit.detail.row.decided else self.about("invoices.adopt")
        if detail is None:
            return
        chooser = Choose(
            f"Which document bills {detail.row.title} already?",
            detail.choices,
            several=True,
            typed=True,
            empty="No document of this customer looks like it. Type its QuickBooks id above.",
        )
        self.app.push_screen(
            chooser, lambda chosen: self.decide_asked("invoices.adopt", detail, document=chosen) if chosen else None
        )

    def act_invoices_bill_again(self) -> None:
        """Bill anew what was taken back."""
        self.decide("invoices.bill_again")

    def act_invoices_apply_credit(self) -> None:
        """Use the open credit of what was taken back."""
        self.decide("invoices.apply_credit")

    def act_invoices_hold(self) -> None:
        """Put the draft aside."""
        self._ask_reason("invoices.hold", "Why hold it?", HOLD)

    def act_invoices_reject(self) -> None:
        """Decide that the deal is not billed."""
        self._ask_reason("invoices.reject", "Why reject it?", REJECT)

    def _ask_reason(self, action_id: str, question: str, common: Sequence[tuple[str, str]]) -> None:
        detail = self.about(action_id)
        if detail is None:
            return
        asked = Ask(question, about=_whom(detail), common=common, hint="or in your words")
        self.app.push_screen(
            asked, lambda reason: self.decide_asked(action_id, detail, reason=reason) if reason else None
        )


def _whom(detail: Detail) -> str:
    row = detail.row
    return f"{row.title}: {row.cause}" if row.cause else row.title
