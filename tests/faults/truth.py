"""G: what has to hold after every scenario, once its faults are off and one quiet cycle has passed.

Each billing event that was approved has exactly one live document in the simulator, equal to the penny and for the
right customer; journal = outbox = mirror = simulator; nothing is left claimed; every parked operation is a row with its
cause and its key, and `status` says so by its exit code; the journal's chain verifies; each stream of each run adds up.
The truth is the simulator's: its own ledger, its records, its request log.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.cli.command import call

from qbconsole import journal
from qbconsole.actions import outbox as shown
from qbconsole.domain.records import Document
from qbconsole.store import events as ledger
from qbconsole.store import journal as chain
from qbconsole.store import mirror, runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faults.world import World

NEEDS_PERSON = 3
UNDER_WAY = {"waiting", "pending", "claimed", "unknown"}


def holds(world: World, *, unbilled: Iterable[str] = ()) -> None:
    """See that G holds.

    Args:
        world: after its faults; the quiet cycle runs here.
        unbilled: approved deals that rightly have no live document: a person took it away, or a decision is due.
    """
    world.faults("")
    result = world.sync()
    assert result.problem is None, result.problem
    without = set(unbilled)
    operations = world.operations()
    _billed_once(world, set(world.approved) - without, without)
    _outbox_is_at_rest(world, operations)
    _journal_tells_the_same(world, operations)
    _ledger_and_mirror_agree(world, operations)
    _request_log_agrees(world, operations)
    _streams_add_up(world)


def _billed_once(world: World, billed: set[str], without: set[str]) -> None:
    """The business's own ledger: one invoice an event that was approved, none for any other, no double, none wrong."""
    state = world.state()
    assert (state["double"], state["wrong"]) == ([], [])
    told = {event["deal_id"]: event for event in state["events"] if event["verdict"] == "bill"}
    made = {deal: event["invoice_ids"] for deal, event in told.items() if event["invoice_ids"]}
    assert set(made) == billed
    assert {deal: len(ids) for deal, ids in made.items()} == dict.fromkeys(billed, 1)
    assert {told[deal]["status"] for deal in billed} <= {"billed"}
    assert {told[deal]["status"] for deal in without} <= {"missing"}


def _outbox_is_at_rest(world: World, operations: list[dict[str, Any]]) -> None:
    """Nothing under way; what is parked is shown with cause, next step and key, and by the exit code of `status`."""
    assert [row for row in operations if row["state"] in UNDER_WAY] == []
    parked = [row for row in operations if row["state"] == "parked"]
    assert all(row["problem"] and row["problem_class"] and row["next_step"] for row in parked)
    rows = {row.id: row for row in shown.listed(world.book)}
    assert set(rows) == {f"L{row['id']}" for row in parked}
    assert all(row.cause and row.undo for row in rows.values())
    ran = call("status", home=world.home)
    assert ran.code == (NEEDS_PERSON if parked else 0), ran.out


def _journal_tells_the_same(world: World, operations: list[dict[str, Any]]) -> None:
    """The chain verifies; by its events each operation went step by step to the state that it is in."""
    with world.book.store.reading() as connection:
        assert journal.verify(connection) == ""
        told = list(chain.chain(connection))
    for row in operations:
        steps = world.steps(row)
        assert [step["from"] for step in steps[1:]] == world.went(row)[:-1]
        assert world.went(row)[-1] == row["state"]
    receipts = {one["operation_id"]: one["body"]["remote_id"] for one in told if one["kind"] == "receipt"}
    assert receipts == {row["id"]: row["remote_id"] for row in operations if row["state"] == "settled"}


def _ledger_and_mirror_agree(world: World, operations: list[dict[str, Any]]) -> None:
    """Each invoice that we made is in the ledger once, and the mirror holds QuickBooks' invoices as they are."""
    made = [row["remote_id"] for row in operations if row["kind"] == "create_document" and row["state"] == "settled"]
    with world.book.store.reading() as connection:
        ours = [row["document_id"] for row in ledger.documents(connection, origin="made") if row["document_id"]]
        mirrored = [one for one in mirror.every(connection, Document) if one.type == "invoice"]
    assert sorted(ours) == sorted(made)
    held = {one.id: (one.customer_id, one.number, one.total, one.balance, one.revision) for one in mirrored}
    assert held == {row["Id"]: _figures(row) for row in world.rows("Invoice")}


def _figures(row: dict[str, Any]) -> tuple[object, ...]:
    return (row["CustomerRef"]["value"], row.get("DocNumber", ""), *_money(row), row["SyncToken"])


def _money(row: dict[str, Any]) -> tuple[object, ...]:
    return tuple(Decimal(str(row[name])) for name in ("TotalAmt", "Balance"))


def _request_log_agrees(world: World, operations: list[dict[str, Any]]) -> None:
    """The server's log: each request id made one invoice at most, and each of those is known here."""
    made: dict[str, set[str]] = {}
    for one in world.requests("create_invoice"):
        if one["request_id"] and one["record_ids"]:
            made.setdefault(one["request_id"], set()).add(
                one["record_ids"][0]
            )  # the ids after it are those of its parts
    assert [ids for ids in made.values() if len(ids) > 1] == []
    settled = {row["remote_id"] for row in operations if row["state"] == "settled"}
    parked = {row["request_id"] for row in operations if row["state"] == "parked"}
    assert [key for key, ids in made.items() if not (ids <= settled or key in parked)] == []


def _streams_add_up(world: World) -> None:
    """What was seen went somewhere, in every stream of every run."""
    with world.book.store.reading() as connection:
        for run in runs.listed(connection, 500):
            for one in runs.streams(connection, run["id"]):
                assert one["seen"] == one["applied"] + one["unchanged"] + one["held"] + one["failed"], one
