"""Scenario 28: one record of a page cannot be what it says. It is set aside with its reason; the others are applied.

A record at which QuickBooks' own queries fail (4002): tests/connectors/quickbooks/test_read.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from tests.faults import truth
from tests.faults.proxies import behind, rewritten
from tests.faults.thorough import some

from qbconsole.domain.records import Customer, Document
from qbconsole.store import mirror, runs
from qbconsole.store.tables import Held

if TYPE_CHECKING:
    from tests.faults.world import World

HELD = Held.__table__  # type: ignore[attr-defined]
OPEN = {"Invoice": "where TxnDate >= '2026-11-01'"}
ENORMOUS = 999_999_999_999_999_999
SET_ASIDE: dict[str, tuple[str, dict[str, Any]]] = {
    "a day that is none": ("Invoice", {"TxnDate": "0000-00-00"}),
    "a time that is none": ("Customer", {"MetaData": {"CreateTime": "yesterday", "LastUpdatedTime": "0000-00-00"}}),
    "an amount that is a word": ("Invoice", {"TotalAmt": "twelve"}),
    "an amount that no column holds": ("Invoice", {"TotalAmt": ENORMOUS, "Balance": ENORMOUS}),
    "an exponent that would fill the memory": ("Invoice", {"Balance": "1e999999999"}),
    "lines that are no list": ("Invoice", {"Line": "none"}),
    "a customer that is a number": ("Invoice", {"CustomerRef": 7}),
}
TAKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "a name of 10,000 characters": ("Customer", {"DisplayName": "x" * 10_000}),
    "control characters": ("Customer", {"DisplayName": "Bell \x07 \x1b[2J \x00 \u202e [/] end"}),
    "a negative quantity": ("Invoice", {"Line": [{
        "Amount": -120, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"Qty": -2, "UnitPrice": 60},
    }]}),
}  # fmt: skip


def damaged(value: Any, id_: str, kind: str, fields: dict[str, Any]) -> None:
    """Change one record wherever it stands in an answer."""
    if isinstance(value, list):
        for one in value:
            damaged(one, id_, kind, fields)
    elif isinstance(value, dict):
        for name, one in value.items():
            rows = one if name == kind and isinstance(one, list) else []
            for row in rows:
                if row.get("Id") == id_:
                    row.update(fields)
            damaged(one, id_, kind, fields)


def touched(world: World, kind: str) -> list[str]:
    """Somebody changes every record of a kind, as far as the books are open; their ids."""
    ids = [row["Id"] for row in world.rows(kind, OPEN.get(kind, ""))]
    for id_ in ids:
        touch(world, kind, id_)
    return ids


def touch(world: World, kind: str, id_: str) -> None:
    token = world.quickbooks("GET", f"{kind.lower()}/{id_}")[kind]["SyncToken"]
    field = "Notes" if kind == "Customer" else "PrivateNote"
    body = {"Id": id_, "SyncToken": token, "sparse": True, field: f"Looked at {token}"}
    world.quickbooks("POST", kind.lower(), body)


def set_aside(world: World) -> dict[str, str]:
    """What is held, with its reason."""
    with world.book.store.reading() as connection:
        return {row.record_id: row.problem for row in connection.execute(select(HELD))}


def revisions(world: World, kind: str) -> dict[str, str]:
    with world.book.store.reading() as connection:
        customers, documents = mirror.every(connection, Customer), mirror.every(connection, Document)
    return {row.id: row.revision for row in (customers if kind == "Customer" else documents)}


def pull_damaged(world: World, kind: str, fields: dict[str, Any]) -> tuple[list[str], str]:
    """A pull in which the record in the middle of a page is damaged: the ids of the page, and that one's."""
    ids = touched(world, kind)
    bad = ids[len(ids) // 2]
    with behind(world) as proxy:
        proxy.on("/v3/company", times=None, act=rewritten(lambda value: damaged(value, bad, kind, fields)))
        assert world.sync().problem is None
    return ids, bad


@pytest.mark.parametrize("name", some(4, SET_ASIDE))
def test_it_is_set_aside_with_its_reason_and_taken_in_once_it_is_mended(world: World, name: str) -> None:
    kind, fields = SET_ASIDE[name]
    stream = "quickbooks.customers" if kind == "Customer" else "quickbooks.documents"
    before = revisions(world, kind)
    ids, bad = pull_damaged(world, kind, fields)
    ((held, reason),) = set_aside(world).items()
    assert held == bad
    assert bad in reason
    after = revisions(world, kind)
    assert after[bad] == before[bad]
    assert [id_ for id_ in ids if id_ != bad and after[id_] == before[id_]] == []
    with world.book.store.reading() as connection:
        run = runs.listed(connection, 1)[0]["id"]
        (counts,) = (
            one for one in runs.streams(connection, run) if one["stream"].startswith(stream[:-1]) and one["held"]
        )
    assert counts["held"] == 1
    (line,) = (line for line in world.log() if line["subject"].endswith(f":{bad}"))
    assert (line["message"], bool(line["next_step"])) == (reason, True)
    touch(world, kind, bad)
    world.sync()
    assert set_aside(world) == {}
    truth.holds(world)


@pytest.mark.parametrize("name", some(2, TAKEN))
def test_what_is_only_odd_is_taken_in(world: World, name: str) -> None:
    kind, fields = TAKEN[name]
    before = revisions(world, kind)
    ids, _ = pull_damaged(world, kind, fields)
    after = revisions(world, kind)
    assert set_aside(world) == {}
    assert [id_ for id_ in ids if after[id_] == before[id_]] == []
    touched(world, kind)
    truth.holds(world)
