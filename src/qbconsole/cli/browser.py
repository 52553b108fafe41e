"""The conversation with a browser: a redirect caught on this machine, or its address pasted; whichever comes first."""

from __future__ import annotations

import os
import select
import sys
import time
import webbrowser
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TextIO
from urllib.parse import urlsplit

from qbconsole.cli.door import tell
from qbconsole.domain.errors import Configuration, Retriable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Values = Mapping[str, str]
    Understand = Callable[[str], Values | None]

LOOPBACK = ("localhost", "127.0.0.1")
POLL = 0.1
"""Seconds between looks at the keyboard and at what the browser brought."""
PASTED = "That is not where this sign-in ends: paste the whole address, or press Ctrl-C."
_PAGE = "<!doctype html><meta charset=utf-8><title>qbconsole</title><p style='font:1.2em sans-serif;margin:3em'>{}"
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Connection": "close",
}


def has_browser() -> bool:
    """Whether a browser can be opened in front of the person: not over SSH, and only where there is a screen."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def come_back(
    page: str, redirect_uri: str, understand: Understand, *, asked: str, browser: bool, seconds: float
) -> Values:
    """Send a person to a page and wait until the browser comes back.

    Args:
        page: where to sign in.
        redirect_uri: where the browser comes back to: this machine, or a public page whose address is then pasted.
        understand: what an address says; None if it is no answer to this question.
        asked: what the person is to do there, in the imperative.
        browser: whether to open the page.
        seconds: how long to wait.

    Raises:
        Configuration: the redirect's port is taken, or nobody is there to paste.
        Retriable: nobody came back in time.
    """
    with _listening(redirect_uri, understand, needed=browser) as server, _keyboard() as keyboard:
        tell(f"{asked}. The browser opens:" if browser else f"{asked}, on this page:")
        _explain(page, redirect_uri, listening=server is not None, typing=keyboard is not None)
        if browser:
            webbrowser.open(page)
        return _first(server, keyboard, understand, seconds)


def _first(server: _Server | None, keyboard: TextIO | None, understand: Understand, seconds: float) -> Values:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server is None and keyboard is None:
            step = "Run it on a terminal, or give the address on a line of its own after the keys."
            raise Configuration("No address was pasted.", next_step=step)
        if server is not None and (values := server.caught()):
            return values
        line = _line(keyboard)
        if line is None:
            continue
        if not line:
            keyboard = None  # a pipe that ended
        elif values := understand(line):
            return values
        elif line.strip():
            tell(PASTED)
    raise Retriable(f"Nobody came back from the browser within {seconds:.0f} seconds.", next_step="Run it again.")


def _line(keyboard: TextIO | None) -> str | None:
    """What was typed, if a line was, or else a moment's rest."""
    if keyboard is None:
        time.sleep(POLL)
        return None
    return keyboard.readline() if select.select([keyboard], [], [], POLL)[0] else None


def _explain(page: str, redirect_uri: str, *, listening: bool, typing: bool) -> None:
    tell(f"\n{page}\n")
    if listening and typing:
        tell(
            "It goes on by itself after that. If the browser is on another machine, it ends\n"
            "on a page that cannot be shown: paste that page's whole address here, and\n"
            "press Enter. What you paste is not shown."
        )
    elif typing:
        tell(
            "Then paste here the whole address that the browser ends on, which begins with\n"
            f"{redirect_uri}, and press Enter. What you paste is not shown."
        )


class _Server(ThreadingHTTPServer):
    """Takes the answer that a browser brings to one path of this machine."""

    daemon_threads = True
    block_on_close = False  # a browser may hold a connection open that it says nothing on

    def __init__(self, port: int, path: str, understand: Understand) -> None:
        self.path, self.understand = path, understand
        self.answers: SimpleQueue[Values] = SimpleQueue()
        super().__init__(("127.0.0.1", port), _Callback)

    def caught(self) -> Values | None:
        """The answer, if it came."""
        try:
            return self.answers.get_nowait()
        except Empty:
            return None

    def handle_error(self, *_: object) -> None:
        """Nothing: a browser that hangs up is no concern of ours."""


class _Callback(BaseHTTPRequestHandler):
    """One request; a favicon, a stranger or a second answer changes nothing."""

    server: _Server
    timeout = 10.0
    server_version, sys_version = "qbconsole", ""

    def do_GET(self) -> None:
        """Take an answer; say what became of it."""
        if urlsplit(self.path).path != self.server.path:
            self._say(404, "There is nothing here.")
            return
        values = self.server.understand(self.path)
        if values is None:
            self._say(400, "This is no answer to the sign-in that is waiting.")
            return
        self._say(200, "QuickBooks has answered. Close this window and go back to the terminal.")
        self.server.answers.put(values)

    def log_message(self, *_: object) -> None:
        """Nothing: the path holds a code."""

    def _say(self, status: int, words: str) -> None:
        content = _PAGE.format(words).encode()
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def _listening(redirect_uri: str, understand: Understand, *, needed: bool) -> Iterator[_Server | None]:
    """The server for the redirect, or None where the browser does not come to this machine.

    Raises:
        Configuration: the port is taken, although the browser on this machine will come there.
    """
    parts = urlsplit(redirect_uri)
    if parts.hostname not in LOOPBACK:
        yield None
        return
    port = parts.port or 80
    try:
        server = _Server(port, parts.path, understand)
    except OSError as error:
        if needed:
            step = "Stop the program that uses it, or name another: --redirect-uri http://localhost:PORT/callback"
            words = f"Port {port}, where the browser comes back, cannot be used: {error.strerror}."
            raise Configuration(words, next_step=step) from None
        yield None
        return
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": POLL}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def _keyboard() -> Iterator[TextIO | None]:
    """Where an address can be typed or piped in; a terminal shows nothing of it: it holds a code."""
    try:
        descriptor = sys.stdin.fileno()
    except (OSError, ValueError):
        yield None
        return
    if not sys.stdin.isatty():
        yield sys.stdin
        return
    import termios

    before = termios.tcgetattr(descriptor)
    unseen = list(before)
    unseen[3] &= ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSADRAIN, unseen)
    try:
        yield sys.stdin
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
