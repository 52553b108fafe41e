"""The command palette: every action of the screen by its words, and the themes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from qbconsole.tui.keys import label
from qbconsole.tui.screens.base import ConsoleScreen

if TYPE_CHECKING:
    from qbconsole.actions.registry import Action

HIDDEN = ("palette", "back")


class ActionProvider(Provider):
    """Feeds the palette from the registry, so that it never disagrees with the footer."""

    def _actions(self) -> tuple[tuple[str, Action], ...]:
        screen = self.screen
        actions = screen.actions() if isinstance(screen, ConsoleScreen) else ()
        return tuple((f"{one.words} ({label(one)})", one) for one in actions if one.id not in HIDDEN)

    def _themes(self) -> list[str]:
        return [f"theme: {name}" for name in sorted(self.app.available_themes) if not name.startswith("textual-")]

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for words, action in self._actions():
            yield DiscoveryHit(words, partial(self._run, action.id), help=action.help)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for words, action in self._actions():
            score = matcher.match(f"{words} {action.help}")
            if score > 0:
                yield Hit(score, matcher.highlight(words), partial(self._run, action.id), help=action.help)
        for words in self._themes():
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, matcher.highlight(words), partial(self._wear, words.removeprefix("theme: ")))

    def _wear(self, theme: str) -> None:
        self.app.theme = theme

    def _run(self, id_: str) -> None:
        if isinstance(self.screen, ConsoleScreen):
            self.screen.action_act(id_)
