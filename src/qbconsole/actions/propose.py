"""What the runner asks of the desks: propose again, and decide what the rules alone may decide."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from qbconsole.billing import queue as billing
from qbconsole.books.settings import load_settings
from qbconsole.collections import decide as collecting
from qbconsole.collections import queue as collections
from qbconsole.collections.rules import FollowUp, follow_ups
from qbconsole.conflicts import queue as conflicts
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.failpoints import failpoint
from qbconsole.journal import Actor
from qbconsole.ledger import drift
from qbconsole.matching import decide as linking
from qbconsole.matching import queue as matching
from qbconsole.outbox.decider import Decider
from qbconsole.store.queues import FOLLOW_UPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from qbconsole.books.book import Book

BATCH = 25
"""Decisions of a rule that share a transaction: a person's decision never waits long for them."""
OneT = TypeVar("OneT")


def propose(book: Book) -> dict[str, int]:
    """Let every desk propose again from mirror, ledger, rules and date; the same again changes nothing.

    Returns:
        By queue, how many rows are new, changed or withdrawn.
    """
    return {
        "unmatched": matching.propose(book),
        "invoices": billing.propose(book),
        "overdue": collections.propose(book),
        "conflicts": conflicts.propose(book),
    }


def decide_automatically(book: Book) -> int:
    """Take the decisions that the rules allow: certain links, payment status, tasks. None in a book that is not armed.

    Returns:
        How many were taken.
    """
    if not load_settings(book.folder).armed:
        return 0
    linked = _links(book)
    if linked:
        propose(book)
    return linked + _stamps(book) + _tasks(book)


def _rule(name: str) -> Actor:
    return Actor(f"rule: {name}", "rules.toml", automatic=True)


def _links(book: Book) -> int:
    if not book.rules.matching.automatic:
        return 0
    with book.store.reading() as connection:
        certain = matching.certain(connection, book)

    def link(decider: Decider, one: matching.Certain) -> None:
        linking.link(decider, one.row, customer=one.customer_id, rule=one.rule, contacts=one.contacts)

    return _each(book, "certain link", certain, link)


def _stamps(book: Book) -> int:
    with book.store.reading() as connection:
        if drift.stamps_paused(connection):
            return 0
        stale = collections.stale_stamps(connection, book)

    def stamp(decider: Decider, one: tuple[str, str, dict[str, str]]) -> None:
        collecting.stamp_deal(decider, *one)

    return _each(book, "payment status", stale, stamp)


def _tasks(book: Book) -> int:
    if not book.rules.collections.task:
        return 0
    with book.store.reading() as connection:
        world = collections.load(connection, book)
        rows = {row["document_id"]: row for row in FOLLOW_UPS.listed(connection, ("open",))}
    due = [(rows[one.document.id], one) for one in follow_ups(world) if one.document.id in rows]

    def make(decider: Decider, one: tuple[dict[str, object], FollowUp]) -> None:
        collecting.make_task(decider, one[0], current=(one[1], world))

    return _each(book, "overdue task", due, make)


def _each(book: Book, rule: str, wanted: Iterable[OneT], decide: Callable[[Decider, OneT], None]) -> int:
    """Decide each, in short transactions; what a person decided meanwhile is left to that person."""
    taken = 0
    for batch in _batches(wanted):
        with book.store.writing() as connection:
            decider = Decider.of(connection, book, _rule(rule))
            for one in batch:
                try:
                    with connection.begin_nested():
                        decide(decider, one)
                except NeedsPerson:
                    continue
                taken += 1
            failpoint("decide.commit")
    return taken


def _batches(wanted: Iterable[OneT]) -> Iterator[list[OneT]]:
    iterator = iter(wanted)
    while batch := list(islice(iterator, BATCH)):
        yield batch
