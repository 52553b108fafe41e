"""Invoices and the stamps that wait for them, through the real outbox to a simulator: how fast, and what of it is ours.

    python benchmarks/outbox.py [--invoices 300] [--profile FILE] [--json]

First with the vendors' limits (QuickBooks: 10 requests a second, 10 at once, 500 a minute): invoices a second against
500 a minute; fewer than 480 are done before that limit is met. Then with no limits on either side: this process's own
processor time an operation, by the step that took it. The simulator is a process of its own; its time is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qbconsole.books.book import Book
from qbconsole.books.secrets import secrets_of
from qbconsole.books.settings import write_settings
from qbconsole.cli.adding import of_simulator
from qbconsole.connectors.http import Http
from qbconsole.connectors.hubspot import HubSpot
from qbconsole.connectors.limits import Gate, RateLimit
from qbconsole.connectors.quickbooks import QuickBooks
from qbconsole.connectors.quickbooks.faults import REFERENCE
from qbconsole.domain.operations import CreateDocument, StampDeal
from qbconsole.domain.records import DocumentLine
from qbconsole.journal import Actor
from qbconsole.outbox.decider import Decider, Enqueued, Taken
from qbconsole.outbox.deliver import Deliverer
from qbconsole.runner.connectors import ACCOUNTING, CRM, hubspot_settings, quickbooks_settings
from qbconsole.store import leases, outbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from qbconsole.connectors.base import Connector

EVERY_MINUTE = 500
"""Requests that QuickBooks allows a company; of these 10 a second, 10 at once (quickbooks.md 5.2)."""
UNLIMITED = "1000000"
LIMITS = ("requests_per_minute", "requests_per_second", "concurrent_requests", "batches_per_minute")
"""The simulator's switches for QuickBooks' limits."""
LINES = tuple(DocumentLine("1", f"Work {number}", Decimal(2), Decimal("60.00"), Decimal("120.00")) for number in (1, 2))


@dataclass
class Spent:
    """Seconds of this process, by step: its processor's, and those on the clock."""

    processor: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    clock: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def on(self, step: str) -> Iterator[None]:
        """Count what the block takes; it must not await."""
        processor, clock = time.process_time(), time.perf_counter()
        try:
            yield
        finally:
            self.processor[step] += time.process_time() - processor
            self.clock[step] += time.perf_counter() - clock


class Timed(Deliverer):
    """A deliverer whose steps on the database are counted apart; the rest of its time is sending."""

    def spending(self, spent: Spent) -> Timed:
        """Count there."""
        object.__setattr__(self, "spent", spent)
        return self

    def _claim(self, *given: Any) -> Any:
        with self.spent.on("claim"):  # type: ignore[attr-defined]
            return super()._claim(*given)

    def _settle(self, *given: Any) -> Any:
        with self.spent.on("settle"):  # type: ignore[attr-defined]
            return super()._settle(*given)


def decide(book: Book, count: int, name: str, spent: Spent, deals: list[str]) -> None:
    """Decide invoices, each with the stamp of a deal that waits for it, as a person does: one transaction each."""
    person = Actor("benchmark", "here")
    for number in range(count):
        deal = deals[number % len(deals)]
        note = f"Deal {name}-{number} / completion"
        invoice = CreateDocument("invoice", "1", date(2026, 11, 16), "USD", LINES, note)
        stamp = StampDeal(deal, (("qbc_kind", "invoice"), ("qbc_status", "unpaid"), ("qbc_total", "240.00")))
        with spent.on("decide"), book.store.writing() as connection:
            decider = Decider.of(connection, book, person)
            subjects = (f"deals:{deal}",)
            decision = decider.record(Taken("benchmark", "billing", f"{name}{number}", note, subjects=subjects))
            target = f"events:{deal}/{name}{number}"
            made = decider.enqueue(decision, Enqueued(invoice, target, subjects, recurs=False), window=False)
            waiting = Enqueued(stamp, f"deals:{deal}", subjects, needs=(made,))
            decider.enqueue(decision, waiting, window=False)


async def deliver(book: Book, connectors: Mapping[str, Connector], spent: Spent) -> tuple[float, float]:
    """Deliver everything; processor's and clock's seconds of all of it."""
    with book.store.writing() as connection:
        fence = leases.take(connection, "benchmark", "here", 1, datetime.now(UTC))
    deliverer = Timed(book, connectors, fence).spending(spent)
    processor, clock = time.process_time(), time.perf_counter()
    while True:
        await deliverer.deliver()
        with book.store.reading() as connection:
            counts = outbox.counts(connection)
        if set(counts) == {"settled"}:
            return time.process_time() - processor, time.perf_counter() - clock
        if "parked" in counts:
            msg = f"something was parked: {counts}"
            raise SystemExit(msg)
        await asyncio.sleep(0.05)


