"""The real command in a real terminal: it paints, obeys, and leaves the terminal as it was."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from typing import TYPE_CHECKING

import pyte
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from qbconsole.books.book import Book

    Furnished = Callable[[Sequence[str]], Book]

LEAVES_ALTERNATE_SCREEN = b"\x1b[?1049l"


class Terminal:
    """A pseudo-terminal with a program in it, and what a person would see."""

    def __init__(self, arguments: list[str], columns: int, lines: int) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.raw = b""
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", COLUMNS=str(columns), LINES=str(lines))
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - as a shell would

    def read(self, seconds: float) -> bool:
        """Take what comes within that time; False when the program closed the terminal."""
        if not select.select([self._file], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._file, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def until(self, text: str, seconds: float = 20, *, gone: bool = False) -> None:
        end = time.monotonic() + seconds
        while (text in self.text()) is gone:
            assert time.monotonic() < end, f"{text!r} did not {'go' if gone else 'come'}:\n{self.text()}"
            self.read(0.05)

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def press(self, keys: str) -> None:
        os.write(self._file, keys.encode())

    def ended(self, seconds: float = 20) -> int:
        """The exit code."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            alive = self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while alive and self.read(0.05) and select.select([self._file], [], [], 0)[0]:
                    pass
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"it did not end:\n{self.text()}")

    def close(self) -> None:
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            return
        finally:
            os.close(self._file)


@pytest.fixture
def home(furnished: Furnished, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = furnished(["Harbor Point", "bad [/] tag"]).folder.parent.parent
    monkeypatch.setenv("QBCONSOLE_HOME", str(folder))
    return folder


@pytest.fixture
def opened(home: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    """The console with --read-only, so that it starts no runner."""
    columns, lines = getattr(request, "param", (80, 24))
    terminal = Terminal(["-m", "qbconsole", "--read-only"], columns, lines)
    terminal.until("drafts to bill")
    yield terminal
    terminal.close()


@pytest.mark.parametrize("opened", [(80, 24), (100, 30)], ids=["80x24", "100x30"], indirect=True)
def test_screens_help_and_quit(opened: Terminal) -> None:
    opened.press("3")
    opened.until("Pending invoices: 2 rows")
    opened.until("bad [/] tag")
    opened.until("Draft: invoice")
    opened.press("?")
    opened.until("Why I")
    opened.until("esc closes")
    opened.press("\x1b")
    opened.until("esc closes", gone=True)
    opened.press("q")
    assert opened.ended() == 0
    assert LEAVES_ALTERNATE_SCREEN in opened.raw


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["TERM", "HUP"])
def test_a_signal_leaves_the_terminal_as_it_was(opened: Terminal, number: int, code: int) -> None:
    os.kill(opened.pid, number)
    assert opened.ended() == code
    assert LEAVES_ALTERNATE_SCREEN in opened.raw


def test_a_crash_is_one_line_and_a_log_without_values(home: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from qbconsole.tui import app\n"
        "def broken(self, event):\n"
        "    token = 'sec' + 'ret-token'\n"
        "    raise RuntimeError('broken')\n"
        "app.ConsoleApp.on_key = broken\n"
        f"sys.exit(app.run_console(pathlib.Path({str(home)!r}), 'ridgeline', read_only=True))\n"
    )
    path = home / "crash.py"
    path.write_text(script)
    terminal = Terminal([str(path)], 80, 24)
    try:
        terminal.until("drafts to bill")
        terminal.press("j")
        assert terminal.ended() == 70
        assert b"qbconsole stopped: RuntimeError" in terminal.raw
        assert b"secret-token" not in terminal.raw
        assert LEAVES_ALTERNATE_SCREEN in terminal.raw
        log = home / "qbconsole.log"
        assert "RuntimeError: broken" in log.read_text()
        assert "secret-token" not in log.read_text()
        assert log.stat().st_mode & 0o077 == 0
    finally:
        terminal.close()
