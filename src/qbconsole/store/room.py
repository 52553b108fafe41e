"""Room for a pull, on the disk and in the log. A pull can be made again, a decision cannot: it stops first."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from qbconsole.domain.errors import Fatal
from qbconsole.store.holders import READERS, holders

if TYPE_CHECKING:
    from qbconsole.store.engine import Store

RESERVE = 32 * 1024**2
"""Bytes of the disk that a pull leaves free, for decisions and what comes of them."""
LARGEST_LOG = 64 * 1024**2
"""Bytes of the write-ahead log that a pull may add to: it is put back to nothing as soon as nobody reads old states."""


def require(store: Store) -> None:
    """Refuse to go on pulling where there is no room for it; two looks at the file system.

    Raises:
        Fatal: the disk is nearly full, or somebody's endless read keeps the log from being put back.
    """
    free = shutil.disk_usage(store.path.parent).free
    if free < RESERVE:
        step = f"Free {RESERVE - free:,} bytes beside {store.path}; decisions go on meanwhile."
        raise Fatal(f"Nothing is pulled: {free:,} bytes of the disk are free, {RESERVE:,} are needed.", next_step=step)
    log = store.path.with_name(f"{store.path.name}-wal")
    if not log.exists() or log.stat().st_size <= LARGEST_LOG or store.put_log_back():
        return
    readers = ", ".join(holders(store.path, READERS)) or "A program"
    raise Fatal(
        f"Nothing is pulled: {readers} has been reading the database for so long that its log {log.name} grew to"
        f" {log.stat().st_size:,} bytes.",
        next_step="Close that program; decisions go on meanwhile.",
    )