@contextmanager
def simulated(*, limits: bool) -> Iterator[dict[str, Any]]:
    """A simulator of its own process; what it says of itself."""
    command = [sys.executable, "-m", "qbconsole.simulator", "--port", "0", "--size", "1"]
    command += [] if limits else [word for name in LIMITS for word in ("--switch", f"{name}={UNLIMITED}")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def booked(served: dict[str, Any]) -> Iterator[Book]:
    """A book of the simulator's, thrown away afterwards."""
    settings, secrets = of_simulator("benchmark", served["control_url"], 0.0)
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "books" / "benchmark"
        folder.mkdir(parents=True)
        write_settings(folder, settings)
        (folder / "rules.toml").write_text("")
        for name, values in secrets.items():
            secrets_of(folder, settings, name).write(values)
        book = Book(folder)
        try:
            yield book
        finally:
            book.close()


@asynccontextmanager
async def connected(book: Book, *, limits: bool) -> AsyncIterator[dict[str, Connector]]:
    """Both connectors as the runner opens them, or without limits of their own."""
    crm, books = hubspot_settings(book.settings), quickbooks_settings(book.settings)
    tokens = {name: secrets_of(book.folder, book.settings, name) for name in ("hubspot", "quickbooks")}
    if limits:
        both: dict[str, Connector] = {
            CRM: HubSpot(crm, tokens["hubspot"]),
            ACCOUNTING: QuickBooks(books, tokens["quickbooks"]),
        }
    else:
        http = Http(
            "QuickBooks",
            bases=(books.company_url, books.oauth_url),
            gate=Gate(RateLimit(int(UNLIMITED), seconds=1), concurrent=10),
            reference_header=REFERENCE,
        )
        both = {CRM: HubSpot(crm, tokens["hubspot"]), ACCOUNTING: QuickBooks(books, tokens["quickbooks"], http=http)}
    try:
        yield both
    finally:
        for connector in both.values():
            await connector.close()


async def some_deals(portal: Connector) -> list[str]:
    """Ids of deals to stamp."""
    found: list[str] = []
    async for page in portal.pull({}, watched={}):
        if page.stream == "hubspot.deals":
            found += [one.id for one in page.records]
    return found


async def measure(book: Book, count: int, *, limits: bool, profile: str) -> dict[str, Any]:
    """Decide, deliver, and what it took."""
    async with connected(book, limits=limits) as connectors:
        await connectors[ACCOUNTING].now()
        deals = await some_deals(connectors[CRM])
        decide(book, 30, "warm", Spent(), deals)
        await deliver(book, connectors, Spent())
        await asyncio.sleep(2 if limits else 0)
        spent = Spent()
        profiler = cProfile.Profile() if profile else None
        if profiler:
            profiler.enable()
        decide(book, count, "measured", spent, deals)
        processor, clock = await deliver(book, connectors, spent)
        if profiler:
            profiler.disable()
            profiler.dump_stats(profile)
    spent.processor["send"] = processor - spent.processor["claim"] - spent.processor["settle"]
    ours = {step: round(1000 * seconds / (2 * count), 2) for step, seconds in spent.processor.items()}
    return {"seconds": round(clock, 2), "a_second": round(count / clock, 2), "ours": ours}


def report(found: dict[str, Any], count: int) -> list[str]:
    """The figures in words."""
    limited, free = found["limited"], found["free"]
    steps = ", ".join(f"{step} {figure}" for step, figure in free["ours"].items())
    return [
        f"with the vendors' limits: {count} invoices and their stamps in {limited['seconds']} s, "
        f"{limited['a_second']} invoices a second, {limited['share']:.0%} of 500 a minute",
        f"without limits: {free['a_second']} invoices a second; processor time of ours an operation "
        f"{free['total']} ms ({steps})",
    ]


def main() -> None:
    """Start simulators, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=300)
    parser.add_argument("--only", choices=("limited", "free"))
    parser.add_argument("--profile", default="", help="where to write a profile of the run without limits")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found: dict[str, Any] = {}
    for name in ("limited", "free"):
        if arguments.only in (None, name):
            limits = name == "limited"
            with simulated(limits=limits) as served, booked(served) as book:
                profile = "" if limits else arguments.profile
                found[name] = asyncio.run(measure(book, arguments.invoices, limits=limits, profile=profile))
    if "limited" in found:
        found["limited"]["share"] = round(60 * found["limited"]["a_second"] / EVERY_MINUTE, 3)
    for one in found.values():
        one["total"] = round(sum(one["ours"].values()), 2)
    if arguments.json or arguments.only:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    sys.stdout.write("\n".join(report(found, arguments.invoices)) + "\n")


if __name__ == "__main__":
    main()
