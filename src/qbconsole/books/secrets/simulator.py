"""A simulator's credentials, which are worth nothing anywhere else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qbconsole.books.files import replace
from qbconsole.books.secrets.base import alone
from qbconsole.domain.errors import Configuration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine."""
    return urlsplit(url).hostname in _LOOPBACK


class SimulatorSecrets:
    """A 0600 file in plain text; refused for any system that is not on this machine."""

    def __init__(self, folder: Path, system: str, urls: tuple[str, ...]) -> None:
        """Take the book's folder, the system's name and the URLs that the secrets will be sent to.

        Raises:
            Configuration: one of the URLs is not on this machine.
        """
        for url in urls:
            if not is_loopback(url):
                step = "Simulator credentials go to 127.0.0.1 only; connect the book with real ones."
                raise Configuration(f"{url} is not a simulator.", next_step=step)
        self._folder = folder
        self._path = folder / "simulator-secrets.json"
        self._system = system

    def read(self) -> Mapping[str, str]:
        """All secrets of the system."""
        secrets: dict[str, str] = self._everything().get(self._system, {})
        return secrets

    def write(self, secrets: Mapping[str, str]) -> None:
        """Replace the named secrets, durably."""
        everything = self._everything()
        everything[self._system] = {**everything.get(self._system, {}), **secrets}
        replace(self._path, json.dumps(everything).encode())

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Hold them alone."""
        return alone(self._folder, self._system)

    def forget(self) -> None:
        """Remove the system's secrets."""
        replace(self._path, json.dumps({**self._everything(), self._system: {}}).encode())

    def describe(self) -> str:
        """That they need no keeping."""
        return "a plain file: a simulator's keys open nothing"

    def _everything(self) -> dict[str, Any]:
        if not self._path.exists():
            return {"simulator": True}
        found: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        return found
