"""Why is there an invoice 1042? The record that is meant, and its story in order and in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests import builders as make
from tests.remote import deliver

from qbconsole.actions import decide, outbox, queues
from qbconsole.actions.propose import propose
from qbconsole.actions.records import find
from qbconsole.actions.story import FORGOTTEN, story, tell
from qbconsole.domain.errors import Configuration, NeedsPerson
from qbconsole.journal import Actor
from qbconsole.store import journal

if TYPE_CHECKING:
    from tests.conftest import MakeBook

    from qbconsole.books.book import Book

ANN = Actor("ann", "ssh from 192.0.2.7")


@pytest.fixture
async def billed(make_book: MakeBook) -> Book:
    """A deal that a person linked, approved, saw refused, and sent again."""
    book = make_book(posting_window=0)
    make.put(book, *make.basics())
    propose(book)
    (row,) = queues.rows(book, "unmatched")
    decide.decide(book, "unmatched.link", row.id, ANN, customer="60")
    await deliver(book)
    propose(book)
    (row,) = queues.rows(book, "invoices")
    decide.decide(book, "invoices.approve", row.id, ANN)
    await deliver(book, NeedsPerson("There is no such term.", next_step="Mend the term."))
    (parked,) = outbox.listed(book)
    outbox.retry(book, parked.id, Actor("bob", "tty3"))
    make.put(book, make.document("900", number="1042", customer_id="60"))
    return book


def _subjects(book: Book, text: str) -> set[str]:
    with book.store.reading() as connection:
        return {subject for one in find(connection, text) for subject in one.subjects}


def _told(book: Book, text: str) -> list[str]:
    with book.store.reading() as connection:
        found = find(connection, text)
        subjects = {subject for one in found for subject in one.subjects}
        decisions = {id_ for one in found for id_ in one.decisions}
        return [one.words for one in story(journal.story(connection, subjects, decisions))]


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("deal:1042", {"deals:1042"}),
        ("deals:1042", {"deals:1042"}),
        ("deal 1042", {"deals:1042"}),
        ("company:10", {"companies:10"}),
        ("invoice:1042", {"documents:900"}),
        ("Invoice 1042", {"documents:900"}),
        ("document:900", {"documents:900"}),
        ("1042", {"documents:900"}),
        ("harbor point dental", {"companies:10"}),
        ("Harbor", {"companies:10", "customers:60"}),
        ("chiller", {"deals:1042"}),
        ("ann lee", {"contacts:20"}),
        ("U1", {"companies:10"}),
        ("i1", {"deals:1042"}),
    ],
)
def test_a_record_is_found_by_what_a_person_calls_it(billed: Book, text: str, subjects: set[str]) -> None:
    assert _subjects(billed, text) == subjects


@pytest.mark.parametrize("text", ["nobody", "deal:7", "invoice:9", "I99", "D99", "L99", "%", "1e3", ":", "deal:"])
def test_what_is_not_there_is_said_with_how_to_ask(billed: Book, text: str) -> None:
    with billed.store.reading() as connection, pytest.raises(Configuration, match="There is no record") as refused:
        find(connection, text)
    assert "deal:1042" in refused.value.next_step


def test_a_name_of_many_is_not_guessed(billed: Book) -> None:
    make.put(billed, *(make.customer(str(number), name=f"Acme {number}") for number in range(100, 110)))
    with billed.store.reading() as connection, pytest.raises(Configuration, match="10 records are called 'acme'"):
        find(connection, "acme")


@pytest.mark.parametrize("text", ["deal:1042", "I1", "D2", "L3"])
def test_the_story_is_told_in_order_from_the_decision_to_the_receipt(billed: Book, text: str) -> None:
    told = _told(billed, text)
    steps = [
        "D2 ann (ssh from 192.0.2.7): approve Chiller swap 1042: invoice over 6,420.00 before tax",
        "L3 to do in QuickBooks: make invoice over 6,420.00 USD before tax, dated 2026-11-16",
        "L3 is sent, attempt 1",
        "L3 parked, a person must look: There is no such term. Mend the term.",
        "D3 bob (tty3): retry create document L3",
        "L3 is looked for, and sent again if it is not there",
    ]
    assert [one.partition("; waits")[0] for one in told][: len(steps)] == steps


def test_the_story_of_a_link_does_not_tell_other_deals(billed: Book) -> None:
    told = _told(billed, "D1")
    assert told[0] == "D1 ann (ssh from 192.0.2.7): link Harbor Point Dental to Harbor Point Dental, P.C."
    assert {"L1 tag customer is done, as id 100", "L2 stamp company is done, as id 100"} <= set(told)
    assert not any("D2" in one or "L3" in one for one in told)


def test_taking_back_belongs_to_the_story_of_what_was_taken_back(billed: Book) -> None:
    make.put(billed, make.deal("2000", name="Duct work"))
    with billed.store.reading() as connection:
        before = len(journal.decisions(connection))
    propose(billed)
    row = queues.rows(billed, "invoices")[0]
    decide.decide(billed, "invoices.hold", row.id, ANN, reason="waiting for the permit")
    decide.undo(billed, ANN)
    told = _told(billed, "deal:2000")
    assert [one.split(":")[0] for one in told] == [
        f"D{before + 1} ann (ssh from 192.0.2.7)",
        f"D{before + 2} ann (ssh from 192.0.2.7)",
    ]
    with billed.store.reading() as connection:
        undone = tell(journal.story(connection, (), [before + 2])[-1])
    assert f"takes D{before + 1} back" in undone.details


def test_what_was_shown_stands_below_the_decision(billed: Book) -> None:
    with billed.store.reading() as connection:
        event = next(one for one in journal.story(connection, (), [2]) if one["kind"] == "decision")
    details = tell(event).details
    assert details[0].startswith("shown: Draft: invoice from deal 1042")
    assert any("Lines: 8 x Install labor" in line for line in details)
    assert details[-1] == f"by the rules {billed.rules.hash[:8]}"


def test_an_erased_event_says_only_that(billed: Book) -> None:
    with billed.store.reading() as connection:
        event = journal.story(connection, (), [2])[0]
    assert tell({**event, "body": None}).words == FORGOTTEN


def test_events_are_searched_by_words_and_by_record(billed: Book) -> None:
    with billed.store.reading() as connection:
        every = journal.ids(connection)
        assert every == sorted(every, reverse=True)
        assert {one["kind"] for one in journal.by_ids(connection, journal.ids(connection, ["chiller", "SWAP"]))}
        assert journal.ids(connection, ["deals:1042"])
        assert journal.ids(connection, ["no such", "word"]) == journal.ids(connection, ["%%"]) == []
