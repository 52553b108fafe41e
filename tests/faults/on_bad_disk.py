"""What a book's programs do on a disk that is full, read-only or failing; a program of its own, for a test to start.

`python -m tests.faults.on_bad_disk HOW HOME [DISK]` prints one JSON list: what each step came to.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.disks import fail_every_sync

from qbconsole import journal
from qbconsole.actions import decide, queues
from qbconsole.books.book import open_book
from qbconsole.domain.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

ANN = journal.Actor("ann", "tty1")
LEFT = (0, 8, 40, 90, 200)
"""Kilobytes that are left on the disk, one after the other: so each write is once the first that finds no room."""
Said = dict[str, object]


def full(home: Path, disk: Path) -> list[Said]:
    """Sync and decide on a disk on which ever less is occupied; the home comes back as it is then."""
    shutil.copytree(home, disk / "home")
    said: list[Said] = []
    for left in LEFT:
        _fill(disk, left)
        said.append({"left": left, **_sync(disk / "home")})
        said.append({"left": left, **_approve(disk / "home")})
    (disk / "ballast").unlink()
    said += [{"left": -1, **_approve(disk / "home")}, {"left": -1, **_sync(disk / "home")}]
    return said


def read_only(home: Path, disk: Path) -> list[Said]:
    """Sync and decide on a disk that was mounted anew, read-only."""
    shutil.copytree(home, disk / "home")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    return [_sync(disk / "home"), _approve(disk / "home"), _status(disk / "home")]


def failing(home: Path) -> list[Said]:
    """Decide while each fsync fails, twice; then look."""
    book = open_book(home)
    if not fail_every_sync():
        return []
    said = [_tried(lambda: _decide(home)) for _ in range(2)]
    book.close()
    return [*said, _status(home)]


def _fill(disk: Path, left: int) -> None:
    """Leave so many kilobytes of the disk."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - left * 1024
    with ballast.open("wb") as file:
        while room > 0:
            room -= file.write(b"x" * min(room, 4096))


def _command(home: Path, *words: str) -> Said:
    environment = {**os.environ, "QBCONSOLE_HOME": str(home)}
    command = [sys.executable, "-m", "qbconsole", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return {"step": words[0], "code": done.returncode, "words": done.stderr}


def _sync(home: Path) -> Said:
    return _command(home, "sync")


def _status(home: Path) -> Said:
    return _command(home, "status")


def _approve(home: Path) -> Said:
    """Approve a clean draft."""
    return _tried(lambda: _decide(home))


def _decide(home: Path) -> Said:
    book = open_book(home)
    try:
        row = next(one for one in queues.rows(book, "invoices") if one.verdict == "clean")
        decided = decide.decide(book, "invoices.approve", row.id, ANN)
        return {"step": "approve", "code": 0, "decision": decided.decision_id, "row": row.id}
    finally:
        book.close()


def _tried(step: Callable[[], Said]) -> Said:
    try:
        return step()
    except Problem as problem:
        return {"step": "approve", "code": problem.exit_code, "words": str(problem)}
    except StopIteration:
        return {"step": "approve", "code": 0, "decision": 0}


if __name__ == "__main__":
    how, paths = sys.argv[1], [Path(word) for word in sys.argv[2:]]
    steps: dict[str, Callable[..., list[Said]]] = {"full": full, "read_only": read_only, "failing": failing}
    outcome = steps[how](*paths)
    if how == "full":
        shutil.rmtree(paths[0])
        shutil.copytree(paths[1] / "home", paths[0])
    print(json.dumps(outcome))
