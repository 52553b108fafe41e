"""What every store of secrets offers, and the lock that they share."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from qbconsole.domain.errors import Configuration, Retriable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

Kind = Literal["keyring", "file"]
"""Where the secrets of a real book may be kept."""
KEYS = {"quickbooks": ("client_id", "client_secret", "refresh_token"), "hubspot": ("token",)}
"""The keys that a person may bring, by system."""
PATIENCE = 300.0
"""Seconds that a process waits for another one's refresh: longer than all tries of one take."""


class Secrets(Protocol):
    """The secrets of one system of one book, by name."""

    def read(self) -> Mapping[str, str]:
        """All of them; nothing when none were given yet.

        Raises:
            SignIn: they cannot be had now (a locked keyring, a damaged file).
            Configuration: the setting fits this machine no longer, or the passphrase is wrong or missing.
        """
        ...

    def write(self, secrets: Mapping[str, str]) -> None:
        """Replace the named ones, durably, before this returns.

        Raises:
            SignIn: as for reading.
            Configuration: as for reading.
        """
        ...

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Hold them alone among all processes: who reads and then writes must see nobody else's writing between.

        Once held, what is written will be kept: a rotated token that cannot be kept is lost.

        Raises:
            Retriable: another process held them for too long.
            Configuration: the book's folder cannot be written, or there is no key to seal a file with.
        """
        ...

    def forget(self) -> None:
        """Remove all of them."""
        ...

    def describe(self) -> str:
        """Where they are and how strongly they are kept, in a few words."""
        ...


@asynccontextmanager
async def alone(folder: Path, system: str) -> AsyncIterator[None]:
    """Hold a file lock in the book's folder; the kernel gives it back when its holder dies.

    Raises:
        Retriable: another process held it for too long.
        Configuration: the folder cannot be written.
    """
    from filelock import AsyncFileLock, Timeout

    path = folder / f"secrets-{system}.lock"
    lock = AsyncFileLock(path, timeout=PATIENCE, mode=0o600, run_in_executor=False, fallback_to_soft=False)
    try:
        await lock.acquire()
    except Timeout:
        message = f"Another process has held the {system} secrets for {PATIENCE:.0f} seconds."
        raise Retriable(message, next_step="It is tried again by itself.") from None
    except (OSError, NotImplementedError) as error:
        message = f"{path} cannot be locked: {error}."
        raise Configuration(message, next_step="Make the book's folder writable.") from None
    try:
        yield
    finally:
        await lock.release()
