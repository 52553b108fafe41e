"""Unmatched: CRM companies without a customer, one pair at a time, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from qbconsole.actions.views import Section
from qbconsole.tui.modals.ask import Ask
from qbconsole.tui.modals.choose import Choose
from qbconsole.tui.screens.deciding import DecidingScreen

if TYPE_CHECKING:
    from rich.console import RenderableType

    from qbconsole.actions.views import Detail
    from qbconsole.tui.widgets.detail import Painter

REASONS = (("not a customer", "not a customer"), ("test record", "test record"), ("vendor", "vendor"))


class UnmatchedScreen(DecidingScreen):
    """Links companies to customers, or makes the customers."""

    SCOPE = QUEUE = "unmatched"
    HERE = "screen.unmatched"
    TITLE_WORDS = "Unmatched companies"
    EMPTY = "Every company is linked, or was told apart. S syncs now."
    FOOTER = ("unmatched.link", "unmatched.next", "unmatched.create", "unmatched.search", "unmatched.ignore",
              "unmatched.never", "undo", "search")  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._candidate = 0
        self._confirmed = ""

    def row_changed(self) -> None:
        """Another company: its likeliest candidate first."""
        self._candidate = 0
        self._confirmed = ""

    def draw(self, painter: Painter, detail: Detail) -> RenderableType:
        """The company beside the shown candidate, then what made it a candidate."""
        company, *candidates = detail.sections
        parts: list[RenderableType] = [painter.text(detail.headline, "bright"), *painter.undo(detail.undo)]
        if candidates:
            shown = candidates[self._candidate % len(candidates)]
            order = [fact.label for fact in company.facts if fact.label not in ("won deals", "id")]
            order += [fact.label for fact in shown.facts if fact.label not in order and fact.label != "score"]
            which = f" {self._candidate % len(candidates) + 1}/{len(candidates)}" if len(candidates) > 1 else ""
            columns = [("CRM", company), (f"QuickBooks{which}", shown)]
            parts.append(painter.beside(columns, order))
            score = tuple(fact for fact in shown.facts if fact.label == "score")
            parts.extend(painter.section(Section("Why", score)))
        else:
            parts.extend(painter.section(company))
            parts.append(painter.text("No customer looks like it: c creates it, s searches by hand.", "dim"))
        stake = tuple(fact for fact in company.facts if fact.label == "won deals")
        parts.extend(painter.section(Section("At stake", stake)))
        return Group(*parts)

    def act_unmatched_next(self) -> None:
        """The next candidate."""
        self._turn(1)

    def act_unmatched_previous(self) -> None:
        """The candidate before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        self._candidate += by
        self._show(self.evidence)

    def _shown_customer(self) -> str:
        choices = self.evidence.detail.choices if self.evidence else ()
        return choices[self._candidate % len(choices)].id if choices else ""

    def act_unmatched_link(self) -> None:
        """Link to the candidate that is shown."""
        self.decide("unmatched.link", customer=self._shown_customer())

    def act_unmatched_create(self) -> None:
        """Create the customer; once it was refused for a likely candidate, a second press confirms."""
        self.decide("unmatched.create", confirm="yes" if self._confirmed and self._confirmed == self.table.key else "")

    def refused(self, action_id: str, row_id: str) -> None:
        """Remember that the warning was shown for this row."""
        if action_id == "unmatched.create":
            self._confirmed = row_id

    def act_unmatched_never(self) -> None:
        """This candidate is another business."""
        self.decide("unmatched.never", customer=self._shown_customer())

    def act_unmatched_search(self) -> None:
        """Find the customer by hand."""
        detail = self.about("unmatched.search")
        if detail is None or self.console.desk is None:
            return
        title = detail.row.title
        chooser = Choose(f"Which customer is {title}?", find=self.console.desk.customers, begin=title.split(" ")[0])
        self.app.push_screen(
            chooser,
            lambda customer: self.decide_asked("unmatched.link", detail, customer=customer) if customer else None,
        )

    def act_unmatched_ignore(self) -> None:
        """Leave the company without a customer."""
        detail = self.about("unmatched.ignore")
        if detail is None:
            return
        asked = Ask("Why ignore it?", about=detail.row.title, common=REASONS, hint="or in your words")
        self.app.push_screen(
            asked,
            lambda reason: self.decide_asked("unmatched.ignore", detail, reason=reason) if reason is not None else None,
        )
