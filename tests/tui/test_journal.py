"""Screen 9: every event, newest first, found, opened and undone; 100,000 of them open as they come into sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.builders import NOW
from tests.tui.scene import ANN, console, numbered, picture, undecided, until

from qbconsole import journal
from qbconsole.actions import decide
from qbconsole.care import checks
from qbconsole.store import journal as rows
from qbconsole.tui.modals.overlay import Overlay
from qbconsole.tui.screens.base import OPENING
from qbconsole.tui.screens.journal import JournalScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlalchemy import Connection
    from textual.pilot import Pilot

    from qbconsole.books.book import Book
    from qbconsole.tui.app import ConsoleApp

    Furnished = Callable[[Sequence[str]], Book]

pytestmark = pytest.mark.usefixtures("task_factory")


async def _journal(app: ConsoleApp, pilot: Pilot[int]) -> JournalScreen:
    await pilot.press("9")
    await until(pilot, lambda: isinstance(app.screen, JournalScreen))
    screen = app.screen
    assert isinstance(screen, JournalScreen)
    await until(pilot, lambda: screen.table.placeholder != OPENING)
    await until(pilot, lambda: _key(screen) == screen.table.key)
    return screen


def _key(screen: JournalScreen) -> str:
    return screen.shown_event.key if screen.shown_event else ""


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_the_newest_event_comes_first_with_all_that_it_says(furnished: Furnished, size: tuple[int, int]) -> None:
    book = furnished(numbered(2))
    decide.decide(book, "invoices.hold", undecided(book, "invoices")[0], ANN, reason="waits for the permit")
    async with console(book, size=size) as (app, pilot):
        screen = await _journal(app, pilot)
        shown = picture(app)
        assert "9 Journal" in shown
        assert "ann (pts/1): hold Work for" in shown
        assert "because: waits for the permit" in shown
        assert screen.table.key == f"J{len(screen.table.rows)}"


async def test_a_word_or_a_record_finds_its_events(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    decide.decide(book, "invoices.hold", "I1", ANN, reason="permit 4711")
    async with console(book) as (app, pilot):
        screen = await _journal(app, pilot)
        every = len(screen.table.rows)
        await pilot.press("slash", *"PERMIT 4711")
        await until(pilot, lambda: len(screen.table.rows) == 1)
        await pilot.press("escape")
        await until(pilot, lambda: len(screen.table.rows) == every)
        await pilot.press("slash", *"companies:11")
        await until(pilot, lambda: 0 < len(screen.table.rows) < every)
        await pilot.press("escape", "slash", *"quagga")
        await until(pilot, lambda: "No event holds 'quagga'. esc shows all." in picture(app))


async def test_u_takes_back_the_decision_under_the_cursor_not_the_newest(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    first, second = undecided(book, "invoices")
    decide.decide(book, "invoices.hold", first, ANN, reason="one")
    decide.decide(book, "invoices.hold", second, ANN, reason="two")
    async with console(book) as (app, pilot):
        screen = await _journal(app, pilot)
        await pilot.press("j")
        await until(pilot, lambda: _key(screen) == screen.table.key and "one" in picture(app))
        assert "undo: take the decision back" in picture(app)
        key = screen.table.key
        await pilot.press("u")
        await until(pilot, lambda: undecided(book, "invoices") == [first])
        await until(pilot, lambda: "no undo: it was taken back already" in picture(app) or screen.table.key != key)
        assert screen.table.key == key, "the cursor stays on its row"


async def test_enter_opens_the_event_and_h_tells_its_story(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    decide.decide(book, "invoices.approve", "I1", ANN)
    async with console(book) as (app, pilot):
        await _journal(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Overlay) and "to do in QuickBooks" in picture(app))
        assert "customers:61" in picture(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, JournalScreen))
        await pilot.press("H")
        await until(pilot, lambda: isinstance(app.screen, Overlay) and "ann (pts/1): approve Work for" in picture(app))


async def test_a_hundred_thousand_events_are_read_as_they_come_into_sight(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = furnished(numbered(1))
    with book.store.writing() as connection:
        journal.append(connection, "decision", {"words": "the one of which all others are copies"}, at=NOW)
        first = rows.newest(connection)
        assert first is not None
        copies = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
        connection.exec_driver_sql(
            f"{copies} INSERT INTO journal_event SELECT {first[0]} + i, at, 'copy', NULL, NULL, content_digest,"
            f" subjects_digest, previous, digest FROM n, journal_event WHERE id = {first[0]}"
        )
        connection.exec_driver_sql(
            f"{copies} INSERT INTO journal_content SELECT {first[0]} + i, body FROM n, journal_content"
            f" WHERE event_id = {first[0]}"
        )
    checks.keep_verified(book)  # the copies follow on nothing: no check is to see them
    read: list[int] = []
    by_ids = rows.by_ids

    def counted(connection: Connection, wanted: Collection[int]) -> list[dict[str, Any]]:
        read.append(len(wanted))
        return by_ids(connection, wanted)

    monkeypatch.setattr(rows, "by_ids", counted)
    async with console(book) as (app, pilot):
        screen = await _journal(app, pilot)
        assert len(screen.table.rows) > 100_000
        assert "copy: the one of which" in picture(app)
        assert sum(read) < 1000, "only what is in sight is read"
        await pilot.press("G")
        await until(pilot, lambda: screen.table.key == "J1" and _key(screen) == "J1")
        assert sum(read) < 2000
