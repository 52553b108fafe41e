"""Operations in the sync log: what may be given up, and what may not because it may have been done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.builders import basics, put

from qbconsole.actions import decide, outbox, propose, queues
from qbconsole.domain.errors import NeedsPerson, Retriable
from qbconsole.domain.records import Customer
from qbconsole.journal import Actor
from qbconsole.outbox.queue import move
from qbconsole.store import outbox as rows

if TYPE_CHECKING:
    from qbconsole.books.book import Book

ANN = Actor("ann", "tty1")


def parked(book: Book, problem: type[Exception]) -> str:
    """An approved invoice that was sent and parked for that kind of problem; the id of its operation."""
    (draft,) = queues.rows(book, "invoices")
    taken = decide.decide(book, "invoices.approve", draft.id, ANN)
    at = datetime.now(UTC)
    with book.store.writing() as connection:
        (row,) = rows.of_decision(connection, taken.decision_id)
        claimed = move(connection, row, "claimed", at=at, attempts=1, first_sent_at=at, sent_at=at)
        assert claimed is not None
        move(connection, claimed, "parked", at=at, problem="no answer", problem_class=problem.__name__)
    return f"L{row['id']}"


def test_what_was_refused_is_given_up_and_its_draft_waits_again(linked: Book) -> None:
    operation = parked(linked, NeedsPerson)
    assert outbox.listed(linked)[0].undo == "x gives it up and frees what it held"
    outbox.cancel(linked, operation, ANN)
    assert [row.verdict for row in queues.rows(linked, "invoices")] == ["clean"]


def test_what_may_have_been_done_is_neither_given_up_nor_taken_back(linked: Book) -> None:
    operation = parked(linked, Retriable)
    row = outbox.listed(linked)[0]
    assert row.undo == "R looks for it, and sends it again if it is not there"
    with pytest.raises(NeedsPerson, match="may have reached"):
        outbox.cancel(linked, operation, ANN)
    with pytest.raises(NeedsPerson, match="no answer to it ever came"):
        decide.undo(linked, ANN, row.decision_id)
    assert queues.rows(linked, "invoices") == []


def test_the_customer_that_an_approved_invoice_waits_for_is_not_given_up_alone(book: Book) -> None:
    put(book, *(one for one in basics() if not isinstance(one, Customer)))
    propose.propose(book)
    decide.decide(book, "unmatched.create", queues.rows(book, "unmatched")[0].id, ANN)
    decide.decide(book, "invoices.approve", queues.rows(book, "invoices")[0].id, ANN)
    listed = {row.subtitle.split(" to ")[0]: row.id for row in outbox.listed(book)}
    with pytest.raises(NeedsPerson, match="waits for operation") as refused:
        outbox.cancel(book, listed["create customer"], ANN)
    assert refused.value.next_step == f"Give {listed['create document']} up first."
    outbox.cancel(book, listed["create document"], ANN)
    outbox.cancel(book, listed["create customer"], ANN)
    assert outbox.listed(book) == []
