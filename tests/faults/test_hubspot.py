"""HubSpot under faults: pulls come to the portal's own state, no property is lost, no task or note is doubled."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.cli.command import simulator
from tests.connectors.conftest import Tokens

from qbconsole.connectors import breaker, http
from qbconsole.connectors.http import Http
from qbconsole.connectors.hubspot import HubSpot, HubSpotSettings
from qbconsole.connectors.hubspot.faults import REFERENCE
from qbconsole.connectors.hubspot.values import plain_text
from qbconsole.connectors.limits import Gate, RateLimit
from qbconsole.domain.errors import Problem
from qbconsole.domain.operations import CreateNote, CreateTask, StampCompany, StampDeal
from qbconsole.domain.records import Company, Contact, Deal, LineItem, Product
from qbconsole.outbox import deliver, policy
from qbconsole.outbox.deliver import Deliverer
from qbconsole.outbox.queue import MOVES, Enqueued, enqueue
from qbconsole.pull import pull
from qbconsole.store import leases, mirror, outbox, runs
from qbconsole.store.tables import OutboxOperation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qbconsole.books.book import Book
    from qbconsole.domain.operations import Operation
    from qbconsole.domain.records import Record

ALONE = {
    "drop_response": "drop_response=0.1", "drop_request": "drop_request=0.1", "reset": "reset=0.1",
    "delay": "delay=0.1:0.05", "throttle": "throttle=0.1", "server_error": "server_error=0.1",
    "truncate": "truncate=0.1", "stale_read": "stale_read=0.1:1", "skew": "skew=0.1", "duplicate": "duplicate=0.5",
}  # fmt: skip
"""The faults that can be survived."""
CASES = {**ALONE, "together": ",".join(spec.replace("0.1", "0.05", 1).replace("0.5", "0.1") for spec in ALONE.values())}
RATE = RateLimit(150, seconds=10)
"""What the portal allows in ten seconds, less what this test asks for itself."""
KINDS: tuple[type[Record], ...] = (Company, Contact, Deal, LineItem, Product)
DONE = frozenset({"settled", "cancelled", "parked"})
STATES = tuple(MOVES)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Portal:
    """The simulator's first line, and what is really in it."""

    served: dict[str, Any]

    def faults(self, spec: str) -> None:
        answer = httpx.post(f"{self.served['control_url']}/faults", json={"spec": spec}, trust_env=False)
        answer.raise_for_status()

    def call(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.served['crm']['token']}"}
        url = f"{self.served['crm']['api_url']}{path}"
        answer = httpx.request(method, url, headers=headers, trust_env=False, **more)
        while answer.status_code == 429:
            time.sleep(0.2)
            answer = httpx.request(method, url, headers=headers, trust_env=False, **more)
        assert answer.status_code in (200, 207), answer.text
        return answer.json()

    def everything(self, kind: str, properties: str = "hs_object_id") -> dict[str, dict[str, Any]]:
        """All records of a kind: their properties by id."""
        found: dict[str, dict[str, Any]] = {}
        after = ""
        while True:
            query = {"limit": "100", "properties": properties, **({"after": after} if after else {})}
            page = self.call("GET", f"/crm/objects/2026-09/{kind}", params=query)
            found |= {row["id"]: row["properties"] for row in page["results"]}
            after = page.get("paging", {}).get("next", {}).get("after", "")
            if not after:
                return found

    def hubspot(self) -> HubSpot:
        """A connector that waits for nothing long: what a fault asks to wait is not what is looked at here."""
        settings = HubSpotSettings(api_url=self.served["crm"]["api_url"], may_create_properties=True, keep_free=0)
        tokens = Tokens({"token": self.served["crm"]["token"]})
        http = Http(
            "HubSpot",
            bases=(settings.api_url,),
            gate=Gate(RATE, concurrent=4),
            reference_header=REFERENCE,
            sleep=_hurry,
        )
        return HubSpot(settings, tokens, http=http)


async def _hurry(_: float) -> None:
    await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with simulator(tmp_path_factory.mktemp("simulator"), "--size", "0.1") as served:
        yield Portal(served)


async def pulled(book: Book, connector: HubSpot) -> None:
    """Pull until it went through once."""
    for _ in range(30):
        with book.store.writing() as connection:
            run = runs.begin(connection, "test", NOON)
        try:
            await pull(book.store, connector, run_id=run, watched={})
        except Problem:
            continue
        return
    pytest.fail("the pull never went through")


