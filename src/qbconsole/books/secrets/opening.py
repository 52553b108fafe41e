"""Which store a book's secrets are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.books.secrets.base import KEYS
from qbconsole.books.secrets.desktop import KeyringSecrets, usable_keyring
from qbconsole.books.secrets.environment import EnvironmentSecrets, given
from qbconsole.books.secrets.sealed import SealedSecrets
from qbconsole.books.secrets.simulator import SimulatorSecrets
from qbconsole.domain.errors import Configuration

if TYPE_CHECKING:
    from pathlib import Path

    from qbconsole.books.secrets.base import Kind, Secrets
    from qbconsole.books.settings import Settings


def secrets_of(folder: Path, settings: Settings, system: str) -> Secrets:
    """The secrets of one system of a book.

    Raises:
        Configuration: a simulator's book points elsewhere; or a file that the environment names cannot be read.
    """
    if settings.secrets == "simulator":
        accounting = (settings.accounting.api_url, settings.accounting.oauth_url)
        urls = accounting if system == "quickbooks" else (settings.crm.api_url,)
        return SimulatorSecrets(folder, system, urls)
    store = _store(folder, settings.secrets, system)
    keys = given(folder.name, system)
    return EnvironmentSecrets(keys, store) if keys else store


def best_kind() -> Kind:
    """The keyring where this machine has one that may be used, else an encrypted file."""
    try:
        usable_keyring()
    except Configuration:
        return "file"
    return "keyring"


def move(folder: Path, old: Kind, new: Kind) -> None:
    """Copy all secrets of a book into another kind of store; the old ones stay until `forget`.

    Raises:
        SignIn, Configuration: one of the stores cannot be used; nothing is lost.
    """
    for system in KEYS:
        if secrets := _store(folder, old, system).read():
            _store(folder, new, system).write(secrets)


def forget(folder: Path, kind: Kind) -> None:
    """Remove a book's secrets from a kind of store that it has left.

    Raises:
        SignIn, Configuration: the store cannot be used.
    """
    for system in KEYS:
        _store(folder, kind, system).forget()


def _store(folder: Path, kind: Kind, system: str) -> Secrets:
    return SealedSecrets(folder, system) if kind == "file" else KeyringSecrets(folder, system)
