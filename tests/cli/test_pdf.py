"""A document saved as QuickBooks prints it: for its owner alone, and over no file that is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.cli.command import call
from tests.cli.test_documents import keeps_to

from qbconsole.books.book import open_book
from qbconsole.cli.pdf import _cleaned, save
from qbconsole.domain.errors import Configuration
from qbconsole.domain.records import Document
from qbconsole.store import mirror

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Office


@pytest.fixture
def invoice(synced: Office) -> Document:
    """An invoice of the sample business."""
    book = open_book(synced.home, "ridgeline")
    try:
        with book.store.reading() as connection:
            return next(one for one in mirror.every(connection, Document, type="invoice") if one.number)
    finally:
        book.close()


def test_by_number_or_id_into_a_file_of_ones_own(synced: Office, invoice: Document, tmp_path: Path) -> None:
    for named in (invoice.number, invoice.id):
        path = tmp_path / f"{named}.pdf"
        ran = call("pdf", named, "--output", str(path), "--json", home=synced.home)
        assert ran.code == 0, ran.err
        keeps_to(ran.document, "pdf")
        assert ran.document["id"] == invoice.id
        assert path.read_bytes().startswith(b"%PDF")
        assert path.stat().st_mode & 0o777 == 0o600
        assert ran.document["bytes"] == path.stat().st_size
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_file_is_named_for_the_document(
    synced: Office, invoice: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = call("pdf", invoice.number, home=synced.home)
    assert ran.out == f"Saved invoice {invoice.number} as invoice-{invoice.number}.pdf.\n"
    assert (tmp_path / f"invoice-{invoice.number}.pdf").is_file()


def test_a_file_that_is_there_is_replaced_only_by_force(synced: Office, invoice: Document, tmp_path: Path) -> None:
    path = tmp_path / "mine.pdf"
    path.write_text("mine")
    refused = call("pdf", invoice.number, "--output", str(path), home=synced.home)
    assert refused.code == 2
    assert "is there already; it is left as it is. Name another with --output, or add --force." in refused.line
    assert path.read_text() == "mine"
    assert call("pdf", invoice.number, "--output", str(path), "--force", home=synced.home).code == 0
    assert path.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("99999999",), "There is no invoice 99999999."),
        (("1", "--type", "cheque"), "There is no type 'cheque' of document."),
        (("{number}", "--output", "/nonexistent/x.pdf"), "There is no folder /nonexistent."),
        (("{number}", "--output", "{home}"), "is there already"),
    ],
)
def test_what_cannot_be_saved_is_said(synced: Office, invoice: Document, words: tuple[str, ...], said: str) -> None:
    given = [word.format(number=invoice.number, home=synced.home) for word in words]
    ran = call("pdf", *given, home=synced.home)
    assert ran.code == 2
    assert said in ran.line


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link.pdf"
    target.write_text("theirs")
    link.symlink_to(target)
    with pytest.raises(Configuration, match="is there already"):
        save(link, b"%PDF", force=False)
    save(link, b"%PDF", force=True)
    assert target.read_text() == "theirs"
    assert not link.is_symlink()


@pytest.mark.parametrize(
    ("number", "name"), [("1042", "1042"), ("../../etc/passwd", "etc-passwd"), ("A/17 b", "A-17-b"), ("\x1b[2J", "2J")]
)
def test_a_number_becomes_a_plain_name(number: str, name: str) -> None:
    assert _cleaned(number) == name


def test_an_error_code_is_explained() -> None:
    ran = call("errors", "06240")
    assert "who can mend it: the bookkeeper" in ran.out
    assert "qbconsole: parks the operation" in ran.out
    assert len(json.loads(call("errors", "--json").out)["errors"]) > 60
