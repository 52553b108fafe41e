"""`qbconsole forget`: looked at first, done with --yes, and the book goes on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.cli.command import call
from tests.cli.test_documents import keeps_to

if TYPE_CHECKING:
    from tests.cli.conftest import Office


def _linked(office: Office) -> tuple[str, str]:
    """The id and the e-mail of a customer that is linked."""
    with closing(sqlite3.connect(office.book / "mirror.db")) as database:
        query = "SELECT id, email FROM mirror_customers WHERE email <> '' AND id IN (SELECT customer_id FROM link)"
        found = database.execute(f"{query} ORDER BY id").fetchone()
    return str(found[0]), str(found[1])


def test_it_is_looked_at_then_done_and_stays_done(office: Office) -> None:
    id_, email = _linked(office)
    file = office.book / "mirror.db"
    looked = call("forget", f"customer:{id_}", "--dry-run", "--json", home=office.home)
    assert looked.code == 0, looked.err
    keeps_to(looked.document, "forget")
    asked = call("forget", f"customer:{id_}", home=office.home)
    assert asked.code == 3
    assert "Nothing was erased yet. It cannot be undone: say it again with --yes." in asked.out
    assert email.encode() in file.read_bytes()

    done = call("forget", f"customer:{id_}", "--yes", "--json", home=office.home)
    assert done.code == 0, done.err
    keeps_to(done.document, "forget")
    assert {**done.document, "erased": False} == looked.document
    assert call("journal", "verify", home=office.home).code == 0
    synced = call("sync", "--full", home=office.home)
    assert synced.code == 3, synced.err
    assert not any(email.encode() in path.read_bytes() for path in office.book.iterdir() if path.is_file())
    told = call("journal", f"customer:{id_}", home=office.home)
    assert "what it said was erased: somebody was forgotten" in told.out


def test_nobody_is_forgotten_by_a_name_that_is_not_there(office: Office) -> None:
    ran = call("forget", "nobody at all", "--yes", home=office.home)
    assert ran.code == 2
    assert "There is no record 'nobody at all' here" in ran.line
