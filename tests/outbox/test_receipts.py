"""What the journal keeps of an operation, from the decision to the receipt, on its real way through the deliverer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests import builders as make
from tests.remote import deliver

from qbconsole.actions import decide, queues
from qbconsole.actions.propose import propose
from qbconsole.domain.errors import NeedsPerson
from qbconsole.journal import Actor, audit, verify
from qbconsole.store import journal as rows
from qbconsole.store import outbox

if TYPE_CHECKING:
    from tests.conftest import MakeBook

    from qbconsole.books.book import Book

ANN = Actor("ann", "ssh from 192.0.2.7")


@pytest.fixture
async def delivered(make_book: MakeBook) -> Book:
    """A book whose one company was linked by a person: the tag and the stamp are delivered."""
    book = make_book(posting_window=0)
    make.put(book, *make.basics())
    propose(book)
    (row,) = queues.rows(book, "unmatched")
    decide.decide(book, "unmatched.link", row.id, ANN, customer="60", seen=queues.detail(book, row.id).seen)
    await deliver(book)
    return book


def _events(book: Book, subject: str = "") -> list[dict[str, Any]]:
    with book.store.reading() as connection:
        return rows.events(connection, subject)[::-1]


def test_a_decision_keeps_who_from_where_by_which_rules_and_what_was_on_the_screen(delivered: Book) -> None:
    body = _events(delivered)[0]["body"]
    assert body["actor"] == {"name": "ann", "origin": "ssh from 192.0.2.7", "automatic": False}
    assert body["rules"] == delivered.rules.hash
    assert body["seen"]
    company, candidate = body["shown"]["sections"]
    assert company[0] == "Company in the CRM"
    assert ["id", "60", "QuickBooks"] in candidate[1]
    assert body["content"]["agreed"]["email"] == {"crm": "ann@harbor.example", "accounting": "ann@harbor.example"}
    assert body["content"]["evidence"]["signals"]


def test_every_step_of_an_operation_names_its_request(delivered: Book) -> None:
    with delivered.store.reading() as connection:
        requests = {row["id"]: row["request_id"] for row in outbox.every(connection)}
    steps = [event for event in _events(delivered) if event["kind"] in ("operation", "receipt")]
    assert {event["body"]["request_id"] == requests[event["operation_id"]] for event in steps} == {True}
    assert [event["body"].get("to", "born") for event in steps if event["operation_id"] == 1][:2] == ["born", "claimed"]


def test_an_operation_is_kept_whole_as_it_was_decided(delivered: Book) -> None:
    born = next(event["body"] for event in _events(delivered) if event["kind"] == "operation")
    assert born["body"] == {"customer_id": "60", "tag": "CRM company 10", "remove": False}
    assert (born["generation"], born["system"], born["target"]) == (1, "accounting", "customers:60")


def test_a_receipt_holds_the_record_before_and_is_found_from_each_record(delivered: Book) -> None:
    receipts = [event for event in _events(delivered, "customers:60") if event["kind"] == "receipt"]
    tagged = next(event["body"] for event in receipts if event["operation_id"] == 1)
    assert tagged["before"]["name"] == "Harbor Point Dental, P.C."
    assert {"remote_id", "revision", "number", "reference", "found", "after"} <= set(tagged)
    stamped = [event for event in _events(delivered, "companies:10") if event["kind"] == "receipt"]
    assert [event["operation_id"] for event in stamped] == [2]
    assert stamped[0]["body"]["before"]["name"] == "Harbor Point Dental"


async def test_a_made_document_is_found_by_its_own_id(delivered: Book) -> None:
    propose(delivered)
    (row,) = queues.rows(delivered, "invoices")
    decide.decide(delivered, "invoices.approve", row.id, ANN)
    await deliver(delivered)
    receipt = next(event for event in reversed(_events(delivered)) if event["kind"] == "receipt")
    document = f"documents:{receipt['body']['remote_id']}"
    for subject in (document, "customers:60"):
        assert receipt["id"] in [event["id"] for event in _events(delivered, subject)], subject
    assert receipt["body"]["before"] is None


async def test_the_journal_tells_outbox_and_decisions_again(delivered: Book) -> None:
    propose(delivered)
    (row,) = queues.rows(delivered, "invoices")
    decide.decide(delivered, "invoices.approve", row.id, ANN)
    await deliver(delivered, NeedsPerson("no such item", next_step="Mend it."))
    with delivered.store.reading() as connection:
        assert outbox.counts(connection) == {"settled": 2, "parked": 1}
        assert verify(connection) == ""
        assert audit.differences(connection) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE operation SET state = 'cancelled' WHERE id = 1", "Operation 1 is cancelled, but settled by the jo"),
        ("UPDATE operation SET body = '{}' WHERE id = 2", "Operation 2 is not the one that was decided"),
        ("UPDATE operation SET remote_id = '7' WHERE id = 2", "Operation 2 is settled with 1 receipts"),
        ("DELETE FROM operation WHERE id = 2", "Operation 2 is in the journal, but not in the outbox"),
        ("UPDATE operation SET id = 9 WHERE id = 2", "Operation 9 is in the outbox, but the journal does not say"),
        ("UPDATE decision SET words = 'link another'", "Decision 1 is not as the journal says"),
        ("DELETE FROM decision", "Decision 1 is in the journal, but not among"),
        ("UPDATE decision SET id = 7", "Decision 7 is not in the journal"),
    ],
)
def test_what_was_changed_beside_the_journal_is_named(delivered: Book, change: str, found: str) -> None:
    with delivered.store.writing() as connection:
        connection.exec_driver_sql(change)
        assert any(found in words for words in audit.differences(connection)), audit.differences(connection)
