"""Which other programs hold a database, as far as the operating system tells: Linux, by `/proc/locks`.

In WAL mode the locks lie on single bytes of the -shm file, the writer's on 120, readers' from 123 on; else on a range
of the database that begins behind its first gigabyte (SQLite's documentation, "WAL-mode File Format" and "Locking").
"""

from __future__ import annotations

import os
from pathlib import Path

WRITER = range(120, 121)
"""Bytes of the -shm file that a writer locks."""
READERS = range(123, 128)
"""Bytes that readers lock."""
LOCKS = Path("/proc/locks")


def holders(database: Path, wanted: range) -> list[str]:
    """The other processes that hold some of those locks, as `name (process 4711)`; nothing where it is not told."""
    try:
        lines = LOCKS.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    shared = _inode(database.with_name(f"{database.name}-shm"))
    whole = _inode(database)
    found = {_process(parts) for parts in map(str.split, lines) if _holds(parts, wanted, shared, whole)}
    return [f"{_name(process)} (process {process})" for process in sorted(found - {os.getpid()})]


def _inode(path: Path) -> str:
    """A file as `/proc/locks` names it."""
    try:
        state = path.stat()
    except OSError:
        return ""
    return f"{os.major(state.st_dev):02x}:{os.minor(state.st_dev):02x}:{state.st_ino}"


def _holds(parts: list[str], wanted: range, shared: str, whole: str) -> bool:
    """Whether a line is of such a lock: `1: POSIX ADVISORY WRITE 4711 08:01:131074 120 120`; `->` is one that waits."""
    if len(parts) != 8 or not parts[4].isdigit():
        return False
    file, first, last = parts[5:]
    if file == whole and not shared:
        return parts[3] == "WRITE" or wanted is READERS
    return file == shared != "" and first.isdigit() and any(int(first) <= byte <= _last(last) for byte in wanted)


def _last(text: str) -> int:
    return int(text) if text.isdigit() else max(READERS)


def _process(parts: list[str]) -> int:
    return int(parts[4])


def _name(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return "a program"
