"""Each operation that was taken up came to one thing, and is counted there, whatever the remotes do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.remote import Remote, task

from qbconsole.domain.balance import CAME_TO
from qbconsole.domain.errors import Conflict, NeedsPerson, Problem, Retriable, Throttled
from qbconsole.journal import Actor, Taken, audit, record_decision
from qbconsole.outbox.deliver import GROUPS, Deliverer
from qbconsole.outbox.delivered import Delivered
from qbconsole.outbox.queue import Enqueued, enqueue, move
from qbconsole.store import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qbconsole.books.book import Book

from datetime import UTC, datetime

FAULTS: dict[str, Problem | None] = {
    "fine": None,
    "refused": NeedsPerson("refused"),
    "moved": Conflict("moved"),
    "lost": Retriable("lost", sent=True),
    "unsent": Retriable("unsent"),
    "slow": Throttled("slow", wait=0.01),
}


def _add(book: Book, tag: str) -> int:
    now = datetime.now(UTC)
    with book.store.writing() as connection:
        taken = Taken("overdue.task", "collections", "O1", tag)
        decision = record_decision(connection, taken, Actor("ann", "tty1"), at=now, rules_hash="r")
        one = Enqueued(task(tag), tag)
        return enqueue(connection, one, book="b", decision_id=decision, rules_hash="r", at=now, due_at=now)


def _balanced(done: Delivered) -> bool:
    return done.due == sum(int(getattr(done, name)) for name in CAME_TO)


def _lease(book: Book, fence: int) -> None:
    with book.store.writing() as connection:
        connection.exec_driver_sql(f"INSERT OR REPLACE INTO lease VALUES ('runner', 'me', 'here', 1, {fence}, '')")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.sampled_from(sorted(FAULTS)), max_size=8), after=st.booleans())
async def test_due_is_what_they_came_to(book: Book, faults: Sequence[str], after: bool) -> None:
    for number in range(len(faults)):
        _add(book, f"task {number}")
    _lease(book, 1)
    remote = Remote("crm", faults=[FAULTS[name] for name in faults], after=after)
    done = await Deliverer(book, {"crm": remote}, 1).deliver()
    assert _balanced(done), done
    assert done.due >= len(faults)
    with book.store.reading() as connection:
        assert audit.differences(connection) == []


async def test_what_another_runner_took_is_counted_as_lost(book: Book) -> None:
    _add(book, "task")
    _lease(book, 2)
    done = await Deliverer(book, {"crm": Remote("crm")}, 1).deliver()
    assert (done.due, done.lost) == (1, 1)


@pytest.mark.parametrize(("state", "left"), [("pending", 1), ("unknown", 0)])
async def test_what_a_stopping_runner_leaves_is_counted(
    book: Book, monkeypatch: pytest.MonkeyPatch, state: str, left: int
) -> None:
    """It stops in the middle: while the first of two groups is on its way."""
    monkeypatch.setitem(GROUPS, "crm", 30)
    ids = [_add(book, f"task {number}") for number in range(31)]
    if state == "unknown":
        now = datetime.now(UTC)
        with book.store.writing() as connection:
            row = outbox.get(connection, ids[-1])
            assert row is not None
            claimed = move(connection, row, "claimed", at=now, attempts=1, sent_at=now, first_sent_at=now)
            assert claimed is not None
            move(connection, claimed, "unknown", at=now)
    _lease(book, 1)
    remote = Remote("crm")
    deliverer = Deliverer(book, {"crm": remote}, 1)
    send = remote.apply_many

    async def stopping(sends: object) -> object:
        await deliverer.wind_down(0)
        return await send(sends)  # type: ignore[arg-type]

    remote.apply_many = stopping  # type: ignore[method-assign,assignment]
    done = await deliverer.deliver()
    assert _balanced(done), done
    assert (done.due, done.left) == (31, left)
