"""What cannot be read or written is said in words, and no wait for the database stops the keys."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.tui.scene import console, go, numbered, picture, undecided, until

from qbconsole.domain.errors import Fatal, NeedsPerson
from qbconsole.domain.text import safe_text
from qbconsole.store import runs
from qbconsole.tui import runner_process
from qbconsole.tui.app import ConsoleApp
from qbconsole.tui.desk import Desk
from qbconsole.tui.modals.ask import Ask
from qbconsole.tui.widgets.header import Header

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qbconsole.books.book import Book

    Furnished = Callable[[Sequence[str]], Book]

LOCKED = Fatal("The database is locked by another program.", next_step="Close it, then try again.")


def refuse(*_: object, **__: object) -> Any:
    raise LOCKED


async def test_s_waits_for_the_database_without_stopping_the_keys(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        held, release = threading.Event(), threading.Event()

        def hold() -> None:
            with book.store.writing():
                held.set()
                release.wait(3)

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait(3)
        before = time.monotonic()
        await pilot.press("S")
        await asyncio.sleep(0)
        waited = time.monotonic() - before
        release.set()
        holder.join()
        assert waited < 1
        await until(pilot, lambda: "sync was asked for" in picture(app))


async def test_evidence_that_cannot_be_read_says_why(furnished: Furnished, monkeypatch: pytest.MonkeyPatch) -> None:
    book = furnished(numbered(2))
    async with console(book) as (app, pilot):
        await go(app, pilot, "3")
        monkeypatch.setattr(Desk, "evidence", refuse)
        await pilot.press("j")
        await until(pilot, lambda: "locked by another program" in picture(app))


async def test_a_history_that_cannot_be_read_says_why(furnished: Furnished, monkeypatch: pytest.MonkeyPatch) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        await go(app, pilot, "3")
        monkeypatch.setattr(Desk, "history", refuse)
        await pilot.press("H")
        await until(pilot, lambda: "locked by another program" in picture(app))


async def test_a_run_that_cannot_be_read_says_why(furnished: Furnished, monkeypatch: pytest.MonkeyPatch) -> None:
    book = furnished(numbered(1))
    monkeypatch.setattr(Desk, "run", refuse)
    async with console(book) as (app, pilot):
        await pilot.press("6", "G")
        await until(pilot, lambda: "locked by another program" in picture(app))


async def test_a_runner_that_cannot_be_started_is_said_and_the_book_stays_open(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(root: Path) -> int:
        raise PermissionError(13, "Permission denied", str(root / "runner.log"))

    monkeypatch.setattr(runner_process, "start", start)
    app = ConsoleApp(book.folder.parent.parent, book.name)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.health is not None)
        await until(pilot, lambda: "could not be started" in picture(app))
        await pilot.press("S")
        await pilot.pause(0.2)
        assert app.is_running


async def test_a_total_never_adds_two_currencies(furnished: Furnished, monkeypatch: pytest.MonkeyPatch) -> None:
    book = furnished(numbered(3))
    rows = Desk.rows

    def mixed(self: Desk, queue: str, search: str = "") -> Any:
        first, *rest = rows(self, queue, search)
        return [replace(first, currency="CAD", amount=Decimal(1000)), *rest]

    monkeypatch.setattr(Desk, "rows", mixed)
    async with console(book, size=(140, 30)) as (app, pilot):
        await go(app, pilot, "3")
        assert "CA$1,000.00 + $12,840.00" in picture(app)
        await pilot.press("asterisk", "A")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.pause()
        assert "CA$1,000.00 + $12,840.00" in picture(app)


async def test_all_clean_marks_those_of_the_lit_rows_cause(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = furnished(numbered(3))
    rows = Desk.rows

    def caused(self: Desk, queue: str, search: str = "") -> Any:
        first, *rest = rows(self, queue, search)
        return [replace(first, cause=safe_text("accepted quote")), *rest]

    monkeypatch.setattr(Desk, "rows", caused)
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        first = screen.table.key
        await pilot.press("asterisk")
        assert screen.table.marked == {first}
        await pilot.press("G", "asterisk")
        assert len(screen.table.marked) == 3


async def test_a_decided_row_takes_no_mark(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        first = screen.table.key or ""
        await pilot.press("h", "1")
        await until(pilot, lambda: screen.rows[first].decided)
        screen.table.move_to(first)
        await pilot.press("space")
        assert screen.table.marked == set()
        assert first not in undecided(book, "invoices")


async def test_creating_beside_a_likely_candidate_needs_the_warning_seen_first(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = furnished(["Harbor Point"])
    confirmed: list[str] = []

    def likely(_desk: Desk, _action: str, _row: str, _seen: str, arguments: dict[str, str]) -> Any:
        confirmed.append(arguments["confirm"])
        raise NeedsPerson("It may be the customer Harbor Point.")

    monkeypatch.setattr(Desk, "decide", likely)
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "2")
        evidence, screen.evidence = screen.evidence, None
        await pilot.press("c")
        await until(pilot, lambda: "not there yet" in picture(app))
        screen.evidence = evidence
        for presses in (1, 2):
            await pilot.pause(0.4)
            await pilot.press("c")
            await until(pilot, lambda presses=presses: len(confirmed) == presses)  # type: ignore[misc]
        assert confirmed == ["", "yes"]


async def test_news_that_arrives_while_a_screen_is_made_waits_for_it(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    async with console(book) as (app, pilot):
        for mode in ("unmatched", "invoices", "overdue", "conflicts", "log"):
            app.switch_mode(mode)
            app._checked(ConsoleApp.Checked(app.health, ""))
            app._noted(ConsoleApp.Noted("Something happened.", "dim"))
            await until(pilot, lambda: "Ridgeline Mechanical" in picture(app))
        assert app.is_running


async def test_news_of_the_book_does_not_reach_a_screen_that_is_being_taken_down(furnished: Furnished) -> None:
    async with console(furnished(numbered(2))) as (app, pilot):
        screen = await go(app, pilot, "3")
        await screen.query_one(Header).remove()
        app.post_message(ConsoleApp.Checked(None, "The database is locked."))
        await pilot.pause()
        assert app.is_running
        assert app.trouble == "The database is locked."


async def test_a_run_tells_of_the_streams_in_which_something_was_seen(furnished: Furnished) -> None:
    book, at = furnished(numbered(1)), datetime(2026, 11, 16, 17, 0, tzinfo=UTC)
    counts = dict.fromkeys(("seen", "applied", "unchanged", "held", "failed", "calls"), 0)
    with book.store.writing() as connection:
        run_id = runs.begin(connection, "sync", at)
        runs.count_stream(connection, run_id, "quickbooks.terms", counts)
        runs.count_stream(connection, run_id, "quickbooks.items", counts, error="The plan has none.")
        runs.count_stream(connection, run_id, "quickbooks.customers", counts | {"seen": 2, "applied": 2})
        runs.finish(connection, run_id, "done", at, error="", counts={})
    async with console(book) as (app, pilot):
        await pilot.press("6")
        await until(pilot, lambda: "2 seen" in picture(app))
        await pilot.press("j", "j")  # behind two operations
        await until(pilot, lambda: "nothing seen in 1 of 3 streams" in picture(app))
        assert "quickbooks.customers" in picture(app)
        assert "quickbooks.items" in picture(app)
        assert "quickbooks.terms" not in picture(app)
