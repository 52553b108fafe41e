"""The law of the ledger: what bills an event never exceeds it, whatever is decided in whatever order."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from tests.builders import NOW, document

from qbconsole.domain.errors import NeedsPerson
from qbconsole.ledger import documents, events
from qbconsole.ledger.events import Due, Event
from qbconsole.store import events as rows
from qbconsole.store.engine import Store

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.books.book import Book

DAY = date(2026, 11, 14)


def made(connection: Connection, deal_id: str = "1", amount: str = "100.00", state: str = "open") -> Event:
    due = Due(deal_id, "completion", DAY, "USD", Decimal(amount), state)
    return events.ensure(connection, [due], NOW)[deal_id, "completion"]


def test_an_event_is_made_once_and_follows_its_deal_only_while_it_is_open(book: Book) -> None:
    with book.store.writing() as connection:
        first = made(connection)
        assert made(connection, amount="120.00").amount == Decimal("120.00")
        now = events.get(connection, first.id)
        documents.bill(connection, now, type_="invoice", operation_id=1, decision_id=1, at=NOW)
        again = made(connection, amount="999.00")
        assert (again.id, again.amount, again.state) == (first.id, Decimal("120.00"), "billed")


def test_the_database_itself_refuses_more_than_the_event(book: Book) -> None:
    with pytest.raises(IntegrityError, match="exceed the billing event"), book.store.writing() as connection:
        event = made(connection)
        rows.allocate(connection, event.id, 1, 6000)
        rows.allocate(connection, event.id, 2, 4001)


def test_an_event_is_billed_once(book: Book) -> None:
    with book.store.writing() as connection:
        event = made(connection)
        documents.bill(connection, event, type_="invoice", operation_id=1, decision_id=1, at=NOW)
        with pytest.raises(NeedsPerson, match="decided by somebody else"):
            documents.bill(connection, event, type_="invoice", operation_id=2, decision_id=2, at=NOW)


def test_taking_back_names_what_it_was_and_frees_the_event(book: Book) -> None:
    with book.store.writing() as connection:
        event = made(connection)
        billed_id = documents.bill(connection, event, type_="invoice", operation_id=1, decision_id=1, at=NOW)
        documents.delivered(connection, 1, "900", "1900")
        documents.voided(connection, "900", NOW)
        after = events.get(connection, event.id)
        assert (after.state, after.was) == ("taken_back", "1900")
        assert documents.every(connection, id=billed_id)[0].state == "taken_back"
        assert rows.allocated(connection, event.id) == 0


def test_an_event_that_another_document_still_bills_is_not_taken_back(book: Book) -> None:
    with book.store.writing() as connection:
        event = made(connection)
        halves = [document("1", total=Decimal(50)), document("2", total=Decimal(50))]
        documents.adopt(connection, event, halves, decision_id=1, at=NOW)
        documents.take_back(connection, documents.every(connection, document_id="1")[0], NOW)
        assert events.get(connection, event.id).state == "billed"


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["adopt", "bill", "release", "take_back"]),
        st.sampled_from(["1", "2", "3"]),
        st.lists(st.sampled_from(["800", "801", "802"]), min_size=1, max_size=3, unique=True),
    ),
    max_size=12,
)
TOTALS = {"800": Decimal("40.00"), "801": Decimal("100.00"), "802": Decimal("250.00")}


@settings(max_examples=30, deadline=None)
@given(ACTIONS)
def test_allocations_never_exceed_the_event_nor_the_document(
    empty_database: Path, actions: list[tuple[str, str, list[str]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(shutil.copy2(empty_database, Path(folder) / "mirror.db")))
        with store.writing() as connection:
            for deal_id in ("1", "2", "3"):
                made(connection, deal_id)
            for number, (action, deal_id, ids) in enumerate(actions, start=1):
                try:
                    with connection.begin_nested():
                        _do(connection, action, deal_id, ids, number)
                except NeedsPerson:
                    continue
            for event in events.every(connection):
                assert rows.allocated(connection, event.id) <= 10000
                assert (rows.allocated(connection, event.id) > 0) is (event.state == "billed")
            for id_, used in documents.used(connection).items():
                assert used <= TOTALS[id_]
        store.close()


def _do(connection: Connection, action: str, deal_id: str, ids: list[str], number: int) -> None:
    (event,) = events.every(connection, deal_id=deal_id)
    if action == "adopt" and event.state != "billed":
        chosen = [document(id_, total=TOTALS[id_]) for id_ in ids]
        documents.adopt(connection, event, chosen, decision_id=number, at=NOW)
    elif action == "bill" and event.state == "open":
        documents.bill(connection, event, type_="invoice", operation_id=number, decision_id=number, at=NOW)
    elif action == "release" and event.state == "billed":
        documents.release(connection, event, at=NOW)
    elif action == "take_back":
        for billed in documents.every(connection, document_id=ids[0], state="live"):
            documents.take_back(connection, billed, NOW)
