"""What a deal's documents say together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.builders import NOW, TODAY, document, payment, put

from qbconsole.domain.statuses import Status
from qbconsole.ledger import documents, events, statuses
from qbconsole.ledger.events import Due
from qbconsole.ledger.statuses import DealMoney

if TYPE_CHECKING:
    from qbconsole.books.book import Book
    from qbconsole.domain.records import Document


@pytest.fixture
def adopted(book: Book) -> Book:
    """Deal 1042, billed by two documents."""
    halves = [document("901", total=Decimal(400)), document("902", total=Decimal(600), posted_on=date(2026, 11, 12))]
    put(book, *halves)
    with book.store.writing() as connection:
        due = Due("1042", "completion", TODAY, "USD", Decimal(1000), "open")
        (event,) = events.ensure(connection, [due], NOW).values()
        documents.adopt(connection, event, halves, decision_id=1, at=NOW)
    return book


def money(book: Book) -> DealMoney:
    with book.store.reading() as connection:
        (found,) = statuses.of_deals(connection, TODAY)
    return found


def test_sums_worst_status_and_the_newest_document(adopted: Book) -> None:
    paid = replace(document("902", total=Decimal(600), posted_on=date(2026, 11, 12)), balance=Decimal(0))
    put(adopted, paid, payment(amount="600.00", document_id="902"))
    found = money(adopted)
    assert found.newest.id == "902"
    assert (found.money.status, found.money.total) == (Status.UNPAID, Decimal(1000))
    assert (found.money.paid, found.money.balance) == (Decimal(600), Decimal(400))


def test_a_document_of_which_nothing_is_paid_is_worse_than_one_that_is_partly_paid(adopted: Book) -> None:
    put(adopted, replace(document("901", total=Decimal(400)), balance=Decimal(300)))
    put(adopted, payment(amount="100.00", document_id="901"))
    assert money(adopted).money.status is Status.UNPAID


def test_what_was_taken_back_is_silent_beside_what_stands(adopted: Book) -> None:
    take_back(adopted, document("902", total=Decimal(0), voided=True))
    found = money(adopted)
    assert (found.newest.id, found.money.total) == ("901", Decimal(400))


@pytest.mark.parametrize(
    ("changes", "credit", "status"),
    [({"voided": True, "total": Decimal(0)}, "", Status.VOIDED), ({}, "950", Status.CREDITED)],
)
def test_alone_it_says_how_it_was_taken_back(
    adopted: Book, changes: dict[str, object], credit: str, status: Status
) -> None:
    take_back(adopted, document("902", **changes))
    take_back(adopted, document("901", **changes), credit)
    assert money(adopted).money.status is status or credit


def take_back(book: Book, after: Document, credit: str = "") -> None:
    put(book, after)
    with book.store.writing() as connection:
        (billed,) = documents.every(connection, document_id=after.id)
        documents.crediting(connection, billed.id, 77 if credit else None)
        if credit:
            documents.credited(connection, 77, credit, NOW)
        else:
            documents.take_back(connection, billed, NOW)
