"""Scenario 13: yesterday's backup under today's QuickBooks. What was delivered since is taken on, not made again."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest
from tests.cli.command import call

from qbconsole import journal
from qbconsole.actions import decide, outbox, queues
from qbconsole.books import restored
from qbconsole.books.book import Book, open_book
from qbconsole.domain.errors import NeedsPerson
from qbconsole.ledger import documents
from qbconsole.store.queues import UNMATCHED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

ANN = journal.Actor("ann", "tty1")


class Business:
    """A small simulated business with a book on it, each command as a person gives it."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url = home, url
        self.folder = home / "books" / "acme"
        assert call("book", "add", "acme", "--simulator", url, "--posting-window", "0", home=home).code == 0
        self.sync()

    def sync(self, code: int = 3) -> Any:
        """One sync, in this process."""
        ran = call("sync", "--json", home=self.home)
        assert ran.code == code, ran.err
        return ran.document

    def control(self, path: str, **body: Any) -> Any:
        """Ask or tell the simulator itself."""
        data = json.dumps(body).encode() if body else None
        with urlopen(Request(f"{self.url}/{path}", data=data), timeout=10) as reply:
            return json.load(reply)

    @contextmanager
    def opened(self) -> Iterator[Book]:
        with closing(open_book(self.home)) as book:
            yield book

    def approve(self, count: int) -> list[str]:
        """Approve the first clean drafts; their ids."""
        with self.opened() as book:
            clean = [row.id for row in queues.rows(book, "invoices") if row.verdict == "clean"][:count]
            assert len(clean) == count
            for row in clean:
                decide.decide(book, "invoices.approve", row, ANN)
        return clean

    def create_customer(self) -> None:
        """Create the customer of a company that is new to QuickBooks."""
        new = set(self.control("truth/pairs")["new"])
        with self.opened() as book:
            with book.store.reading() as connection:
                row = next(row for row in UNMATCHED.listed(connection, ("open",)) if row["company_id"] in new)
            decide.decide(book, "unmatched.create", f"U{row['id']}", ANN, confirm="yes", name="Somebody New")

    def hold(self) -> int:
        """Hold the first draft that is open; the decision's id."""
        with self.opened() as book:
            row = next(row for row in queues.rows(book, "invoices") if row.verdict != "clean" and not row.decided)
            return decide.decide(book, "invoices.hold", row.id, ANN, reason="not now").decision_id

    def requests(self, since: int = 0) -> list[list[str]]:
        """The endpoints of QuickBooks' requests after the first so many, oldest first."""
        found = self.control("requests?system=quickbooks&count=5000")["requests"]
        return [one["endpoints"] for one in reversed(found) if one["number"] > since]

    def total(self) -> int:
        """Requests so far."""
        return int(self.control("requests?count=1")["total"])


def creates(requests: Sequence[list[str]]) -> list[str]:
    return [name for names in requests for name in names if name.startswith("create_")]


