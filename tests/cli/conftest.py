"""A home with one synced book on a small simulated business, for all tests of the commands."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keyring
import pytest
from keyring.backends import fail
from tests.cli.command import run, simulator
from tests.cli.intuit import Intuit, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Office:
    """A home, its only book's folder, and the simulator's first line."""

    home: Path
    book: Path
    served: dict[str, Any]


@pytest.fixture(scope="session")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Made once; tests that change something take a copy: `office`."""
    home = tmp_path_factory.mktemp("home")
    with simulator(tmp_path_factory.mktemp("simulator"), "--size", "0.2") as served:
        added = run("book", "add", "ridgeline", "--simulator", served["control_url"], home=home)
        assert added.code == 0, added.err
        assert run("sync", home=home).code == 3  # rows wait for a person
        yield Office(home, home / "books" / "ridgeline", served)


@pytest.fixture
def office(synced: Office, tmp_path: Path) -> Office:
    home = tmp_path / "home"
    shutil.copytree(synced.home, home)
    return Office(home, home / "books" / "ridgeline", synced.served)


@pytest.fixture(scope="session")
def served_intuit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intuit]:
    with simulator(tmp_path_factory.mktemp("intuit"), "--size", "0.2") as line:
        one = Intuit(line)
        yield one
        one.browser.close()


@pytest.fixture
def intuit(served_intuit: Intuit, monkeypatch: pytest.MonkeyPatch) -> Intuit:
    """Intuit with its switches as usual, seen from a machine without a keyring or a screen."""
    served_intuit.turn(
        consent="granted",
        redirect_uris="development",
        refresh="granted",
        refresh_token_rotation="every_call",
        refresh_token_grace="0",
    )
    served_intuit.fault("")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")  # of other processes
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)  # of this one
    monkeypatch.setenv("QBCONSOLE_PASSPHRASE", "a passphrase for tests")
    return served_intuit


@pytest.fixture
def book(intuit: Intuit, tmp_path: Path) -> Path:
    """A real book, as far as it knows, to which nobody signed in yet."""
    return intuit.add(tmp_path)


@pytest.fixture
def signed_in(intuit: Intuit, book: Path, tmp_path: Path) -> Path:
    """The same after somebody has; its home is the test's folder."""
    sign_in(intuit, tmp_path)
    return book
