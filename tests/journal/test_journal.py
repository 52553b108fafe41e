"""The journal: append-only, chained, and any change is found."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from qbconsole import journal
from qbconsole.store import journal as rows

if TYPE_CHECKING:
    from qbconsole.books.book import Book

AT = datetime(2026, 11, 16, 15, tzinfo=UTC)
ACTOR = journal.Actor("ann", "tty1")


def _three(book: Book) -> None:
    with book.store.writing() as connection:
        for number in range(3):
            taken = journal.Taken(
                "invoices.hold", "billing", f"I{number}", f"hold {number}", subjects=(f"deals:{number}",)
            )
            journal.record_decision(connection, taken, ACTOR, at=AT, rules_hash="r")


def test_an_untouched_chain_holds(book: Book) -> None:
    _three(book)
    with book.store.reading() as connection:
        assert journal.verify(connection) == ""


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE journal_content SET body = replace(body, 'hold 1', 'hold 9') WHERE event_id = 2", "2 does not match"),
        ("UPDATE journal_event SET kind = 'decisioN' WHERE id = 2", "2 breaks the chain"),
        ("UPDATE journal_event SET at = '2026-11-17T15:00:00.000000Z' WHERE id = 3", "3 breaks the chain"),
        ("DELETE FROM journal_event WHERE id = 1", "2 breaks the chain"),
        ("UPDATE journal_event SET decision_id = 3 WHERE id = 1", "1 breaks the chain"),
    ],
)
def test_a_changed_or_missing_event_is_named(book: Book, tampering: str, found: str) -> None:
    _three(book)
    with book.store.writing() as connection:
        connection.exec_driver_sql(tampering)
        assert found in journal.verify(connection)


def test_erased_content_leaves_the_chain_whole(book: Book) -> None:
    _three(book)
    with book.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM journal_content WHERE event_id = 2")
        assert journal.verify(connection) == ""


def test_events_are_found_by_record_newest_first(book: Book) -> None:
    _three(book)
    with book.store.reading() as connection:
        assert [event["body"]["words"] for event in rows.events(connection, "deals:1")] == ["hold 1"]
        assert [event["id"] for event in rows.events(connection)] == [3, 2, 1]


def test_a_decision_is_taken_back_once(book: Book) -> None:
    _three(book)
    with book.store.writing() as connection:
        assert rows.mark_undone(connection, 1, 9)
        assert not rows.mark_undone(connection, 1, 10)
        newest = rows.last_undoable(connection, ("invoices.hold",))
        assert newest is not None
        assert newest["id"] == 3
