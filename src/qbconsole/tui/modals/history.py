"""What `H` shows: the story of a record, from the first decision to the last receipt; and an event in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from qbconsole.tui.wording import local

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from qbconsole.actions.story import Told
    from qbconsole.tui.past import Event
    from qbconsole.tui.widgets.detail import Painter


def draw_history(painter: Painter, told: Sequence[Told]) -> Group:
    """Each event: when, what, and the lines below it."""
    parts: list[RenderableType] = []
    for one in told:
        parts += [painter.text(f"{local(one.at)}  {one.words}", one.tone)]
        parts += [painter.text(f"  {line}", "dim") for line in one.details]
    return Group(*(parts or [painter.text("Nothing was decided about this row yet.", "dim")]))


def draw_event(painter: Painter, event: Event) -> Group:
    """An event in full: its words, what was shown, whom it is about, its undo, and its link in the chain."""
    told = event.told
    parts: list[RenderableType] = [painter.text(told.words, told.tone), painter.text(local(told.at), "dim")]
    parts += [*painter.undo(event.undo), painter.text("")]
    parts += [painter.text(line) for line in told.details]
    if event.subjects:
        parts += [painter.title("About"), painter.text(", ".join(event.subjects))]
    parts += [painter.title("In the chain"), painter.text(f"{event.key}, digest {event.digest}", "dim")]
    return Group(*parts)
