"""Forgetting somebody: nothing personal is left in any file, the books and the chain stay whole, and it stays so."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests import builders as make
from tests.remote import deliver

from qbconsole.actions import decide, queues
from qbconsole.actions.forget import forget, preview
from qbconsole.actions.propose import propose
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.receivables import Difference
from qbconsole.domain.records import Address, Company, Contact, Customer, Deal, Document
from qbconsole.journal import Actor, audit, verify
from qbconsole.store import forgotten, journal, mirror, proofs, runs
from qbconsole.store.firm import Firm

if TYPE_CHECKING:
    from tests.conftest import MakeBook

    from qbconsole.books.book import Book
    from qbconsole.domain.records import Record

ANN = Actor("ann", "tty1")
CANARIES = (
    "Zanzibar Dental", "Zanzibar Chiller", "zora@zanzibar.example", "Zora Quill", "512 555 0177", "1 Quagga Pier",
    "Quaggatown", "zanzibar.example", "prefers Quokka", "Zebu compressor", "Zebu on the roof", "waits for Quetzal",
    "REF-QUINCE",
)  # fmt: skip
SMALL = Decimal("77.00")
HOME = Address("1 Quagga Pier", "Quaggatown", "TX", "73301")


def _somebody() -> list[Record]:
    labor, chiller = make.lines()
    return [
        make.company(name="Zanzibar Dental", domain="zanzibar.example", phone="512 555 0177", address=HOME),
        make.contact(name="Zora Quill", email="zora@zanzibar.example"),
        make.deal(name="Zanzibar Chiller"),
        replace(labor, description="Zebu on the roof"),
        replace(chiller, name="Zebu compressor"),
        make.customer(
            name="Zanzibar Dental, P.C.", email="zora@zanzibar.example", address=HOME, notes="prefers Quokka"
        ),
        make.document(posted_on=make.CUT_OVER, due_on=make.CUT_OVER, email="zora@zanzibar.example", total=SMALL),
        replace(make.payment(amount="7.00"), reference="REF-QUINCE"),
        make.owner(), make.stage(), *make.items(), make.term(), make.ledger(),
    ]  # fmt: skip


@pytest.fixture
async def known(make_book: MakeBook) -> Book:
    """A book that knows somebody in every table: linked, billed, overdue, in conflict, in the sync log, off balance."""
    book = make_book(posting_window=0)
    make.put(book, *_somebody())
    make.put(book, make.company("11", name="Other Works"), make.customer("61", name="Other Works Inc."))
    propose(book)
    for row in queues.rows(book, "unmatched"):
        if "Zanzibar" in row.title:
            decide.decide(book, "unmatched.link", row.id, ANN, customer="60")
        else:
            decide.decide(book, "unmatched.link", row.id, ANN, customer="61")
    await deliver(book)
    propose(book)
    (row,) = queues.rows(book, "invoices")
    decide.decide(book, "invoices.hold", row.id, ANN, reason="waits for Quetzal")
    decide.undo(book, ANN)
    decide.decide(book, "invoices.approve", row.id, ANN)
    await deliver(book)
    make.put(book, make.customer(name="Zanzibar Dental", phone="512 555 0177", notes="prefers Quokka\nCRM company 10"))
    propose(book)
    with book.store.writing() as connection:
        run = runs.begin(connection, "start", make.NOW)
        runs.log(connection, run, "warning", "Zanzibar Dental (60) owes 1.00.", at=make.NOW)
        off = Difference("60", "Zanzibar Dental", "USD", Decimal(1), Decimal(2), "report")
        proofs.keep_differences(connection, [off], make.NOW)
    with closing(Firm(book.folder.parent.parent / "firm.db")) as firm:
        firm.put(book.name, make.NOW, "", {"customers": ["Zanzibar Dental"]})
    (book.folder / "mirror.before-0003.db").write_text("Zanzibar Dental")
    return book


def _found(book: Book) -> dict[str, list[str]]:
    """In which files of the home which canaries stand, in either case."""
    contents = {path.name: path.read_bytes().lower() for path in book.folder.parent.parent.rglob("*") if path.is_file()}
    found = {name: [one for one in CANARIES if one.lower().encode() in content] for name, content in contents.items()}
    return {name: listed for name, listed in found.items() if listed}


def test_nothing_of_it_is_left_in_any_file(known: Book) -> None:
    before = _found(known)
    assert {"mirror.db-wal", "firm.db", "mirror.before-0003.db"} <= set(before)
    assert set(before["mirror.db-wal"]) >= {"Zanzibar Dental", "Zora Quill", "waits for Quetzal"}
    forget(known, "customer:60", ANN)
    assert _found(known) == {}


def test_the_chain_holds_and_says_that_it_was_done_by_whom(known: Book) -> None:
    forget(known, "Zanzibar Dental", ANN)
    with known.store.reading() as connection:
        assert verify(connection) == ""
        assert audit.differences(connection) == []
        newest = journal.events(connection, limit=1)[0]
        others = [one for one in journal.story(connection, {"companies:11"}, ()) if one["body"] is None]
    assert (newest["kind"], newest["body"]["words"]) == ("forget", "forget companies:10, customers:60")
    assert newest["body"]["actor"]["name"] == "ann"
    assert others == [], "what is said of others stays"


def test_the_books_stay(known: Book) -> None:
    forget(known, "customer:60", ANN)
    with known.store.reading() as connection:
        invoice, deal = mirror.get(connection, Document, "900"), mirror.get(connection, Deal, "1042")
        customer = mirror.get(connection, Customer, "60")
        other = mirror.get(connection, Company, "11")
    assert invoice is not None
    assert (invoice.total, invoice.customer_id, invoice.email) == (SMALL, "60", "")
    assert deal is not None
    assert (deal.amount, deal.name) == (Decimal("6420.00"), "Forgotten deal 1042")
    assert customer is not None
    assert (customer.name, customer.notes) == ("Forgotten customer 60", "CRM company 10")
    assert other is not None
    assert other.name == "Other Works"
    propose(known)
    assert queues.rows(known, "invoices") == [], "what was billed is not billed again"
    assert queues.rows(known, "conflicts") == []


def test_what_the_remotes_say_again_is_not_stored_again(known: Book) -> None:
    forget(known, "customer:60", ANN)
    make.put(known, *_somebody())
    propose(known)
    assert known.store.compact()
    assert _found(known) == {}
    with known.store.reading() as connection:
        assert "contacts:20" in forgotten.subjects(connection)
        assert mirror.get(connection, Contact, "20") == Contact(
            "20", "Forgotten contact 20", company_ids=("10",), billing=True
        )


def test_a_change_of_figures_still_comes_through(known: Book) -> None:
    forget(known, "customer:60", ANN)
    make.put(
        known,
        make.document("900", total=SMALL, balance=Decimal("0.00"), email="zora@zanzibar.example"),
    )
    with known.store.reading() as connection:
        invoice = mirror.get(connection, Document, "900")
    assert invoice is not None
    assert (invoice.balance, invoice.email) == (Decimal("0.00"), "")


def test_a_preview_counts_and_changes_nothing(known: Book) -> None:
    before = _found(known)
    told = preview(known, "customer:60")
    assert told["whom"] == ["customers:60", "companies:10", "contacts:20"]
    assert told["records"] == {
        "customers": 1,
        "companies": 1,
        "contacts": 1,
        "deals": 1,
        "line_items": 2,
        "documents": 1,
        "payments": 1,
    }
    assert told["events"] > 5
    assert _found(known) == before
    assert {name: told[name] for name in ("records", "events", "whom")} == {
        name: value
        for name, value in forget(known, "customer:60", ANN).items()
        if name in ("records", "events", "whom")
    }


def test_a_decision_about_somebody_forgotten_is_not_taken_back(known: Book) -> None:
    forget(known, "customer:60", ANN)
    with known.store.reading() as connection:
        approved = next(one for one in journal.every_decision(connection) if one["action"] == "invoices.approve")
    assert approved["words"] == "(forgotten)"
    with pytest.raises(NeedsPerson, match="whom it was about is forgotten"):
        decide.undo(known, ANN, approved["id"])


async def test_it_waits_until_all_is_settled(make_book: MakeBook) -> None:
    book = make_book(posting_window=0)
    make.put(book, *_somebody())
    propose(book)
    (row,) = queues.rows(book, "unmatched")
    decide.decide(book, "unmatched.link", row.id, ANN, customer="60")
    with pytest.raises(NeedsPerson, match=r"2 operations are not settled yet \(L1, L2\)"):
        forget(book, "customer:60", ANN)
    await deliver(book)
    forget(book, "customer:60", ANN)


def test_only_customers_and_companies_are_forgotten(known: Book) -> None:
    with pytest.raises(NeedsPerson, match="is no customer and no company"):
        preview(known, "deal:1042")


def test_a_reader_that_keeps_old_pages_is_said(known: Book) -> None:
    with known.store.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM decision").all()
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
        with pytest.raises(NeedsPerson, match="keeps old pages") as refused:
            forget(known, "customer:60", ANN)
    assert refused.value.next_step.endswith("qbconsole forget customers:60 --yes")
    forget(known, "customers:60", ANN)
    assert _found(known) == {}
