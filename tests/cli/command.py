"""Running the real command in a process of its own, and a simulator beside it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def line(self) -> str:
        """The one line that it said on stderr."""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


def run(*words: str, home: Path | None = None, typed: str = "", timeout: float = 60) -> Ran:
    """`qbconsole WORDS`, without a terminal."""
    given = [*words, "--home", str(home)] if home else list(words)
    environment = {**os.environ, "QBCONSOLE_HOME": str(home) if home else "/nonexistent", "TERM": "xterm"}
    done = subprocess.run(
        [sys.executable, "-m", "qbconsole", *given],
        input=typed,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def call(*words: str, home: Path | None = None, typed: str = "") -> Ran:
    """The same within this process, which is quicker."""
    given = [*words, "--home", str(home)] if home else list(words)
    out, err, stdin, mask = io.StringIO(), io.StringIO(), sys.stdin, os.umask(0o077)
    sys.stdin = io.StringIO(typed)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main(given)
    finally:
        sys.stdin = stdin
        os.umask(mask)
    return Ran(code, out.getvalue(), err.getvalue())


@contextmanager
def simulator(home: Path, *words: str) -> Iterator[dict[str, Any]]:
    """`qbconsole simulate`; gives its first line."""
    command = [sys.executable, "-m", "qbconsole", "simulate", "--home", str(home), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(10)
