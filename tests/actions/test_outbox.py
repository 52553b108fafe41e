"""Operations in the sync log: what may be given up, and what may not because it may have been done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.remote import customer, stamp

from qbconsole.actions import decide, outbox, queues
from qbconsole.domain.errors import Gone, NeedsPerson, Retriable
from qbconsole.journal import Actor
from qbconsole.outbox.decider import Decider, Enqueued, Taken
from qbconsole.outbox.queue import move
from qbconsole.store import outbox as rows

if TYPE_CHECKING:
    from qbconsole.books.book import Book
    from qbconsole.domain.operations import Operation

ANN = Actor("ann", "tty1")


def parked(book: Book, problem: type[Exception], **made: Any) -> str:
    """An approved invoice that was sent and parked for that kind of problem; the id of its operation."""
    (draft,) = queues.rows(book, "invoices")
    taken = decide.decide(book, "invoices.approve", draft.id, ANN)
    at = datetime.now(UTC)
    with book.store.writing() as connection:
        (row,) = rows.of_decision(connection, taken.decision_id)
        claimed = move(connection, row, "claimed", at=at, attempts=1, first_sent_at=at, sent_at=at)
        assert claimed is not None
        move(connection, claimed, "parked", at=at, problem="no answer", problem_class=problem.__name__, **made)
    return f"L{row['id']}"


def test_what_was_refused_is_given_up_and_its_draft_waits_again(linked: Book) -> None:
    operation = parked(linked, NeedsPerson)
    assert outbox.listed(linked)[0].undo == "R sends it again, x gives it up and frees what it held"
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


class TestMadeAndGone:
    """The invoice was made, and somebody deleted it before its receipt came."""

    def test_it_is_not_made_again_by_trying_again(self, linked: Book) -> None:
        operation = parked(linked, Gone, remote_id="130", number="1042")
        assert outbox.listed(linked)[0].undo == "x notes that it is gone; then b on its draft bills it again"
        with pytest.raises(NeedsPerson, match=r"made \(1042\) was taken away"):
            outbox.retry(linked, operation, ANN)

    @pytest.mark.parametrize("door", ["cancel", "undo"])
    def test_giving_it_up_leaves_what_was_taken_back(self, linked: Book, door: str) -> None:
        operation = parked(linked, Gone, remote_id="130", number="1042")
        if door == "cancel":
            outbox.cancel(linked, operation, ANN)
        else:
            decide.undo(linked, ANN, outbox.listed(linked)[0].decision_id)
        (draft,) = queues.rows(linked, "invoices")
        assert (draft.verdict, draft.cause) == ("blocked", "taken back, was 1042")

    def test_only_bill_again_makes_it_anew_under_another_request_id(self, linked: Book) -> None:
        first = int(parked(linked, Gone, remote_id="130", number="1042")[1:])
        outbox.cancel(linked, f"L{first}", ANN)
        (draft,) = queues.rows(linked, "invoices")
        with pytest.raises(NeedsPerson, match="blocked"):
            decide.decide(linked, "invoices.approve", draft.id, ANN)
        decide.decide(linked, "invoices.bill_again", draft.id, ANN)
        taken = decide.decide(linked, "invoices.approve", draft.id, ANN)
        with linked.store.reading() as connection:
            (again,), before = rows.of_decision(connection, taken.decision_id), rows.get(connection, first)
        assert before is not None
        assert (before["generation"], again["generation"]) == (1, 2)
        assert again["request_id"] != before["request_id"]
        assert again["body"]["private_note"] == f"{before['body']['private_note']} / 2"


class TestOrder:
    """One operation needs another."""

    def test_what_waits_says_for_what(self, linked: Book) -> None:
        made = add(linked, customer())
        add(linked, stamp("9"), needs=(made,))
        waiting = next(row for row in outbox.listed(linked) if row.subtitle.startswith("stamp company"))
        assert (waiting.verdict, waiting.cause) == ("waiting", f"waits for L{made} (create customer, pending)")

    def test_what_is_needed_is_given_up_last(self, linked: Book) -> None:
        made = add(linked, customer())
        waiting = add(linked, stamp("9"), needs=(made,))
        with pytest.raises(NeedsPerson, match=f"stamp company L{waiting} waits for it"):
            outbox.cancel(linked, f"L{made}", ANN)
        outbox.cancel(linked, f"L{waiting}", ANN)
        outbox.cancel(linked, f"L{made}", ANN)
        assert outbox.listed(linked) == []

    def test_what_only_follows_in_time_goes_on_alone(self, linked: Book) -> None:
        older = add(linked, stamp("9", "1"))
        newer = add(linked, stamp("9", "2"), needs=(older,))
        outbox.cancel(linked, f"L{older}", ANN)
        with linked.store.reading() as connection:
            assert [row["id"] for row in rows.due(connection, datetime.now(UTC))] == [newer]

    def test_a_value_whose_setting_is_not_known_may_be_given_up(self, linked: Book) -> None:
        """A newer value is set over it: nothing can be there twice."""
        id_, at = add(linked, stamp("9", "1")), datetime.now(UTC)
        with linked.store.writing() as connection:
            row = rows.get(connection, id_) or {}
            claimed = move(connection, row, "claimed", at=at, attempts=1, first_sent_at=at, sent_at=at) or {}
            move(connection, claimed, "parked", at=at, problem_class=Retriable.__name__)
        outbox.cancel(linked, f"L{id_}", ANN)
        assert outbox.listed(linked) == []


def add(book: Book, operation: Operation, *, needs: tuple[int, ...] = ()) -> int:
    """An operation of a decision of its own, due at once; its id."""
    with book.store.writing() as connection:
        decider = Decider.of(connection, book, ANN)
        decision = decider.record(Taken("test", "outbox", "T1", operation.kind))
        return decider.enqueue(decision, Enqueued(operation, "companies:9", needs=needs), window=False)
