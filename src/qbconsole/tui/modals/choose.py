"""Choosing one of several: documents to adopt, customers found by hand, books."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from qbconsole.domain.errors import Problem
from qbconsole.tui.widgets.rowtable import Line, Rows, RowTable
from qbconsole.tui.wording import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from qbconsole.actions.views import Choice


class Choose(ModalScreen[str | None]):
    """A list to choose from; dismissed with the id of the choice, the marked ones' joined by commas, or None.

    With `find` it begins with a field: what is typed is looked up while typing.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss(None)", "back"),
        ("j,down", "move(1)", "down"),
        ("k,up", "move(-1)", "up"),
        ("space", "mark", "mark"),
    ]
    CSS_PATH = "modals.tcss"
    AUTO_FOCUS = ""

    class Found(Message):
        """What a look-up found."""

        def __init__(self, ticket: int, choices: Sequence[Choice], problem: str = "") -> None:
            super().__init__()
            self.ticket, self.choices, self.problem = ticket, choices, problem

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice] = (),
        *,
        find: Callable[[str], Sequence[Choice]] | None = None,
        several: bool = False,
        typed: bool = False,
        begin: str = "",
        empty: str = "Nothing to choose from.",
    ) -> None:
        """Take the choices or what finds them.

        `several` allows marks; `typed` takes the typed text as an answer; `begin` is looked up first.
        """
        super().__init__()
        self._title, self._choices, self._find = title, choices, find
        self._several, self._typed, self._begin, self._empty = several, typed, begin, empty
        self._ticket = 0
        self._table: RowTable[Choice] = RowTable(_paint)

    def compose(self) -> ComposeResult:
        """A field where something may be typed, the list, and a hint."""
        with Vertical(classes="box") as box:
            box.border_title = Text(self._title)
            if self._find or self._typed:
                hint = "type to search" if self._find else "or type a number and press enter"
                yield Input(self._begin, placeholder=hint)
            yield self._table
            marks = "space marks, " if self._several else ""
            yield Static(Text(f"{marks}enter chooses, esc goes back"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Fill the list."""
        self._table.row_lines = 2
        for field in self.query(Input):
            field.cursor_blink = False
        self._show(self._choices)
        if self._find:
            self.query_one(Input).focus()
            self._look(self._begin)
        elif self._choices:
            self._table.focus()
        elif self._typed:
            self.query_one(Input).focus()

    def _show(self, choices: Sequence[Choice]) -> None:
        self._table.placeholder = self._empty
        self._table.show(Rows.of({one.id: one for one in choices}))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look up while typing."""
        event.stop()
        if self._find:
            self._look(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the field takes what was typed, or the row that is lit."""
        event.stop()
        if self._typed and event.value.strip():
            self.dismiss(event.value.strip())
        elif self._table.key is not None:
            self.dismiss(self._table.key)

    def on_row_table_opened(self, event: RowTable.Opened) -> None:
        """Enter in the list takes the marked rows, or the lit one."""
        event.stop()
        marked = [key for key in self._table.rows.keys if key in self._table.marked]
        self.dismiss(",".join(marked) if marked else event.key)

    def action_move(self, by: int) -> None:
        """Move in the list, also while typing."""
        self._table.cursor += by

    def action_mark(self) -> None:
        """Mark a row where several may be chosen."""
        if self._several:
            self._table.toggle_mark()

    def _look(self, text: str) -> None:
        self._ticket += 1
        self._looked_up(self._ticket, text)

    @work(thread=True, exclusive=True, group="find", exit_on_error=True)
    def _looked_up(self, ticket: int, text: str) -> None:
        if self._find is None:
            return
        try:
            found, problem = self._find(text), ""
        except Problem as error:
            found, problem = (), str(error)
        if not get_current_worker().is_cancelled:
            self.post_message(self.Found(ticket, found, problem))

    def on_choose_found(self, event: Found) -> None:
        """Show what was found, unless something newer is on its way."""
        if event.ticket == self._ticket:
            self._empty = event.problem or "No customer is called so."
            self._show(event.choices)


def _paint(choice: Choice, width: int, _lines: int) -> list[Line]:
    score = fit(choice.score, 14, right=True)
    return [
        [(fit(choice.words, width - 15), ""), (" ", ""), (score, "accent")],
        [("  ", ""), (fit(choice.evidence, width - 2), "dim")],
    ]
