"""A book on a real SQLite file, at a fixed time."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Protocol

import pytest
from tests.builders import CUT_OVER, NOW

from qbconsole.books.book import Book
from qbconsole.books.settings import Accounting, Crm, Settings, write_settings
from qbconsole.store import facts, migrations
from qbconsole.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class MakeBook(Protocol):
    """Makes a book, closed when the test ends."""

    def __call__(self, *, rules: str = "", **settings: object) -> Book: ...


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at the newest schema, to be copied: migrating one for every test is slow."""
    store = Store(tmp_path_factory.mktemp("empty") / "mirror.db")
    migrations.prepare(store)
    store.close()
    return store.path


@pytest.fixture
def make_book(tmp_path: Path, empty_database: Path) -> Iterator[MakeBook]:
    made: list[Book] = []

    def make(*, rules: str = "", **settings: object) -> Book:
        folder = tmp_path / "books" / f"ridgeline{len(made) or ''}"
        folder.mkdir(parents=True)
        values = {
            "name": folder.name,
            "company": "Ridgeline Mechanical",
            "time_zone": "America/Chicago",
            "clock": "remote",
            "cut_over": CUT_OVER,
            "armed": True,
            "crm": Crm(kind="hubspot"),
            "accounting": Accounting(realm_id="1"),
            **settings,
        }
        write_settings(folder, Settings.model_validate(values))
        (folder / "rules.toml").write_text(rules)
        shutil.copy2(empty_database, folder / "mirror.db")
        book = Book(folder)
        made.append(book)
        with book.store.writing() as connection:
            facts.keep_remote_offset(connection, NOW)
        return book

    yield make
    for book in made:
        book.close()


@pytest.fixture
def book(make_book: MakeBook) -> Book:
    """An armed book with the default rules."""
    return make_book()
