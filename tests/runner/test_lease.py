"""One runner a book: a dead one is taken over at once, a living one is left alone, the fence only rises."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from qbconsole.domain.errors import Busy
from qbconsole.runner.lease import SILENT, Held
from qbconsole.store import leases

if TYPE_CHECKING:
    from qbconsole.books.book import Book


def _hold(book: Book, pid: int, *, host: str = "", silent: timedelta = timedelta(0)) -> int:
    with book.store.writing() as connection:
        at = datetime.now(UTC) - silent
        return leases.take(connection, "another", host or socket.gethostname(), pid, at)


def _dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_living_holder_keeps_the_book(book: Book) -> None:
    _hold(book, os.getpid())
    with pytest.raises(Busy, match="holds the book") as refused:
        Held(book.store)
    assert refused.value.exit_code == 4


@pytest.mark.parametrize(
    ("host", "silent"),
    [("", timedelta(0)), ("elsewhere", SILENT + timedelta(seconds=1))],
    ids=["a dead process here", "silence elsewhere"],
)
def test_a_dead_holder_is_taken_over_and_the_fence_rises(book: Book, host: str, silent: timedelta) -> None:
    before = _hold(book, _dead_pid(), host=host, silent=silent)
    with Held(book.store) as lease:
        assert lease.fence == before + 1


def test_another_machines_holder_that_beats_is_alive(book: Book) -> None:
    _hold(book, 1, host="elsewhere")
    with pytest.raises(Busy):
        Held(book.store)


def test_a_lease_that_was_given_back_is_free_and_the_fence_goes_on(book: Book) -> None:
    with Held(book.store) as first:
        pass
    with Held(book.store) as second:
        assert second.fence == first.fence + 1


def test_a_holder_learns_at_its_next_beat_that_it_was_taken_over(book: Book) -> None:
    with Held(book.store) as lease:
        assert lease.beat()
        _hold(book, os.getpid())
        assert not lease.beat()
    with book.store.reading() as connection:
        holder = leases.current(connection)
    assert holder is not None
    assert holder.holder == "another", "leaving gives back nothing that is not its own"
