"""What each rule last fitted, kept and compared: pauses begin, end, and are accepted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.builders import deal, put, remove, stage

from qbconsole.domain.records import FieldDefinition
from qbconsole.ledger import drift

if TYPE_CHECKING:
    from tests.conftest import MakeBook

    from qbconsole.books.book import Book
    from qbconsole.ledger.drift import Change

STATUS = FieldDefinition("deals.qbc_kind", "deals", "qbc_kind", "QuickBooks document kind", "string")


def compare(book: Book) -> Change:
    with book.store.writing() as connection:
        return drift.compare(connection, book)


def test_a_mirror_without_stages_or_definitions_has_no_drift(book: Book) -> None:
    put(book, deal())
    assert compare(book) == drift.Change()


def test_a_finding_is_new_once_lasts_and_is_mended_once(book: Book) -> None:
    put(book, stage(), STATUS)
    assert compare(book).findings == ()
    remove(book, STATUS)
    first, second = compare(book), compare(book)
    assert [one.subject for one in first.new] == ["property deals.qbc_kind"]
    assert (second.findings, second.new) == (first.findings, ())
    with book.store.reading() as connection:
        assert drift.findings(connection) == first.findings
        assert drift.stamps_paused(connection)
    put(book, STATUS)
    mended = compare(book)
    assert (mended.findings, mended.mended) == ((), first.findings)


def test_what_fits_becomes_the_measure(book: Book) -> None:
    put(book, stage())
    compare(book)
    put(book, STATUS)  # made on first use
    assert compare(book).findings == ()
    remove(book, STATUS)
    assert compare(book).findings


def test_a_rewritten_rule_is_measured_anew_and_no_other(make_book: MakeBook) -> None:
    book = make_book(rules='[trigger]\nstages = ["Closed won"]\n')
    put(book, stage(), STATUS)
    compare(book)
    put(book, replace(stage(), label="Signed"))
    remove(book, STATUS)
    assert {one.rule for one in compare(book).findings} == {"trigger", "stamps"}
    (book.folder / "rules.toml").write_text('[trigger]\nstages = ["Signed"]\n')
    book.reload()
    assert {one.rule for one in compare(book).findings} == {"stamps"}


def test_what_is_accepted_is_the_measure_from_then_on(book: Book) -> None:
    put(book, stage())
    compare(book)
    put(book, replace(stage(), won=False))
    found = compare(book).findings
    with book.store.writing() as connection:
        assert drift.accept(connection) == found
    assert compare(book).findings == ()
