"""The two lines on top of every screen: is all well, and where is what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from qbconsole.actions.registry import for_scope
from qbconsole.tui.keys import label
from qbconsole.tui.wording import fit, span

if TYPE_CHECKING:
    from qbconsole.tui.health import Health

STALE_AFTER = 900
"""Seconds after which the data's age is shown as a warning."""


class Header(Widget):
    """Book, company and environment; what is off, the data's age, runner, outbox, failures; then the screens."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"header--{name}" for name in ("name", "company", "dim", "here", "good", "warn", "bad")),
        *(f"header--{name}" for name in ("production", "sandbox", "demo")),
    }
    DEFAULT_CSS = """
    Header {
        dock: top;
        height: 2;
        background: $panel;
        color: $foreground;
        & > .header--name { color: $dim; }
        & > .header--company { color: $foreground; text-style: bold; }
        & > .header--dim { color: $dim; }
        & > .header--here { color: $block-cursor-foreground; background: $block-cursor-background; text-style: bold; }
        & > .header--good { color: $text-success; }
        & > .header--warn { color: $text-warning; text-style: bold; }
        & > .header--bad { color: $text-error; text-style: bold; }
        & > .header--production { color: $env-production; text-style: bold reverse; }
        & > .header--sandbox { color: $env-sandbox; text-style: bold reverse; }
        & > .header--demo { color: $env-demo; text-style: bold reverse; }
    }
    """

    def __init__(self, here: str) -> None:
        """Take the id of the screen that it stands on (`screen.invoices`)."""
        super().__init__()
        self._here = here
        self._health: Health | None = None
        self._trouble = ""

    def show(self, health: Health | None, trouble: str = "") -> None:
        """Show another state; `trouble` replaces the state's words when the book cannot be read."""
        self._health = health
        self._trouble = trouble
        self.refresh()

    def render(self) -> Text:
        """Both lines."""
        return Text("\n", no_wrap=True, overflow="crop").join([self._first(), self._second()])

    def _styled(self, text: Text, words: str, name: str) -> None:
        text.append(words, self.get_component_rich_style(f"header--{name}", partial=True))

    def _first(self) -> Text:
        health, width = self._health, self.size.width
        state = self._state()
        room = max(0, width - state.cell_len - 2)
        line = Text(" ")
        if width >= 90:
            self._styled(line, "qbconsole  ", "name")
        if health is not None:
            badge = f" {health.environment.upper()} "
            flag = "" if health.armed and not health.read_only else " read-only"
            space = room - line.cell_len - len(badge) - len(flag) - 1
            company = fit(health.company, max(4, min(space, cell_len(health.company))))
            self._styled(line, company + " ", "company")
            self._styled(line, badge, health.environment)
            self._styled(line, flag, "warn")
        line.append(" " * max(1, width - line.cell_len - state.cell_len - 1))
        return line + state

    def _state(self) -> Text:
        text = Text()
        if self._trouble:
            self._styled(text, fit(self._trouble, min(60, len(self._trouble))), "bad")
            return text
        if self._health is None:
            self._styled(text, "opening the book…", "dim")
            return text
        health = self._health
        gap = "  " if self.size.width >= 90 else " "
        if health.out_of_balance:
            self._styled(text, health.out_of_balance, "bad")
            text.append(gap)
        if health.set_back:
            self._styled(text, "set back: S looks", "bad")
            text.append(gap)
        if health.withheld:
            self._styled(text, "withheld", "bad")
            text.append(gap)
        age = health.age(datetime.now(UTC))
        if age is None:
            self._styled(text, "never synced", "warn")
        elif health.syncing:
            self._styled(text, "syncing", "good")
        else:
            self._styled(text, f"synced {span(age)} ago", "warn" if age > STALE_AFTER else "dim")
        text.append(gap)
        runner = "runner ok" if health.runner_alive else "no runner"
        self._styled(text, runner, "good" if health.runner_alive else "warn")
        text.append(gap)
        self._styled(text, f"outbox {health.outbox}", "dim")
        text.append(gap)
        self._styled(text, f"failed {health.failed}", "bad" if health.failed else "dim")
        if health.drift:
            text.append(gap)
            self._styled(text, f"drift {len(health.drift)}", "warn")
        if health.sign_in:
            text.append(gap)
            self._styled(text, health.sign_in, "warn")
        return text

    def _second(self) -> Text:
        screens = [one for one in for_scope("everywhere") if one.id.startswith("screen.")]
        counts = self._health.counts if self._health else {}
        tabs = []
        for screen in screens:
            name = screen.id.removeprefix("screen.")
            count = counts.get(name)
            words = screen.words[:1].upper() + screen.words[1:]
            tabs.append((screen.id, f"{label(screen)} {words}" + (f" {count[0]}" if count else "")))
        tabs = self._fitting(tabs)
        wide = sum(len(words) + 3 for _, words in tabs) <= self.size.width
        line = Text("" if wide else " ")
        for id_, words in tabs:
            padded = f" {words} " if wide or id_ == self._here else words
            self._styled(line, padded, "here" if id_ == self._here else "dim")
            line.append(" ")
        return line

    def _fitting(self, tabs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The tabs for one line; where it is too short, what waits for nobody is its key alone, from the left."""
        counts = self._health.counts if self._health else {}
        for place, (id_, words) in enumerate(tabs):
            if sum(len(one) + 1 for _, one in tabs) + 3 <= self.size.width:
                break
            if id_ != self._here and id_.removeprefix("screen.") not in counts:
                tabs = [*tabs[:place], (id_, words.split(" ")[0]), *tabs[place + 1 :]]
        return tabs
