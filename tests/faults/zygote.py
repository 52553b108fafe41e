"""A process that has imported the program and forks for each command: an interpreter starts longer than it works.

Its child runs the command line as the real one does, may be killed at any moment, and is waited for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.cli.command import Ran

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Zygote:
    """The process, and what it is told."""

    def __init__(self, folder: Path) -> None:
        """Start it; what the commands say passes through the folder."""
        self._out, self._err = folder / "out", folder / "err"
        command = [sys.executable, "-m", __name__, str(self._out), str(self._err)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, words: Sequence[str], environment: Mapping[str, str]) -> Ran:
        """`qbconsole WORDS` in a process of its own, under some more variables."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"words": list(words), "environment": dict(environment)}) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Ran(code, self._out.read_text(), self._err.read_text())

    def end(self) -> None:
        """Let it go."""
        self._process.communicate(timeout=10)


def _serve(out: Path, err: Path) -> None:
    import qbconsole.cli.sync
    import qbconsole.runner.once  # noqa: F401 - what a sync imports late

    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _become(order, out, err)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _become(order: dict[str, Any], out: Path, err: Path) -> None:
    """Be the command, and end with its exit code."""
    from qbconsole.cli.main import main

    os.environ.update(order["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    code = main(order["words"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), Path(sys.argv[2]))
