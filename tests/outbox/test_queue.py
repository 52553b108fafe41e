"""The outbox's queue: one function changes a state, and every change is journalled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError
from tests.remote import task

from qbconsole import journal
from qbconsole.domain.errors import Fatal
from qbconsole.outbox.queue import MOVES, Enqueued, cancel, cancel_unsent, enqueue, move, retry
from qbconsole.store import journal as rows
from qbconsole.store import outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.books.book import Book

AT = datetime(2026, 11, 16, 15, tzinfo=UTC)


def _add(connection: Connection, *, decision: int = 1, recurs: bool = True, window: float = 0) -> int:
    enqueued = Enqueued(task(), "deal 1", recurs=recurs)
    due = AT + timedelta(seconds=window)
    return enqueue(connection, enqueued, book="b", decision_id=decision, rules_hash="r", at=AT, due_at=due)


def _row(connection: Connection, id_: int) -> dict[str, object]:
    row = outbox.get(connection, id_)
    assert row is not None
    return row


def test_an_operation_waits_out_its_window_or_is_pending_at_once(book: Book) -> None:
    with book.store.writing() as connection:
        assert _row(connection, _add(connection, window=30))["state"] == "waiting"
        assert _row(connection, _add(connection, decision=2))["state"] == "pending"


def test_the_same_intent_is_stored_once(book: Book) -> None:
    with book.store.writing() as connection:
        first = _add(connection, recurs=False)
        with pytest.raises(IntegrityError), connection.begin_nested():
            _add(connection, decision=2, recurs=False)
        assert cancel(connection, outbox.get(connection, first) or {}, at=AT)
        assert _add(connection, decision=3, recurs=False) != first, "what was never sent may be decided anew"


def test_what_may_recur_has_an_id_of_its_own_for_each_decision(book: Book) -> None:
    with book.store.writing() as connection:
        ids = {_row(connection, _add(connection, decision=number))["request_id"] for number in (1, 2)}
    assert len(ids) == 2
    assert all(len(str(one)) == 36 for one in ids)


def test_every_move_is_journalled_and_none_but_the_listed_are_made(book: Book) -> None:
    with book.store.writing() as connection:
        row = outbox.get(connection, _add(connection)) or {}
        claimed = move(connection, row, "claimed", at=AT, attempts=1)
        assert claimed is not None
        assert move(connection, row, "claimed", at=AT) is None, "it is no longer as it was read"
        with pytest.raises(Fatal, match="cannot go from claimed to waiting"):
            move(connection, claimed, "waiting", at=AT)
        told = [event["body"].get("to") or event["body"].get("state") for event in rows.events(connection)]
        assert told == ["claimed", "pending"]
        assert journal.verify(connection) == ""


def test_from_a_final_state_nothing_moves() -> None:
    assert MOVES["settled"] == MOVES["cancelled"] == set()
    assert all(target in MOVES for targets in MOVES.values() for target in targets)


def test_a_decision_is_cancelled_whole_or_not_at_all(book: Book) -> None:
    with book.store.writing() as connection:
        first, second = _add(connection, window=30), _add(connection, decision=2, window=30)
        listed = [outbox.get(connection, one) or {} for one in (first, second)]
        move(connection, listed[1], "claimed", at=AT, attempts=1)
        listed[1] = outbox.get(connection, second) or {}
        assert not cancel_unsent(connection, listed, at=AT)
        assert _row(connection, first)["state"] == "waiting"
        assert cancel_unsent(connection, listed[:1], at=AT)


def test_a_parked_operation_is_sent_again_or_given_up_by_a_person(book: Book) -> None:
    with book.store.writing() as connection:
        row = outbox.get(connection, _add(connection)) or {}
        assert not retry(connection, row, at=AT), "it is not parked"
        claimed = move(connection, row, "claimed", at=AT, attempts=1) or {}
        assert not cancel(connection, claimed, at=AT), "it may be under way"
        parked = move(connection, claimed, "parked", at=AT) or {}
        assert retry(connection, parked, at=AT)
        again = outbox.get(connection, row["id"]) or {}
        assert (again["state"], again["problem"]) == ("pending", "")
