"""A run's volume: what is usual, what is over it, and what a person let go."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.remote import stamp

from qbconsole.books.settings import Limits
from qbconsole.domain.operations import CreateDocument
from qbconsole.domain.records import DocumentLine
from qbconsole.journal import Actor, Taken, record_decision
from qbconsole.outbox import volume
from qbconsole.outbox.queue import Enqueued, enqueue, move
from qbconsole.store import outbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.domain.operations import Operation

ANN = Actor("ann", "tty1")
RULE = Actor("rule: certain link", "rules.toml", automatic=True)
NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)
LIMITS = Limits(money_a_run=3, automatic_a_run=5)
LINE = DocumentLine("1", "Labor", Decimal(1), Decimal("60.00"), Decimal("60.00"))


def invoice(number: int) -> CreateDocument:
    return CreateDocument("invoice", "60", date(2026, 11, 16), "USD", (LINE,), f"Deal {number} / completion")


def decide(connection: Connection, operation: Operation, number: int, actor: Actor, at: datetime = NOW) -> int:
    """One decision with one operation; the operation's id."""
    taken = Taken("test", "test", f"I{number}", "test")
    decision = record_decision(connection, taken, actor, at=at, rules_hash="r1")
    enqueued = Enqueued(operation, f"{operation.kind} {number}")
    return enqueue(connection, enqueued, book="b", decision_id=decision, rules_hash="r1", at=at, due_at=at)


def invoices(connection: Connection, count: int, actor: Actor = RULE, at: datetime = NOW) -> list[int]:
    return [decide(connection, invoice(number), number, actor, at) for number in range(count)]


def links(connection: Connection, count: int, actor: Actor = RULE) -> list[int]:
    return [decide(connection, stamp(str(number)), number, actor) for number in range(count)]


def send(connection: Connection, ids: list[int], at: datetime) -> None:
    for id_ in ids:
        row = outbox.get(connection, id_)
        assert row is not None
        assert move(connection, row, "claimed", at=at, attempts=1, first_sent_at=at, sent_at=at)


@pytest.mark.parametrize(
    ("money", "automatic", "by_hand", "over"),
    [
        (3, 5, 0, []),
        (4, 5, 0, ["money"]),
        (3, 6, 0, ["automatic"]),
        (4, 6, 0, ["money", "automatic"]),
        (0, 5, 50, []),
    ],
)
def test_what_moves_money_and_what_rules_decide_count_for_themselves(
    book: Book, money: int, automatic: int, by_hand: int, over: list[str]
) -> None:
    """What a person decided and moves no money took a key each: it has no limit."""
    with book.store.writing() as connection:
        invoices(connection, money, ANN)
        links(connection, automatic)
        links(connection, by_hand, ANN)
        assert [one.part for one in volume.weigh(connection, LIMITS, NOW)] == over


def test_it_says_how_many_of_what_over_how_much_and_why(book: Book) -> None:
    with book.store.writing() as connection:
        invoices(connection, 3)
        invoices(connection, 2, ANN)
        (found,) = volume.weigh(connection, LIMITS, NOW)
    assert found.words == (
        "Withheld: 5 operations (create document: 5) over 300.00 before tax, where a run writes 3 at most. "
        "Decided by rule: certain link (rules r1): 3; ann (rules r1): 2."
    )


def test_a_part_over_its_limit_is_not_due_and_the_rest_is(book: Book) -> None:
    with book.store.writing() as connection:
        made, linked = invoices(connection, 4), links(connection, 2)
        assert volume.next_due(connection, NOW) == NOW
        volume.keep(connection, volume.weigh(connection, LIMITS, NOW))
        parts = volume.filters(connection, volume.withheld(connection))
        assert [row["id"] for row in outbox.due(connection, NOW, 100, parts)] == linked
        assert [row["id"] for row in volume.unsent_rows(connection)] == made
        for id_ in linked:
            row = outbox.get(connection, id_)
            assert row is not None
            move(connection, row, "cancelled", at=NOW)
        assert volume.next_due(connection, NOW) is None


def test_what_was_let_go_is_due_and_the_next_excess_counts_anew(book: Book) -> None:
    with book.store.writing() as connection:
        invoices(connection, 4)
        volume.keep(connection, volume.weigh(connection, LIMITS, NOW))
        assert [one.count for one in volume.release(connection)] == [4]
        assert volume.weigh(connection, LIMITS, NOW) == []
        assert volume.withheld(connection) == []
        invoices(connection, 3)
        assert volume.weigh(connection, LIMITS, NOW) == []
        invoices(connection, 1)
        assert [one.count for one in volume.weigh(connection, LIMITS, NOW)] == [4]


@pytest.mark.parametrize(("busiest", "due", "over"), [(0, 100, 0), (0, 101, 101), (80, 160, 0), (80, 161, 161)])
def test_without_a_limit_of_its_own_a_book_writes_twice_its_busiest_day(
    book: Book, busiest: int, due: int, over: int
) -> None:
    with book.store.writing() as connection:
        yesterday = NOW - timedelta(days=1)
        send(connection, invoices(connection, busiest, at=yesterday), yesterday)
        send(connection, invoices(connection, 300, at=NOW - timedelta(days=40)), NOW - timedelta(days=40))
        invoices(connection, due)
        assert sum(one.count for one in volume.weigh(connection, Limits(), NOW)) == over
