"""An invoice was made, its answer was lost, and somebody was quicker than the look for it: nothing is made twice.

The outbox, the deliverer and the connector are the real ones, over real HTTP; what is there the simulator itself says.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.faults.books import LABOR, TODAY, Company, Office, connector
from tests.simulator.served import struck_by

from qbconsole.domain.operations import CreateDocument
from qbconsole.outbox import deliver, policy
from qbconsole.store import outbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from qbconsole.books.book import Book
    from qbconsole.connectors.quickbooks import QuickBooks

Row = dict[str, Any]
TAG = "Deal 1 / deposit"


@pytest.fixture(autouse=True)
def _time_for_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried again before the test says so, and lists do not lag."""
    monkeypatch.setattr(policy, "FIRST_WAIT", 60.0)
    monkeypatch.setattr(deliver, "STALENESS", timedelta(0))


def hurry(book: Book) -> None:
    """Let every wait be over."""
    with book.store.writing() as connection:
        connection.exec_driver_sql("UPDATE operation SET due_at = '2026-01-01T00:00:00.000000Z'")


@asynccontextmanager
async def closing(quickbooks: QuickBooks) -> AsyncIterator[QuickBooks]:
    """Close its connections at the end."""
    try:
        yield quickbooks
    finally:
        await quickbooks.close()


@asynccontextmanager
async def unanswered(book: Book) -> AsyncIterator[tuple[Company, Office]]:
    """An invoice that was made, and whose answer was lost."""
    with struck_by("") as served:
        company = Company(served)
        company.fill()
        async with closing(connector(served)) as quickbooks:
            office = Office(book, quickbooks)
            await office.decide([CreateDocument("invoice", company.ids["customer"], TODAY, "USD", (LABOR,), TAG)])
            served.faults.configure("drop_response=1x@create_invoice")
            await office.once()
            assert [row["state"] for row in listed(book)] == ["unknown"]
            yield company, office


def listed(book: Book) -> list[Row]:
    """The operations, whatever their state."""
    with book.store.reading() as connection:
        return outbox.listed(connection, (*outbox.OPEN, "settled"))


def tagged(company: Company) -> list[Row]:
    """The invoices that carry our tag, as they are."""
    return [row for row in company.rows("Invoice") if TAG in str(row.get("PrivateNote", ""))]


def post(company: Company, body: Row, **query: str) -> None:
    """Somebody writes an invoice in QuickBooks."""
    answer = company.served.books("POST", "/invoice", body, **query)
    assert answer.status_code == 200, answer.text


def delete(company: Company, row: Row) -> None:
    post(company, {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="delete")


def void(company: Company, row: Row) -> None:
    post(company, {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}, operation="void")


def move(company: Company, row: Row) -> None:
    """To another customer."""
    other = {"value": company.ids["stranger"]}
    post(company, {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, "CustomerRef": other})


def copy(company: Company, row: Row) -> None:
    """The same once more, note and all."""
    detail = {"ItemRef": {"value": LABOR.item_id}, "Qty": 2, "UnitPrice": 60}
    line = {"Amount": 120, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    customer = {"value": row["CustomerRef"]["value"]}
    post(company, {"CustomerRef": customer, "TxnDate": TODAY.isoformat(), "PrivateNote": TAG, "Line": [line]})


@pytest.mark.parametrize(
    ("somebody", "class_", "words", "there"),
    [
        (delete, "Gone", "was made and has been deleted in QuickBooks since", 0),
        (void, "Gone", "was made and has been voided in QuickBooks since", 1),
        (move, "Conflict", "but 120.00 for customer", 1),
        (copy, "Conflict", "QuickBooks holds it 2 times", 2),
    ],
)
async def test_what_somebody_did_meanwhile_is_told_and_nothing_is_made_anew(
    book: Book, somebody: Callable[[Company, Row], None], class_: str, words: str, there: int
) -> None:
    async with unanswered(book) as (company, office):
        (made,) = tagged(company)
        somebody(company, made)
        hurry(book)
        await office.deliver()
        (row,) = listed(book)
        assert (row["state"], row["problem_class"]) == ("parked", class_)
        assert words in row["problem"]
        assert row["next_step"]
        assert len(tagged(company)) == there
        if class_ == "Gone":
            assert (row["remote_id"], row["number"]) == (made["Id"], made["DocNumber"])


async def test_what_nobody_touched_is_found(book: Book) -> None:
    async with unanswered(book) as (company, office):
        hurry(book)
        done = await office.deliver()
        (row,), (made,) = listed(book), tagged(company)
        assert (done.found, row["state"], row["remote_id"]) == (1, "settled", made["Id"])
