"""Scenario 27: an answer is cut, damaged, mislabelled, about another record, or a refusal that calls itself a success.

What the parser refuses, text by text: tests/connectors/test_payload.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.faults import truth
from tests.faults.proxies import Answer, behind, changed, cut_after, rewritten, said
from tests.faults.thorough import some
from tests.faults.world import ANN
from tests.journal.events import every_event

from qbconsole.actions import decide, outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.proxies import Act
    from tests.faults.world import World


def body(change: Callable[[bytes], bytes]) -> Act:
    return changed(lambda answer: answer.holding(change(answer.body)))


def twice(raw: bytes) -> bytes:
    """The first key of the answer's object once more, with another value."""
    return raw.replace(b"{", b'{"time":1,"time":2,', 1)


def not_a_number(raw: bytes) -> bytes:
    return raw.replace(b"{", b'{"sparse":NaN,', 1)


def squeezed(answer: Answer) -> Answer:
    return answer.named("content-encoding", "gzip")


UNREADABLE: dict[str, Act] = {
    "cut under its own length": cut_after(0.5),
    "damaged": body(lambda raw: raw.replace(b":", b"\xff", 3)),
    "gzip that is none": changed(squeezed),
    "one key twice": body(twice),
    "NaN": body(not_a_number),
    "nothing of it": body(lambda _: b"{}"),
    "cut honestly": body(lambda raw: raw[: len(raw) // 2]),
    "a page for people": changed(lambda answer: answer.typed("text/html").holding(b"<html>Sorry</html>")),
    "empty": body(lambda _: b""),
    "a list": body(lambda raw: b"[" + raw + b"]"),
}


def steps(world: World, operation: dict[str, Any]) -> list[str]:
    """The states that an operation went through."""
    with world.book.store.reading() as connection:
        told = [one for one in every_event(connection) if one["kind"] == "operation"]
    return [one["body"].get("to", one["body"].get("state")) for one in told if one["operation_id"] == operation["id"]]


@pytest.mark.parametrize("name", some(6, UNREADABLE))
def test_a_write_whose_answer_cannot_be_read_is_unknown_and_then_found(world: World, name: str) -> None:
    world.approve()
    with behind(world) as proxy:
        rule = proxy.on("POST", "/invoice?", act=UNREADABLE[name])
        world.sync()
    assert rule.hits == 1
    (operation,) = world.invoices()
    assert steps(world, operation)[1:] == ["claimed", "unknown", "settled"]
    assert len(world.requests("create_invoice")) == 1
    truth.holds(world)


@pytest.mark.parametrize("name", some(2, UNREADABLE))
def test_a_read_whose_answer_cannot_be_read_is_asked_for_again_and_not_half_applied(world: World, name: str) -> None:
    with behind(world) as proxy:
        rules = [proxy.on("POST", path, act=UNREADABLE[name]) for path in ("/batch?", "/query?")]
        world.sync(full=True)
    assert sum(rule.hits for rule in rules) >= 1
    truth.holds(world)


def test_a_right_answer_under_a_wrong_content_type(world: World) -> None:
    world.approve()
    with behind(world) as proxy:
        proxy.on("POST", "/invoice?", act=changed(lambda answer: answer.typed("text/plain")))
        world.sync()
    assert len(world.requests("create_invoice")) == 1
    truth.holds(world)


def test_the_answer_for_another_invoice_is_not_believed(world: World) -> None:
    other = max(world.rows("Invoice"), key=lambda row: int(row["Id"]))
    world.approve()
    with behind(world) as proxy:
        rule = proxy.on("POST", "/invoice?", act=rewritten(lambda value: value.update(Invoice=other)))
        world.sync()
    assert rule.hits == 1
    (operation,) = world.invoices()
    assert operation["state"] == "settled"
    assert operation["remote_id"] != other["Id"]
    truth.holds(world)


def test_the_answer_for_another_record_to_a_read_by_id_changes_nothing(world: World) -> None:
    """A change reads its record by id first: what it is about is compared with what was asked."""
    world.approve(2)
    world.sync()
    mine, other = (one["remote_id"] for one in world.invoices())
    wrong = world.quickbooks("GET", f"invoice/{other}")
    first = world.invoices()[0]["decision_id"]
    decide.undo(world.book, ANN, first)
    with behind(world) as proxy:
        rule = proxy.on(
            f"GET /v3/company/{world.book.settings.accounting.realm_id}/invoice/{mine}", instead=said(wrong)
        )
        world.sync()
    assert rule.hits == 1
    totals = {id_: world.quickbooks("GET", f"invoice/{id_}")["Invoice"]["TotalAmt"] for id_ in (mine, other)}
    assert totals[mine] == 0
    assert totals[other] > 0
    truth.holds(world, unbilled=world.approved[:1])


def test_a_refusal_inside_a_success_is_a_refusal(world: World) -> None:
    """A lapsed subscription is told under status 200: nothing was done, somebody must act, and then it is done once."""
    world.control("switches", lapsed_status="200", requestid_faults="forgotten")
    world.control("quickbooks/subscription", lapsed=True)
    world.approve()
    world.sync()
    assert [one["status"] for one in world.requests("create_invoice")] == [200]
    (operation,) = world.invoices()
    assert (operation["state"], operation["code"]) == ("parked", "6190")
    truth.holds(world, unbilled=world.approved)
    world.control("quickbooks/subscription", lapsed=False)
    outbox.retry(world.book, f"L{operation['id']}", ANN)
    world.sync()
    assert [one["state"] for one in world.invoices()] == ["settled"]
    truth.holds(world)
