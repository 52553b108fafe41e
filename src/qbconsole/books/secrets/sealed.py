"""An encrypted file a system: AES-256-GCM, its header authenticated too."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from qbconsole.books.files import replace
from qbconsole.books.secrets.base import KEYS, alone
from qbconsole.domain.errors import Configuration, SignIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

FORMAT = "qbconsole-secrets/1"
_HOW = {
    "credential": "key from systemd's credentials",
    "passphrase": "key from a passphrase by scrypt",
}


class SealedSecrets:
    """`secrets-SYSTEM.sealed` in the book's folder, for its owner alone."""

    def __init__(self, folder: Path, system: str) -> None:
        """Take the book's folder and the system's name."""
        self._folder = folder
        self._system = system
        self._path = folder / f"secrets-{system}.sealed"

    def read(self) -> Mapping[str, str]:
        """All secrets of the system.

        Raises:
            Configuration: the passphrase is missing or wrong.
            SignIn: the file is damaged.
        """
        envelope = self._envelope()
        return self._opened(envelope) if envelope else {}

    def write(self, secrets: Mapping[str, str]) -> None:
        """Replace the named secrets, durably; raises as `read` does, and then leaves the file as it was."""
        from qbconsole.books.secrets.keys import source

        envelope = self._envelope()
        if envelope:
            merged = {**self._opened(envelope), **secrets}
            replace(self._path, self._sealed(merged, envelope["key"], _bytes(envelope["salt"]), new=False))
            return
        replace(self._path, self._sealed(dict(secrets), source(), os.urandom(16), new=self._first_of_the_book()))

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Hold them alone, once it is sure that what is written can be sealed; raises as `read` does."""
        from qbconsole.books.secrets.keys import require

        if self._envelope() is None:
            require(new=self._first_of_the_book())
        async with alone(self._folder, self._system):
            yield

    def forget(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)

    def describe(self) -> str:
        """How the file is encrypted."""
        from qbconsole.books.secrets.keys import source

        envelope = self._envelope()
        return f"an encrypted file (AES-256-GCM, {_HOW[envelope['key'] if envelope else source()]})"

    def _first_of_the_book(self) -> bool:
        """Whether no other file of the book is sealed; they are read, so that one passphrase opens them all."""
        return not any(SealedSecrets(self._folder, system).read() for system in KEYS if system != self._system)

    def _sealed(self, secrets: Mapping[str, str], kind: str, salt: bytes, *, new: bool) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        from qbconsole.books.secrets.keys import data_key

        header = {"format": FORMAT, "system": self._system, "key": kind, "salt": _text(salt)}
        nonce = os.urandom(12)
        content = json.dumps(dict(secrets)).encode()
        sealed = AESGCM(data_key(kind, salt, new=new)).encrypt(nonce, content, _authenticated(header))
        envelope = {**header, "nonce": _text(nonce), "sealed": _text(sealed)}
        return json.dumps({**envelope, "sum": _sum(envelope)}, indent=1).encode()

    def _opened(self, envelope: Mapping[str, Any]) -> Mapping[str, str]:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        from qbconsole.books.secrets import keys

        key = keys.data_key(envelope["key"], _bytes(envelope["salt"]))
        header = {name: envelope[name] for name in ("format", "system", "key", "salt")}
        try:
            content = AESGCM(key).decrypt(_bytes(envelope["nonce"]), _bytes(envelope["sealed"]), _authenticated(header))
        except InvalidTag:
            keys.typed.cache_clear()
            which = "passphrase" if envelope["key"] == keys.PASSPHRASE else "key from systemd's credentials"
            step = f"Give the one it was sealed with. If it is lost: move {self._path} away and connect again."
            raise Configuration(f"The {which} does not open the encrypted secrets.", next_step=step) from None
        secrets: dict[str, str] = json.loads(content)
        return secrets

    def _envelope(self) -> dict[str, Any] | None:
        """The file's parts, whole by their sum; None when there is no file.

        Raises:
            SignIn: it is damaged, or somebody else's.
        """
        try:
            found = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            found = None
        whole = isinstance(found, dict) and found.get("sum") == _sum(found)
        if whole and (found["format"], found["system"]) == (FORMAT, self._system) and found["key"] in _HOW:
            return dict(found)
        step = f"Restore it from a backup, or move it away and run: qbconsole connect {_side(self._system)}"
        raise SignIn(f"The encrypted secrets in {self._path} are damaged.", next_step=step)


def _side(system: str) -> str:
    return system if system == "quickbooks" else "crm"


def _authenticated(header: Mapping[str, str]) -> bytes:
    return json.dumps(dict(header), sort_keys=True).encode()


def _sum(envelope: Mapping[str, Any]) -> str:
    """Tells damage from a wrong passphrase, which the seal cannot; it protects nothing."""
    parts = {name: value for name, value in envelope.items() if name != "sum"}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return base64.b64decode(value)
