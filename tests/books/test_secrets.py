"""Where secrets are kept: encrypted, by a good keyring, or seeded by the environment; never in plain text."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import keyring
import keyring.backend
import pytest
from keyring.backends import chainer, fail, null
from keyring.backends.SecretService import Keyring as SecretService

from qbconsole.books.secrets import KeyringSecrets, SealedSecrets, best_kind, move, secrets_of
from qbconsole.books.secrets.environment import EnvironmentSecrets, given
from qbconsole.books.secrets.keys import COST
from qbconsole.books.settings import Accounting, Crm, Settings
from qbconsole.domain.errors import Configuration, SignIn

KEYS = {"client_id": "id", "client_secret": "CANARY-secret", "refresh_token": "CANARY-token"}
WORDS = "a passphrase for tests"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book's folder, and a passphrase."""
    monkeypatch.setenv("QBCONSOLE_PASSPHRASE", WORDS)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    path = tmp_path / "acme"
    path.mkdir()
    return path


class Memory(keyring.backend.KeyringBackend):
    """A good keyring."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Plain(Memory):
    """As keyrings.alt has them."""

    priority = 9.0


Plain.__module__ = "keyrings.alt.file"


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put a keyring in place of the machine's."""
    return lambda backend: monkeypatch.setattr(keyring, "get_keyring", lambda: backend)


# --- the encrypted file -----------------------------------------------------------------------------------------------


def test_the_file_keeps_what_it_is_given_for_its_owner_alone(folder: Path) -> None:
    store = SealedSecrets(folder, "quickbooks")
    assert store.read() == {}
    store.write(KEYS)
    store.write({"refresh_token": "newer"})
    assert SealedSecrets(folder, "quickbooks").read() == {**KEYS, "refresh_token": "newer"}
    (path,) = folder.glob("*.sealed")
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"CANARY" not in path.read_bytes()
    assert [one.name for one in folder.iterdir()] == [path.name]
    assert "AES-256-GCM, key from a passphrase by scrypt" in store.describe()


def test_a_guess_costs_what_it_should() -> None:
    assert COST >= 2**16


def test_no_two_writings_look_alike(folder: Path) -> None:
    store, seen = SealedSecrets(folder, "quickbooks"), set()
    for _ in range(3):
        store.write(KEYS)
        envelope = json.loads((folder / "secrets-quickbooks.sealed").read_bytes())
        seen |= {envelope["nonce"], envelope["sealed"]}
    assert len(seen) == 6


def test_a_wrong_passphrase_is_a_plain_line_and_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, path = SealedSecrets(folder, "quickbooks"), folder / "secrets-quickbooks.sealed"
    store.write(KEYS)
    before = path.read_bytes()
    monkeypatch.setenv("QBCONSOLE_PASSPHRASE", "another passphrase")
    for attempt in (
        store.read,
        lambda: store.write({"token": "x"}),
        lambda: SealedSecrets(folder, "hubspot").write(KEYS),
    ):
        with pytest.raises(Configuration, match="The passphrase does not open the encrypted secrets") as refused:
            attempt()
        assert refused.value.exit_code == 2
    assert path.read_bytes() == before
    assert not (folder / "secrets-hubspot.sealed").exists()


def test_without_a_passphrase_it_says_how_to_give_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SealedSecrets(folder, "quickbooks").write(KEYS)
    monkeypatch.delenv("QBCONSOLE_PASSPHRASE")
    with pytest.raises(Configuration, match="need their passphrase"):
        SealedSecrets(folder, "quickbooks").read()


