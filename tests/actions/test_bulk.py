"""What one key decided is taken back by one key: newest first, each row wholly or not at all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.builders import deal, lines, put
from tests.delivery import deliver

from qbconsole.actions import bulk, decide, propose, queues
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.operations import VoidDocument
from qbconsole.domain.records import Document
from qbconsole.journal import Actor
from qbconsole.store import mirror

if TYPE_CHECKING:
    from qbconsole.actions.decide import Decided
    from qbconsole.books.book import Book

ANN = Actor("ann", "tty1")


@pytest.fixture
def three(linked: Book) -> Book:
    """Three drafts of one customer, none a copy of another."""
    for number in (1043, 1044):
        labor, chiller = lines(str(number))
        more = replace(labor, quantity=Decimal(number))
        amount = more.quantity * more.unit_price + chiller.unit_price
        put(linked, deal(str(number), amount=amount, name=f"Job {number}"), more, chiller)
    propose.propose(linked)
    return linked


def approve_all(book: Book) -> list[Decided]:
    """Approve every row by one key."""
    done: list[Decided] = []
    for row in sorted(queues.rows(book, "invoices"), key=lambda row: int(row.id[1:])):
        seen = queues.detail(book, row.id).seen
        first = done[0] if done else None
        done.append(decide.decide_one_of(book, "invoices.approve", row.id, ANN, {}, seen=seen, first=first))
    return done


def states(book: Book) -> dict[str, str]:
    return {row.id: row.state for row in queues.rows(book, "invoices", decided=True)}


def test_all_of_them_are_one_step_back(three: Book) -> None:
    decide.decide(three, "invoices.hold", "I1", ANN, reason="first")
    decide.undo(three, ANN)
    assert len(approve_all(three)) == 3
    foreseen = bulk.foresee(three)
    assert [(one.row_id, one.undo) for one in foreseen] == [(row, "cancel: not sent yet") for row in ("I3", "I2", "I1")]

    taken = bulk.undo(three, ANN)

    assert [one.row_id for one in taken.done] == ["I3", "I2", "I1"]
    assert taken.refused == ()
    assert set(states(three).values()) == {"open"}
    assert deliver(three) == []
    with pytest.raises(NeedsPerson, match="nothing to take back"):
        bulk.undo(three, ANN)


def test_one_of_them_is_taken_back_alone_by_its_number_and_the_rest_together(three: Book) -> None:
    _, second, _ = approve_all(three)
    assert [one.row_id for one in bulk.undo(three, ANN, second.decision_id).done] == ["I2"]
    assert [one.row_id for one in bulk.undo(three, ANN).done] == ["I3", "I1"]


def test_what_was_decided_alone_before_stays(three: Book) -> None:
    decide.decide(three, "invoices.hold", "I1", ANN, reason="ask")
    approve_all(three)
    bulk.undo(three, ANN)
    assert states(three) == {"I1": "held", "I2": "open", "I3": "open"}


def test_refused_rows_are_named_and_do_not_keep_the_others(three: Book) -> None:
    approve_all(three)
    deliver(three)
    with three.store.reading() as connection:
        made = {one.private_note: one for one in mirror.every(connection, Document, type="invoice")}
    odd = made["Deal 1043 / completion"]
    put(three, replace(odd, emailed=True, lines=odd.lines[:1]))
    assert [one.refused for one in bulk.foresee(three)] == [False, True, False]

    taken = bulk.undo(three, ANN)

    assert [one.row_id for one in taken.done] == ["I3", "I1"]
    (refusal,) = taken.refused
    assert refusal.startswith("I2: Cannot undo 'approve Job 1043")
    assert "its lines are not its whole sum: write the credit memo in QuickBooks" in refusal
    assert [type(one) for one in deliver(three)] == [VoidDocument] * 2
    assert states(three)["I2"] == "approved"


def test_a_plain_local_decision_is_foreseen_as_one(three: Book) -> None:
    decide.decide(three, "invoices.hold", "I1", ANN, reason="ask")
    (one,) = bulk.foresee(three)
    assert (one.row_id, one.undo, one.writes) == ("I1", "take the decision back: nothing was written", False)
