"""Giving up what is withheld: all of it that can be, and the reason for the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.remote import customer, stamp

from qbconsole.actions import withheld
from qbconsole.books.settings import Limits
from qbconsole.domain.errors import NeedsPerson
from qbconsole.journal import Actor
from qbconsole.outbox import volume
from qbconsole.outbox.decider import Decider, Enqueued, Taken
from qbconsole.store import outbox

if TYPE_CHECKING:
    from qbconsole.books.book import Book
    from qbconsole.domain.operations import Operation

ANN = Actor("ann", "pts/1")
RULE = Actor("rule: certain link", "rules.toml", automatic=True)


def add(book: Book, operation: Operation, actor: Actor, *needs: int) -> int:
    """An operation of a decision of its own; its id."""
    with book.store.writing() as connection:
        decider = Decider.of(connection, book, actor)
        decision = decider.record(Taken("test", "outbox", "T1", operation.kind))
        return decider.enqueue(decision, Enqueued(operation, f"{operation.kind}:{decision}", needs=needs), window=False)


def withhold(book: Book) -> None:
    """A delivery has found that the rules decided more than may be written in a run."""
    with book.store.writing() as connection:
        volume.keep(connection, volume.weigh(connection, Limits(automatic_a_run=1), datetime.now(UTC)))


def states(book: Book) -> dict[int, str]:
    with book.store.reading() as connection:
        return {row["id"]: row["state"] for row in outbox.listed(connection, (*outbox.OPEN, "cancelled"))}


def test_what_a_person_s_operation_waits_for_stays_and_is_named(linked: Book) -> None:
    needed, free = add(linked, customer(), RULE), add(linked, stamp("8"), RULE)
    waiting = add(linked, stamp("9"), ANN, needed)
    withhold(linked)
    done = withheld.cancel(linked, ANN)
    assert done.words.startswith("gave 1 withheld decisions up; 1 stay: ")
    assert f"stamp company L{waiting} waits for it" in done.words
    found = states(linked)
    assert (found[needed], found[free], found[waiting]) == ("pending", "cancelled", "pending")
    assert withheld.listed(linked), "what stays is still said"


def test_when_nothing_can_be_given_up_the_reason_is_said(linked: Book) -> None:
    first, second = add(linked, customer(), RULE), add(linked, customer(), RULE)
    add(linked, stamp("9"), ANN, first, second)
    withhold(linked)
    with pytest.raises(NeedsPerson, match="waits for it"):
        withheld.cancel(linked, ANN)
    assert [states(linked)[one] for one in (first, second)] == ["pending", "pending"]
