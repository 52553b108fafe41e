"""Somebody deciding, in one local transaction: the decision, its journal event and its operations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole import journal
from qbconsole.journal import Taken
from qbconsole.outbox.queue import Enqueued, enqueue

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.journal import Actor

__all__ = ["Decider", "Enqueued", "Inverse", "Outcome", "Taken"]

CHANGED = "changed"
"""The code of a refusal because the row is no longer as it was shown."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a decision: its id, what was decided, and what its undo will be."""

    decision_id: int
    words: str
    undo: str


@dataclass(frozen=True, slots=True)
class Inverse:
    """What takes a delivered decision back: words for it, and its operations; or why nothing can."""

    words: str
    operations: tuple[Enqueued, ...] = ()
    refusal: str = ""


@dataclass(frozen=True)
class Decider:
    """One person or rule deciding about one book. `today` is the business date, `at` real time.

    `shown` is what stood on the screen beside the row, for the journal; nothing when a rule decides.
    """

    connection: Connection
    book: Book
    actor: Actor
    today: date
    at: datetime
    shown: Any = None

    @classmethod
    def of(cls, connection: Connection, book: Book, actor: Actor) -> Decider:
        """A decider on a durable writing connection."""
        return cls(connection, book, actor, book.today(connection), book.clock.now())

    def record(self, taken: Taken) -> int:
        """Store the decision and its journal event; returns the decision's id."""
        hash_ = self.book.rules.hash
        return journal.record_decision(
            self.connection, taken, self.actor, at=self.at, rules_hash=hash_, shown=self.shown
        )

    def enqueue(self, decision_id: int, enqueued: Enqueued, *, window: bool = True) -> int:
        """Store an operation of that decision; a person's waits out the posting window unless told otherwise."""
        return enqueue(
            self.connection,
            enqueued,
            book=self.book.name,
            decision_id=decision_id,
            rules_hash=self.book.rules.hash,
            at=self.at,
            due_at=self.book.due_at() if window and not self.actor.automatic else self.at,
        )
