"""What `H` shows: everything that was decided about a row, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from qbconsole.tui.wording import local

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from qbconsole.tui.desk import Past
    from qbconsole.tui.widgets.detail import Painter


def draw_history(painter: Painter, past: Sequence[Past]) -> Group:
    """Each decision: when, who, what, and what became of it."""
    parts: list[RenderableType] = []
    for one in past:
        parts += [
            painter.title(f"{local(one.at)}  {one.actor}"),
            painter.text(one.words),
            painter.text(one.became or "nothing was written", "dim"),
        ]
    return Group(*(parts or [painter.text("Nothing was decided about this row yet.", "dim")]))