def held(book: Book, kind: type[Record]) -> dict[str, Record]:
    with book.store.reading() as connection:
        return {record.id: record for record in mirror.every(connection, kind)}


def as_the_portal_has_it(portal: Portal, book: Book) -> dict[type[Record], dict[str, dict[str, Any]]]:
    """See that the mirror holds every record of the portal; what the portal holds, by kind and id."""
    wanted = {Deal: "dealname,qbc_status,qbc_total", Company: "name,qbc_customer_id"}
    truth = {kind: portal.everything(kind.kind, wanted.get(kind, "hs_object_id")) for kind in KINDS}
    for kind, records in truth.items():
        assert set(held(book, kind)) == set(records), kind
    for kind, name in ((Deal, "dealname"), (Company, "name")):
        names = {id_: getattr(record, "name", "") for id_, record in held(book, kind).items()}
        assert names == {id_: properties[name] or "" for id_, properties in truth[kind].items()}
    return truth


async def delivered(book: Book, connector: HubSpot) -> list[dict[str, Any]]:
    """Deliver until nothing is open; what a fault delays is due at once."""
    with book.store.writing() as connection:
        fence = leases.take(connection, "test", "here", 1, datetime.now(UTC))
    deliverer = Deliverer(book, {"crm": connector}, fence)
    for _ in range(60):
        await deliverer.deliver()
        with book.store.writing() as connection:
            rows = outbox.listed(connection, STATES)
            if all(row["state"] in DONE for row in rows):
                return rows
            table = OutboxOperation.__table__  # type: ignore[attr-defined]
            connection.execute(table.update().values(due_at=datetime.now(UTC)))
        await asyncio.sleep(0.02)
    pytest.fail(f"never quiet: {[(row['kind'], row['state'], row['problem']) for row in rows]}")


def add(book: Book, *operations: Operation) -> None:
    now = datetime.now(UTC)
    with book.store.writing() as connection:
        for number, operation in enumerate(operations):
            wanted = Enqueued(operation, f"{operation.kind}:{number}")
            enqueue(connection, wanted, book=book.name, decision_id=number, rules_hash="r", at=now, due_at=now)


@pytest.mark.parametrize(("case", "spec"), CASES.items(), ids=CASES)
async def test_pulls_converge_no_property_is_lost_and_nothing_doubled(
    portal: Portal, book: Book, monkeypatch: pytest.MonkeyPatch, case: str, spec: str
) -> None:
    monkeypatch.setattr(deliver, "STALENESS", deliver.STALENESS * 0)
    monkeypatch.setattr(policy, "ATTEMPTS", 50)
    monkeypatch.setattr(http, "LONGEST_PAUSE", 100.0)
    monkeypatch.setattr(breaker, "FIRST_REST", 0.01)
    monkeypatch.setattr(breaker, "LONGEST_REST", 0.01)
    connector, place = portal.hubspot(), list(CASES).index(case)
    portal.faults(spec)
    try:
        await pulled(book, connector)
        deals, companies = list(held(book, Deal))[:10], list(held(book, Company))[:5]
        stamps = [
            StampDeal(id_, (("qbc_status", "paid"), ("qbc_total", f"{place}.{n:02}"))) for n, id_ in enumerate(deals)
        ]
        customers = [StampCompany(id_, f"{place}-{n}") for n, id_ in enumerate(companies)]
        tasks = [CreateTask("Call", "Please", f"{case} task {n}.", NOON, deal_id=id_) for n, id_ in enumerate(deals)]
        notes = [CreateNote("Paid", f"{case} note {n}.", NOON, company_id=id_) for n, id_ in enumerate(companies)]
        add(book, *stamps, *customers, *tasks, *notes)
        rows = await delivered(book, connector)
    finally:
        portal.faults("")
        await connector.close()
    assert Counter(row["state"] for row in rows) == {"settled": 30}
    truth = as_the_portal_has_it(portal, book)
    assert [truth[Deal][id_]["qbc_total"] for id_ in deals] == [f"{place}.{n:02}" for n in range(10)]
    assert [truth[Company][id_]["qbc_customer_id"] for id_ in companies] == [f"{place}-{n}" for n in range(5)]
    for kind, of, wanted in (("tasks", "hs_task_body", tasks), ("notes", "hs_note_body", notes)):
        bodies = [plain_text(str(row[of] or "")) for row in portal.everything(kind, of).values()]
        made = Counter(line for body in bodies for line in body.splitlines() if line.startswith(f"{case} "))
        assert made == {one.tag: 1 for one in wanted}
