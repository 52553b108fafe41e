"""Deciding and undoing, the same for a key and for a command: one local transaction, and what came of it."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qbconsole.actions import undo as undoing
from qbconsole.actions.evidence import evidence, kept
from qbconsole.actions.registry import action as action_of
from qbconsole.billing import credits as credits_
from qbconsole.billing import decide as billing
from qbconsole.billing import queue as billing_queue
from qbconsole.collections import decide as collections
from qbconsole.conflicts import decide as conflicts
from qbconsole.domain.errors import Configuration, NeedsPerson
from qbconsole.domain.failpoints import failpoint
from qbconsole.domain.text import safe_text
from qbconsole.journal import Actor
from qbconsole.matching import decide as matching
from qbconsole.outbox.decider import CHANGED, Decider
from qbconsole.store import facts
from qbconsole.store.queues import CONFLICTS, DRAFTS, FOLLOW_UPS, UNMATCHED, Queue, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.outbox.decider import Outcome

TABLES: dict[str, Queue] = {"U": UNMATCHED, "I": DRAFTS, "O": FOLLOW_UPS, "C": CONFLICTS}
SCOPES = {"U": "unmatched", "I": "invoices", "O": "overdue", "C": "conflicts"}


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was taken: in words, with what its undo will be."""

    decision_id: int
    action: str
    row_id: str
    words: str
    undo: str


_DECISIONS: dict[str, Callable[[Decider, Row, Mapping[str, str]], Outcome]] = {
    "unmatched.link": lambda by, row, given: matching.link(
        by, row, customer=given.get("customer", ""), seen=given["seen"]
    ),
    "unmatched.create": lambda by, row, given: matching.create(
        by, row, name=given.get("name", ""), confirm=given.get("confirm", ""), seen=given["seen"]
    ),
    "unmatched.ignore": lambda by, row, given: matching.ignore(by, row, reason=given.get("reason", "")),
    "unmatched.never": lambda by, row, given: matching.never(by, row, customer=given.get("customer", "")),
    "invoices.approve": lambda by, row, given: billing.approve(by, row, seen=given["seen"]),
    "invoices.adopt": lambda by, row, given: billing.adopt(by, row, wanted=given.get("document", "")),
    "invoices.hold": lambda by, row, given: billing.hold(by, row, reason=given.get("reason", "")),
    "invoices.reject": lambda by, row, given: billing.reject(by, row, reason=given.get("reason", "")),
    "invoices.bill_again": lambda by, row, _given: billing.bill_again(by, row),
    "invoices.apply_credit": lambda by, row, _given: credits_.apply(by, row),
    "overdue.task": lambda by, row, _given: collections.make_task(by, row),
    "overdue.snooze": lambda by, row, given: collections.snooze(by, row, until=given.get("date", "")),
    "conflicts.crm": lambda by, row, given: conflicts.resolve(by, row, value="crm", seen=given["seen"]),
    "conflicts.accounting": lambda by, row, given: conflicts.resolve(by, row, value="accounting", seen=given["seen"]),
    "conflicts.value": lambda by, row, given: conflicts.resolve(
        by, row, value=given.get("value", ""), seen=given["seen"]
    ),
}
_SAME = {
    "unmatched.search": "unmatched.link",
    "invoices.approve_marked": "invoices.approve",
    "overdue.step": "overdue.task",
}
"""Actions that decide what another one decides."""


def find(connection: Connection, row_id: str) -> tuple[str, Row]:
    """The queue and the stored row of an id such as `I7`.

    Raises:
        Configuration: there is no such row.
    """
    table = TABLES.get(row_id[:1].upper())
    number = row_id[1:]
    row = table.get(connection, int(number)) if table and number.isascii() and number.isdigit() else None
    if row is None:
        raise Configuration(f"There is no row {safe_text(row_id, limit=20)}.", next_step="See: qbconsole queue")
    return SCOPES[row_id[:1].upper()], row


