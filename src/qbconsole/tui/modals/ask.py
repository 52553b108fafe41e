"""One question with one-key answers and free text: reasons, dates, values, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType


def accepted(_answer: str) -> str:
    """A check that takes any answer."""
    return ""


class Ask(ModalScreen[str | None]):
    """Asks and is dismissed with the answer, or None after escape.

    `common` are answers behind the digits 1 to 9; any other character starts the free text. `check` returns why an
    answer is none, or nothing.
    """

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "back")]
    CSS_PATH = "modals.tcss"
    AUTO_FOCUS = ""

    def __init__(
        self,
        question: str,
        *,
        about: str = "",
        common: Sequence[tuple[str, str]] = (),
        hint: str = "",
        value: str = "",
        check: Callable[[str], str] = accepted,
    ) -> None:
        """Take the question, what it is about, (words, answer) behind the digits, a hint and a first value."""
        super().__init__()
        self._question, self._about, self._common = question, about, common
        self._hint, self._value, self._check = hint, value, check

    def compose(self) -> ComposeResult:
        """Question, common answers, free text, and why an answer was not taken."""
        with Vertical(classes="box") as box:
            box.border_title = Text(self._question)
            if self._about:
                yield Static(Text(self._about), classes="about", markup=False)
            if self._common:
                lines = "\n".join(f" {number}  {words}" for number, (words, _) in enumerate(self._common, 1))
                yield Static(Text(lines), classes="common", markup=False)
            yield Input(self._value, placeholder=self._hint, select_on_focus=False)
            yield Static("", classes="refused", markup=False)
            yield Static(Text("enter takes it, esc goes back"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """With common answers the digits come first, otherwise the free text."""
        self.query_one(Input).cursor_blink = False
        if self._common:
            self.query_one(Input).can_focus = True
            self.set_focus(None)
        else:
            self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        """A digit answers; another character starts the free text."""
        if self.focused is not None or not event.is_printable or event.character is None:
            if self.focused is None and event.key == "enter":
                self.query_one(Input).focus()
            return
        event.stop()
        number = int(event.character) if event.character in "123456789" else 0
        if 1 <= number <= len(self._common):
            self._answer(self._common[number - 1][1])
            return
        field = self.query_one(Input)
        field.focus()
        field.value += event.character
        field.cursor_position = len(field.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the free text."""
        event.stop()
        self._answer(event.value.strip())

    def _answer(self, answer: str) -> None:
        refused = self._check(answer)
        if refused:
            self.query_one(".refused", Static).update(Text(refused))
        else:
            self.dismiss(answer)
