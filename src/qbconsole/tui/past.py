"""The journal as the console reads it, in worker threads: its events by page, one in full, and a record's story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbconsole.domain.errors import Configuration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qbconsole.actions.story import Told
    from qbconsole.books.book import Book

MOST = 300
"""Events of a record's story that are shown, the newest so many."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event in full: in words, the records that it is about, what undo would do to its decision, and its digest."""

    key: str
    told: Told
    subjects: tuple[str, ...]
    undo: str
    digest: str


def keys(book: Book, search: str = "") -> list[str]:
    """The keys (`J12`) of all events, newest first, or of those that hold every word."""
    from qbconsole.store import journal

    with book.store.reading() as connection:
        return [f"J{id_}" for id_ in journal.ids(connection, search.split())]


def page(book: Book, wanted: Sequence[str]) -> Mapping[str, Told]:
    """Those events in words."""
    from qbconsole.actions.story import tell
    from qbconsole.store import journal

    with book.store.reading() as connection:
        found = journal.by_ids(connection, [int(key[1:]) for key in wanted])
    return {f"J{one['id']}": tell(one) for one in found}


def event(book: Book, key: str) -> Event:
    """One event in full.

    Raises:
        Configuration: there is no such event.
    """
    from qbconsole.actions.decide import undo_words
    from qbconsole.actions.story import tell
    from qbconsole.store import journal

    with book.store.reading() as connection:
        found = journal.by_ids(connection, [int(key[1:])])
        if not found:
            raise Configuration(f"There is no event {key}.")
        subjects = journal.subjects_of(connection, [found[0]["id"]]).get(found[0]["id"], [])
    decision = found[0]["decision_id"]
    undo = undo_words(book, decision) if decision else ""
    return Event(key, tell(found[0]), tuple(subjects), undo, found[0]["digest"])


def story(book: Book, text: str) -> list[Told]:
    """The story of what somebody means by a row, an event or a record, in order.

    Raises:
        Configuration: there is no such record.
    """
    from qbconsole.actions.records import find
    from qbconsole.actions.story import story as told
    from qbconsole.store import journal

    with book.store.reading() as connection:
        found = find(connection, text)
        subjects = {subject for one in found for subject in one.subjects}
        events = journal.story(connection, subjects, {id_ for one in found for id_ in one.decisions})
    return list(told(events[-MOST:]))
