"""One opened book: its settings, rules, store and clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from qbconsole.books.home import book_folder, book_names
from qbconsole.books.rules import Rules, load_rules
from qbconsole.books.settings import Settings, load_settings
from qbconsole.domain.clock import SYSTEM
from qbconsole.domain.dates import business_date
from qbconsole.domain.errors import Configuration, Unarmed
from qbconsole.store import facts, migrations
from qbconsole.store.engine import Store

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from qbconsole.domain.clock import Clock


class Book:
    """One client company: one CRM and one QuickBooks company, with all that is written down about them here."""

    def __init__(self, folder: Path, *, clock: Clock = SYSTEM) -> None:
        """Read the book's files and open its database, migrating it if it is older than the code.

        Args:
            folder: where the book lies.
            clock: real time; `now` and `today` are the book's.

        Raises:
            Configuration: a file is missing or wrong.
            Fatal: the database cannot be opened, or was made by a newer qbconsole.
        """
        self.folder = folder
        self.clock = clock
        self.settings: Settings = load_settings(folder)
        self.rules: Rules = load_rules(folder)
        self.store = Store(folder / "mirror.db")
        migrations.prepare(self.store)

    @property
    def name(self) -> str:
        """The book's name, which is its folder's."""
        return self.folder.name

    def reload(self) -> None:
        """Read settings and rules again; another process may have changed them."""
        self.settings = load_settings(self.folder)
        self.rules = load_rules(self.folder)

    def require_armed(self) -> None:
        """Refuse what would write.

        Raises:
            Unarmed: the book is read-only.
        """
        if not load_settings(self.folder).armed:
            step = f"Run: qbconsole book arm --book {self.name}"
            raise Unarmed(f"The book {self.name} is read-only until it is armed.", next_step=step)

    def now(self, connection: Connection | None = None) -> datetime:
        """The book's time in UTC: the system's, or the remote server's as last heard plus what has passed since."""
        local = self.clock.now()
        if self.settings.clock == "system":
            return local
        if connection is not None:
            return local + facts.remote_offset(connection)
        with self.store.reading() as reader:
            return local + facts.remote_offset(reader)

    def today(self, connection: Connection | None = None) -> date:
        """The business date: the book's time in the book's zone."""
        return business_date(self.now(connection), self.settings.time_zone)

    def due_at(self) -> datetime:
        """When an approval taken now leaves the posting window, in real time."""
        return self.clock.now() + timedelta(seconds=self.settings.posting_window)

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def open_book(root: Path, name: str = "") -> Book:
    """Open a book by name, or the only one.

    Raises:
        Configuration: there is no such book, or none, or the name is needed because there are several.
    """
    names = book_names(root)
    if not name:
        if not names:
            step = "Add one with: qbconsole book add NAME --crm hubspot, or look at: qbconsole demo"
            raise Configuration(f"There is no book in {root}.", next_step=step)
        if len(names) > 1:
            raise Configuration("There are several books.", next_step=f"Name one: --book {' | '.join(names)}")
        name = names[0]
    folder = book_folder(root, name)
    if name not in names:
        known = f"Known books: {', '.join(names)}." if names else "There are none yet: qbconsole book add NAME"
        raise Configuration(f"There is no book {name!r}.", next_step=known)
    return Book(folder)
