"""Keys that the environment gives: read-only, so what QuickBooks makes of them is kept beside (docs/decisions/0007)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from qbconsole.books.secrets.base import KEYS
from qbconsole.domain.errors import Configuration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from qbconsole.books.secrets.base import Secrets

PREFIX = "QBCONSOLE_SECRET_"
_SEED = "seed"
"""The name under which the print of the token is kept that the newer ones grew from."""
_CLIENT = {"client_id", "client_secret"}


def given(book: str, system: str) -> dict[str, str]:
    """The keys of a system that the environment gives, for the book by name or else for all books.

    `QBCONSOLE_SECRET_[BOOK_]SYSTEM_NAME` holds a key, with `_FILE` behind it the path of a file that does.

    Raises:
        Configuration: such a file cannot be read.
    """
    found = {name: _value(book, system, name) for name in KEYS.get(system, ())}
    return {name: value for name, value in found.items() if value}


def _value(book: str, system: str, name: str) -> str:
    for scope in (f"{book}_", ""):
        variable = PREFIX + f"{scope}{system}_{name}".upper().replace("-", "_")
        if value := os.environ.get(variable, "").strip():
            return value
        if path := os.environ.get(f"{variable}_FILE", ""):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise Configuration(f"{variable}_FILE cannot be read: {error}.") from None
    return ""


class EnvironmentSecrets:
    """The environment's keys before the store's; a refresh token is only the seed of those that the store keeps."""

    def __init__(self, keys: Mapping[str, str], store: Secrets) -> None:
        """Take what the environment gives, and the store that keeps what grows from it."""
        self._keys = {name: value for name, value in keys.items() if name != "refresh_token"}
        self._seed = keys.get("refresh_token", "")
        self._store = store

    def read(self) -> Mapping[str, str]:
        """All secrets; the store is asked only for what the environment cannot know. Raises as the store does."""
        if self._keys and not self._seed and self._keys.keys().isdisjoint(_CLIENT):
            return self._keys
        kept = dict(self._store.read())
        if self._seed and kept.pop(_SEED, "") != _print(self._seed):
            kept = {"refresh_token": self._seed}  # a new token was given: what grew from another is not its
        return {**kept, **self._keys}

    def write(self, secrets: Mapping[str, str]) -> None:
        """Keep what is new in the store.

        Raises:
            Configuration: it would change a key that the environment gives; or as the store raises.
        """
        for name, value in self._keys.items():
            if secrets.get(name, value) != value:
                step = f"Change it there, or take {PREFIX}… out of the environment."
                raise Configuration(f"The environment gives the {name}.", next_step=step)
        kept = {name: value for name, value in secrets.items() if name not in self._keys}
        if not kept:
            return
        if self._seed:
            kept = {**dict.fromkeys(self._store.read(), ""), **self.read(), **kept, _SEED: _print(self._seed)}
        self._store.write({name: value for name, value in kept.items() if name not in self._keys})

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Hold the store alone."""
        return self._store.alone()

    def forget(self) -> None:
        """Remove what the store keeps."""
        self._store.forget()

    def describe(self) -> str:
        """What comes from where."""
        names = ", ".join([*self._keys, *(["the first refresh_token"] if self._seed else [])])
        return f"the environment ({names}), else {self._store.describe()}"


def _print(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
