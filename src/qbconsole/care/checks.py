"""Looking whether a book's files are as they were written, before anything is written to them."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from qbconsole import journal
from qbconsole.books.book import Book
from qbconsole.care import backups
from qbconsole.domain.errors import Damaged
from qbconsole.store import facts
from qbconsole.store import journal as rows
from qbconsole.store.engine import RESTORE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT_START = 2.0
"""Seconds that a start spends at most on the pages of a file: those of 600 MB. The nightly check takes its time."""
_VERIFIED = "journal_verified"


def open_sound(folder: Path) -> Book:
    """Open a book, and see that its file and the newest part of its journal are as they were written.

    Raises:
        Damaged: they are not; the newest good backup is named. Nothing was written.
        Problem: it cannot be opened.
    """
    with explained(folder):
        return Book(folder, look=partial(look, within=AT_START))


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Let a damaged book's error name the backup to take."""
    try:
        yield
    except Damaged as damaged:
        newest = backups.newest_good(folder)
        found = f"{RESTORE} {newest.folder}" if newest else f"{RESTORE} FOLDER; none was found in the book's own."
        raise Damaged(damaged.message, next_step=found) from damaged


def look(book: Book, *, within: float | None = None) -> None:
    """Check pages and journal; of the journal only what no check has seen, unless there is time for all of it.

    Raises:
        Damaged: something is not as it was written.
    """
    if wrong := book.store.quick_check(within=within):
        raise Damaged(f"The database {book.store.path} is damaged: {wrong}.", next_step=RESTORE)
    with book.store.reading() as connection:
        known = facts.get(connection, _VERIFIED) if within is not None else None
        since = journal.Head(known["event"], known["digest"]) if known else journal.START
        if since.event_id and rows.digest_of(connection, since.event_id) != since.digest:
            since = journal.START  # the chain is not the one that was verified
        broken = journal.verify(connection, since=since)
    if broken:
        raise Damaged(broken, next_step=RESTORE)


def keep_verified(book: Book) -> None:
    """Note how far the journal was verified; for the runner, right after a look."""
    with book.store.writing(durable=False) as connection:
        if newest := rows.newest(connection):
            facts.put(connection, _VERIFIED, {"event": newest[0], "digest": newest[1]})
