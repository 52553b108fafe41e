"""What the console says when it cannot read the book, when there is nothing, and where the runner is started."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from tests.tui.scene import console, go, picture, until

from qbconsole.tui import runner_process
from qbconsole.tui.app import ConsoleApp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qbconsole.books.book import Book

    Furnished = Callable[[Sequence[str]], Book]


async def test_an_empty_queue_says_that_it_is_good(book: Book) -> None:
    async with console(book) as (app, pilot):
        await go(app, pilot, "3")
        await until(pilot, lambda: "Nothing is waiting to be billed. S syncs now." in picture(app))
        await pilot.press("a")
        await until(pilot, lambda: "No row is here to decide." in picture(app))
        await pilot.press("4")
        await until(pilot, lambda: "is past due." in picture(app))
        await pilot.press("5")
        await until(pilot, lambda: "Both sides agree" in picture(app))
        await pilot.press("6")
        await until(pilot, lambda: "No run yet" in picture(app))
        await pilot.press("1")
        await until(pilot, lambda: "nothing waits" in picture(app))
        assert "never synced" in picture(app)


async def test_a_book_that_cannot_be_opened_is_said_on_the_screen(book: Book) -> None:
    (book.folder / "rules.toml").write_text("nonsense = 1\n")
    app = ConsoleApp(book.folder.parent.parent, book.name, with_runner=False)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "nonsense" in picture(app))
        assert "rules.toml" in picture(app)
        await pilot.press("3", "a")
        await pilot.pause()
        assert app.is_running


async def test_an_unarmed_book_says_why_it_decides_nothing(furnished: Furnished) -> None:
    from qbconsole.books.settings import change_setting

    book = furnished(["Harbor Point"])
    change_setting(book.folder, "armed", value=False)
    async with console(book) as (app, pilot):
        assert "read-only" in picture(app)
        await go(app, pilot, "3")
        await pilot.press("a")
        await until(pilot, lambda: "read-only until it is armed" in picture(app))


async def test_the_cursor_of_a_screen_stays_while_another_is_shown(furnished: Furnished) -> None:
    book = furnished(["One", "Two", "Three"])
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        await pilot.press("j")
        row = screen.table.key
        await pilot.press("1", "3")
        await until(pilot, lambda: app.screen is screen)
        assert screen.table.key == row


class TestTheRunner:
    @pytest.fixture
    def started(self, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
        roots: list[Path] = []

        def start(root: Path) -> int:
            roots.append(root)
            return 1

        monkeypatch.setattr(runner_process, "start", start)
        return roots

    async def test_is_started_when_nobody_holds_the_book(self, book: Book, started: list[Path]) -> None:
        root = book.folder.parent.parent
        app = ConsoleApp(root, book.name)
        async with app.run_test() as pilot:
            await until(pilot, lambda: app.health is not None)
        assert started == [root]

    async def test_is_not_started_beside_a_living_one(self, book: Book, started: list[Path]) -> None:
        import socket
        from datetime import UTC, datetime

        from qbconsole.store import leases

        with book.store.writing() as connection:
            leases.take(connection, "another", socket.gethostname(), os.getpid(), datetime.now(UTC))
        app = ConsoleApp(book.folder.parent.parent, book.name)
        async with app.run_test() as pilot:
            await until(pilot, lambda: app.health is not None)
            assert "runner ok" in picture(app)
        assert started == []

    async def test_is_not_started_by_a_console_that_only_looks(self, book: Book, started: list[Path]) -> None:
        app = ConsoleApp(book.folder.parent.parent, book.name, read_only=True)
        async with app.run_test() as pilot:
            await until(pilot, lambda: app.health is not None)
        assert started == []

    def test_is_a_session_of_its_own_that_writes_to_the_homes_log(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: dict[str, Any] = {}

        class Popen:
            pid = 7

            def __init__(self, arguments: list[str], **options: Any) -> None:
                seen.update(options, arguments=arguments)

        monkeypatch.setattr("subprocess.Popen", Popen)
        assert runner_process.start(tmp_path) == 7
        assert seen["arguments"][1:] == ["-m", "qbconsole.runner", "--home", str(tmp_path)]
        assert seen["start_new_session"]
        assert (tmp_path / "runner.log").stat().st_mode & 0o077 == 0
