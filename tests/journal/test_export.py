"""An exported journal proves itself: no byte of it can be changed, no line taken, without its being said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import NOW

from qbconsole import journal
from qbconsole.domain.errors import Configuration
from qbconsole.journal.export import export, verify_export
from qbconsole.store import facts
from qbconsole.store.tables import FORGETTING

if TYPE_CHECKING:
    from qbconsole.books.book import Book

ANN = journal.Actor("ann", "tty1")


@pytest.fixture
def exported(book: Book, tmp_path: Path) -> Path:
    """Four events, one of them erased, and the event that says so."""
    file = tmp_path / "journal.jsonl"
    with book.store.writing() as connection:
        for number in range(4):
            taken = journal.Taken("invoices.hold", "billing", f"I{number}", "hold Café ", subjects=(f"deals:{number}",))
            journal.record_decision(connection, taken, ANN, at=NOW, rules_hash="r")
        facts.put(connection, FORGETTING, value=True)
        journal.erase(connection, [2], at=NOW, words="forget customers:7", actor=ANN)
        assert export(connection, book.name, file) == journal.head(connection)
    return file


def test_an_export_holds_every_event_and_holds(exported: Path) -> None:
    lines = [json.loads(line) for line in exported.read_text().splitlines()]
    assert [line.get("id") for line in lines] == [None, 1, 2, 3, 4, 5, None]
    assert lines[1]["subjects"] == ["deals:0"]
    assert lines[2]["body"] is None
    assert exported.stat().st_mode & 0o777 == 0o600
    checked = verify_export(exported)
    assert (checked.words, checked.head.event_id) == ("", 5)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_flipped_bit_is_found(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    content = _EXPORTED["bytes"]
    place, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    flipped = bytearray(content)
    flipped[place] ^= 1 << bit
    file = tmp_path_factory.getbasetemp() / "flipped.jsonl"
    file.write_bytes(flipped)
    try:
        words = verify_export(file).words
    except Configuration as refused:
        words = str(refused)
    assert words, f"byte {place}, bit {bit}"


_EXPORTED: dict[str, bytes] = {}


@pytest.fixture(autouse=True)
def _keep(exported: Path) -> None:
    _EXPORTED["bytes"] = exported.read_bytes()


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        (lambda lines: [*lines[:2], *lines[3:]], "event 3 breaks the chain"),
        (lambda lines: lines[:-1], "is cut"),
        (lambda lines: [*lines[:-2], lines[-1]], "ends at event 4, its last line says 5"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "event 2 breaks the chain"),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], "event 1 breaks the chain"),
        (lambda lines: [*lines[:3], lines[3].replace(b"Caf", b"Kaf"), *lines[4:]], "event 3 does not match"),
        (lambda lines: [*lines[:3], lines[3].replace(b"deals:2", b"deals:9"), *lines[4:]], "event 3 does not match"),
        (lambda lines: [lines[0].replace(b"ridgeline", b"ridgelime"), *lines[1:]], "does not match its bytes"),
        (lambda lines: [*lines[:3], b"{}\n", *lines[4:]], "event after 2 is damaged"),
        (lambda lines: [*lines[:3], b"\xff\n", *lines[4:]], "Line 4 is damaged"),
    ],
)  # fmt: skip
def test_what_was_done_to_it_is_named(exported: Path, tampering: object, found: str) -> None:
    assert callable(tampering)
    exported.write_bytes(b"".join(tampering(exported.read_bytes().splitlines(keepends=True))))
    assert found in verify_export(exported).words


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"{}\n{}\n", b'{"format":"another"}\n', b"\x00" * 100])
def test_what_is_no_export_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "letter"
    file.write_bytes(content)
    with pytest.raises(Configuration, match="no export of a journal"):
        verify_export(file)


def test_an_export_overwrites_nothing(book: Book, exported: Path) -> None:
    before = exported.read_bytes()
    with book.store.reading() as connection, pytest.raises(Configuration, match="is there already"):
        export(connection, book.name, exported)
    with book.store.reading() as connection, pytest.raises(Configuration, match="cannot be made"):
        export(connection, book.name, exported.parent / "nowhere" / "file")
    assert exported.read_bytes() == before
