"""Follow-ups as they live: one task an invoice for ever, snoozing, closing when paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.builders import NOW, basics, document, put
from tests.delivery import deliver

from qbconsole.actions import decide, propose, queues
from qbconsole.domain.errors import Configuration, NeedsPerson
from qbconsole.domain.operations import CreateTask
from qbconsole.journal import Actor
from qbconsole.store import facts

if TYPE_CHECKING:
    from tests.conftest import MakeBook

    from qbconsole.books.book import Book

ANN = Actor("ann", "tty1")
LATE = document(due_on=date(2026, 11, 10), posted_on=date(2026, 6, 1), total=Decimal(77))


def start(book: Book) -> Book:
    put(book, *basics(), LATE)
    propose.propose(book)
    propose.decide_automatically(book)
    deliver(book)
    propose.propose(book)
    return book


@pytest.fixture
def by_hand(make_book: MakeBook) -> Book:
    """The rules make no task by themselves."""
    return start(make_book(rules="[collections]\ntask = false\n"))


def days_later(book: Book, days: int) -> None:
    with book.store.writing() as connection:
        facts.keep_remote_offset(connection, NOW + timedelta(days=days))
    propose.propose(book)


def test_the_rule_makes_one_task_an_invoice_for_ever(book: Book) -> None:
    put(book, *basics(), LATE)
    propose.propose(book)
    sent = 0
    for state in (LATE, LATE, replace(LATE, balance=Decimal(0)), replace(LATE, revision="9")):
        put(book, state)
        propose.propose(book)
        propose.decide_automatically(book)
        sent += sum(isinstance(one, CreateTask) for one in deliver(book))
    assert sent == 1
    assert queues.rows(book, "overdue") == []
    assert queues.rows(book, "overdue", decided=True)[0].cause == "6 days overdue; task delivered"


def test_a_person_makes_the_task_once(by_hand: Book) -> None:
    (row,) = queues.rows(by_hand, "overdue")
    taken = decide.decide(by_hand, "overdue.step", row.id, ANN)
    with pytest.raises(NeedsPerson, match="made already"):
        decide.decide(by_hand, "overdue.task", row.id, ANN)
    decide.undo(by_hand, ANN)
    taken = decide.decide(by_hand, "overdue.task", row.id, ANN)
    deliver(by_hand)
    assert decide.undo_words(by_hand, taken.decision_id).startswith("no undo: salespeople have seen the task")


def test_a_snoozed_row_is_back_on_its_day(by_hand: Book) -> None:
    decide.decide(by_hand, "overdue.snooze", "O1", ANN, date="2026-11-20")
    days_later(by_hand, 3)
    assert queues.rows(by_hand, "overdue") == []
    days_later(by_hand, 4)
    assert [row.id for row in queues.rows(by_hand, "overdue")] == ["O1"]


@pytest.mark.parametrize(("day", "error"), [("soon", Configuration), ("2026-11-16", NeedsPerson)])
def test_a_row_is_snoozed_to_a_day_in_the_future(by_hand: Book, day: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        decide.decide(by_hand, "overdue.snooze", "O1", ANN, date=day)


def test_a_row_closes_when_its_invoice_is_paid(by_hand: Book) -> None:
    put(by_hand, replace(LATE, balance=Decimal(0)))
    propose.propose(by_hand)
    assert queues.rows(by_hand, "overdue", decided=True) == []
    with pytest.raises(NeedsPerson):
        decide.decide(by_hand, "overdue.task", "O1", ANN)


def test_the_detail_says_who_owes_what_and_who_gets_the_task(by_hand: Book) -> None:
    shown = queues.detail(by_hand, "O1")
    assert shown.headline == "Invoice 1900 of Harbor Point Dental, P.C.: 6 days overdue"
    assert [fact.value for fact in shown.sections[2].facts][:2] == ["task in the CRM", "Sam Sales"]
