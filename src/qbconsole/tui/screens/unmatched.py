"""Unmatched: CRM companies without a customer, one pair at a time, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from qbconsole.actions.views import Section
from qbconsole.tui.modals.ask import Ask
from qbconsole.tui.modals.choose import Choose
from qbconsole.tui.screens.queue import QueueScreen

if TYPE_CHECKING:
    from rich.console import RenderableType

    from qbconsole.actions.views import Detail
    from qbconsole.tui.widgets.detail import Painter

REASONS = (("not a customer", "not a customer"), ("test record", "test record"), ("vendor", "vendor"))


class UnmatchedScreen(QueueScreen):
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

    def draw(self, painter: Painter, detail: Detail) -> RenderableType:
        """The company beside the shown candidate, then what made it a candidate."""
        company, *candidates = detail.sections
        parts: list[RenderableType] = [painter.text(detail.headline, "bright")]
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
        parts.extend(painter.undo(detail.undo))
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
        """Create the customer; a second press on the same row confirms although a candidate is likely."""
        key = self.table.key or ""
        confirm = "yes" if self._confirmed == key else ""
        self._confirmed = key
        self.decide("unmatched.create", confirm=confirm)

    def act_unmatched_never(self) -> None:
        """This candidate is another business."""
        self.decide("unmatched.never", customer=self._shown_customer())

    def act_unmatched_search(self) -> None:
        """Find the customer by hand."""
        row = self.rows.get(self.table.key or "")
        if self.console.desk is not None and row is not None and self.applies("unmatched.search"):
            first = row.title.split(" ")[0]
            chooser = Choose(f"Which customer is {row.title}?", find=self.console.desk.customers, begin=first)
            self.app.push_screen(chooser, self._found)

    def _found(self, customer: str | None) -> None:
        if customer:
            self.decide_asked("unmatched.link", customer=customer)

    def act_unmatched_ignore(self) -> None:
        """Leave the company without a customer."""
        if not self.applies("unmatched.ignore"):
            return
        self.app.push_screen(Ask("Why ignore it?", common=REASONS, hint="or in your words"), self._ignored)

    def _ignored(self, reason: str | None) -> None:
        if reason is not None:
            self.decide_asked("unmatched.ignore", reason=reason)
