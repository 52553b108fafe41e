"""Pulling customers from a local server into SQLite, beside the least that any program would have to do.

    python benchmarks/pull.py [--customers 20000] [--json]

The floor fetches the same pages with httpx, decodes them and upserts them through sqlite3 with the payload kept, one
transaction a page. Both run in this process, one after the other, against the same server; the ratio is what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import resource
import sqlite3
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from qbconsole.connectors.quickbooks.connector import QuickBooks
from qbconsole.connectors.quickbooks.settings import QuickBooksSettings
from qbconsole.pull import pull
from qbconsole.store import migrations, runs
from qbconsole.store.engine import Store

if TYPE_CHECKING:
    from starlette.requests import Request

PAGE = 1000
UPSERT = (
    "INSERT INTO c VALUES (?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET name=excluded.name, email=excluded.email,"
    " balance=excluded.balance, payload=excluded.payload"
)


def customer(number: int) -> dict[str, Any]:
    """A customer as Intuit writes it."""
    stamp = "2026-11-16T07:00:00-08:00"
    return {
        "Id": str(number), "SyncToken": "0", "DisplayName": f"Customer {number}", "CompanyName": f"Company {number}",
        "Active": True, "Taxable": True, "Job": False, "Balance": number % 977, "BalanceWithJobs": number % 977,
        "PrimaryEmailAddr": {"Address": f"office{number}@customer.example"}, "CurrencyRef": {"value": "USD"},
        "PrimaryPhone": {"FreeFormNumber": "(512) 555-0100"}, "Notes": "", "domain": "QBO", "sparse": False,
        "BillAddr": {"Line1": f"{number} Main St", "City": "Austin", "CountrySubDivisionCode": "TX"},
        "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp},
    }  # fmt: skip


class Company:
    """Answers queries for customers, and nothing else, from rows that are encoded beforehand."""

    def __init__(self, customers: int) -> None:
        self._rows = [json.dumps(customer(number)).encode() for number in range(1, customers + 1)]

    @staticmethod
    def _answer(body: dict[str, Any]) -> bytes:
        return json.dumps({**body, "time": "2026-11-16T07:00:00.000-08:00"}).encode()

    async def answer(self, request: Request) -> Response:
        """Any request under the realm."""
        path = request.url.path
        if path.endswith("/query"):
            statement = (await request.body()).decode() or request.query_params.get("query", "")
            body = self._query(statement)
        elif path.endswith("/batch"):
            body = self._batch(json.loads(await request.body())["BatchItemRequest"])
        elif path.endswith("/cdc"):
            body = self._answer({"CDCResponse": [{"QueryResponse": [{}]}]})
        elif "companyinfo" in path:
            body = self._answer({"CompanyInfo": {"Id": "1", "CompanyName": "Bench", "Country": "US"}})
        else:
            body = self._answer({"Preferences": {"Id": "1", "CurrencyPrefs": {"HomeCurrency": {"value": "USD"}}}})
        return Response(body, media_type="application/json")

    def _batch(self, items: list[dict[str, Any]]) -> bytes:
        """Counts, and the rows of kinds of which there are none."""
        answers = []
        for item in items:
            of_customers = "from customer" in item["Query"].lower()
            answers.append({"bId": item["bId"], "QueryResponse": {"totalCount": len(self._rows) * of_customers}})
        return self._answer({"BatchItemResponse": answers})

    def _query(self, statement: str) -> bytes:
        if "from customer" not in statement.lower():
            return self._answer({"QueryResponse": {}})
        found = re.search(r"startposition (\d+)", statement, re.IGNORECASE)
        start = int(found[1]) - 1 if found else 0
        page = self._rows[start : start + PAGE]
        if not page:
            return self._answer({"QueryResponse": {}})
        listed = b",".join(page)
        return b'{"QueryResponse":{"Customer":[' + listed + b']},"time":"2026-11-16T07:00:00.000-08:00"}'


def served(company: Company) -> str:
    """Serve it on a free port of this machine; returns the address."""
    app = Starlette(routes=[Route("/{rest:path}", company.answer, methods=["GET", "POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"


def floor(url: str, path: Path) -> float:
    """Seconds of the least."""
    began = time.perf_counter()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE c (id TEXT PRIMARY KEY, name TEXT, email TEXT, balance TEXT, payload TEXT)")
    connection.execute("CREATE INDEX e ON c (email)")
    with httpx.Client() as client:
        start = 1
        while True:
            statement = f"select * from Customer orderby Id startposition {start} maxresults {PAGE}"  # noqa: S608
            rows = (
                client.get(f"{url}/v3/company/1/query", params={"query": statement})
                .json()["QueryResponse"]
                .get("Customer")
            )
            if not rows:
                break
            values = [
                (
                    row["Id"],
                    row["DisplayName"],
                    row["PrimaryEmailAddr"]["Address"],
                    str(row["Balance"]),
                    json.dumps(row),
                )
                for row in rows
            ]
            with connection:
                connection.executemany(
                    UPSERT,
                    values,
                )
            start += PAGE
    connection.close()
    return time.perf_counter() - began


class Tokens:
    """A token that never expires."""

    def read(self) -> dict[str, str]:
        """All there is."""
        return {
            "access_token": "x",
            "access_expires_at": "2099-01-01T00:00:00+00:00",
            "refresh_token": "x",
            "client_id": "x",
        }

    def write(self, secrets: Any) -> None:
        """Nothing to keep."""


def ours(url: str, store: Store) -> tuple[float, float, float]:
    """Seconds of a first pull, of one that lists all again, and processor seconds of a quiet one; as they ship, but for
    the vendor's rate limit."""

    async def once(connector: QuickBooks, *, full: bool) -> tuple[float, float]:
        began, worked = time.perf_counter(), time.process_time()
        with store.writing() as connection:
            run_id = runs.begin(connection, "benchmark", datetime.now(UTC))
        await connector.now()
        await pull(store, connector, run_id=run_id, watched={}, full=full)
        return time.perf_counter() - began, time.process_time() - worked

    async def run() -> tuple[float, float, float]:
        settings = QuickBooksSettings(
            realm_id="1", api_url=url, oauth_url=url, requests_per_second=10_000, requests_per_minute=600_000,
            concurrent=10_000,
        )  # fmt: skip
        connector = QuickBooks(settings, Tokens())
        first, _ = await once(connector, full=True)
        again, _ = await once(connector, full=True)
        _, quiet = await once(connector, full=False)
        await connector.close()
        return first, again, quiet

    return asyncio.run(run())


def main() -> None:
    """Run both and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    url = served(Company(wanted.customers))
    with tempfile.TemporaryDirectory() as folder:
        least = floor(url, Path(folder) / "floor.db")
        store = Store(Path(folder) / "mirror.db")
        migrations.prepare(store)
        first, again, quiet = ours(url, store)
        size = sum(file.stat().st_size for file in Path(folder).glob("mirror.db*"))
        store.close()
    figures = {
        "customers": wanted.customers,
        "floor_seconds": round(least, 2),
        "first_seconds": round(first, 2),
        "first_ratio": round(first / least, 2),
        "unchanged_seconds": round(again, 2),
        "unchanged_ratio": round(again / least, 2),
        "quiet_cpu_ms": round(quiet * 1000, 1),
        "bytes_a_customer": size // wanted.customers,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    lines = json.dumps(figures) if wanted.json else "\n".join(f"{name:<18} {value}" for name, value in figures.items())
    sys.stdout.write(lines + "\n")


if __name__ == "__main__":
    main()
