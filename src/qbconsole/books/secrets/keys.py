"""The key of an encrypted file: from systemd's credentials, or from a passphrase."""

from __future__ import annotations

import getpass
import os
import sys
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from qbconsole.domain.errors import Configuration

CREDENTIAL, PASSPHRASE = "credential", "passphrase"
COST = 2**16
"""scrypt's cost: 64 MiB and a fifth of a second a guess."""
SHORTEST = 8
"""Characters of a new passphrase, at least."""
LEAST_KEY = 16
"""Bytes of a key from systemd's credentials, at least."""
KEY_BYTES = 32
_VARIABLE = "QBCONSOLE_PASSPHRASE"
_HOW = f"Set {_VARIABLE}, give systemd's credential qbconsole-key, or run the command on a terminal."


def source() -> str:
    """Where the key of a new file comes from."""
    return CREDENTIAL if _credential_path() else PASSPHRASE


def require(*, new: bool) -> None:
    """See that a new file could be sealed, before anything is fetched that must be kept.

    Raises:
        Configuration: there is no key.
    """
    _ = _credential() if source() == CREDENTIAL else passphrase(new=new)


def data_key(kind: str, salt: bytes, *, new: bool = False) -> bytes:
    """The key for a file that was sealed with that kind of key.

    Args:
        kind: `credential` or `passphrase`.
        salt: the file's own.
        new: whether nothing was sealed with the passphrase before: then it is typed twice, and must not be short.

    Raises:
        Configuration: there is no such key here.
    """
    if kind == CREDENTIAL:
        return HKDF(SHA256(), KEY_BYTES, salt, b"qbconsole secrets").derive(_credential())
    return _stretched(passphrase(new=new), salt)


def passphrase(*, new: bool = False) -> str:
    """The passphrase, from the environment or asked once a process.

    Raises:
        Configuration: there is none, or a new one is too short.
    """
    given = os.environ.get(_VARIABLE, "")
    if not given and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Configuration("The encrypted secrets need their passphrase.", next_step=_HOW)
    asked_before = bool(typed.cache_info().currsize)
    if new and not given and not asked_before:
        sys.stderr.write("Choose a passphrase for this book's secrets. Lost, they cannot be opened again.\n")
    words = given or typed()
    if new and len(words) < SHORTEST:
        typed.cache_clear()
        step = f"Take at least {SHORTEST} characters; several words are easier to keep in mind."
        raise Configuration("The passphrase is too short.", next_step=step)
    if new and not given and not asked_before and getpass.getpass("The same again: ", sys.stderr) != words:
        typed.cache_clear()
        raise Configuration("The two passphrases differ.", next_step="Run the command again.")
    return words


@cache
def typed() -> str:
    """The passphrase from the terminal, asked once and kept as long as the process lives."""
    return getpass.getpass("Passphrase of the encrypted secrets: ", sys.stderr)


@cache
def _stretched(words: str, salt: bytes) -> bytes:
    """Once a process: it is slow by intention."""
    return Scrypt(salt, KEY_BYTES, COST, 8, 1).derive(words.encode())


def _credential_path() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    path = Path(folder) / "qbconsole-key"
    return path if folder and path.is_file() else None


def _credential() -> bytes:
    path = _credential_path()
    if path is None:
        step = "Run it in the unit that has LoadCredentialEncrypted=qbconsole-key."
        raise Configuration("The encrypted secrets need the key from systemd's credentials.", next_step=step)
    content = path.read_bytes().strip()
    if len(content) < LEAST_KEY:
        raise Configuration(f"{path} is too short for a key.", next_step=f"It needs {LEAST_KEY} random bytes or more.")
    return content
