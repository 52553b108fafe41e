"""Fifty-eight invoices to a local QuickBooks: one call each, as the program sends them, beside batches of thirty.

    python benchmarks/many_invoices.py [--invoices 58] [--latency 0.2] [--json]

Both keep the vendor's limits (9 requests a second). The latency is what each request waits in the simulator.
What batches would gain is weighed in docs/decisions/0008-creates-go-alone.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from typing import Any

from qbconsole.connectors.base import Send
from qbconsole.connectors.quickbooks import QuickBooks, QuickBooksSettings
from qbconsole.connectors.quickbooks.bodies import document_body
from qbconsole.domain.operations import CreateDocument, Receipt
from qbconsole.domain.records import DocumentLine

BATCH = 30


class Tokens(dict[str, str]):
    """Secrets in memory."""

    def read(self) -> dict[str, str]:
        """All of them."""
        return dict(self)

    def write(self, secrets: Any) -> None:
        """Change some."""
        self.update(secrets)


def operations(count: int, name: str) -> list[CreateDocument]:
    """Invoices of two lines."""
    lines = tuple(
        DocumentLine("1", f"Work {number}", Decimal(2), Decimal("60.00"), Decimal("120.00")) for number in (1, 2)
    )
    return [
        CreateDocument("invoice", "1", date(2026, 11, 16), "USD", lines, f"Deal {name}-{number} / completion")
        for number in range(count)
    ]


async def alone(quickbooks: QuickBooks, count: int) -> None:
    """As the deliverer does it: groups of thirty, side by side, each under its own request id."""
    made = operations(count, "alone")
    for begin in range(0, count, BATCH):
        group = [Send(one, f"alone-{begin + place}") for place, one in enumerate(made[begin : begin + BATCH])]
        outcomes = await quickbooks.apply_many(group)
        assert all(isinstance(one, Receipt) for one in outcomes), outcomes


async def batched(quickbooks: QuickBooks, count: int) -> None:
    """What batches could do: the same bodies, thirty a call."""
    ledger = await quickbooks._reader.ledger()  # noqa: SLF001 - what is measured is not there for use
    made = operations(count, "batched")
    for begin in range(0, count, BATCH):
        items = [
            {"bId": str(place), "operation": "create", "Invoice": document_body(one, ledger)}
            for place, one in enumerate(made[begin : begin + BATCH])
        ]
        reply = await quickbooks._client.write("batch", {"BatchItemRequest": items}, request_id=f"batch-{begin}")  # noqa: SLF001
        assert all("Invoice" in item for item in reply.body["BatchItemResponse"]), reply.body


async def measure(given: dict[str, Any], count: int) -> dict[str, dict[str, float]]:
    """Calls and seconds of both ways."""
    settings = QuickBooksSettings(
        realm_id=given["realm_id"], api_url=given["api_url"], oauth_url=given["oauth_url"], throttle_wait=1
    )
    names = ("client_id", "client_secret", "access_token", "refresh_token")
    quickbooks = QuickBooks(settings, Tokens({name: given[name] for name in names}))
    await quickbooks._reader.ledger()  # noqa: SLF001
    found: dict[str, dict[str, float]] = {}
    for name, way in (("alone", alone), ("batched", batched)):
        await asyncio.sleep(2)
        calls, began = quickbooks._client.calls, time.perf_counter()  # noqa: SLF001
        await way(quickbooks, count)
        seconds = time.perf_counter() - began
        found[name] = {"calls": quickbooks._client.calls - calls, "seconds": round(seconds, 2)}  # noqa: SLF001
    await quickbooks.close()
    return found


def main() -> None:
    """Start a simulator, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=58)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    command = [sys.executable, "-m", "qbconsole.simulator", "--port", "0", "--size", "0.2"]
    command += ["--faults", f"delay=1:{arguments.latency}"] if arguments.latency else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            line = json.loads(process.stdout.readline())
            found = asyncio.run(measure(line["quickbooks"], arguments.invoices))
        finally:
            process.terminate()
            process.wait(10)
    if arguments.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for name, figures in found.items():
        sys.stdout.write(f"{name:8} {figures['calls']:4.0f} calls {figures['seconds']:7.2f} s\n")


if __name__ == "__main__":
    main()
