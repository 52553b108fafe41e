"""Key bindings made from the registry of actions: no screen names a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.keys import format_key

from qbconsole.actions.registry import for_scope

if TYPE_CHECKING:
    from qbconsole.actions.registry import Action

ALIASES = {
    "rows.down": ("down",),
    "rows.up": ("up",),
    "rows.first": ("home",),
    "rows.last": ("end",),
    "palette": ("ctrl+p",),
    "help": ("f1",),
}
"""The arrows and their kind, which every terminal program has beside the letters."""


def bindings(*scopes: str) -> list[Binding]:
    """The bindings of those scopes; each runs `act('ID')` on its screen. An earlier scope wins a key."""
    made: list[Binding] = []
    taken: set[str] = set()
    for action in (one for scope in scopes for one in for_scope(scope)):
        for number, key in enumerate((action.key, *ALIASES.get(action.id, ()))):
            if key not in taken:
                taken.add(key)
                id_ = action.id if number == 0 else f"{action.id}.{key}"
                priority = key in {"ctrl+p", "f1"}
                made.append(Binding(key, f"act('{action.id}')", action.words, show=False, id=id_, priority=priority))
    return made


def label(action: Action) -> str:
    """The key of an action as a person reads it."""
    return {"space": "space", "escape": "esc", "enter": "enter", "tab": "tab"}.get(action.key) or format_key(action.key)