@pytest.fixture
def business(tmp_path: Path) -> Iterator[Business]:
    command = [sys.executable, "-m", "qbconsole.simulator", "--size", "0.3", "--home", str(tmp_path / "simulator")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdout is not None
        try:
            yield Business(tmp_path / "home", json.loads(simulator.stdout.readline())["control_url"])
        finally:
            simulator.terminate()
            simulator.wait(10)


def by_command(business: Business) -> Callable[[], None]:
    """`backup` now, `restore` later."""
    made = call("backup", "--json", home=business.home)
    assert made.code == 0, made.err

    def put_back() -> None:
        ran = call("restore", made.document["folder"], "--json", home=business.home)
        assert ran.code == 0, ran.err
        assert [words for words in ran.document["lost_decisions"] if "hold" in words]

    return put_back


def by_hand(business: Business) -> Callable[[], None]:
    """A copy of the closed book's whole folder, put back over it."""
    kept = business.home.parent / "kept"
    shutil.copytree(business.folder, kept)

    def put_back() -> None:
        shutil.rmtree(business.folder)
        shutil.copytree(kept, business.folder)

    return put_back


@pytest.mark.parametrize(("keep", "forgotten"), [(by_command, False), (by_hand, True)])
def test_what_was_delivered_since_is_taken_on_and_nothing_is_made_again(
    business: Business, keep: Callable[[Business], Callable[[], None]], *, forgotten: bool
) -> None:
    business.approve(1)
    business.sync()
    on_its_way = business.approve(2)
    put_back = keep(business)
    business.sync()
    business.create_customer()
    later = business.approve(2)
    business.hold()
    business.sync()
    before = business.control("state")
    with business.opened() as book, book.store.reading() as connection:
        billed = {one.document_id for one in documents.every(connection)}
    assert len(billed) == 5

    put_back()
    if forgotten:
        business.control("faults", spec="forget_requestids=1x")
    with business.opened() as book, pytest.raises(NeedsPerson, match="The book was set back"):
        decide.decide(book, "invoices.hold", later[0], ANN, reason="not now")
    assert call("status", home=business.home).code == 3
    first = business.total()
    business.sync()

    assert creates(business.requests(first)) == []
    after = business.control("state")
    assert after["invoices"] == before["invoices"]
    assert after["links"] == before["links"]
    assert (after["invoices"]["double"], after["invoices"]["wrong"]) == (0, 0)
    with business.opened() as book:
        assert outbox.listed(book) == []
        with book.store.reading() as connection:
            assert journal.verify(connection) == ""
            assert {one.document_id for one in documents.every(connection)} == billed
            known = restored.last(connection)
        assert known is not None
        assert known.state == "done"
        assert known.recovered[0] == "2 operations were found done"
        assert len([words for words in known.recovered if words.startswith("adopt")]) == len(later)
        fates = {row.id: row.verdict for row in queues.rows(book, "invoices", decided=True)}
    assert {fates[row] for row in on_its_way} == {"sent"}
    assert call("status", home=business.home).code == 0


def test_what_was_never_sent_is_sent_after_it_was_looked_for(business: Business) -> None:
    business.approve(1)
    put_back = by_command(business)
    business.hold()
    put_back()
    first = business.total()
    business.sync()
    requests = business.requests(first)
    assert creates(requests) == ["create_invoice"]
    assert requests.index(["query"]) < requests.index(["create_invoice"])
    assert business.control("state")["invoices"]["made_by_clients"] == 1


def test_a_taking_on_is_taken_back_as_an_adoption(business: Business) -> None:
    put_back = by_command(business)
    (row,) = business.approve(1)
    business.hold()
    business.sync()
    put_back()
    business.sync()
    with business.opened() as book:
        shown = next(one for one in queues.rows(book, "invoices", decided=True) if one.id == row)
        assert shown.decision_id is not None
        done = decide.undo(book, ANN, shown.decision_id)
        assert "nothing was written" in done.words
    assert business.control("state")["invoices"]["made_by_clients"] == 1


def test_the_ids_of_lost_decisions_are_not_given_again(business: Business) -> None:
    """Request ids hold them: QuickBooks would answer a new write with the result of a lost one."""
    put_back = by_command(business)
    held = business.hold()
    put_back()
    business.sync()
    assert business.hold() > held


def test_a_side_that_cannot_be_read_leaves_the_book_as_it_is(business: Business) -> None:
    put_back = by_command(business)
    business.approve(1)
    business.hold()
    business.sync()
    put_back()
    business.control("faults", spec="server_error=1@query")
    first = business.total()
    assert call("sync", home=business.home).code == 1
    assert creates(business.requests(first)) == []
    business.control("faults", spec="")
    business.sync()
    assert business.control("state")["invoices"]["made_by_clients"] == 1
    assert creates(business.requests(first)) == []
