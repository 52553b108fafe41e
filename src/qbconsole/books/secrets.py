"""Secrets of a book: the desktop's keyring, or for simulator books a file of their own. Never in a log."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qbconsole.domain.errors import Configuration, SignIn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine."""
    return urlsplit(url).hostname in _LOOPBACK


class SimulatorSecrets:
    """The simulator's credentials in a 0600 file; refused for any system that is not on this machine."""

    def __init__(self, folder: Path, connector: str, urls: tuple[str, ...]) -> None:
        """Take the book's folder, the connector's name and the URLs that the secrets will be sent to.

        Raises:
            Configuration: one of the URLs is not on this machine.
        """
        for url in urls:
            if not is_loopback(url):
                step = "Simulator credentials go to 127.0.0.1 only; connect the book with real ones."
                raise Configuration(f"{url} is not a simulator.", next_step=step)
        self._path = folder / "simulator-secrets.json"
        self._connector = connector

    def read(self) -> Mapping[str, str]:
        """All secrets of the connector."""
        if not self._path.exists():
            return {}
        secrets: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8")).get(self._connector, {})
        return secrets

    def write(self, secrets: Mapping[str, str]) -> None:
        """Replace the named secrets, durably."""
        everything: dict[str, Any] = {"simulator": True}
        if self._path.exists():
            everything = json.loads(self._path.read_text(encoding="utf-8"))
        everything[self._connector] = {**everything.get(self._connector, {}), **secrets}
        temporary = self._path.with_suffix(".new")
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(everything, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)


class KeyringSecrets:
    """The desktop's keyring; one entry a connector, so that a rotated pair of tokens is replaced at once."""

    def __init__(self, book: str, connector: str) -> None:
        """Take the book's and the connector's name."""
        self._service = f"qbconsole/{book}"
        self._connector = connector

    def read(self) -> Mapping[str, str]:
        """All secrets of the connector.

        Raises:
            SignIn: no keyring answers on this machine.
        """
        import keyring
        from keyring.errors import KeyringError

        try:
            stored = keyring.get_password(self._service, self._connector)
        except KeyringError as error:
            raise SignIn(
                f"The keyring does not answer: {str(error).rstrip('.')}.", next_step="Unlock it, then sync again."
            ) from None
        secrets: dict[str, str] = json.loads(stored) if stored else {}
        return secrets

    def write(self, secrets: Mapping[str, str]) -> None:
        """Replace the named secrets, durably.

        Raises:
            SignIn: the keyring does not take them.
        """
        import keyring
        from keyring.errors import KeyringError

        merged = {**self.read(), **secrets}
        try:
            keyring.set_password(self._service, self._connector, json.dumps(merged))
        except KeyringError as error:
            raise SignIn(
                f"The keyring takes no secret: {str(error).rstrip('.')}.", next_step="Unlock it, then try again."
            ) from None
