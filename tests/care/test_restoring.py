"""Putting a backup back: nobody may hold the book, what is replaced is kept, nothing is written unknown."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.builders import basics, put

from qbconsole.actions import decide, propose, queues
from qbconsole.books import restored
from qbconsole.books.book import Book
from qbconsole.care import backups, restoring
from qbconsole.domain.errors import Busy, Configuration, Damaged, Fatal, NeedsPerson
from qbconsole.journal import Actor

if TYPE_CHECKING:
    from pathlib import Path

    from qbconsole.care.backups import Backup

ANN = Actor("ann", "tty1")
AT = datetime(2026, 11, 16, 2, tzinfo=UTC)


@pytest.fixture
def kept(book: Book) -> tuple[Path, Backup]:
    """A closed book in which something was decided after its backup."""
    put(book, *basics())
    propose.propose(book)
    propose.decide_automatically(book)
    made = backups.make(book, now=AT)
    decide.decide(book, "invoices.hold", "I1", ANN, reason="ask Sam")
    (book.folder / "rules.toml").write_text("[checks]\nduplicate_days = 7\n")
    book.close()
    return book.folder, made


def verdict(folder: Path) -> str:
    with closing(Book(folder)) as book:
        return queues.rows(book, "invoices", decided=True)[0].verdict


def test_the_book_is_as_it_was_and_what_was_replaced_is_kept(kept: tuple[Path, Backup]) -> None:
    folder, backup = kept
    done = restoring.restore(folder, backup.folder, now=AT)
    assert verdict(folder) == "clean"
    assert done.decisions == ("ann: hold Chiller swap 1042: ask Sam",)
    assert done.lost == 1
    assert done.settings == ()
    assert "duplicate_days = 7" in (folder / "rules.toml").read_text()
    assert done.aside == folder / "replaced-20261116T020000Z"
    restoring.restore(folder, done.aside, now=AT.replace(hour=3))
    assert verdict(folder) == "held"


def test_settings_and_rules_are_put_back_when_asked_or_missing(kept: tuple[Path, Backup]) -> None:
    folder, backup = kept
    (folder / "book.toml").unlink()
    done = restoring.restore(folder, backup.database, settings=True, now=AT)
    assert done.settings == ("book.toml", "rules.toml")
    assert (folder / "rules.toml").read_text() == ""
    assert "duplicate_days" in (done.aside / "rules.toml").read_text()


def test_nothing_is_decided_before_a_cycle_has_looked(kept: tuple[Path, Backup]) -> None:
    folder, backup = kept
    restoring.restore(folder, backup.folder, now=AT)
    with closing(Book(folder)) as book, pytest.raises(NeedsPerson, match="The book was set back") as refused:
        decide.decide(book, "invoices.hold", "I1", ANN, reason="ask Sam")
    assert "1 later entries of its journal are lost" in refused.value.message
    assert "qbconsole sync" in refused.value.next_step


def test_a_book_that_is_open_is_left_alone(kept: tuple[Path, Backup]) -> None:
    folder, backup = kept
    with closing(Book(folder)) as console:
        console.store.data_version()
        with pytest.raises(Busy, match="open in another program"):
            restoring.restore(folder, backup.folder, now=AT)
    assert verdict(folder) == "held"
    assert not list(folder.glob("replaced-*"))
    assert not list(folder.glob("*.incoming*"))


def test_a_damaged_backup_is_refused_and_the_book_stays(kept: tuple[Path, Backup]) -> None:
    folder, backup = kept
    content = bytearray(backup.database.read_bytes())
    content[4096 * 3 : 4096 * 6] = bytes(4096 * 3)
    backup.database.write_bytes(content)
    with pytest.raises(Damaged):
        restoring.restore(folder, backup.folder, now=AT)
    assert verdict(folder) == "held"


@pytest.mark.parametrize(("content", "error"), [(None, Configuration), (b"a letter" * 999, Damaged), (b"", Fatal)])
def test_what_is_no_backup_is_said(kept: tuple[Path, Backup], content: bytes | None, error: type[Exception]) -> None:
    folder, _ = kept
    path = folder / "some.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        restoring.restore(folder, path, now=AT)
    assert verdict(folder) == "held"


def test_a_book_whose_database_is_no_database_any_more_is_restored(kept: tuple[Path, Backup]) -> None:
    folder, backup = kept
    (folder / "mirror.db").write_bytes(b"burnt" * 999)
    done = restoring.restore(folder, backup.folder, now=AT)
    assert done.lost == 1, "the witness knows"
    assert done.decisions == ()
    assert verdict(folder) == "clean"


# --- a copy put back by hand ------------------------------------------------------------------------------------------


def open_again(folder: Path) -> restored.Restored | None:
    with closing(Book(folder)) as book, book.store.reading() as connection:
        return restored.last(connection)


def test_a_file_put_back_by_hand_is_recognised(kept: tuple[Path, Backup]) -> None:
    folder, backup = kept
    shutil.copyfile(backup.database, folder / "mirror.db")
    found = open_again(folder)
    assert found is not None
    assert (found.state, found.lost) == ("open", 1)


def test_a_folder_put_back_by_hand_does_not_bring_its_witness(kept: tuple[Path, Backup], tmp_path: Path) -> None:
    folder, _ = kept
    shutil.copytree(folder, tmp_path / "copy")
    with closing(Book(folder)) as book:
        decide.undo(book, ANN)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "copy", folder)
    found = open_again(folder)
    assert found is not None
    assert found.state == "open"


def test_another_history_of_the_same_length_is_recognised(kept: tuple[Path, Backup], tmp_path: Path) -> None:
    folder, backup = kept
    shutil.copytree(folder, tmp_path / "books" / "fork")
    shutil.copyfile(backup.database, tmp_path / "books" / "fork" / "mirror.db")
    with closing(Book(tmp_path / "books" / "fork")) as fork:
        decide.decide(fork, "invoices.hold", "I1", ANN, reason="something else")
    shutil.copyfile(tmp_path / "books" / "fork" / "mirror.db", folder / "mirror.db")
    assert open_again(folder) is not None


@pytest.mark.parametrize("witness", [None, "", "{", '{"event": 1}'])
def test_a_witness_that_is_missing_or_unreadable_accuses_nobody(kept: tuple[Path, Backup], witness: str | None) -> None:
    folder, _ = kept
    path = folder.parent.parent / "witness" / f"{folder.name}.json"
    path.unlink()
    if witness is not None:
        path.write_text(witness)
    assert open_again(folder) is None


def test_a_book_that_only_went_on_is_not_set_back(kept: tuple[Path, Backup]) -> None:
    folder, _ = kept
    path = folder.parent.parent / "witness" / f"{folder.name}.json"
    older = path.read_text()
    with closing(Book(folder)) as book:
        decide.undo(book, ANN)
    path.write_text(older)
    assert open_again(folder) is None
