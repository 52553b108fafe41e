"""Laws of the desks: proposing is idempotent, and no story of a deal bills it twice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import CUT_OVER, NOW, basics, deal, document, put
from tests.delivery import deliver

from qbconsole.actions import decide, propose, queues, summary
from qbconsole.books.book import Book
from qbconsole.books.settings import Accounting, Crm, Settings, write_settings
from qbconsole.domain.errors import Problem
from qbconsole.domain.operations import CreateDocument, VoidDocument
from qbconsole.journal import Actor, verify
from qbconsole.store import facts

if TYPE_CHECKING:
    from tests.conftest import MakeBook

ANN = Actor("ann", "tty1")
UTC = NOW.tzinfo


def test_the_same_inputs_change_nothing(book: Book) -> None:
    put(book, *basics(), document(), document("901", due_on=date(2026, 11, 1), total=Decimal(50)))
    assert sum(propose.propose(book).values()) > 0
    propose.decide_automatically(book)
    propose.propose(book)
    assert propose.propose(book) == {"unmatched": 0, "invoices": 0, "overdue": 0, "conflicts": 0}
    assert propose.decide_automatically(book) == 0


def test_nothing_from_before_the_cut_over_is_drafted(book: Book) -> None:
    put(book, *basics(), deal(closed_at=datetime(2026, 10, 16, tzinfo=UTC)))
    propose.propose(book)
    assert queues.rows(book, "invoices", decided=True) == []

    put(book, deal())
    propose.propose(book)
    (row,) = queues.rows(book, "invoices")
    assert row.verdict == "blocked"
    assert any("before the cut-over" in fact.value for fact in queues.detail(book, row.id).sections[3].facts)


def test_a_draft_goes_when_its_deal_is_not_won_any_more_and_comes_back(book: Book) -> None:
    put(book, *basics())
    propose.propose(book)
    put(book, deal(won=False, stage_id="open"))
    propose.propose(book)
    assert queues.rows(book, "invoices") == []
    put(book, deal())
    propose.propose(book)
    assert [row.id for row in queues.rows(book, "invoices")] == ["I1"]


def test_a_trigger_may_name_a_stage(make_book: MakeBook) -> None:
    book = make_book(rules='[trigger]\nstages = ["Closed won"]\n')
    put(book, *basics(), deal(won=False))
    propose.propose(book)
    assert len(queues.rows(book, "invoices")) == 1


def test_changed_rules_never_bill_a_deal_under_another_key(make_book: MakeBook) -> None:
    book = make_book()
    put(book, *basics())
    propose.propose(book)
    propose.decide_automatically(book)
    decide.decide(book, "invoices.approve", "I1", ANN)
    deliver(book)
    (book.folder / "rules.toml").write_text('[trigger]\nkey = "deposit"\n')
    book.reload()
    propose.propose(book)
    (row,) = queues.rows(book, "invoices")
    assert row.cause.startswith("already billed as 500")


STEPS = st.lists(
    st.sampled_from(["approve", "deliver", "undo", "reopen", "win", "propose", "bill_again", "hold", "reject"]),
    max_size=12,
)


@settings(max_examples=10, deadline=None)
@given(STEPS)
def test_no_story_of_a_deal_leaves_two_standing_invoices(empty_database: Path, steps: list[str]) -> None:
    with TemporaryDirectory() as folder:
        book = _book(Path(folder) / "books" / "law", empty_database)
        put(book, *basics())
        propose.propose(book)
        propose.decide_automatically(book)
        deliver(book)
        sent = []
        for step in steps:
            sent += _take(book, step)
        sent += deliver(book)
        made = sum(isinstance(one, CreateDocument) and one.type == "invoice" for one in sent)
        voided = sum(isinstance(one, VoidDocument) for one in sent)
        assert made - voided in (0, 1)
        with book.store.reading() as connection:
            assert verify(connection) == ""
        book.close()


def _take(book: Book, step: str) -> list[object]:
    try:
        match step:
            case "deliver":
                return list(deliver(book))
            case "undo":
                decide.undo(book, ANN)
            case "reopen":
                put(book, deal(won=False, stage_id="open"))
            case "win":
                put(book, replace(deal(), name="again"))
            case "propose":
                propose.propose(book)
            case _:
                decide.decide(book, f"invoices.{step}", "I1", ANN, reason="because")
    except Problem:
        pass
    return []


def _book(folder: Path, empty_database: Path) -> Book:
    folder.mkdir(parents=True)
    shutil.copy2(empty_database, folder / "mirror.db")
    write_settings(
        folder,
        Settings(
            name="law",
            company="Law",
            time_zone="America/Chicago",
            clock="remote",
            cut_over=CUT_OVER,
            armed=True,
            crm=Crm(kind="hubspot"),
            accounting=Accounting(realm_id="1"),
        ),
    )
    (folder / "rules.toml").write_text("[collections]\ntask = false\n")
    book = Book(folder)
    with book.store.writing() as connection:
        facts.keep_remote_offset(connection, NOW)
    return book


def test_the_summary_says_how_all_is(book: Book) -> None:
    put(book, *basics(), document("901", due_on=date(2026, 10, 1), total=Decimal("50.00")))
    propose.propose(book)
    propose.decide_automatically(book)
    found = summary.status(book)
    assert found["queues"]["invoices"] == {"rows": 1, "money": Decimal("6420.00")}
    assert found["ageing"]["31-60"] == {"invoices": 1, "money": Decimal("50.00")}
    assert found["outbox"] == {"pending": 3}
    assert found["tasks"] == {"pending": 1}
    assert found["runner"]["alive"] is False


@pytest.mark.parametrize("search", ["harbor", "I1", "chiller 6420", "P.C."])
def test_rows_are_found_by_what_they_show(book: Book, search: str) -> None:
    put(book, *basics())
    propose.propose(book)
    propose.decide_automatically(book)
    assert [row.id for row in queues.rows(book, "invoices", search=search)] == ["I1"]
    assert queues.rows(book, "invoices", search="nowhere") == []
