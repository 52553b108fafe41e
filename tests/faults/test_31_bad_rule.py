"""Scenario 31: a bad rule drafts and approves 500 invoices. Nothing of it is sent; a person sees it and decides."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.cli.command import call, simulator
from tests.faults.thorough import THOROUGH
from tests.scenarios.conftest import Desk

from qbconsole import journal
from qbconsole.actions import decide, queues
from qbconsole.actions import propose as proposing
from qbconsole.books.book import Book, open_book
from qbconsole.domain.records import Customer, LineItem
from qbconsole.ledger import links
from qbconsole.store import mirror, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULE = journal.Actor("rule: approve what is clean", "rules.toml", automatic=True)
MANY, AT_ONCE = 500 if THOROUGH else 120, 20
"""The scenario says 500 invoices; the book's usual volume is 100."""
DEAL_TO_COMPANY, LINE_TO_DEAL = 5, 20
"""HubSpot's own types of these associations (hubspot.md 3)."""
BAD = '[trigger]\nstages = ["won", "presentationscheduled"]\n'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    home = tmp_path / "home"
    home.mkdir()
    with simulator(tmp_path / "simulator", "--size", "0.1") as served:
        url = served["control_url"]
        assert call("book", "add", "ridgeline", "--simulator", url, "--posting-window", "0", home=home).code == 0
        desk = Desk(home, served)
        assert desk.sync()[0] == 3
        yield desk


def book_of(desk: Desk) -> closing[Book]:
    return closing(open_book(desk.home))


def offer(desk: Desk) -> None:
    """Somebody in sales has many open deals with one linked customer, each with a line."""
    with book_of(desk) as book, book.store.reading() as connection:
        link = links.live(connection)[0]
        assert mirror.get(connection, Customer, link.customer_id)
        sku = next(one.sku for one in mirror.every(connection, LineItem) if one.sku and one.sku.startswith("LAB"))
        today = book.today(connection)
    for start in range(1, MANY + 1, AT_ONCE):
        numbers = range(start, start + AT_ONCE)
        deals = batch(desk, "deals", [
            {"dealname": f"Offer {n}", "amount": f"{n * 10}.00", "pipeline": "default",
             "dealstage": "presentationscheduled", "closedate": f"{today}T17:00:00Z"}
            for n in numbers
        ], DEAL_TO_COMPANY, [link.company_id] * AT_ONCE)  # fmt: skip
        batch(desk, "line_items", [
            {"name": f"Labor {n}", "hs_sku": sku, "quantity": "1", "price": f"{n * 10}.00"} for n in numbers
        ], LINE_TO_DEAL, deals)  # fmt: skip


def batch(desk: Desk, kind: str, properties: list[dict[str, str]], type_: int, to: list[str]) -> list[str]:
    """Make records of one kind, each with an association; their ids in order."""
    named = "dealname" if kind == "deals" else "name"
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_}
    inputs = [
        {"properties": one, "associations": [{"to": {"id": id_}, "types": [spec]}]}
        for one, id_ in zip(properties, to, strict=True)
    ]
    made = desk.portal("POST", f"/crm/v3/objects/{kind}/batch/create", {"inputs": inputs})["results"]
    ids = {row["properties"][named]: row["id"] for row in made}
    return [ids[one[named]] for one in properties]


def go_wrong(desk: Desk) -> int:
    """A rule that takes offers for orders, and one that approves whatever is clean; how many it approved."""
    desk.sync()
    approved = 0
    with book_of(desk) as book:
        (book.folder / "rules.toml").write_text(BAD)
        book.reload()
        proposing.propose(book)
        for row in queues.rows(book, "invoices"):
            if row.verdict == "clean":
                decide.decide(book, "invoices.approve", row.id, RULE)
                approved += 1
    return approved


def state(desk: Desk) -> Any:
    return httpx.get(f"{desk.served['control_url']}/state", trust_env=False).json()


def test_a_run_that_would_write_far_too_much_stops_and_asks(desk: Desk) -> None:
    offer(desk)
    approved = go_wrong(desk)
    assert approved >= MANY

    code, document = desk.sync()
    assert code == 3
    (words,) = document["withheld"]
    assert f"Withheld: {approved} operations (create document: {approved}) over " in words
    assert "where a run writes 100 at most" in words
    assert f"Decided by {RULE.name} (rules " in words
    assert document["delivered"]["settled"] == 0
    assert state(desk)["invoices"]["made_by_clients"] == 0
    assert desk.log(document["run"]) == [words]
    assert call("status", home=desk.home).code == 3
    listed = call("outbox", "list", "--json", home=desk.home)
    assert listed.code == 3
    assert listed.document["operations"][0]["title"] == f"{approved} operations are withheld"

    assert desk.sync()[1]["withheld"] == [words]
    assert state(desk)["invoices"]["made_by_clients"] == 0


def approve_too_many(desk: Desk) -> list[str]:
    """The rule approves three invoices in a book that writes two a run; the ids of their rows."""
    settings = desk.home / "books" / "ridgeline" / "book.toml"
    settings.write_text(settings.read_text().replace("[limits]", "[limits]\nmoney_a_run = 2"))
    with book_of(desk) as book:
        clean = [row.id for row in queues.rows(book, "invoices") if row.verdict == "clean"][:3]
        for row in clean:
            decide.decide(book, "invoices.approve", row, RULE)
    assert len(desk.sync()[1]["withheld"]) == 1
    return clean


def test_what_is_given_up_waits_as_drafts_again(desk: Desk) -> None:
    approved = approve_too_many(desk)
    given_up = call("outbox", "cancel", "--held", "--json", home=desk.home)
    assert given_up.document["words"] == "gave 3 withheld decisions up"
    assert desk.sync()[1]["withheld"] == []
    assert state(desk)["invoices"]["made_by_clients"] == 0
    assert set(approved) <= set(desk.rows("invoices"))
    with book_of(desk) as book, book.store.reading() as connection:
        assert outbox.listed(connection) == []
        assert journal.verify(connection) == ""


def test_what_is_let_go_is_sent_and_the_next_excess_asks_anew(desk: Desk) -> None:
    approve_too_many(desk)
    released = call("outbox", "release", "--json", home=desk.home)
    assert released.document["words"] == "let 3 withheld operations go"
    assert desk.sync()[1]["withheld"] == []
    assert state(desk)["invoices"]["made_by_clients"] == 3
    again = call("outbox", "release", "--json", home=desk.home)
    assert (again.code, again.document["error"]["words"]) == (3, "Nothing is withheld.")