def test_a_new_passphrase_must_not_be_short(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QBCONSOLE_PASSPHRASE", "short")
    with pytest.raises(Configuration, match="too short"):
        SealedSecrets(folder, "quickbooks").write(KEYS)
    assert list(folder.iterdir()) == []


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flipped(content: bytes) -> bytes:
    place = content.index(b'"sealed": "') + 20
    return content[:place] + (b"A" if content[place : place + 1] != b"A" else b"B") + content[place + 1 :]


@pytest.mark.parametrize("harm", [_cut, _flipped, lambda _: b"", lambda _: b"[]", lambda _: b"\xff\xfe"])
def test_a_damaged_file_is_a_plain_line_and_stays(folder: Path, harm: Any) -> None:
    store, path = SealedSecrets(folder, "quickbooks"), folder / "secrets-quickbooks.sealed"
    store.write(KEYS)
    path.write_bytes(harm(path.read_bytes()))
    before = path.read_bytes()
    for attempt in (store.read, lambda: store.write(KEYS), store.describe):
        with pytest.raises(SignIn, match="are damaged") as refused:
            attempt()
        assert (refused.value.exit_code, "or move it away" in refused.value.next_step) == (5, True)
    assert path.read_bytes() == before


def test_one_systems_file_is_not_taken_for_anothers(folder: Path) -> None:
    SealedSecrets(folder, "quickbooks").write(KEYS)
    (folder / "secrets-quickbooks.sealed").rename(folder / "secrets-hubspot.sealed")
    with pytest.raises(SignIn, match="damaged"):
        SealedSecrets(folder, "hubspot").read()


def test_a_key_from_systemd_needs_no_passphrase(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QBCONSOLE_PASSPHRASE")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder.parent))
    key = folder.parent / "qbconsole-key"
    key.write_bytes(b"too short")
    store = SealedSecrets(folder, "quickbooks")
    with pytest.raises(Configuration, match="too short for a key"):
        store.write(KEYS)
    key.write_bytes(bytes(range(32)))
    store.write(KEYS)
    assert store.read() == KEYS
    assert "key from systemd's credentials" in store.describe()
    key.write_bytes(bytes(range(1, 33)))
    with pytest.raises(Configuration, match="The key from systemd's credentials does not open"):
        store.read()
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(Configuration, match="LoadCredentialEncrypted=qbconsole-key"):
        store.read()


def test_one_holder_at_a_time(folder: Path) -> None:
    order: list[str] = []

    async def hold(name: str) -> None:
        async with SealedSecrets(folder, "quickbooks").alone():
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    async def both() -> None:
        await asyncio.gather(hold("a"), hold("b"))

    asyncio.run(both())
    assert order in (["a in", "a out", "b in", "b out"], ["b in", "b out", "a in", "a out"])


# --- the keyring ------------------------------------------------------------------------------------------------------


def test_a_good_keyring_keeps_them(folder: Path, use: Any) -> None:
    use(Memory())
    store = KeyringSecrets(folder, "quickbooks")
    store.write(KEYS)
    store.write({"refresh_token": "newer"})
    assert store.read() == {**KEYS, "refresh_token": "newer"}
    assert best_kind() == "keyring"
    store.forget()
    assert store.read() == {}


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        (fail.Keyring, "The keyring fail.Keyring is not used: there is none."),
        (null.Keyring, "The keyring null.Keyring is not used: it keeps nothing."),
        (Plain, "The keyring keyrings.alt.file.Plain is not used: it keeps secrets in plain text"),
    ],
)
def test_a_bad_keyring_is_refused_by_name(folder: Path, use: Any, backend: Any, words: str) -> None:
    use(backend())
    with pytest.raises(Configuration) as refused:
        KeyringSecrets(folder, "quickbooks").write(KEYS)
    assert words in str(refused.value)
    assert "--secrets file" in refused.value.next_step
    assert best_kind() == "file"


def test_a_chain_of_keyrings_never_falls_back_to_a_bad_one(
    folder: Path, use: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = Memory(), Plain()
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [bad, good])
    use(chainer.ChainerBackend())  # type: ignore[no-untyped-call]
    KeyringSecrets(folder, "quickbooks").write(KEYS)
    assert (len(good.kept), len(bad.kept)) == (1, 0)
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [bad])
    with pytest.raises(Configuration, match=r"keyrings\.alt"):
        KeyringSecrets(folder, "quickbooks").read()


@pytest.mark.parametrize("locked", [True, None])
def test_a_locked_keyring_is_not_asked(
    folder: Path, use: Any, monkeypatch: pytest.MonkeyPatch, locked: bool | None
) -> None:
    """It would open a window that nobody may see: locked, or without a collection yet."""
    service = ModuleType("secretstorage")

    class Bus:
        def close(self) -> None: ...

    class Collection:
        def __init__(self, _bus: Bus) -> None:
            if locked is None:
                raise service.exceptions.SecretStorageException

        def is_locked(self) -> bool:
            return bool(locked)

    service.exceptions = ModuleType("exceptions")  # type: ignore[attr-defined]
    service.exceptions.SecretStorageException = type("SecretStorageException", (Exception,), {})
    service.dbus_init, service.Collection = Bus, Collection  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "secretstorage", service)
    use(SecretService())  # type: ignore[no-untyped-call]
    with pytest.raises(SignIn, match="is locked and would ask for its password"):
        KeyringSecrets(folder, "quickbooks").read()


