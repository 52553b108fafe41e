"""What one key decides for several rows is taken back by one key: each row wholly or not at all, refusals by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbconsole.actions import decide
from qbconsole.actions import undo as undoing
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.text import SafeText, safe_text
from qbconsole.store import facts

if TYPE_CHECKING:
    from qbconsole.actions.decide import Decided
    from qbconsole.books.book import Book
    from qbconsole.journal import Actor


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What taking one decision back would do now: `undo` says it, or `no undo: ...` with the reason.

    `writes` is whether a remote is written to.
    """

    decision_id: int
    row_id: str
    words: SafeText
    undo: SafeText
    refused: bool
    writes: bool


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back, newest first, and why the rest was not."""

    done: tuple[Decided, ...]
    refused: tuple[str, ...]


def foresee(book: Book, decision_id: int | None = None) -> tuple[Foreseen, ...]:
    """What undo would do now: to one decision, or without one to all that a person's last key decided, newest first.

    Raises:
        NeedsPerson: there is nothing to take back.
        Configuration: there is no such decision.
    """
    with book.store.reading() as connection:
        if decision_id is None:
            newest = undoing.newest(connection)
            ids = [one for one in facts.decided_with(connection, newest) if one <= newest]
        else:
            ids = [decision_id]
        plans = [undoing.plan(connection, book, one) for one in sorted(ids, reverse=True)]
    standing = [one for one in plans if not one.decision["undone_by"] or decision_id is not None]
    return tuple(
        Foreseen(
            one.decision["id"],
            one.decision["row_id"],
            safe_text(one.decision["words"]),
            safe_text(one.told),
            refused=bool(one.refusal),
            writes=one.writes,
        )
        for one in standing
    )


def undo(book: Book, actor: Actor, decision_id: int | None = None) -> TakenBack:
    """Take back what `foresee` tells, newest first, so that an invoice goes before the customer it waits for.

    Raises:
        Unarmed: the book is read-only.
        NeedsPerson: nothing of it can be taken back, with the reasons.
        Configuration: there is no such decision.
    """
    book.require_armed()
    done: list[Decided] = []
    refused: list[str] = []
    for one in foresee(book, decision_id):
        try:
            done.append(decide.undo(book, actor, one.decision_id))
        except NeedsPerson as problem:
            refused.append(f"{one.row_id}: {problem.message}")
    if not done:
        raise NeedsPerson(" ".join(refused))
    return TakenBack(tuple(done), tuple(refused))
