"""Adding books: what is written, for whose eyes, and what a simulator's book may do from the start."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import keyring
import keyring.backend
import pytest
from tests.cli.command import call

from qbconsole.books.secrets import KeyringSecrets, SealedSecrets, SimulatorSecrets
from qbconsole.books.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Office

    from qbconsole.books.secrets import Secrets


def test_a_simulators_book_is_born_armed_on_its_clock(synced: Office) -> None:
    settings, served = load_settings(synced.book), synced.served
    assert settings.environment == "demo"
    assert settings.clock == "remote"
    assert settings.armed
    assert settings.posting_window == 1.0
    assert settings.cut_over.isoformat() == served["cut_over"]
    assert settings.time_zone == served["time_zone"]
    assert settings.crm.may_create_properties
    assert settings.accounting.realm_id == served["quickbooks"]["realm_id"]


def test_what_is_in_a_book_is_for_its_owner_alone(synced: Office) -> None:
    for path in synced.book.rglob("*"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_any_url_of_the_simulator_will_do(synced: Office, tmp_path: Path) -> None:
    root = synced.served["control_url"].removesuffix("/control")
    assert call("book", "add", "nova", "--simulator", root, "--posting-window", "10", home=tmp_path).code == 0
    assert load_settings(tmp_path / "books" / "nova").posting_window == 10


@pytest.fixture
def own_keyring() -> object:
    """A keyring in memory."""

    class Memory(keyring.backend.KeyringBackend):
        priority = 1.0
        kept: dict[tuple[str, str], str]

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]
            self.kept = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            del self.kept[service, username]

    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    yield
    keyring.set_keyring(before)


def _kept(store: Secrets) -> dict[str, str]:
    """The secrets that are there; an empty one is none."""
    return {name: value for name, value in store.read().items() if value}


def test_a_real_book_takes_its_secrets_from_a_pipe_and_is_read_only(tmp_path: Path, own_keyring: object) -> None:
    words = ["--crm", "hubspot", "--realm", "4620816365", "--company", "Nova Ltd.", "--cut-over", "2026-11-01"]
    added = call("book", "add", "nova", *words, home=tmp_path, typed="id\nsecret\nrefresh\npat-1\n")
    assert added.code == 0, added.err
    assert "read-only until: qbconsole book arm" in added.out
    settings = load_settings(tmp_path / "books" / "nova")
    assert (settings.environment, settings.secrets, settings.armed) == ("production", "keyring", False)
    assert settings.company == "Nova Ltd."
    assert KeyringSecrets(tmp_path / "books" / "nova", "hubspot").read() == {"token": "pat-1"}
    assert KeyringSecrets(tmp_path / "books" / "nova", "quickbooks").read()["refresh_token"] == "refresh"
    assert "pat-1" not in "".join(path.read_text() for path in tmp_path.rglob("*.toml"))


def test_a_new_key_of_the_crm_replaces_a_refused_one(tmp_path: Path, own_keyring: object) -> None:
    words = ["--crm", "hubspot", "--realm", "4620816365"]
    call("book", "add", "nova", *words, home=tmp_path, typed="id\nsecret\nold\npat-1\n")
    assert call("connect", "crm", home=tmp_path, typed="pat-2\n").code == 0
    missing = call("connect", "crm", home=tmp_path, typed="\n")
    assert (missing.code, "No token was given" in missing.line) == (2, True)
    assert _kept(KeyringSecrets(tmp_path / "books" / "nova", "hubspot")) == {"token": "pat-2"}


def test_a_simulators_book_takes_its_keys_from_the_simulator(office: Office) -> None:
    connected = call("connect", "crm", home=office.home, typed="x\n")
    assert connected.code == 0, connected.err
    urls = (office.served["crm"]["api_url"],)
    assert _kept(SimulatorSecrets(office.book, "hubspot", urls)) == {"token": office.served["crm"]["token"]}


def test_a_folder_of_spreadsheets_as_crm_needs_no_token(tmp_path: Path, own_keyring: object) -> None:
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    words = ["--crm", "spreadsheet", "--folder", str(sheets), "--realm", "1"]
    added = call("book", "add", "nova", *words, home=tmp_path, typed="id\nsecret\nrefresh\n")
    assert added.code == 0, added.err
    assert load_settings(tmp_path / "books" / "nova").crm.folder == str(sheets)


def test_an_unforeseen_failure_is_one_line_and_a_private_log(tmp_path: Path) -> None:
    program = (
        "import sys; from qbconsole.cli import main; from qbconsole.books import home\n"
        "def broken(root): raise RuntimeError('secret words')\n"
        "home.book_names = broken\n"
        f"sys.exit(main.main(['book', 'list', '--home', {str(tmp_path)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    log = tmp_path / "qbconsole.log"
    assert done.returncode == 1
    assert done.stderr == f"qbconsole: stopped by an unforeseen RuntimeError. Details: {log}\n"
    assert "RuntimeError: secret words" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_book_moves_its_secrets_and_leaves_none_behind(
    tmp_path: Path, own_keyring: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QBCONSOLE_PASSPHRASE", "a passphrase for tests")
    call("book", "add", "nova", "--crm", "hubspot", home=tmp_path, typed="id\nsecret\ntoken\npat-1\n")
    folder = tmp_path / "books" / "nova"
    assert call("connect", "crm", "--secrets", "file", home=tmp_path, typed="pat-2\n").code == 0
    assert load_settings(folder).secrets == "file"
    assert _kept(SealedSecrets(folder, "hubspot")) == {"token": "pat-2"}
    assert SealedSecrets(folder, "quickbooks").read()["refresh_token"] == "token"
    assert KeyringSecrets(folder, "quickbooks").read() == {}

    monkeypatch.setenv("QBCONSOLE_PASSPHRASE", "another passphrase")
    refused = call("connect", "crm", "--secrets", "keyring", home=tmp_path, typed="pat-3\n")
    assert (refused.code, "does not open the encrypted secrets" in refused.line) == (2, True)
    assert load_settings(folder).secrets == "file"

    monkeypatch.setenv("QBCONSOLE_PASSPHRASE", "a passphrase for tests")
    assert call("connect", "crm", "--secrets", "keyring", home=tmp_path, typed="pat-3\n").code == 0
    assert _kept(KeyringSecrets(folder, "hubspot")) == {"token": "pat-3"}
    assert list(folder.glob("*.sealed")) == []
