"""Payments that a deposit may have taken in without telling: those that disagree first, then the others in turn."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests import builders as make

from qbconsole.domain.records import Deposit
from qbconsole.store import watching
from qbconsole.store.watching import AT_ONCE, LOOK_EVERY

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.books.book import Book


def deposit(*payments: str, id: str = "121") -> Deposit:  # noqa: A002
    total = make.payment().total
    return Deposit(id, date(2026, 11, 15), "USD", total, links=tuple(("payment", one) for one in payments))


def watched(book: Book, now: datetime = make.NOW) -> list[str]:
    with book.store.writing() as connection:
        return watching.undeposited_payments(connection, now)


@pytest.mark.parametrize(
    ("deposited", "in_deposit", "deposit_gone", "wanted"),
    [
        (False, True, False, True),
        (True, True, False, False),
        (True, True, True, True),
        (False, True, True, False),
        (True, False, False, False),
    ],
    ids=["taken in", "known", "its deposit was deleted", "known to be out", "in one that is not mirrored"],
)
def test_a_payment_that_disagrees_with_the_deposits_is_read_at_once(
    book: Book, deposited: bool, in_deposit: bool, deposit_gone: bool, wanted: bool
) -> None:
    watched(book)
    taking_in = deposit(*(["700"] if in_deposit else []))
    make.put(book, make.payment("699"), taking_in)
    watched(book)  # the turn of those in no deposit is over for now
    make.put(book, make.payment("700", deposited=deposited))
    if deposit_gone:
        make.remove(book, taking_in)
    assert watched(book) == (["700"] if wanted else [])


def test_those_in_no_deposit_come_in_turn(book: Book) -> None:
    payments = [make.payment(f"{number:04}") for number in range(AT_ONCE + 10)]
    make.put(book, *payments)
    ids = [one.id for one in payments]
    assert watched(book) == ids[:AT_ONCE]
    assert watched(book, make.NOW + LOOK_EVERY / 2) == []
    assert watched(book, make.NOW + LOOK_EVERY) == (ids[AT_ONCE:] + ids)[:AT_ONCE]


@pytest.mark.parametrize(
    "more",
    [
        {"deposited": True, "id": "700"},
        {"voided": True},
        {"amount": "0.00"},
        {"paid_on": date(2026, 11, 15) - timedelta(days=200)},
    ],
    ids=["deposited", "voided", "of nothing", "old"],
)
def test_what_can_be_in_no_deposit_any_more_is_left_alone(book: Book, more: dict[str, Any]) -> None:
    make.put(book, make.payment("1"), make.payment(more.pop("id", "2"), **more), deposit("700"))
    assert watched(book) == ["1"]


def test_one_that_was_taken_out_of_its_deposit_comes_in_turn(book: Book) -> None:
    make.put(book, make.payment("699", deposited=True), make.payment("700", deposited=True), deposit("700"))
    assert watched(book) == ["699"]
