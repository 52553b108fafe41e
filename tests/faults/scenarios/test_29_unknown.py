"""Scenario 29: fields that nobody knows, words that are new, fields that are missing.

What is new is kept in the payload and is never taken for paid, won or void. Field by field, with records made by hand:
tests/connectors/quickbooks/test_shapes.py.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.faults import truth
from tests.faults.proxies import behind, rewritten

from qbconsole.actions import queues
from qbconsole.domain.records import Customer, Deal, Document
from qbconsole.store import mirror

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.world import World

OPTIONAL = {
    "Invoice": ("DueDate", "DocNumber", "PrivateNote", "BillEmail", "EmailStatus", "LinkedTxn", "CustomField",
                "TxnTaxDetail", "SalesTermRef", "CurrencyRef", "PrintStatus"),
    "Customer": ("PrimaryPhone", "PrimaryEmailAddr", "BillAddr", "ShipAddr", "Notes", "CompanyName", "SalesTermRef",
                 "CurrencyRef", "Taxable", "Job", "FullyQualifiedName", "PrintOnCheckName"),
}  # fmt: skip
NEW: dict[str, dict[str, Any]] = {
    "Invoice": {"EmailStatus": "Teleported", "PrintStatus": "Hologram", "TxnStatus": "Settled", "Status": "Paid",
                "GlobalTaxCalculation": "Maybe", "AllowIPNPayment": "sometimes"},
    "Customer": {"PreferredDeliveryMethod": "Pigeon", "Status": "Voided", "CustomerTypeRef": {"value": "x", "y": []}},
}  # fmt: skip


def each(value: Any, kind: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change every record of a kind in an answer."""
    if isinstance(value, list):
        for one in value:
            each(one, kind, change)
    elif isinstance(value, dict):
        for name, one in value.items():
            for row in one if name == kind and isinstance(one, list) else []:
                change(row)
            each(one, kind, change)


def without(names: tuple[str, ...], row: dict[str, Any]) -> None:
    for name in names:
        row.pop(name, None)


def with_more(words: dict[str, Any], row: dict[str, Any]) -> None:
    row.update(words, Invented={"deep": [1, {"er": None}]})


def bare(value: Any) -> None:
    for kind, names in OPTIONAL.items():
        each(value, kind, partial(without, names))


def strange(value: Any) -> None:
    for kind, words in NEW.items():
        each(value, kind, partial(with_more, words))


def documents(world: World) -> dict[str, Document]:
    with world.book.store.reading() as connection:
        return {one.id: one for one in mirror.every(connection, Document) if one.type == "invoice"}


def held(world: World) -> list[str]:
    with world.book.store.reading() as connection:
        return [str(row[0]) for row in connection.exec_driver_sql("SELECT problem FROM held")]


@pytest.mark.parametrize("change", [bare, strange], ids=["optional fields are missing", "words and fields are new"])
def test_no_invoice_becomes_paid_or_void_and_none_is_set_aside(world: World, change: Callable[[Any], None]) -> None:
    before, waiting = documents(world), queues.counts(world.book)
    with behind(world) as proxy:
        proxy.on("/v3/company", times=None, act=rewritten(change))
        assert world.sync(full=True).problem is None
    after = documents(world)
    assert held(world) == []
    assert after.keys() == before.keys()
    for id_, one in after.items():
        assert (one.voided, one.total, one.balance) == (before[id_].voided, before[id_].total, before[id_].balance)
    assert queues.counts(world.book)["invoices"][0] <= waiting["invoices"][0]
    world.sync(full=True)
    assert documents(world) == before
    truth.holds(world)


def test_what_nobody_knows_is_kept_in_the_payload(world: World) -> None:
    with behind(world) as proxy:
        proxy.on("/v3/company", times=None, act=rewritten(strange))
        world.sync(full=True)
    with world.book.store.reading() as connection:
        some = mirror.every(connection, Customer)[0]
        (_, payload), *_ = mirror.payload_versions(connection, "customers", some.id)
    assert '"Invented":{"deep":[1,{"er":null}]}' in payload
    assert '"PreferredDeliveryMethod":"Pigeon"' in payload
    world.sync(full=True)
    truth.holds(world)


def test_an_answer_to_a_write_with_new_words_is_believed_as_far_as_it_is_known(world: World) -> None:
    world.approve()

    def new(value: Any) -> None:
        value["Invoice"].update(NEW["Invoice"], Invented=1)

    with behind(world) as proxy:
        proxy.on("POST", "/invoice?", act=rewritten(new))
        world.sync()
    (made,) = (documents(world)[one["remote_id"]] for one in world.invoices())
    assert (made.voided, made.emailed, made.balance == made.total > 0) == (False, False, True)
    world.sync(full=True)
    truth.holds(world)


def test_a_deal_in_a_stage_that_nobody_knows_is_not_won(world: World) -> None:
    """The pipelines as they are read do not name the stage; its deals are neither won nor billed, and it is said."""
    (row, *_) = (row for row in queues.rows(world.book, "invoices") if row.verdict == "clean")
    id_ = world.deal_of(row.id)

    def unknown(value: Any) -> None:
        for one in value.get("results", []) if isinstance(value, dict) else []:
            if one.get("id") == id_:
                one["properties"].update(dealstage="beamed-up", hs_is_closed_won=None)

    with behind(world, "crm") as proxy:
        proxy.on("/crm/", times=None, act=rewritten(unknown))
        world.sync(full=True)
    with world.book.store.reading() as connection:
        deal = mirror.get(connection, Deal, id_)
    assert deal is None or not deal.won
    now = [one.verdict for one in queues.rows(world.book, "invoices") if world.deal_of(one.id) == id_]
    assert now in ([], ["blocked"])
    world.sync(full=True)
    truth.holds(world)
