"""What `?` shows: why this row is here, then the keys of the screen, made from the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from qbconsole.actions.registry import for_scope
from qbconsole.tui.keys import ALIASES, label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType

    from qbconsole.actions.registry import Action
    from qbconsole.actions.views import Detail
    from qbconsole.tui.widgets.detail import Painter

PURPOSE = {
    "home": "Is all well, and what needs a decision: enter goes there.",
    "unmatched": "CRM companies that no QuickBooks customer is linked to yet: without one nothing can be billed.",
    "invoices": "Drafts that the rules composed from won deals. Nothing is in QuickBooks until you approve it.",
    "overdue": "Invoices past due. The proposed step is done with one key, once an invoice.",
    "conflicts": "Fields that the CRM and QuickBooks both hold, and hold differently.",
    "log": "What is on its way to a remote, what failed, and what each sync cycle did.",
}
"""What each screen is for."""


def draw_help(painter: Painter, scopes: tuple[str, ...], detail: Detail | None, why_not: Mapping[str, str]) -> Group:
    """The whole text for a screen of those scopes and the row that is lit."""
    parts: list[RenderableType] = [painter.text(PURPOSE.get(scopes[0], ""), "bright"), Text()]
    if detail is not None:
        parts += _why(painter, detail)
    for scope in scopes:
        actions = for_scope(scope)
        if actions:
            name = {"rows": "The list", "everywhere": "Everywhere"}.get(scope, "This screen")
            parts += [painter.title(name), _keys(painter, actions, why_not), Text()]
    parts.append(painter.text("Over tmux, copying needs: set -s set-clipboard on", "dim"))
    return Group(*parts)


def _why(painter: Painter, detail: Detail) -> list[RenderableType]:
    row = detail.row
    parts: list[RenderableType] = [
        painter.title(f"Why {row.id} is here"),
        painter.text(detail.headline),
        painter.text(f"{row.verdict}: {row.cause}" if row.cause else row.verdict),
    ]
    parts += [
        painter.text(f"{fact.label}: {fact.value}" + (f" ({fact.source})" if fact.source else ""), fact.tone)
        for section in detail.sections
        for fact in section.facts
        if fact.tone in ("warn", "bad")
    ]
    if row.undo:
        parts.append(painter.text(row.undo if row.undo.startswith("no undo") else f"undo: {row.undo}", "dim"))
    return [*parts, painter.text(f"version of what is shown: {detail.seen[:12]}", "dim"), Text()]


def _keys(painter: Painter, actions: tuple[Action, ...], why_not: Mapping[str, str]) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
    grid.add_column(width=8, justify="right")
    grid.add_column(width=15)
    grid.add_column(ratio=1)
    for action in actions:
        extra = "".join(f" {one}" for one in ALIASES.get(action.id, ()) if one not in ("down", "up", "home", "end"))
        words = [painter.text(action.help)]
        if action.undo:
            words.append(painter.text(f" Undo: {action.undo}.", "dim"))
        if why_not.get(action.id):
            words.append(painter.text(f" Not now: {why_not[action.id].rstrip('.')}.", "warn"))
        grid.add_row(
            painter.text(label(action) + extra, "bright"), painter.text(action.words, "title"), Text().join(words)
        )
    return grid
