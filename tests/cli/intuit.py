"""A simulated Intuit for the tests of signing in: books that sign in there, a browser, and switches."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import httpx
from tests.cli.command import Ran, call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(frozen=True)
class Intuit:
    """The simulator's first line, and what a test does to it."""

    served: dict[str, Any]
    browser: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False))

    @property
    def url(self) -> str:
        return str(self.served["quickbooks"]["oauth_url"])

    @property
    def realm(self) -> str:
        return str(self.served["quickbooks"]["realm_id"])

    @property
    def client(self) -> str:
        """The app's keys, a line each."""
        given = self.served["quickbooks"]
        return f"{given['client_id']}\n{given['client_secret']}\n"

    def turn(self, **switches: str) -> None:
        """Turn switches."""
        self.browser.post(f"{self.served['control_url']}/switches", json=switches).raise_for_status()

    def fault(self, spec: str) -> None:
        """Put faults in force; none with an empty one."""
        self.browser.post(f"{self.served['control_url']}/faults", json={"spec": spec}).raise_for_status()

    def calls(self, endpoint: str) -> int:
        """How often an endpoint of QuickBooks' was called."""
        counters = self.browser.get(f"{self.served['control_url']}/requests").json()["counters"]
        return sum(one["calls"] for one in counters if (one["system"], one["endpoint"]) == ("quickbooks", endpoint))

    def credentials(self) -> dict[str, Any]:
        """The simulator's own tokens, which are a consent of their own."""
        found: dict[str, Any] = self.browser.get(f"{self.served['control_url']}/credentials").json()
        return dict(found["quickbooks"])

    def add(self, home: Path, *words: str, typed: str = "\n\n\npat\n") -> Path:
        """A real book, as far as it knows, whose vendors are the simulator."""
        crm = self.served["crm"]
        addresses = ["--crm-url", crm["api_url"], "--qbo-url", self.url, "--oauth-url", self.url]
        addresses += [
            "--authorize-url",
            f"{self.url}/connect/oauth2",
            "--revoke-url",
            f"{self.url}/v2/oauth2/tokens/revoke",
        ]
        key = typed.replace("pat", crm["token"])
        added = call("book", "add", "acme", "--crm", "hubspot", *addresses, *words, home=home, typed=key)
        assert added.code == 0, added.err
        return home / "books" / "acme"

    def agree(self, page: str) -> str:
        """Sign in on the page; the address that the browser is sent to."""
        answer = self.browser.get(page)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


@dataclass
class Connecting:
    """`qbconsole connect` while it waits for a person."""

    process: subprocess.Popen[str]
    page: str
    said: list[str]

    def type(self, line: str) -> None:
        stdin = self.process.stdin
        assert stdin is not None
        stdin.write(f"{line}\n")
        stdin.flush()

    def until(self, words: str) -> None:
        """Read what it says until it said that."""
        _read_until(self.process.stderr, self.said, words)

    def done(self) -> Ran:
        out, err = self.process.communicate(timeout=60)
        assert "Traceback" not in err
        return Ran(self.process.returncode, out, "".join(self.said) + err)


def _started(command: list[str], stdin: IO[str] | int) -> subprocess.Popen[str]:
    """A process that heeds Ctrl-C, also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def connecting(
    home: Path,
    *words: str,
    typed: str = "",
    stdin: IO[str] | int = subprocess.PIPE,
    side: str = "quickbooks",
    page: str = "/connect/oauth2?",
) -> Iterator[Connecting]:
    """Start `qbconsole connect`, give it lines, and read up to the page that it shows."""
    command = [sys.executable, "-m", "qbconsole", "connect", side, *words, "--home", str(home)]
    with _started(command, stdin) as process:
        if typed and process.stdin:
            process.stdin.write(typed)
            process.stdin.flush()
        said: list[str] = []
        try:
            shown = _read_until(process.stderr, said, page)
            yield Connecting(process, shown.strip(), said)
        finally:
            process.kill()
            process.wait()


def _read_until(stream: IO[str] | None, said: list[str], words: str) -> str:
    assert stream is not None
    for line in stream:
        said.append(line)
        if words in line:
            return line
    raise AssertionError(f"it never said {words!r}: {''.join(said)}")


def secrets_of(book: Path, system: str = "quickbooks") -> dict[str, str]:
    """What a book keeps in its encrypted file."""
    from qbconsole.books.secrets import SealedSecrets

    assert os.environ["QBCONSOLE_PASSPHRASE"]
    return dict(SealedSecrets(book, system).read())


def here() -> tuple[str, str]:
    """An address on this machine for the browser to come back to."""
    return "--redirect-uri", f"http://localhost:{free_port()}/callback"


def sign_in(intuit: Intuit, home: Path) -> None:
    """All of it, with a browser elsewhere."""
    with connecting(home, *here(), typed=intuit.client) as it:
        it.type(intuit.agree(it.page))
        done = it.done()
    assert done.code == 0, done.err


def expire(book: Path) -> None:
    """Let the access token be old."""
    from qbconsole.books.secrets import SealedSecrets

    SealedSecrets(book, "quickbooks").write({"access_expires_at": "2020-01-01T00:00:00+00:00"})
