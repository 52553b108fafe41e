"""Bad input ends in one clear line and the right exit code, and nothing is lost."""

from __future__ import annotations

import sqlite3
import subprocess
from typing import TYPE_CHECKING

import pytest
import tomlkit
from tests.cli.command import call, run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Office


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("status --book ridgelime", 2, "There is no book 'ridgelime'. Known books: ridgeline."),
        ("status --book ../../etc", 2, "'../../etc' is no name for a book."),
        ("queue letters", 2, "There is no queue 'letters'."),
        ("approve I99999", 2, "There is no row I99999. See: qbconsole queue"),
        ("approve", 2, "Missing argument 'rows'. See: qbconsole approve --help"),
        ("undo 99999", 2, "There is no decision 99999"),
        ("log 99999", 2, "There is no run 99999."),
        ("outbox retry L99999", 2, "L99999"),
        ("nonsense", 2, "No such command 'nonsense'. See: qbconsole --help"),
        ("book", 2, "Name a command. See: qbconsole book --help"),
        ("book arm --company Ridgeline", 2, "'Ridgeline' is not this book's company."),
        ("book add ridgeline --crm hubspot --realm 1", 2, "There is a book 'ridgeline' already."),
        ("book add Nova --crm hubspot --realm 1", 2, "'Nova' is no name for a book."),
        ("book add nova --crm pigeons", 2, "Name the CRM."),
        ("book add nova --crm hubspot --realm ABC", 2, "The book cannot be made"),
        ("book add nova --crm spreadsheet --folder /nonexistent --realm 1", 2, "folder does not exist"),
        ("book add nova --simulator http://quickbooks.example/control", 2, "is not a simulator on this machine"),
        ("book add nova --simulator http://127.0.0.1:9", 1, "No simulator answers at"),
        ("demo --headless --faults melt=1", 2, "melt"),
    ],
)
def test_one_line_and_the_code(synced: Office, words: str, code: int, said: str) -> None:
    bare = words in ("nonsense", "book") or words.startswith("demo")
    ran = call(*words.split(), home=None if bare else synced.home)
    assert ran.code == code, ran.err
    assert ran.line.startswith("qbconsole: ")
    assert said in ran.line
    assert ran.out == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[checks]\nduplicate_dayz = 3\n", "rules.toml, line 2: unknown key 'checks.duplicate_dayz'. Did you mean"),
        ('[checks]\nduplicate_days = "many"\n', "rules.toml, line 2: key 'checks.duplicate_days'"),
        ("[checks\n", "rules.toml: Expected ']' at the end of a table declaration (at line 1"),
    ],
)
def test_malformed_rules_name_line_and_key(office: Office, text: str, said: str) -> None:
    (office.book / "rules.toml").write_text(text)
    ran = run("sync", home=office.home)
    assert (ran.code, said in ran.line) == (2, True), ran.err


def test_an_unreachable_url(office: Office) -> None:
    edit(office, accounting="http://127.0.0.1:9", crm="http://127.0.0.1:9")
    ran = run("sync", home=office.home)
    assert ran.code == 1
    assert "cannot be reached" in ran.line
    assert call("status", "--json", home=office.home).document["runs"][0]["state"] == "failed"


def test_a_refused_token(office: Office) -> None:
    path = office.book / "simulator-secrets.json"
    path.write_text('{"simulator": true, "quickbooks": {}, "hubspot": {"token": "pat-stale"}}')
    ran = run("sync", home=office.home)
    assert ran.code == 5
    assert ran.line.startswith("qbconsole: ")


def test_a_database_made_by_a_newer_version(office: Office) -> None:
    path = office.book / "mirror.db"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    ran = run("status", home=office.home)
    assert ran.code == 1
    assert "was made by a newer qbconsole (schema 9999" in ran.line


def test_a_read_only_database_shows_but_does_not_decide(office: Office, immutable: Path) -> None:
    row = call("queue", "unmatched", "--json", home=office.home).document["rows"][0]["id"]
    ran = run("ignore", row, "because", home=office.home)
    assert ran.code == 1
    assert "is read-only. Make the file and its folder writable" in ran.line


@pytest.fixture
def immutable(office: Office) -> object:
    """The book's database as a file that even root cannot write."""
    path = office.book / "mirror.db"
    path.chmod(0o400)
    done = subprocess.run(["chattr", "+i", str(path)], capture_output=True, check=False)
    if done.returncode and not _refuses_writing(path):
        path.chmod(0o600)
        pytest.skip("this file system has no read-only files for this user")
    yield path
    subprocess.run(["chattr", "-i", str(path)], capture_output=True, check=False)


def _refuses_writing(path: Path) -> bool:
    try:
        path.open("ab").close()
    except PermissionError:
        return True
    return False


def test_an_unarmed_book_decides_nothing(office: Office) -> None:
    assert call("book", "arm", "--disarm", home=office.home).code == 0
    row = call("queue", "invoices", "--json", home=office.home).document["rows"][0]["id"]
    ran = call("approve", row, home=office.home)
    assert (ran.code, "read-only until it is armed. Run: qbconsole book arm" in ran.line) == (2, True)
    assert call("book", "arm", home=office.home, typed="Ridgeline Mechanica\n").code == 2
    assert call("book", "arm", home=office.home, typed="Ridgeline Mechanical\n").code == 0
    assert call("book", "list", "--json", home=office.home).document["books"][0]["armed"] is True


def test_without_a_terminal_the_console_says_how_to_do_without(office: Office) -> None:
    ran = run(home=office.home)
    assert ran.code == 2
    assert "Use the commands instead: qbconsole --help" in ran.line
    assert run("demo").code == 2


def edit(office: Office, *, accounting: str, crm: str) -> None:
    path = office.book / "book.toml"
    document = tomlkit.parse(path.read_text())
    for side, url in (("accounting", accounting), ("crm", crm)):
        table = document[side]
        assert isinstance(table, tomlkit.items.Table)
        table["api_url"] = url
    path.write_text(tomlkit.dumps(document))
