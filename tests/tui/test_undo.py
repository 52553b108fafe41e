"""`u` on a row that waits: what it would take back is said first where that is more than to cancel one decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.delivery import deliver
from tests.tui.scene import ANN, console, go, numbered, picture, shown, undecided, until

from qbconsole.actions import decide, queues

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qbconsole.actions.decide import Decided
    from qbconsole.books.book import Book

    Furnished = Callable[[Sequence[str]], Book]

REST = 0.4
"""Seconds after which a key that moves money counts again."""


def approved(book: Book, count: int) -> list[Decided]:
    """The first rows, approved by one key."""
    done: list[Decided] = []
    for row in undecided(book, "invoices")[:count]:
        seen, first = queues.detail(book, row).seen, done[0] if done else None
        done.append(decide.decide_one_of(book, "invoices.approve", row, ANN, {}, seen=seen, first=first))
    return done


async def test_what_one_key_approved_is_said_and_taken_back_by_the_second_press(furnished: Furnished) -> None:
    book = furnished(numbered(4))
    rows = [one.row_id for one in approved(book, 3)]
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        screen.table.move_to(undecided(book, "invoices")[0])
        await until(pilot, lambda: shown(screen) == screen.table.key)
        await pilot.press("u")
        await until(pilot, lambda: "u again: undo 3 rows: 3 x cancel: not sent yet" in picture(app))
        assert not set(rows) & set(undecided(book, "invoices"))
        await pilot.pause(REST)
        await pilot.press("u")
        await until(pilot, lambda: set(rows) <= set(undecided(book, "invoices")))
        await until(pilot, lambda: "3 rows taken back." in picture(app))


async def test_what_was_delivered_is_named_before_anything_is_written(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    (taken,) = approved(book, 1)
    deliver(book)
    async with console(book, size=(160, 30)) as (app, pilot):
        await pilot.press("1")
        await pilot.press("u")
        await until(pilot, lambda: "u again: void invoice 5" in picture(app))
        assert f"(undo {taken.words}" in picture(app)
        assert decide.undo_words(book, taken.decision_id).startswith("void invoice")
        await pilot.pause(REST)
        await pilot.press("u")
        await until(pilot, lambda: "taken back already" in decide.undo_words(book, taken.decision_id))


async def test_a_decision_made_in_between_is_not_taken_back_unsaid(furnished: Furnished) -> None:
    book = furnished(numbered(3))
    approved(book, 1)
    deliver(book)
    async with console(book) as (app, pilot):
        await pilot.press("1")
        await pilot.press("u")
        await until(pilot, lambda: "u again" in picture(app))
        both = approved(book, 2)
        await pilot.pause(REST)
        await pilot.press("u")
        await until(pilot, lambda: "undo 2 rows" in picture(app))
        assert all(not decide.undo_words(book, one.decision_id).startswith("no undo") for one in both)


async def test_what_cannot_be_taken_back_is_said_with_its_reason(furnished: Furnished) -> None:
    book = furnished(numbered(1))
    (row,) = undecided(book, "overdue")
    decide.decide(book, "overdue.task", row, ANN)
    deliver(book)
    async with console(book) as (app, pilot):
        await pilot.press("1", "u")
        await until(pilot, lambda: f"{row}: no undo: salespeople have seen the task" in picture(app))


async def test_one_decision_that_was_not_sent_is_cancelled_at_once(furnished: Furnished) -> None:
    book = furnished(numbered(2))
    (taken,) = approved(book, 1)
    async with console(book) as (app, pilot):
        screen = await go(app, pilot, "3")
        screen.table.move_to(undecided(book, "invoices")[0])
        await pilot.press("u")
        await until(pilot, lambda: taken.row_id in undecided(book, "invoices"))