# --- the environment --------------------------------------------------------------------------------------------------


def test_the_environment_gives_keys_or_files_of_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "token").write_text("from a file\n")
    monkeypatch.setenv("QBCONSOLE_SECRET_QUICKBOOKS_CLIENT_ID", "for all")
    monkeypatch.setenv("QBCONSOLE_SECRET_ACME_EAST_QUICKBOOKS_CLIENT_ID", "for one")
    monkeypatch.setenv("QBCONSOLE_SECRET_QUICKBOOKS_REFRESH_TOKEN_FILE", str(folder / "token"))
    assert given("acme-east", "quickbooks") == {"client_id": "for one", "refresh_token": "from a file"}
    assert given("nova", "quickbooks")["client_id"] == "for all"
    assert given("nova", "hubspot") == {}
    monkeypatch.setenv("QBCONSOLE_SECRET_HUBSPOT_TOKEN_FILE", "/nonexistent")
    with pytest.raises(Configuration, match="QBCONSOLE_SECRET_HUBSPOT_TOKEN_FILE cannot be read"):
        given("nova", "hubspot")


def test_a_token_of_the_environment_seeds_those_that_are_kept(folder: Path) -> None:
    def opened(seed: str) -> EnvironmentSecrets:
        return EnvironmentSecrets({**KEYS, "refresh_token": seed}, SealedSecrets(folder, "quickbooks"))

    assert opened("first").read() == {**KEYS, "refresh_token": "first"}
    opened("first").write({"refresh_token": "second", "access_token": "a", "client_secret": KEYS["client_secret"]})
    assert opened("first").read() == {**KEYS, "refresh_token": "second", "access_token": "a"}
    kept = SealedSecrets(folder, "quickbooks").read()
    assert "client_secret" not in kept
    assert "first" not in kept.values()

    anew = opened("another consent").read()
    assert (anew["refresh_token"], anew.get("access_token")) == ("another consent", None)
    opened("another consent").write({"refresh_token": "third"})
    assert not opened("another consent").read().get("access_token")


def test_what_only_the_environment_gives_cannot_be_changed_here(folder: Path) -> None:
    store = EnvironmentSecrets({"token": "pat"}, SealedSecrets(folder, "hubspot"))
    assert store.read() == {"token": "pat"}
    with pytest.raises(Configuration, match="The environment gives the token"):
        store.write({"token": "other"})


def test_without_a_place_for_newer_tokens_none_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotated token that could not be kept would be lost, so the store is not given for renewing."""
    monkeypatch.delenv("QBCONSOLE_PASSPHRASE")
    store = EnvironmentSecrets(KEYS, SealedSecrets(folder, "quickbooks"))
    assert store.read() == KEYS

    async def renew() -> None:
        async with store.alone():
            pytest.fail("it was given")

    with pytest.raises(Configuration, match="need their passphrase"):
        asyncio.run(renew())


# --- a book's choice --------------------------------------------------------------------------------------------------


def _settings(kind: str) -> Settings:
    raw = {"name": "acme", "company": "Acme", "cut_over": "2026-11-01", "secrets": kind}
    return Settings.model_validate({**raw, "crm": Crm(kind="hubspot"), "accounting": Accounting(realm_id="1")})


def test_a_book_says_where_and_may_move(folder: Path, use: Any) -> None:
    use(Memory())
    secrets_of(folder, _settings("keyring"), "quickbooks").write(KEYS)
    secrets_of(folder, _settings("keyring"), "hubspot").write({"token": "pat"})
    move(folder, "keyring", "file")
    assert secrets_of(folder, _settings("file"), "quickbooks").read() == KEYS
    assert secrets_of(folder, _settings("file"), "hubspot").read() == {"token": "pat"}
