"""A book's files: what is wrong in them is named with its line and key."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from qbconsole.books.book import open_book
from qbconsole.books.home import book_folder, bundled
from qbconsole.books.rules import Rules, load_rules
from qbconsole.books.secrets import SimulatorSecrets
from qbconsole.books.settings import change_setting, load_settings
from qbconsole.domain.errors import Configuration, Unarmed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeBook

    from qbconsole.books.book import Book


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[trigger]\nkey = ", "line 2"),
        ("[trigger]\nkeys = 'x'\n", "rules.toml, line 2: unknown key 'trigger.keys'. Did you mean 'key'?"),
        ("\n[checks]\n# days\nduplicate_days = 'many'\n", "rules.toml, line 4: key 'checks.duplicate_days'"),
        ("[posting]\ndate = 'someday'\n", "rules.toml, line 2: key 'posting.date'"),
        ("[collections]\ntask_after_days = 0\n", "rules.toml, line 2: key 'collections.task_after_days'"),
        ("[colections]\n", "unknown key 'colections'. Did you mean 'collections'?"),
        ("[items.map]\nA = 3\n", "rules.toml, line 2: key 'items.map.A'"),
    ],
)
def test_wrong_rules_name_the_line_and_the_key(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "rules.toml").write_text(text)
    with pytest.raises(Configuration) as refused:
        load_rules(tmp_path)
    assert words in refused.value.message
    assert refused.value.exit_code == 2


def test_empty_rules_are_the_defaults_and_comments_do_not_move_the_hash(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("# nothing\n")
    assert load_rules(tmp_path).hash == Rules().hash
    (tmp_path / "rules.toml").write_text("[trigger]\nkey = 'deposit'\n")
    assert load_rules(tmp_path).hash != Rules().hash


def test_the_sample_rules_are_right() -> None:
    assert load_rules(bundled("sample_data")).trigger.key == "completion"


def test_a_setting_is_changed_and_comments_stay(book: Book) -> None:
    path = book.folder / "book.toml"
    path.write_text("# mine\n" + path.read_text())
    change_setting(book.folder, "armed", False)
    assert path.read_text().startswith("# mine\n")
    assert load_settings(book.folder).armed is False
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Unarmed, match="read-only"):
        book.require_armed()


def test_a_book_that_is_not_there_or_not_clear_is_said_plainly(tmp_path: Path, make_book: MakeBook) -> None:
    with pytest.raises(Configuration, match="There is no book in"):
        open_book(tmp_path)
    make_book()
    with pytest.raises(Configuration, match="no book 'acme'") as refused:
        open_book(tmp_path, "acme")
    assert "Known books: ridgeline" in refused.value.next_step
    make_book()
    with pytest.raises(Configuration, match="several books"):
        open_book(tmp_path)


@pytest.mark.parametrize("name", ["", "Über", "../up", "a b", "-x", "x" * 41])
def test_names_that_are_no_folders_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Configuration):
        book_folder(tmp_path, name)


def test_simulator_secrets_are_for_this_machine_and_this_user_alone(tmp_path: Path) -> None:
    secrets = SimulatorSecrets(tmp_path, "hubspot", ("http://127.0.0.1:1",))
    secrets.write({"token": "a"})
    secrets.write({"other": "b"})
    assert secrets.read() == {"token": "a", "other": "b"}
    assert (tmp_path / "simulator-secrets.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Configuration, match="is not a simulator"):
        SimulatorSecrets(tmp_path, "hubspot", ("https://api.hubapi.com",))


def test_the_remote_clock_moves_the_business_date(book: Book) -> None:
    assert book.today() == date(2026, 11, 16)
