"""Processes of the campaign: forked from one that has imported everything, so that a runner costs two milliseconds.

The process that forks has no threads and no open database: a child begins as a fresh program would.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import pty
import resource
import select
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

PATIENCE = 60.0
"""Seconds after which a child that should have ended is a failure of the campaign."""


@dataclass(frozen=True)
class Ended:
    """How a child ended: by a signal, or with what its work returned or raised."""

    signal: int = 0
    result: Any = None
    error: str = ""
    """The traceback of what it raised."""

    @property
    def killed(self) -> bool:
        """Whether it was killed, by us or at a failpoint."""
        return self.signal == signal.SIGKILL


class Child:
    """One forked process."""

    def __init__(self, pid: int, pipe: int) -> None:
        """Take what `start` made."""
        self.pid = pid
        self._pipe = pipe
        self._ended: Ended | None = None

    def send(self, number: int) -> None:
        """Send a signal; one that has ended already gets none."""
        if self._ended is None:
            os.kill(self.pid, number)  # not reaped yet, so the pid is still its own

    def running(self) -> bool:
        """Whether it has neither ended nor said its result."""
        return self._ended is None and not select.select([self._pipe], [], [], 0)[0]

    def lives(self) -> bool:
        """Whether it was not waited for yet."""
        return self._ended is None

    def wait(self, seconds: float = PATIENCE) -> Ended:
        """Wait for its end.

        Raises:
            TimeoutError: it does not end; it is killed then.
        """
        if self._ended is not None:
            return self._ended
        said, end = b"", time.monotonic() + seconds
        while select.select([self._pipe], [], [], max(0.0, end - time.monotonic()))[0]:
            part = os.read(self._pipe, 1 << 20)
            if not part:
                break
            said += part
        else:
            os.kill(self.pid, signal.SIGKILL)
        os.close(self._pipe)
        _, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        result, error = pickle.loads(said) if said and code == 0 else (None, "")  # noqa: S301 - our own child
        self._ended = Ended(max(0, -code), result, error)
        if time.monotonic() > end:
            raise TimeoutError(f"A child did not end within {seconds:.0f} s.")
        return self._ended


def start(
    work: Callable[[], Any],
    *,
    environment: Mapping[str, str] | None = None,
    largest_file: int = 0,
    log: Path | None = None,
) -> Child:
    """Fork a child that does some work.

    Args:
        work: what it does; what it returns must be picklable.
        environment: variables of its own, such as a failpoint.
        largest_file: bytes beyond which no file of it may grow, as on a full disk; 0 for any.
        log: where its output goes.
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        os.close(reading)
        _become(work, writing, environment or {}, largest_file, log)
    os.close(writing)
    return Child(pid, reading)


def _become(
    work: Callable[[], Any], pipe: int, environment: Mapping[str, str], largest_file: int, log: Path | None
) -> NoReturn:
    """The child: it never returns into the parent's program."""
    try:
        os.environ.update(environment)
        if log is not None:
            for number in (1, 2):
                os.dup2(os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), number)
        if largest_file:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
        try:
            said: tuple[Any, str] = work(), ""
        except BaseException:  # noqa: BLE001 - whatever it is, the campaign is told
            said = None, traceback.format_exc()
        with os.fdopen(pipe, "wb") as file:
            file.write(pickle.dumps(said))
    finally:
        os._exit(0)


class Terminal:
    """A forked child in a pseudo-terminal."""

    def __init__(self, work: Callable[[], Any], columns: int = 120, lines: int = 36) -> None:
        """Start it."""
        self.said = b""
        self.pid, self._file = pty.fork()
        if not self.pid:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", COLUMNS=str(columns), LINES=str(lines))
            try:
                work()
            finally:
                os._exit(0)

    def press(self, keys: str) -> None:
        """Press keys."""
        with contextlib.suppress(OSError):
            os.write(self._file, keys.encode())

    def until(self, text: str, seconds: float = 20.0) -> bool:
        """Read what it paints until it says something; False when it ends or takes too long."""
        end = time.monotonic() + seconds
        while text.encode() not in self.said and time.monotonic() < end:
            if not self.read(0.05):
                return False
        return text.encode() in self.said

    def read(self, seconds: float) -> bool:
        """Take what comes within that time; False when the terminal was closed."""
        if select.select([self._file], [], [], seconds)[0]:
            try:
                part = os.read(self._file, 1 << 16)
            except OSError:
                return False
            self.said += part
            return bool(part)
        return True

    def kill(self) -> None:
        """Kill it, wherever it is."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._file)
