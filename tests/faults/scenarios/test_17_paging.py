"""Scenario 17: rows come, change, go and change places while a list is read; a page is exactly full; changes are cut.

The same rules one by one, against answers made by hand: tests/connectors/quickbooks/test_read.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.faults import truth
from tests.faults.proxies import behind
from tests.faults.thorough import some

from qbconsole.domain.records import Customer, Deal
from qbconsole.store import mirror, runs

if TYPE_CHECKING:
    from tests.faults.world import World

PAGE = 1000
AT_ONCE = 30


def add(world: World, names: list[str]) -> list[str]:
    """Somebody imports customers; their ids."""
    made: list[str] = []
    for begin in range(0, len(names), AT_ONCE):
        items = [
            {"bId": str(number), "operation": "create", "Customer": {"DisplayName": name}}
            for number, name in enumerate(names[begin : begin + AT_ONCE])
        ]
        answer = world.quickbooks("POST", "batch", {"BatchItemRequest": items})
        made += [item["Customer"]["Id"] for item in answer["BatchItemResponse"]]
    return made


def customers(world: World) -> int:
    return int(world.quickbooks("GET", "query", query="select count(*) from Customer")["QueryResponse"]["totalCount"])


def fill_up(world: World, total: int) -> None:
    """Customers until there are so many."""
    missing = total - customers(world)
    add(world, [f"Import {number:04}" for number in range(missing)])


def mirrored(world: World) -> dict[str, tuple[str, str]]:
    with world.book.store.reading() as connection:
        return {one.id: (one.name, one.revision) for one in mirror.every(connection, Customer)}


def remote(world: World) -> dict[str, tuple[str, str]]:
    """The customers by their pages, read while nothing moves."""
    found: list[dict[str, Any]] = []
    where = "where Active in (true, false) orderby Id"
    while True:
        statement = f"select * from Customer {where} startposition {len(found) + 1} maxresults {PAGE}"
        page = world.quickbooks("GET", "query", query=statement)["QueryResponse"].get("Customer", [])
        found += page
        if len(page) < PAGE:
            return {row["Id"]: (row["DisplayName"], row["SyncToken"]) for row in found}


def counted(world: World, stream: str) -> dict[str, int]:
    """What the newest run did with a stream."""
    with world.book.store.reading() as connection:
        newest = runs.listed(connection, 1)[0]["id"]
        return {one["stream"]: one for one in runs.streams(connection, newest)}[stream]


@pytest.mark.parametrize("total", [PAGE, PAGE + 1])
def test_a_page_that_is_exactly_full_or_one_row_more(world: World, total: int) -> None:
    fill_up(world, total)
    assert world.sync(full=True).problem is None
    assert len(mirrored(world)) == total
    assert mirrored(world) == remote(world)
    world.sync(full=True)
    assert counted(world, "quickbooks.customers")["applied"] == 0
    truth.holds(world)


def test_rows_that_move_while_the_list_is_read(world: World) -> None:
    """Behind the reader's place a row is added, changed, renamed to the list's other end, and one is merged away."""
    fill_up(world, PAGE + 20)
    ids = sorted(remote(world), key=int)
    before, after = ids[10:14], ids[-6:]

    def renamed(id_: str, name: str) -> None:
        token = world.quickbooks("GET", f"customer/{id_}")["Customer"]["SyncToken"]
        world.quickbooks("POST", "customer", {"Id": id_, "SyncToken": token, "sparse": True, "DisplayName": name})

    def meanwhile() -> None:
        add(world, ["Added meanwhile"])
        for place, rows in (("before", before), ("after", after)):
            renamed(rows[0], f"Zzz {place}")
            renamed(rows[1], f"Aaa {place}")
            world.control("quickbooks/merge", loser=rows[2], winner=rows[3])

    with behind(world) as proxy:
        rule = proxy.on("FROM+Customer", "STARTPOSITION+1000", first=meanwhile)
        other = proxy.on("FROM Customer", "STARTPOSITION 1000", first=meanwhile)
        assert world.sync(full=True).problem is None
    assert rule.hits + other.hits == 1
    world.sync()
    assert mirrored(world) == remote(world)
    truth.holds(world)


@pytest.mark.parametrize("cap", some(1, ["shared", "each"]))
def test_more_changes_than_one_answer_tells_are_read_by_query(world: World, cap: str) -> None:
    """The slot is really full: more than 1,000 customers changed since the last pull, and one was merged away."""
    world.control("switches", cdc_cap=cap)
    loser, winner, *_ = add(world, ["Twin 1", "Twin 2"])
    world.sync()
    add(world, [f"Import {number:04}" for number in range(PAGE + 1)])
    world.control("quickbooks/merge", loser=loser, winner=winner)
    assert world.sync().problem is None
    assert loser not in mirrored(world)
    assert mirrored(world) == remote(world)
    truth.holds(world)


def test_more_deals_than_a_search_gives_at_once(world: World) -> None:
    """1,001 deals that changed within a minute: five pages and one row of HubSpot's search, with one id each."""
    before = deals(world)
    world.control("hubspot/import_deals", count=PAGE + 1)
    assert world.sync().problem is None
    assert len(deals(world)) == len(before) + PAGE + 1
    truth.holds(world)


def deals(world: World) -> set[str]:
    with world.book.store.reading() as connection:
        return {one.id for one in mirror.every(connection, Deal)}
