"""A list that can be searched: the field below it, `/` that opens it and `esc` that closes it."""

from __future__ import annotations

from textual import on
from textual.widgets import Input

from qbconsole.tui.screens.record import RecordScreen


class SearchScreen(RecordScreen):
    """A screen whose rows are read again with every letter of the search; its `body` holds the field."""

    def __init__(self) -> None:
        super().__init__()
        self.search = ""

    @staticmethod
    def field(words: str) -> Input:
        """The field, closed at first; `words` say what may be searched for."""
        field = Input(id="search", placeholder=f"search: {words}; esc closes", compact=True)
        field.cursor_blink = False
        return field

    def act_search(self) -> None:
        """Open the field to search in."""
        field = self.query_one("#search", Input)
        field.add_class("open")
        field.focus()

    @on(Input.Changed, "#search")
    def _searched(self, event: Input.Changed) -> None:
        self.search = event.value.strip()
        self.data_changed()

    @on(Input.Submitted, "#search")
    def _search_done(self) -> None:
        self.table.focus()

    def close_search(self) -> bool:
        """Show all again and go back to the list; False if the field is not open."""
        field = self.query_one("#search", Input)
        if not field.has_class("open"):
            return False
        field.value = ""
        field.remove_class("open")
        self.table.focus()
        return True

    def act_back(self) -> None:
        """Close the search, and back to the list."""
        self.close_search()
        self.table.focus()

    def key_escape(self) -> None:
        """Escape also leaves the search field."""
        if self.query_one("#search", Input).has_focus:
            self.act_back()
