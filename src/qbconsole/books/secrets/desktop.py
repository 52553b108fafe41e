"""The desktop's keyring, where there is one that keeps secrets well and asks nothing of nobody."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from qbconsole.books.secrets.base import alone
from qbconsole.domain.errors import Configuration, SignIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from keyring.backend import KeyringBackend

REFUSED = {
    "keyring.backends.fail": "there is none",
    "keyring.backends.null": "it keeps nothing",
    "keyring.backends.kwallet": "it would ask for its password in a window; its Secret Service interface would not",
    "keyrings.alt": "it keeps secrets in plain text or under weak encryption",
}
"""Keyrings that are never used, by the beginning of their module's name, and why."""
USE_A_FILE = "Keep the secrets in an encrypted file: qbconsole connect quickbooks --secrets file"


def usable_keyring() -> KeyringBackend:
    """The best keyring of this machine that is not refused; a chain of them might fall back to a refused one.

    Raises:
        Configuration: there is none; the refused one is named.
    """
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen: Any = keyring.get_keyring()
    candidates: list[Any] = list(ChainerBackend.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    for candidate in candidates:
        if not _refused(candidate):
            backend: KeyringBackend = candidate
            return backend
    worst = candidates[0] if candidates else chosen
    kind = type(worst)
    name = f"{kind.__module__.removeprefix('keyring.backends.')}.{kind.__name__}"
    raise Configuration(f"The keyring {name} is not used: {_refused(worst)}.", next_step=USE_A_FILE)


def _refused(backend: KeyringBackend) -> str:
    module = f"{type(backend).__module__}."
    return next((why for name, why in REFUSED.items() if module.startswith(f"{name}.")), "")


def _require_unlocked(backend: KeyringBackend) -> None:
    """See that a Secret Service would not open a window, which nobody may be there to answer.

    Raises:
        SignIn: it is locked, or has no collection yet.
    """
    if type(backend).__module__ not in ("keyring.backends.SecretService", "keyring.backends.libsecret"):
        return
    import secretstorage

    locked = True
    with suppress(secretstorage.exceptions.SecretStorageException), closing(secretstorage.dbus_init()) as bus:
        locked = secretstorage.Collection(bus).is_locked()
    if locked:
        step = f"Unlock it, then try again. Or: {USE_A_FILE[0].lower()}{USE_A_FILE[1:]}"
        raise SignIn("The desktop's keyring is locked and would ask for its password.", next_step=step)


class KeyringSecrets:
    """One entry a system, so that a rotated pair of tokens is replaced at once."""

    def __init__(self, folder: Path, system: str) -> None:
        """Take the book's folder, which gives its name, and the system's name."""
        self._folder = folder
        self._service = f"qbconsole/{folder.name}"
        self._system = system

    def read(self) -> Mapping[str, str]:
        """All secrets of the system.

        Raises:
            SignIn: the keyring is locked or does not answer.
            Configuration: this machine has no keyring that may be used.
        """
        stored = self._ask(lambda backend: backend.get_password(self._service, self._system))
        secrets: dict[str, str] = json.loads(stored) if stored else {}
        return secrets

    def write(self, secrets: Mapping[str, str]) -> None:
        """Replace the named secrets, durably; raises as `read` does."""
        merged = json.dumps({**self.read(), **secrets})
        self._ask(lambda backend: backend.set_password(self._service, self._system, merged))

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Hold them alone."""
        return alone(self._folder, self._system)

    def forget(self) -> None:
        """Remove the system's secrets; raises as `read` does."""
        if self.read():
            self._ask(lambda backend: backend.delete_password(self._service, self._system))

    def describe(self) -> str:
        """Which keyring it is."""
        kind = type(usable_keyring())
        return f"the desktop's keyring ({kind.__module__.rpartition('.')[2]}), opened by signing in to the desktop"

    def _ask(self, question: Callable[[Any], Any]) -> Any:
        from keyring.errors import KeyringError

        backend = usable_keyring()
        _require_unlocked(backend)
        try:
            return question(backend)
        except KeyringError as error:
            words = f"The keyring does not answer: {str(error).rstrip('.')}."
            raise SignIn(words, next_step="Unlock it, then try again.") from None
