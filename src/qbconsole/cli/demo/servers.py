"""The processes behind a demo: the simulator, and whatever runner the console started. Left-overs are taken over."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qbconsole.books.home import book_folder, book_names
from qbconsole.cli.control import LOST, control
from qbconsole.cli.door import tell
from qbconsole.domain.errors import Configuration, Fatal

if TYPE_CHECKING:
    from qbconsole.store.leases import Holder

START = 30.0
"""Seconds that the simulator may take to come up."""
STOP = 10.0
"""Seconds that a process may take to stop before it is killed."""


class Servers:
    """The simulator of a demo's home: one that still runs there is used, a dead one is started again on its data."""

    def __init__(self, root: Path, *, seed: int, size: float, faults: str) -> None:
        """Take the demo's folder; nothing is started yet.

        Args:
            root: the demo's folder.
            seed: of a business that is made new; one that is there keeps its own.
            size: of a business that is made new.
            faults: the specification, also for a simulator that is still running.
        """
        self._root = root
        self._home = root / "simulator"
        self._note = root / "simulator.pid"
        self._seed = seed
        self._size = size
        self._faults = faults
        self._process: subprocess.Popen[str] | None = None
        self._coming = False
        self.url = ""

    def __enter__(self) -> Servers:
        """Begin to start what is not running: it takes seconds, in which the caller has other things to do."""
        if not self._noted_pid():
            self._spawn()
        return self

    def __exit__(self, *_: object) -> None:
        for pid in runner_pids(self._root):
            stop(pid)
        if self._process is not None:
            stop(self._process.pid)
            self._process.wait(STOP)
        elif pid := self._noted_pid():
            stop(pid)

    def ensure(self) -> None:
        """See that the simulator answers, starting it if it does not.

        Raises:
            Configuration: the fault specification is wrong.
            Fatal: it does not come up.
        """
        if self._coming:
            self._hear()
        if self.url and self._answers():
            return
        if pid := self._noted_pid():
            self.url = self._noted_url(pid)
            if self.url and self._answers():
                tell(f"Going on with the simulator that runs in process {pid}.")
                self.post("faults", {"spec": self._faults})
                return
            stop(pid)
        self._spawn()
        self._hear()

    def lives(self) -> bool:
        """Whether the simulator's process is there; asked often, so nothing is sent to it."""
        return self._process.poll() is None if self._process else bool(self._noted_pid())

    def _spawn(self) -> None:
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        words = ["--home", str(self._home), "--seed", str(self._seed), "--size", str(self._size)]
        words += ["--faults", self._faults]
        with (self._root / "simulator.log").open("a") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "qbconsole.simulator", *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._note.write_text(str(self._process.pid))  # at once: it takes seconds until it notes itself
        self._coming = True

    def _hear(self) -> None:
        """Wait for what was started to say where it listens."""
        self._coming = False
        if self._process is None:
            return
        with self._process.stdout or contextlib.nullcontext(io.StringIO()) as said:
            line = said.readline()
        if not line:
            code = self._process.wait(STOP)
            last = (self._root / "simulator.log").read_text().strip().splitlines()[-1:]
            words_said = last[0] if last else "it said nothing"
            if code == Configuration.exit_code:
                raise Configuration(f"The simulator does not start: {words_said}.")
            raise Fatal(f"The simulator does not start: {words_said}.", next_step=f"See {self._root}/simulator.log")
        self.url = str(json.loads(line)["control_url"])

    def _noted_pid(self) -> int:
        """The simulator that was started here and runs, perhaps without listening yet; else 0."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            pid = int(self._note.read_text())
            if runs(pid, "qbconsole"):
                return pid
        return 0

    def _noted_url(self, pid: int) -> str:
        """Where that simulator says that it listens; empty if it does not say so yet."""
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
            said = json.loads((self._home / "simulator.json").read_text())
            return f"http://127.0.0.1:{said['port']}/control" if said["pid"] == pid else ""
        return ""

    def _answers(self) -> bool:
        with contextlib.suppress(*LOST):
            return bool(self.get("credentials"))
        return False

    def get(self, path: str) -> Any:
        """What the simulator's control says; it may be `LOST`."""
        return control(self.url, path)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Tell the simulator's control something; the answer may be `LOST`."""
        return control(self.url, path, body)


def runs(pid: int, word: str) -> bool:
    """Whether a process lives and is ours: a pid may have been given to another program since."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    with contextlib.suppress(OSError):
        return word.encode() in _command_line(pid)
    return True


def _command_line(pid: int) -> bytes:
    """A process's own words; for a moment after it was started, as for ever once it ended, it has none."""
    path, end = Path(f"/proc/{pid}/cmdline"), time.monotonic() + 0.2
    while not (words := path.read_bytes()) and time.monotonic() < end:
        time.sleep(0.005)
    return words


def runner_pids(root: Path) -> list[int]:
    """The living runners of a home's books, as their leases name them."""
    holders = [_holder(book_folder(root, name) / "mirror.db") for name in book_names(root)]
    mine = (0, os.getpid())
    return [
        one.pid
        for one in holders
        if one and one.host == socket.gethostname() and one.pid not in mine and runs(one.pid, "qbconsole")
    ]


def _holder(path: Path) -> Holder | None:
    """Who holds the lease in a database; nobody in one that was never opened."""
    if not path.exists():
        return None
    from qbconsole.store import leases, migrations
    from qbconsole.store.engine import Store

    store = Store(path)
    with contextlib.closing(store):
        if migrations.current(store) != migrations.HEAD:
            return None
        with store.reading() as connection:
            return leases.current(connection)


def stop(pid: int) -> None:
    """Ask a process to stop, and make it if it does not."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + STOP
        while time.monotonic() < end:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
