"""The journal: append-only, chained, and any change is found."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from qbconsole import journal
from qbconsole.store import facts
from qbconsole.store import journal as rows
from qbconsole.store.tables import FORGETTING

if TYPE_CHECKING:
    from sqlalchemy import Connection

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


def _unguard(connection: Connection) -> None:
    """As somebody who has the file: the triggers do not stop that person."""
    guards = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name LIKE 'journal%'"
    for (name,) in connection.exec_driver_sql(guards).all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def test_an_untouched_chain_holds(book: Book) -> None:
    _three(book)
    with book.store.reading() as connection:
        assert journal.verify(connection) == ""


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE journal_content SET body = replace(body, 'hold 1', 'hold 9') WHERE event_id = 2", "2 does not match"),
        ("UPDATE journal_content SET body = body || ' ' WHERE event_id = 2", "2 does not match"),
        ("DELETE FROM journal_content WHERE event_id = 2", "2 has no content, and no event says"),
        ("UPDATE journal_content SET event_id = 9 WHERE event_id = 3", "3 has no content"),
        ("INSERT INTO journal_content VALUES (9, '{}')", "9 does not exist"),
        ("UPDATE journal_event SET kind = 'decisioN' WHERE id = 2", "2 breaks the chain"),
        ("UPDATE journal_event SET at = '2026-11-17T15:00:00.000000Z' WHERE id = 3", "3 breaks the chain"),
        ("UPDATE journal_event SET at = replace(at, 'T', ' ') WHERE id = 3", "3 breaks the chain"),
        ("UPDATE journal_event SET at = replace(at, '.000000Z', '') WHERE id = 3", "3 breaks the chain"),
        ("DELETE FROM journal_event WHERE id = 1", "2 breaks the chain"),
        ("UPDATE journal_event SET decision_id = 3 WHERE id = 1", "1 breaks the chain"),
        ("UPDATE journal_event SET id = 4 WHERE id = 3", "4 breaks the chain"),
        ("UPDATE journal_event SET subjects_digest = '' WHERE id = 2", "2 breaks the chain"),
        ("UPDATE journal_subject SET subject = 'deals:7' WHERE event_id = 2", "2 does not match its digest: the rec"),
        ("UPDATE journal_subject SET event_id = 3 WHERE event_id = 2", "2 does not match its digest: the rec"),
        ("DELETE FROM journal_subject WHERE event_id = 3", "3 does not match its digest: the rec"),
        ("INSERT INTO journal_subject VALUES ('deals:1', 9)", "9 does not exist"),
    ],
)
def test_a_changed_or_missing_event_is_named(book: Book, tampering: str, found: str) -> None:
    _three(book)
    with book.store.writing() as connection:
        _unguard(connection)
        connection.exec_driver_sql(tampering)
        assert found in journal.verify(connection)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal_event SET kind = 'other'",
        "DELETE FROM journal_event WHERE id = 3",
        "INSERT OR REPLACE INTO journal_event SELECT * FROM journal_event WHERE id = 3",
        "UPDATE journal_content SET body = '{}'",
        "DELETE FROM journal_content",
        "INSERT OR REPLACE INTO journal_content VALUES (1, '{}')",
        "UPDATE journal_subject SET subject = 'deals:7'",
        "DELETE FROM journal_subject",
    ],
)
def test_the_database_itself_refuses_every_change_of_the_journal(book: Book, change: str) -> None:
    _three(book)
    with book.store.writing() as connection, pytest.raises(IntegrityError, match="append-only"):
        connection.exec_driver_sql(change)


def test_a_removed_tail_is_found_by_a_head_that_was_kept_elsewhere(book: Book) -> None:
    _three(book)
    with book.store.writing() as connection:
        witness = journal.head(connection)
        assert witness.event_id == 3
        assert journal.verify(connection, witness=witness) == ""
        _unguard(connection)
        for table, column in (
            ("journal_event", "id"),
            ("journal_content", "event_id"),
            ("journal_subject", "event_id"),
        ):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE {column} = 3")
        assert journal.verify(connection) == "", "the chain alone cannot know"
        assert "event 3 is missing: the journal ends at 2" in journal.verify(connection, witness=witness)
        journal.append(connection, "decision", {"words": "another"}, at=AT)
        assert "event 3 is not the one that was noted" in journal.verify(connection, witness=witness)


def test_what_was_verified_before_need_not_be_read_again(book: Book) -> None:
    _three(book)
    with book.store.writing() as connection:
        checkpoint = journal.head(connection)
        journal.append(connection, "decision", {"words": "later"}, at=AT, subjects=("deals:1",))
        assert journal.verify(connection, since=checkpoint) == ""
        _unguard(connection)
        connection.exec_driver_sql("UPDATE journal_content SET body = '{}' WHERE event_id IN (1, 4)")
        assert "event 4 does not match" in journal.verify(connection, since=checkpoint)
        assert "event 1 does not match" in journal.verify(connection)


def test_erased_content_leaves_the_chain_whole_and_is_owned_up_to(book: Book) -> None:
    _three(book)
    with book.store.writing() as connection:
        facts.put(connection, FORGETTING, value=True)
        journal.erase(connection, [2], at=AT, words="forget customers:7", actor=ACTOR)
        assert journal.verify(connection) == ""
        assert [event["body"] is None for event in rows.events(connection)] == [False, False, True, False]


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
