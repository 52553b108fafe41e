"""A book's work runs on the clock that it was opened with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.remote import Remote, stamp

from qbconsole.books.book import Book
from qbconsole.outbox.deliver import Deliverer
from qbconsole.outbox.queue import Enqueued, enqueue
from qbconsole.store import leases, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator

import pytest


class HandClock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.moment = datetime(2031, 2, 3, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def timed(book: Book, clock: HandClock) -> Iterator[Book]:
    """The book again, by that clock."""
    opened = Book(book.folder, clock=clock)
    yield opened
    opened.close()


def test_the_books_time_and_its_posting_window_are_the_clocks(timed: Book, clock: HandClock) -> None:
    window = timedelta(seconds=timed.settings.posting_window)
    before = timed.now()
    clock.moment += timedelta(days=1)
    assert (timed.now() - before, timed.due_at()) == (timedelta(days=1), clock.moment + window)


async def test_what_waits_falls_due_when_the_clock_is_turned_and_is_stamped_with_its_time(
    timed: Book, clock: HandClock
) -> None:
    with timed.store.writing() as connection:
        fence = leases.take(connection, "me", "here", 1, clock.now())
        id_ = enqueue(
            connection, Enqueued(stamp(), "companies:7"), book="b", decision_id=1, rules_hash="r",
            at=clock.now(), due_at=timed.due_at(),
        )  # fmt: skip
    deliverer = Deliverer(timed, {"crm": Remote("crm")}, fence)
    assert (await deliverer.deliver()).settled == 0
    await clock.sleep(timed.settings.posting_window)
    assert (await deliverer.deliver()).settled == 1
    with timed.store.reading() as connection:
        row = outbox.get(connection, id_)
    assert row is not None
    assert row["settled_at"] == clock.now()
