"""HubSpot under faults: pulls come to the portal's own state, no property is lost, no task or note is doubled."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.cli.command import simulator
from tests.connectors.conftest import Tokens

from qbconsole.connectors.http import Http
from qbconsole.connectors.hubspot import HubSpot, HubSpotSettings
from qbconsole.connectors.hubspot.faults import REFERENCE
from qbconsole.connectors.hubspot.values import plain_text
from qbconsole.connectors.limits import Gate
from qbconsole.domain.errors import Problem
from qbconsole.domain.operations import CreateNote, CreateTask, StampCompany, StampDeal
from qbconsole.domain.records import Company, Contact, Deal, LineItem, Product
from qbconsole.outbox import deliver
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
    "server_error_after": "server_error_after=0.1",
}  # fmt: skip
CASES = {**ALONE, "together": ",".join(spec.replace("0.1", "0.05", 1) for spec in ALONE.values())}
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
        for _ in range(3):
            answer = httpx.request(method, url, headers=headers, trust_env=False, **more)
            if answer.status_code != 429:
                break
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
            "HubSpot", bases=(settings.api_url,), gate=Gate(concurrent=4), reference_header=REFERENCE, sleep=_hurry
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


@pytest.mark.parametrize("spec", CASES.values(), ids=CASES)
async def test_a_pull_comes_to_the_portals_own_state(portal: Portal, book: Book, spec: str) -> None:
    connector = portal.hubspot()
    portal.faults(spec)
    try:
        await pulled(book, connector)
    finally:
        portal.faults("")
        await connector.close()
    for kind in KINDS:
        assert set(held(book, kind)) == set(portal.everything(kind.kind)), kind
    names = portal.everything("deals", "dealname")
    assert {id_: deal.name for id_, deal in held(book, Deal).items() if isinstance(deal, Deal)} == {
        id_: properties["dealname"] for id_, properties in names.items()
    }


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
async def test_no_property_is_lost_and_nothing_doubled(
    portal: Portal, book: Book, monkeypatch: pytest.MonkeyPatch, case: str, spec: str
) -> None:
    monkeypatch.setattr(deliver, "STALENESS", deliver.STALENESS * 0)
    monkeypatch.setattr(deliver, "ATTEMPTS", 50)
    deals, companies = list(portal.everything("deals"))[:12], list(portal.everything("companies"))[:6]
    place = list(CASES).index(case)
    stamps = [
        StampDeal(id_, (("qbc_status", "paid"), ("qbc_total", f"{place}.{index:02}")))
        for index, id_ in enumerate(deals)
    ]
    customers = [StampCompany(id_, f"{place}-{index}") for index, id_ in enumerate(companies)]
    tasks = [
        CreateTask("Call", "Please", f"{case} task {index}.", NOON, deal_id=id_) for index, id_ in enumerate(deals)
    ]
    notes = [CreateNote("Paid", f"{case} note {index}.", NOON, company_id=id_) for index, id_ in enumerate(companies)]
    add(book, *stamps, *customers, *tasks, *notes)
    connector = portal.hubspot()
    portal.faults(spec)
    try:
        rows = await delivered(book, connector)
    finally:
        portal.faults("")
        await connector.close()
    assert Counter(row["state"] for row in rows) == {"settled": 36}
    there = portal.everything("deals", "qbc_status,qbc_total")
    assert [there[id_]["qbc_total"] for id_ in deals] == [f"{place}.{index:02}" for index in range(12)]
    owners = portal.everything("companies", "qbc_customer_id")
    assert [owners[id_]["qbc_customer_id"] for id_ in companies] == [f"{place}-{index}" for index in range(6)]
    for kind, of, wanted in (("tasks", "hs_task_body", tasks), ("notes", "hs_note_body", notes)):
        bodies = [plain_text(str(row[of] or "")) for row in portal.everything(kind, of).values()]
        made = Counter(line for body in bodies for line in body.splitlines() if line.startswith(f"{case} "))
        assert made == {one.tag: 1 for one in wanted}
