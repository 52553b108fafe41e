"""Neither the locale nor an SSH session of the machine shows in a test."""

from __future__ import annotations

import asyncio
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.tui.scene import furnish

from qbconsole.books.book import Book

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from pathlib import Path

    from tests.conftest import MakeBook

EAGER = pytest.param(
    True,
    id="eager",
    marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 has no eager tasks"),
)


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSH_CONNECTION", "DISPLAY", "WAYLAND_DISPLAY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(params=[pytest.param(False, id="lazy"), EAGER])
async def task_factory(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """As a test runs and, where Python has it, as the console really runs: with eager tasks."""
    factory: Any = getattr(asyncio, "eager_task_factory", None) if request.param else None
    loop = asyncio.get_running_loop()
    loop.set_task_factory(factory)
    yield
    loop.set_task_factory(None)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], Path]:
    """Furnished books by their customers' names, each made once."""
    return {}


@pytest.fixture
def furnished(
    make_book: MakeBook,
    templates: dict[tuple[str, ...], Path],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[Sequence[str]], Book]]:
    """A book of its own for a test, furnished for those names."""
    opened: list[Book] = []

    def copy(names: Sequence[str]) -> Book:
        key = tuple(names)
        if key not in templates:
            made = make_book()
            furnish(made, names)
            made.close()
            templates[key] = tmp_path_factory.mktemp("template") / "ridgeline"
            shutil.copytree(made.folder, templates[key])
            shutil.rmtree(made.folder)
        folder = tmp_path / "books" / "ridgeline"
        shutil.copytree(templates[key], folder)
        opened.append(Book(folder))
        return opened[-1]

    yield copy
    for book in opened:
        book.close()
