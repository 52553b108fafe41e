"""The evidence beside a row: sections of facts with their sources, choices, and what undo will do."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from qbconsole.tui.glyphs import SIGNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.console import RenderableType
    from rich.style import Style
    from textual.app import ComposeResult

    from qbconsole.actions.views import Choice, Detail, Fact, Section

LABEL = 14
"""Most cells of a label's column."""
_SIGNS = {"good": SIGNS.good, "warn": SIGNS.warning, "bad": SIGNS.bad}


class DetailPane(VerticalScroll, can_focus=True):
    """Evidence that scrolls. It holds one renderable; `paint` makes it with the styles of the theme."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"detail--{name}" for name in ("title", "label", "dim", "bright", "good", "warn", "bad", "amount", "plain")
    }
    DEFAULT_CSS = """
    DetailPane {
        background: $surface;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & > Static { width: 1fr; height: auto; }
        & > .detail--title { color: $text-primary; text-style: bold; }
        & > .detail--label { color: $dim; }
        & > .detail--dim { color: $dim; }
        & > .detail--bright { color: $foreground; text-style: bold; }
        & > .detail--good { color: $text-success; }
        & > .detail--warn { color: $text-warning; }
        & > .detail--bad { color: $text-error; }
        & > .detail--amount { color: $foreground; }
        & > .detail--plain { color: $foreground; }
    }
    """

    def compose(self) -> ComposeResult:
        """One static, filled by `paint`."""
        yield Static("", markup=False)

    def paint(self, make: Callable[[Painter], RenderableType]) -> None:
        """Show what `make` draws; it is drawn again when the theme changes."""
        self._make = make
        self.query_one(Static).update(make(Painter(self.style_of)))

    def style_of(self, name: str) -> Style:
        """The theme's style of a tone."""
        return self.get_component_rich_style(f"detail--{name}", partial=True)

    def notify_style_update(self) -> None:
        """Another theme: draw again."""
        super().notify_style_update()
        if self.is_mounted and getattr(self, "_make", None) is not None:
            self.query_one(Static).update(self._make(Painter(self.style_of)))


class Painter:
    """Draws evidence in the styles of a theme. All text is literal."""

    def __init__(self, style_of: Callable[[str], Style]) -> None:
        self._style_of = style_of

    def text(self, words: str, tone: str = "plain") -> Text:
        """Words in a tone."""
        return Text(words, self._style_of(tone or "plain"))

    def title(self, words: str) -> Text:
        """A section's heading."""
        return self.text(words, "title")

    def detail(self, detail: Detail) -> Group:
        """A whole row's evidence: what it is and what undo will be, which has to be in sight, then all sections."""
        parts: list[RenderableType] = [self.text(detail.headline, "bright"), *self.undo(detail.undo)]
        for section in detail.sections:
            parts.extend(self.section(section))
        parts.extend(self.choices(detail.choices))
        return Group(*parts)

    def section(self, section: Section) -> Iterable[RenderableType]:
        """A heading and its facts: labelled values, or lines with amounts at the right."""
        if not section.facts:
            return ()
        ledger = all(fact.tone in ("amount", "bad") for fact in section.facts) and any(
            fact.tone == "amount" for fact in section.facts
        )
        body = self._lines(section.facts) if ledger else self._facts(section.facts)
        return (self.title(section.title), body)

    def _facts(self, facts: Iterable[Fact]) -> Table:
        facts = tuple(facts)
        grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
        grid.add_column(width=min(LABEL, max(len(fact.label) for fact in facts)))
        grid.add_column(ratio=1)
        for fact in facts:
            sign = f"{_SIGNS[fact.tone]} " if fact.tone in _SIGNS else ""
            value = self.text(sign + (fact.value or SIGNS.dot), fact.tone)
            if fact.source:
                value = Text.assemble(value, self.text(f"  {SIGNS.dot} {fact.source}", "dim"))
            grid.add_row(self.text(fact.label, "label"), value)
        return grid

    def _lines(self, facts: Iterable[Fact]) -> Table:
        grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
        grid.add_column(ratio=1)
        grid.add_column(justify="right", no_wrap=True)
        for fact in facts:
            sign = f"{_SIGNS[fact.tone]} " if fact.tone in _SIGNS else ""
            label = self.text(sign + fact.label, fact.tone if sign else "plain")
            if fact.source:
                label = Text.assemble(label, self.text(f"  {SIGNS.dot} {fact.source}", "dim"))
            grid.add_row(label, self.text(fact.value, fact.tone))
        return grid

    def choices(self, choices: Iterable[Choice]) -> Iterable[RenderableType]:
        """What may bill it already, or whom it may be."""
        listed = tuple(choices)
        if not listed:
            return ()
        lines = [self.title("It may be")]
        for one in listed:
            evidence = " ".join(part for part in (one.score, one.evidence) if part)
            lines.append(Text.assemble(self.text(f"{SIGNS.open} {one.words}"), self.text(f"  {evidence}", "dim")))
        return lines

    def undo(self, words: str) -> Iterable[RenderableType]:
        """What `u` will do."""
        if not words:
            return ()
        told = words if words.startswith("no undo") else f"undo: {words}"
        return (self.text(told, "warn" if words.startswith("no undo") else "dim"),)

    def beside(self, columns: list[tuple[str, Section]], order: Iterable[str]) -> Table:
        """Sections side by side, row by row as `order` names the facts; each column has its own heading."""
        grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
        labels = tuple(order)
        grid.add_column(width=min(LABEL, max((len(one) for one in labels), default=1)))
        for _ in columns:
            grid.add_column(ratio=1)
        grid.add_row(Text(), *(self.title(heading) for heading, _ in columns))
        known = [{fact.label: fact for fact in section.facts} for _, section in columns]
        for name in labels:
            cells = [self._cell(facts.get(name)) for facts in known]
            grid.add_row(self.text(name, "label"), *cells)
        return grid

    def _cell(self, fact: Fact | None) -> Text:
        if fact is None or not fact.value:
            return self.text(SIGNS.dot, "dim")
        value = self.text(fact.value, fact.tone)
        return Text.assemble(value, self.text(f"  {SIGNS.dot} {fact.source}", "dim")) if fact.source else value
