"""What is over the book's limits, as one row of the sync log: letting it go, or giving all of it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.actions import outbox
from qbconsole.actions.decide import Decided
from qbconsole.actions.views import Row
from qbconsole.domain.canonical import as_json
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.text import safe_text
from qbconsole.outbox import volume
from qbconsole.outbox.decider import Decider, Taken

if TYPE_CHECKING:
    from qbconsole.books.book import Book
    from qbconsole.journal import Actor

ROW = "withheld"
"""The id of the row; there is one at most."""


def listed(book: Book) -> list[Row]:
    """The row, while anything is withheld."""
    with book.store.reading() as connection:
        found = volume.withheld(connection)
    if not found:
        return []
    count = sum(one.count for one in found)
    row = Row(
        id=ROW,
        queue="log",
        title=safe_text(f"{count} operations are withheld"),
        subtitle=safe_text("more than this book writes in a run; nothing of it was sent"),
        verdict="parked",
        amount=None,
        currency="",
        since=None,
        cause=safe_text(" ".join(one.words for one in found)),
        state="withheld",
        decided=False,
        undo="L lets it go, x cancels all of it",
        decision_id=None,
    )
    return [row]


def release(book: Book, actor: Actor) -> Decided:
    """Let what is withheld go.

    Raises:
        Unarmed: the book is read-only.
        NeedsPerson: nothing is withheld.
    """
    book.require_armed()
    with book.store.writing() as connection:
        found = volume.release(connection)
        if not found:
            raise NeedsPerson("Nothing is withheld.", next_step="See: qbconsole outbox list")
        words = safe_text(f"let {sum(one.count for one in found)} withheld operations go")
        taken = Taken("log.release", "outbox", ROW, words, content=as_json(found))
        decision_id = Decider.of(connection, book, actor).record(taken)
    return Decided(decision_id, "log.release", ROW, words, "no undo: it is sent at once")


def cancel(book: Book, actor: Actor) -> Decided:
    """Give everything up that is withheld: each decision is taken back; what cannot be is said with its reason.

    Raises:
        Unarmed: the book is read-only.
        NeedsPerson: nothing is withheld, or none of it can be given up.
    """
    book.require_armed()
    with book.store.reading() as connection:
        rows = volume.unsent_rows(connection)
    last: Decided | None = None
    taken: set[int] = set()
    refused: dict[int, str] = {}
    for row in reversed(rows):  # what needs another goes first
        if row["decision_id"] in taken:
            continue
        try:
            last = outbox.cancel(book, f"L{row['id']}", actor)
        except NeedsPerson as why:
            refused[row["decision_id"]] = str(why)
            continue
        taken.add(row["decision_id"])
        refused.pop(row["decision_id"], None)
    if last is None:
        words = next(iter(refused.values()), "Nothing is withheld.")
        raise NeedsPerson(words, next_step="See: qbconsole outbox list")
    if not refused:
        with book.store.writing() as connection:
            volume.keep(connection, ())
    kept = f"; {len(refused)} stay: {next(iter(refused.values()))}" if refused else ""
    words = safe_text(f"gave {len(taken)} withheld decisions up{kept}")
    return Decided(last.decision_id, "log.cancel", ROW, words, "no undo: decide the rows again")
