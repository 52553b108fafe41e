"""A tiny company in a simulator of its own, a mirror, and a person who works in QuickBooks meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from tests.connectors.conftest import Tokens

from qbconsole.connectors.http import Http
from qbconsole.connectors.limits import Gate, RateLimit
from qbconsole.connectors.quickbooks import QuickBooks, QuickBooksSettings
from qbconsole.domain.errors import Problem, SignIn
from qbconsole.pull import pull
from qbconsole.store import migrations, runs, watching
from qbconsole.store.engine import Store
from qbconsole.store.tables import MIRROR, Payload

DEADLINE = 1.0
"""Seconds that a request may take here: a slow answer is given up and asked for again."""
UNHURRIED = ("requests_per_minute", "requests_per_second", "concurrent_requests", "batches_per_minute")


@dataclass
class Served:
    """The simulator's first line, and its control."""

    line: dict[str, Any]
    web: httpx.Client
    names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def control(self, path: str, **body: Any) -> Any:
        """Ask or tell the simulator itself."""
        url = f"{self.line['control_url']}/{path}"
        answer = self.web.post(url, json=body) if body else self.web.get(url)
        return answer.raise_for_status().json()

    def faults(self, spec: str) -> None:
        self.control("faults", spec=spec)

    def hits(self) -> int:
        """How often the faults in force have struck."""
        return int(self.control("faults")["hit"])

    @asynccontextmanager
    async def quickbooks(self) -> AsyncIterator[QuickBooks]:
        """The connector without its own limits, impatient and quick to try again."""
        given = self.line["quickbooks"]
        settings = QuickBooksSettings(
            given["realm_id"], api_url=given["api_url"], oauth_url=given["oauth_url"], throttle_wait=0.01
        )
        http = Http(
            "QuickBooks",
            bases=(settings.company_url, settings.oauth_url),
            gate=Gate(RateLimit(100_000, seconds=1), concurrent=8),
            reference_header="intuit_tid",
            deadline=DEADLINE,
            sleep=lambda _: asyncio.sleep(0),
        )
        names = ("client_id", "client_secret", "access_token", "refresh_token")
        connector = QuickBooks(settings, Tokens({name: given[name] for name in names}), http=http)
        try:
            yield connector
        finally:
            await connector.close()


class Person:
    """Somebody who works in QuickBooks, undisturbed."""

    def __init__(self, served: Served) -> None:
        given = served.line["quickbooks"]
        self._base = f"{given['api_url']}/v3/company/{given['realm_id']}"
        self._headers = {"Authorization": f"Bearer {given['access_token']}", "Accept": "application/json"}
        self._web = served.web
        self._numbers = served.names
        self._last: dict[str, dict[str, Any]] = {}

    def post(self, kind: str, body: dict[str, Any], **query: str) -> dict[str, Any]:
        answer = self._web.post(f"{self._base}/{kind.lower()}", json=body, params=query, headers=self._headers)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()[kind]
        return made

    def rows(self, kind: str) -> list[dict[str, Any]]:
        answer = self._web.post(
            f"{self._base}/query", content=f"select * from {kind} maxresults 5",
            headers={**self._headers, "Content-Type": "application/text"},
        )  # fmt: skip
        found: list[dict[str, Any]] = answer.json()["QueryResponse"].get(kind, [])
        return found

    def work(self) -> None:
        """A new customer and a renamed one, an invoice that is paid and deposited, one that is deleted again."""
        number = next(self._numbers)
        customer = self.post("Customer", {"DisplayName": f"New customer {number}"})
        item = next(one for one in self.rows("Item") if one["Type"] == "Service")
        if last := self._last.get("Customer"):
            last = self._read("Customer", last["Id"])
            change = {"Id": last["Id"], "SyncToken": last["SyncToken"], "sparse": True, "Notes": f"Note {number}"}
            self.post("Customer", change)
        self._last["Customer"] = customer
        invoices = [self._invoice(customer["Id"], item["Id"]) for _ in range(2)]
        link = {"Amount": 100, "LinkedTxn": [{"TxnId": invoices[0]["Id"], "TxnType": "Invoice"}]}
        payment = self.post("Payment", {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": 100, "Line": [link]})
        if gone := self._last.get("Invoice"):
            gone = self._read("Invoice", gone["Id"])
            self.post("Invoice", {"Id": gone["Id"], "SyncToken": gone["SyncToken"]}, operation="delete")
        self._last["Invoice"] = invoices[1]
        if paid := self._last.get("Payment"):
            self._deposit(paid)
        self._last["Payment"] = payment

    def _read(self, kind: str, id_: str) -> dict[str, Any]:
        answer = self._web.get(f"{self._base}/{kind.lower()}/{id_}", headers=self._headers)
        found: dict[str, Any] = answer.raise_for_status().json()[kind]
        return found

    def _invoice(self, customer: str, item: str) -> dict[str, Any]:
        detail = {"ItemRef": {"value": item}, "TaxCodeRef": {"value": "NON"}}
        line = {"Amount": 100, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        return self.post("Invoice", {"CustomerRef": {"value": customer}, "Line": [line]})

    def _deposit(self, payment: dict[str, Any]) -> None:
        bank = next(one for one in self.rows("Account") if one["AccountType"] == "Bank")
        link = {"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}
        line = {"Amount": payment["TotalAmt"], "LinkedTxn": [link]}
        self.post("Deposit", {"DepositToAccountRef": {"value": bank["Id"]}, "Line": [line]})


class Mirrored:
    """A mirror that is kept by pulls."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        migrations.prepare(self.store)

    async def cycle(self, connector: QuickBooks, *, ahead: timedelta = timedelta(0)) -> bool:
        """One pull as the runner makes it, or will so much later; whether it came to its end."""
        now = datetime.now(UTC) + ahead
        with self.store.writing() as connection:
            run_id = runs.begin(connection, "test", now)
            watched = {"quickbooks.payments": watching.undeposited_payments(connection, now)}
        try:
            outcome = await pull(self.store, connector, run_id=run_id, watched=watched)
        except SignIn:
            raise
        except Problem:
            return False
        finally:
            self._conserved(run_id)
        return outcome.problem is None

    def _conserved(self, run_id: int) -> None:
        """What was seen went somewhere."""
        with self.store.reading() as connection:
            for one in runs.streams(connection, run_id):
                assert one["seen"] == one["applied"] + one["unchanged"] + one["held"] + one["failed"], one

    def payloads(self) -> dict[tuple[str, str], str]:
        """The payload of every live record."""
        table = Payload.__table__  # type: ignore[attr-defined]
        with self.store.reading() as connection:
            live = {
                (kind, id_)
                for kind, mirror in MIRROR.items()
                for id_ in connection.execute(select(mirror.c.id).where(mirror.c.gone.is_(False))).scalars()
            }
            rows = connection.execute(
                select(table.c.kind, table.c.record_id, table.c.body).where(table.c.replaced_at.is_(None))
            )
            kept = {(kind, id_): zlib.decompress(body).decode() for kind, id_, body in rows}
        return {key: kept[key] for key in live}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    command = [sys.executable, "-m", "qbconsole.simulator", "--port", "0", "--seed", "7", "--size", "0.02"]
    command += [word for name in UNHURRIED for word in ("--switch", f"{name}=100000")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            with httpx.Client() as web:
                yield Served(json.loads(process.stdout.readline()), web)
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
def mirrored(tmp_path: Path) -> Iterator[Mirrored]:
    mirrored = Mirrored(tmp_path / "mirror.db")
    yield mirrored
    mirrored.store.close()
