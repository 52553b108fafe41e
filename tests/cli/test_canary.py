"""No key, token or code is ever written anywhere but where secrets are kept."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from tests.cli.command import call, run
from tests.cli.intuit import Intuit, connecting, expire, here, secrets_of

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("client_secret", "access_token", "refresh_token", "previous_refresh_token")
CRASH = """
import asyncio, sys
from qbconsole.cli import main
from qbconsole.connectors.quickbooks.client import Client
async def broken(self, method, path, **_):
    token = await self._auth.access_token()
    raise RuntimeError(f"Illegal header value b'Bearer {token}'")
Client._call = broken
sys.exit(main.main(["sync", "--home", sys.argv[1]]))
"""


def runs(home: Path) -> list[dict[str, Any]]:
    """The sync log's runs, newest first."""
    found: list[dict[str, Any]] = call("log", "--json", home=home).document["runs"]
    return found


def test_nothing_that_opens_anything_is_written_in_the_clear(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    said, canaries = "", {intuit.served["crm"]["token"]}

    def remember() -> None:
        kept = secrets_of(book)
        canaries.update(kept[name] for name in NAMES if kept.get(name))

    with connecting(tmp_path, *here(), "--json", typed=intuit.client) as it:
        back = intuit.agree(it.page)
        it.type(back)
        done = it.done()
    remember()
    said += done.out + done.err
    canaries.add(back.partition("code=")[2].partition("&")[0])
    expire(book)
    for words in ("sync", "book check --json", "status --json", "journal --json"):
        ran = run(*words.split(), home=tmp_path)
        said += ran.out + ran.err
    remember()

    crashed = subprocess.run([sys.executable, "-c", CRASH, str(tmp_path)], capture_output=True, text=True, check=False)
    said += crashed.stdout + crashed.stderr
    assert "Illegal header value" in (tmp_path / "qbconsole.log").read_text()

    expire(book)
    intuit.turn(refresh="invalid_grant")
    refused = run("sync", home=tmp_path)
    assert refused.code == 5
    said += refused.out + refused.err
    watched = subprocess.Popen(
        [sys.executable, "-m", "qbconsole.runner", "--home", str(tmp_path)], stderr=subprocess.PIPE, text=True
    )
    while runs(tmp_path)[0]["reason"] != "start" or runs(tmp_path)[0]["state"] == "running":
        assert watched.poll() is None
        time.sleep(0.05)
    watched.terminate()
    said += watched.communicate(timeout=30)[1]

    assert len(canaries) >= 6
    assert all(len(one) >= 40 for one in canaries)
    places = {"what was said": said.encode()}
    places |= {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(name.endswith("mirror.db") for name in places)
    found = [(name, one[:8]) for name, content in places.items() for one in canaries if one.encode() in content]
    assert found == []
