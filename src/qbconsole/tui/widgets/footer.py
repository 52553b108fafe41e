"""The two lines at the bottom: what was said last, and the keys that matter here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.widget import Widget

from qbconsole.tui.keys import label
from qbconsole.tui.wording import fit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qbconsole.actions.registry import Action


class Said(Widget):
    """What came of the last key, in one line; it stays until something else is said."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"said--{tone}" for tone in ("good", "warn", "bad", "dim")}
    DEFAULT_CSS = """
    Said {
        height: 1;
        background: $background;
        color: $foreground;
        & > .said--good { color: $text-success; }
        & > .said--warn { color: $text-warning; }
        & > .said--bad { color: $text-error; }
        & > .said--dim { color: $dim; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self._tone = "dim"
        self._aside = ""

    def show(self, words: str, tone: str = "dim", aside: str = "") -> None:
        """Say something; `aside` is kept at the right end, whatever is cut."""
        if (words, tone, aside) != (self.words, self._tone, self._aside):
            self.words, self._tone, self._aside = words, tone, aside
            self.refresh()

    def render(self) -> Text:
        """The line: the aside keeps up to half of it."""
        width = self.size.width - 2
        aside = Text(self._aside)
        aside.truncate(max(0, width // 2), overflow="ellipsis")
        room = width - aside.cell_len - (2 if self._aside else 0)
        line = Text(" ", no_wrap=True, overflow="crop")
        line.append(fit(self.words, room), self.get_component_rich_style(f"said--{self._tone}", partial=True))
        if self._aside:
            line.append("  ")
            line.append_text(aside)
            line.stylize(self.get_component_rich_style("said--dim", partial=True), line.cell_len - aside.cell_len)
        return line


class Footer(Widget):
    """Keys with their words, from the registry; those that do not apply now are dim and say why when pressed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"footer--key", "footer--words", "footer--dim"}
    DEFAULT_CSS = """
    Footer {
        height: 1;
        background: $panel;
        color: $foreground;
        & > .footer--key { color: $text-accent; text-style: bold; }
        & > .footer--words { color: $foreground; }
        & > .footer--dim { color: $dim; text-style: dim; }
    }
    """

    def __init__(self, actions: Sequence[Action]) -> None:
        """Take the actions in the order of their weight; those that find no room are in the help."""
        super().__init__()
        self._actions = actions
        self._why_not: Mapping[str, str] = {}

    def show(self, why_not: Mapping[str, str]) -> None:
        """Say which actions do not apply now."""
        if why_not != self._why_not:
            self._why_not = dict(why_not)
            self.refresh()

    def render(self) -> Text:
        """As many keys as fit, help and quit always among them."""
        *mine, help_, quit_ = self._actions
        width = self.size.width - 1
        last = self._entry(help_) + self._entry(quit_)
        line = Text(" ", no_wrap=True, overflow="crop")
        for action in mine:
            entry = self._entry(action)
            if line.cell_len + entry.cell_len + last.cell_len > width:
                break
            line.append_text(entry)
        return line.append_text(last)

    def _entry(self, action: Action) -> Text:
        off = bool(self._why_not.get(action.id))
        entry = Text()
        for words, name in ((label(action), "key"), (f" {action.words}", "words")):
            entry.append(words, self.get_component_rich_style(f"footer--{'dim' if off else name}", partial=True))
        return entry.append("  ")
