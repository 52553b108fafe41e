"""Scenario 24: the power fails. The write-ahead log of a killed writer is cut at many bytes, and the book is opened.

A cut is what a disk is left with that did not get the rest. What was committed under FULL was on the disk when the
commit came back; so at every cut at or after that length it must be there, and nothing else in its stead.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.builders import CUT_OVER, NOW
from tests.journal.events import every_event
from tests.remote import Remote

from qbconsole import journal
from qbconsole.books import restored
from qbconsole.books.book import Book
from qbconsole.books.settings import Accounting, Crm, Settings, write_settings
from qbconsole.runner.connectors import ACCOUNTING, CRM
from qbconsole.runner.cycle import Cycle
from qbconsole.store import facts, leases, outbox
from qbconsole.store import journal as rows

if TYPE_CHECKING:
    from collections.abc import Callable

COMMITS, CUTS, SEED = 16, 80, 24
LOG = "mirror.db-wal"


@dataclass(frozen=True)
class Told:
    """What the writer said after a commit: newest decision and event, operations settled, the log's length."""

    decision: int
    event: tuple[int, str]
    settled: int
    bytes: int


@dataclass(frozen=True)
class Killed:
    """What a killed writer has left, and what it had said."""

    folder: Path
    told: tuple[Told, ...]

    @property
    def length(self) -> int:
        """Bytes of the log."""
        return (self.folder / LOG).stat().st_size


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Killed:
    folder = tmp_path_factory.mktemp("killed") / "books" / "ridgeline"
    folder.mkdir(parents=True)
    settings = {"name": "ridgeline", "company": "Ridgeline", "clock": "remote", "cut_over": CUT_OVER, "armed": True}
    systems = {"crm": Crm(kind="hubspot"), "accounting": Accounting(realm_id="1")}
    write_settings(folder, Settings.model_validate({**settings, **systems}))
    (folder / "rules.toml").write_text("")
    with closing(Book(folder)) as book, book.store.writing() as connection:
        facts.keep_remote_offset(connection, NOW)
    command = [sys.executable, "-m", "tests.faults.writer", str(folder)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        lines = [json.loads(line) for line in islice(process.stdout, COMMITS)]
        process.kill()
    assert len(lines) == COMMITS
    told = tuple(Told(one["decision"], tuple(one["event"]), one["settled"], one["bytes"]) for one in lines)
    assert all(one.bytes < two.bytes for one, two in pairwise(told)), "the log was not reset"
    return Killed(folder, told)


@pytest.fixture
def cut(killed: Killed, tmp_path: Path) -> Callable[[int], Path]:
    """Copies what the writer left, with only so many bytes of its log."""

    def at(length: int) -> Path:
        folder = tmp_path / f"home{length}" / "books" / "ridgeline"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("mirror.db", "book.toml", "rules.toml"):
            shutil.copyfile(killed.folder / name, folder / name)
        (folder / LOG).write_bytes((killed.folder / LOG).read_bytes()[:length])
        return folder

    return at


def test_at_every_cut_the_book_is_whole_and_holds_what_was_acknowledged(
    killed: Killed, cut: Callable[[int], Path]
) -> None:
    chance = random.Random(SEED)  # noqa: S311
    lengths = {chance.randrange(killed.length + 1) for _ in range(CUTS)}
    lengths |= {one.bytes + off for one in killed.told for off in (-1, 0, 1)}
    with closing(Book(cut(killed.length))) as book, book.store.reading() as connection:
        chain = {event["id"]: event["digest"] for event in every_event(connection)}
    kept = []
    for length in sorted(lengths):
        with closing(Book(cut(length))) as book:
            assert book.store.quick_check() == "", length
            with book.store.reading() as connection:
                assert journal.verify(connection) == "", length
                newest, decision = rows.newest(connection), rows.newest_decision(connection)
                settled = outbox.counts(connection).get("settled", 0)
                for one in killed.told:
                    if one.bytes <= length:
                        assert rows.digest_of(connection, one.event[0]) == one.event[1], (length, one)
                        assert (decision >= one.decision, settled >= one.settled) == (True, True), (length, one)
        assert newest is None or chain[newest[0]] == newest[1], "what is there is the beginning of what was written"
        kept.append(newest[0] if newest else 0)
    assert kept == sorted(kept)
    assert len(set(kept)) > COMMITS / 2, "the cuts were at many places"


async def test_a_cycle_goes_on_from_every_acknowledged_commit(killed: Killed, cut: Callable[[int], Path]) -> None:
    for one in killed.told:
        with closing(Book(cut(one.bytes))) as book:
            with book.store.writing() as connection:
                fence = leases.take(connection, "next", "here", 1, datetime.now(UTC))
            result = await Cycle(book, {CRM: Remote("crm"), ACCOUNTING: Remote("accounting")}, fence).run("test")
            assert result.problem is None
            with book.store.reading() as connection:
                assert journal.verify(connection) == ""
                assert outbox.counts(connection).get("claimed", 0) == 0


@pytest.mark.parametrize(("which", "lost"), [(-1, False), (3, True)])
def test_the_witness_accuses_only_a_disk_that_lost_what_it_had_promised(
    killed: Killed, cut: Callable[[int], Path], which: int, *, lost: bool
) -> None:
    folder = cut(killed.told[which].bytes if lost else killed.length)
    home = folder.parent.parent
    shutil.copytree(killed.folder.parent.parent / "witness", home / "witness")
    with closing(Book(folder)) as book, book.store.reading() as connection:
        assert (restored.last(connection) is not None) is lost
