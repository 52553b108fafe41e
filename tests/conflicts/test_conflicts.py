"""Fields that both sides hold: only a change after the link is a conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.builders import basics, company, contact, customer, put
from tests.delivery import deliver

from qbconsole.actions import decide, propose, queues
from qbconsole.conflicts.rules import differences
from qbconsole.domain.errors import NeedsPerson
from qbconsole.journal import Actor
from qbconsole.ledger.links import Link

if TYPE_CHECKING:
    from qbconsole.books.book import Book

ANN = Actor("ann", "tty1")
AGREED = {"email": "a@x.example", "phone": "(512) 555-0100", "address": "1 Pier", "name": "Harbor"}


def found(crm: dict[str, str], accounting: dict[str, str], **base: dict[str, str]) -> list[tuple[str, str]]:
    agreed: dict[str, Any] = {field: {"crm": value, "accounting": value} for field, value in AGREED.items()}
    link = Link(1, "10", "USD", "60", None, 1, {**agreed, **base})
    listed = differences(link, {**AGREED, **crm}, {**AGREED, **accounting}, {"email": "crm"})
    return [(one.cause, one.owner) for one in listed]


@pytest.mark.parametrize(
    ("crm", "accounting", "expected"),
    [
        ({}, {}, []),
        ({"email": "b@x.example"}, {}, [("billing e-mail: the CRM changed it", "crm")]),
        ({}, {"name": "Harbour"}, [("display name: QuickBooks changed it", "shared")]),
        ({"phone": "1"}, {"phone": "2"}, [("phone: both sides changed it", "shared")]),
        ({"phone": "5125550199"}, {"phone": "512-555-0199"}, []),
        ({"name": "HARBOR "}, {}, []),
        ({"phone": "+1 512 555 0100"}, {}, []),
    ],
)
def test_a_side_that_moved_is_a_difference(
    crm: dict[str, str], accounting: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert found(crm, accounting) == expected


def test_what_differed_when_it_was_linked_is_agreed() -> None:
    base = {"crm": "Harbor", "accounting": "Harbor Inc."}
    assert found({}, {"name": "Harbor Inc."}, name=base) == []


@pytest.fixture
def moved(book: Book) -> Book:
    """A linked pair of which QuickBooks changed the telephone number."""
    put(book, *basics(), company(phone="1"), customer(phone="1"))
    propose.propose(book)
    propose.decide_automatically(book)
    deliver(book)
    propose.propose(book)
    assert queues.rows(book, "conflicts") == []
    put(book, customer(phone="2", notes="CRM company 10"))
    propose.propose(book)
    return book


@pytest.mark.parametrize(
    ("action", "arguments", "agreed"),
    [
        ("conflicts.crm", {}, "1"),
        ("conflicts.accounting", {}, "2"),
        ("conflicts.value", {"value": "3"}, "3"),
    ],
)
def test_a_decision_becomes_the_agreed_base_and_writes_nothing(
    moved: Book, action: str, arguments: dict[str, str], agreed: str
) -> None:
    taken = decide.decide(moved, action, "C1", ANN, seen=queues.detail(moved, "C1").seen, **arguments)
    assert "neither side is changed" in taken.words
    assert deliver(moved) == []
    propose.propose(moved)
    (row,) = queues.rows(moved, "conflicts", decided=True)
    assert (row.decided, row.cause) == (True, f"agreed: {agreed}")

    decide.undo(moved, ANN)
    propose.propose(moved)
    (row,) = queues.rows(moved, "conflicts")
    assert row.cause == "phone: QuickBooks changed it"


def test_a_later_change_is_a_new_conflict(moved: Book) -> None:
    decide.decide(moved, "conflicts.crm", "C1", ANN)
    put(moved, customer(phone="4", notes="CRM company 10"))
    propose.propose(moved)
    (row,) = queues.rows(moved, "conflicts")
    assert (row.id, row.state) == ("C1", "open")


def test_a_row_that_moved_since_it_was_shown_is_refused(moved: Book) -> None:
    seen = queues.detail(moved, "C1").seen
    put(moved, customer(phone="5", notes="CRM company 10"))
    propose.propose(moved)
    with pytest.raises(NeedsPerson, match="has changed"):
        decide.decide(moved, "conflicts.crm", "C1", ANN, seen=seen)


def test_a_difference_that_is_gone_takes_its_row_along(moved: Book) -> None:
    put(moved, company(phone="2"), contact())
    propose.propose(moved)
    assert queues.rows(moved, "conflicts") == []
