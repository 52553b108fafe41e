"""Every `--json` document keeps to its checked-in schema."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from tests.cli.command import call, run

import qbconsole.cli
from qbconsole.books.book import Book
from qbconsole.domain.receivables import Difference
from qbconsole.store import proofs

if TYPE_CHECKING:
    from tests.cli.conftest import Office

from pathlib import Path

SCHEMAS = Path(qbconsole.cli.__file__).parent / "schemas"


def keeps_to(document: Any, name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    jsonschema.validate(document, schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize(
    ("words", "schema", "code"),
    [
        ("status", "status", 0),
        ("queue unmatched", "queue", 0),
        ("queue invoices --decided", "queue", 0),
        ("queue overdue --decided", "queue", 0),
        ("queue conflicts", "queue", 0),
        ("queue invoices --search nothing-is-called-so", "queue", 0),
        ("show I1", "show", 0),
        ("show U1", "show", 0),
        ("outbox list", "outbox", 0),
        ("log", "log", 0),
        ("drift", "drift", 0),
        ("drift --accept", "drift", 0),
        ("log 1", "run", 0),
        ("journal", "journal", 0),
        ("journal I1", "journal", 0),
        ("journal nothing-is-called-so", "error", 2),
        ("journal export", "error", 2),
        ("journal verify", "journal_verify", 0),
        ("book list", "book_list", 0),
        ("book check", "book_check", 0),
        ("pdf 99999999", "error", 2),
        ("sync", "sync", 3),
        ("show I99999", "error", 2),
        ("status --book nobody", "error", 2),
        ("status --no-such-option", "error", 2),
    ],
)
def test_one_document_on_stdout(synced: Office, words: str, schema: str, code: int) -> None:
    ran = call(*words.split(), "--json", home=synced.home)
    assert ran.code == code, ran.err
    keeps_to(ran.document, schema)


@pytest.mark.parametrize(
    ("words", "schema", "code"), [("errors", "errors", 0), ("errors 6240", "errors", 0), ("errors 42", "error", 2)]
)
def test_the_error_cookbook_needs_no_book(words: str, schema: str, code: int) -> None:
    ran = call(*words.split(), "--json")
    assert ran.code == code, ran.err
    keeps_to(ran.document, schema)


def test_decisions_and_their_undo(office: Office) -> None:
    rows = call("queue", "invoices", "--json", home=office.home).document["rows"]
    clean = [row["id"] for row in rows if row["verdict"] == "clean"]
    approved = call("approve", *clean[:2], "--json", home=office.home)
    assert approved.code == 0, approved.err
    keeps_to(approved.document, "decisions")
    assert [one["row_id"] for one in approved.document["decisions"]] == clean[:2]
    foreseen = call("undo", "--dry-run", "--json", home=office.home)
    keeps_to(foreseen.document, "undo_dry_run")
    assert [one["undo"] for one in foreseen.document["would"]] == ["cancel: not sent yet"] * 2
    undone = call("undo", "--json", home=office.home)
    keeps_to(undone.document, "undo")
    assert [undone.document["row_id"], *(one["row_id"] for one in undone.document["others"])] == clean[1::-1]
    call("approve", clean[0], "--json", home=office.home)
    waiting = call("outbox", "list", "--json", home=office.home)
    keeps_to(waiting.document, "outbox")
    assert [row["state"] for row in waiting.document["operations"]] == ["waiting"]
    cancelled = call("outbox", "cancel", waiting.document["operations"][0]["id"], "--json", home=office.home)
    keeps_to(cancelled.document, "outbox_decision")


def test_books(synced: Office, tmp_path: Path) -> None:
    added = call("book", "add", "other", "--simulator", synced.served["control_url"], "--json", home=tmp_path)
    keeps_to(added.document, "book_add")
    disarmed = call("book", "arm", "--disarm", "--json", home=tmp_path)
    keeps_to(disarmed.document, "book_arm")
    assert disarmed.document["armed"] is False


def test_receivables_that_are_off_are_told_with_the_customer(office: Office) -> None:
    with closing(Book(office.book)) as book, book.store.writing() as connection:
        off = Difference("60", "Harbor Point", "USD", Decimal("112.34"), Decimal("100.00"), "report")
        proofs.keep_differences(connection, [off], datetime.now(UTC))
    ran = call("status", "--json", home=office.home)
    keeps_to(ran.document, "status")
    assert ran.document["out_of_balance"]["amount"] == "12.34"
    assert "Receivables are off by $12.34: Harbor Point." in run("status", home=office.home).out
