"""Holding a book: one runner at a time, a heartbeat, a fence that rises with every holder."""

from __future__ import annotations

import os
import socket
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from qbconsole.domain.clock import SYSTEM
from qbconsole.domain.errors import Busy
from qbconsole.domain.failpoints import failpoint
from qbconsole.store import leases

if TYPE_CHECKING:
    from qbconsole.domain.clock import Clock
    from qbconsole.store.engine import Store
    from qbconsole.store.leases import Holder

SILENT = timedelta(seconds=30)
"""A holder on another machine, or one that cannot be looked up, is taken for dead after so long without a heartbeat."""
BEAT = 5.0
"""Seconds between heartbeats."""


def alive(holder: Holder | None, now: datetime) -> bool:
    """Whether a lease is held by a runner that lives: a dead process on this machine is known at once."""
    if holder is None or not holder.holder:
        return False
    if now - holder.heartbeat_at > SILENT:
        return False
    return holder.host != socket.gethostname() or _lives(holder.pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Held:
    """A lease that this process holds; leave the block to give it back."""

    def __init__(self, store: Store, clock: Clock = SYSTEM) -> None:
        """Take the lease.

        Raises:
            Busy: a living runner holds the book.
        """
        self._store = store
        self._clock = clock
        name = uuid.uuid4().hex
        with store.writing() as connection:
            holder = leases.current(connection)
            now = clock.now()
            if alive(holder, now) and holder is not None:
                words = f"Another runner (process {holder.pid} on {holder.host}) holds the book."
                raise Busy(words, next_step="Let it work, or stop it first.")
            self.fence = leases.take(connection, name, socket.gethostname(), os.getpid(), now)
            failpoint("lease.acquire")

    def beat(self) -> bool:
        """Renew; False when the lease was taken over: then nothing more may be written."""
        with self._store.writing() as connection:
            failpoint("lease.renew")
            return leases.beat(connection, self.fence, self._clock.now())

    async def keep(self) -> None:
        """Renew until the lease was taken over."""
        while self.beat():
            await self._clock.sleep(BEAT)

    def __enter__(self) -> Held:
        return self

    def __exit__(self, *_: object) -> None:
        with self._store.writing() as connection:
            leases.give_back(connection, self.fence)