def decide(book: Book, action_id: str, row_id: str, actor: Actor, *, seen: str = "", **arguments: str) -> Decided:
    """Decide one row, in one local transaction; nothing is sent here.

    Args:
        book: the book, which must be armed.
        action_id: the action, of the row's queue.
        row_id: the row, such as `I7`.
        actor: who decides.
        seen: `Detail.seen` of what was shown; a row that moved since is refused.
        arguments: what the action asks for: customer, name, confirm, document, reason, date, value.

    Raises:
        Unarmed: the book is read-only.
        NeedsPerson: refused, with the reason.
        Configuration: no such row or action, or an argument that is none.
    """
    return decide_one_of(book, action_id, row_id, actor, arguments, seen=seen, first=None)


def decide_one_of(
    book: Book,
    action_id: str,
    row_id: str,
    actor: Actor,
    arguments: Mapping[str, str],
    *,
    seen: str,
    first: Decided | None,
) -> Decided:
    """Decide one row of those that one key decides, as `decide` does; `first` is what it decided first, if it did."""
    chosen = _SAME.get(action_id, action_id)
    if chosen not in _DECISIONS:
        raise Configuration(f"{action_of(action_id).words!r} decides nothing.")
    book.require_armed()
    try:
        with book.store.writing() as connection:
            scope, row = find(connection, row_id)
            if action_of(action_id).scope != scope:
                raise Configuration(f"{action_id} is no action for {row_id}.")
            shown = kept(evidence(connection, book, scope, row))
            decider = replace(Decider.of(connection, book, actor), shown=shown)
            outcome = _DECISIONS[chosen](decider, row, {**arguments, "seen": seen})
            _follow(decider, scope, row)
            if first is not None:
                facts.keep_decided_with(connection, first.decision_id, outcome.decision_id)
            failpoint("decide.commit")
    except NeedsPerson as refused:
        if refused.code == CHANGED:
            _propose_again(book, row_id)
        raise
    return Decided(outcome.decision_id, chosen, row_id.upper(), safe_text(outcome.words), outcome.undo)


def _follow(decider: Decider, scope: str, row: Row) -> None:
    """A company that was linked or parted changes its drafts at once, not only in the next cycle."""
    if scope == "unmatched":
        billing_queue.refresh_company(decider.connection, decider.book, row["company_id"])


def _propose_again(book: Book, row_id: str) -> None:
    with book.store.writing() as connection:
        scope, row = find(connection, row_id)
        if scope == "invoices":
            billing_queue.refresh(connection, book, row["deal_id"])


def undo(book: Book, actor: Actor, decision_id: int | None = None) -> Decided:
    """Take a decision back, the newest of a person when none is named; in one local transaction.

    Raises:
        Unarmed: the book is read-only.
        NeedsPerson: it cannot be taken back, with the reason.
        Configuration: there is no such decision.
    """
    book.require_armed()
    with book.store.writing() as connection:
        decider = Decider.of(connection, book, actor)
        decision, outcome = undoing.take_back(decider, decision_id)
        if decision["desk"] == "matching":
            _, row = find(connection, decision["row_id"])
            _follow(decider, "unmatched", row)
        failpoint("decide.commit")
    return Decided(outcome.decision_id, "undo", decision["row_id"], safe_text(outcome.words), outcome.undo)


def undo_words(book: Book, decision_id: int) -> str:
    """What undo would do now, or `no undo: ...` with the reason.

    Raises:
        Configuration: there is no such decision.
    """
    with book.store.reading() as connection:
        planned = undoing.plan(connection, book, decision_id)
    return safe_text(planned.told)


def operator() -> Actor:
    """Whoever sits at this terminal: the operating system's account, and the terminal or the SSH source."""
    source = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    if source:
        return Actor(getpass.getuser(), f"ssh from {source}")
    try:
        return Actor(getpass.getuser(), os.ttyname(sys.stdin.fileno()))
    except (OSError, ValueError):
        return Actor(getpass.getuser(), "no terminal")
