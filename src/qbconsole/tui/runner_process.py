"""Starting the runner as a process of its own: the console neither imports it nor speaks to a remote."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def start(root: Path) -> int:
    """Start the runner of a home, detached: closing the terminal does not stop it. Returns its process id.

    Its output goes to `runner.log` in the home. A runner that finds another one holding every lease ends by itself.
    """
    log = os.open(root / "runner.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "qbconsole.runner", "--home", str(root)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
        )
    finally:
        os.close(log)
    # Nobody waits for it: it outlives this process.
    process.returncode = 0
    return process.pid
