"""One small simulated business with a book on it, and the ways to ask and tell the simulator."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 0.02
SWITCHES = (
    "requests_per_second=1000000",
    "requests_per_minute=1000000",
    "batches_per_minute=1000000",
    "search_lag_seconds=0",
    "requestid_retention=24h",
)
BOOK = "ridgeline"
LOST = (OSError, HTTPException, ValueError)
"""What becomes of a question when a fault strikes it, or nobody is there."""


class World:
    """The simulator's process on its folder, and the folder of all books."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Start it."""
        self.home = folder / "home"
        self.log = folder / "log"
        self.book = self.home / "books" / BOOK
        self._simulator = folder / "simulator"
        self._seed = seed
        self._process: subprocess.Popen[str] | None = None
        self.line: dict[str, Any] = {}
        self.home.mkdir(parents=True)
        self.start()

    def start(self) -> None:
        """Start the simulator on what it has; it takes the port that it had."""
        words = ["--home", str(self._simulator), "--seed", str(self._seed), "--size", str(SIZE)]
        for switch in SWITCHES:
            words += ["--switch", switch]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.campaign.simulator", *words],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        with self._process.stdout or contextlib.nullcontext() as said:
            line = said.readline() if said else ""
        if not line:
            raise RuntimeError(f"The simulator does not start: see {self.log}.")
        self.line = json.loads(line)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End the simulator."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(20)
            self._process = None

    # --- asking and telling -------------------------------------------------------------------------------------------

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The simulator's own control: no fault strikes it."""
        status, answer = _call(f"{self.line['control_url']}/{path}", "GET" if body is None else "POST", body)
        if status != 200:
            raise ValueError(f"{path}: {status} {answer}")
        return answer

    def crm(self, act: str, **fields: Any) -> Any:
        """Something that a person does in HubSpot."""
        return self.control(f"hubspot/{act}", fields)

    def quickbooks(self, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        """A call of QuickBooks' API by another program, which faults strike too.

        Raises:
            OSError, HTTPException, ValueError: it was refused, or nobody knows what became of it (`LOST`).
        """
        given = self.line["quickbooks"]
        url = f"{given['api_url']}/v3/company/{given['realm_id']}/{path}"
        headers = {"Authorization": f"Bearer {given['access_token']}", "Accept": "application/json"}
        method = "GET" if body is None else "POST"
        status, answer = _call(f"{url}?{urlencode(query)}", method, body, headers)
        if status != 200:
            raise ValueError(f"{path}: {status} {answer}")
        return answer

    def records(self, kind: str, *, inactive: bool = False) -> list[dict[str, Any]]:
        """All records of a kind in QuickBooks, by its API; only while there are no faults."""
        found: list[dict[str, Any]] = []
        where = " where Active in (true, false)" if inactive else ""
        while True:
            query = f"select * from {kind}{where} startposition {len(found) + 1} maxresults 1000"
            page = self.quickbooks("query", query=query)["QueryResponse"].get(kind, [])
            found += page
            if len(page) < 1000:
                return found

    def deals(self) -> dict[str, dict[str, Any]]:
        """The properties of all deals in HubSpot, by its API; only while there are no faults."""
        given, after = self.line["crm"], ""
        found: dict[str, dict[str, Any]] = {}
        while True:
            query = urlencode(
                {"limit": "100", "properties": "dealname,amount,dealstage"} | ({"after": after} if after else {})
            )
            headers = {"Authorization": f"Bearer {given['token']}"}
            _, page = _call(f"{given['api_url']}/crm/v3/objects/deals?{query}", "GET", None, headers)
            found |= {row["id"]: row["properties"] for row in page["results"]}
            after = page.get("paging", {}).get("next", {}).get("after", "")
            if not after:
                return found

    def renew_credentials(self) -> None:
        """Hear the credentials again: an access token that is alive."""
        self.line = self.control("credentials")


def _call(
    url: str, method: str, body: dict[str, Any] | None, headers: dict[str, str] | None = None, seconds: float = 20.0
) -> tuple[int, Any]:
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=seconds)
    try:
        content = None if body is None else json.dumps(body)
        given = {"Content-Type": "application/json", **(headers or {})}
        connection.request(method, f"{where.path}?{where.query}" if where.query else where.path, content, given)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    return answer.status, json.loads(text)


def wait_until(holds: Any, seconds: float = 5.0) -> bool:
    """Look until something holds; False if it does not come true in that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.005)
    return False
