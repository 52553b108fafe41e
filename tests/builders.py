"""Records as tests need them: each with its ordinary values, changed by name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.domain.records import (
    Address,
    Application,
    Company,
    Contact,
    Customer,
    Deal,
    Document,
    DocumentLine,
    Item,
    Ledger,
    LineItem,
    Owner,
    Payment,
    Record,
    Stage,
    Term,
)
from qbconsole.store import mirror

if TYPE_CHECKING:
    from qbconsole.books.book import Book

NOW = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)
"""Noon in Chicago: the clock of every test."""
TODAY = date(2026, 11, 16)
CUT_OVER = date(2026, 10, 17)


def company(id: str = "10", **changes: Any) -> Company:  # noqa: A002
    return Company(**{"id": id, "name": "Harbor Point Dental", "owner_id": "1", **changes})


def contact(id: str = "20", **changes: Any) -> Contact:  # noqa: A002
    return Contact(
        **{
            "id": id,
            "name": "Ann Lee",
            "email": "ann@harbor.example",
            "company_ids": ("10",),
            "billing": True,
            **changes,
        }
    )


def deal(id: str = "1042", **changes: Any) -> Deal:  # noqa: A002
    values: dict[str, Any] = {
        "id": id,
        "name": f"Chiller swap {id}",
        "amount": Decimal("6420.00"),
        "currency": "USD",
        "stage_id": "closedwon",
        "pipeline_id": "default",
        "won": True,
        "closed_at": datetime(2026, 11, 14, 18, 0, tzinfo=UTC),
        "owner_id": "1",
        "company_ids": ("10",),
        "primary_company_id": "10",
        "line_item_ids": (f"{id}-1", f"{id}-2"),
    }
    return Deal(**{**values, **changes})


def line(id: str = "1042-1", **changes: Any) -> LineItem:  # noqa: A002
    values: dict[str, Any] = {
        "id": id,
        "deal_id": id.split("-")[0],
        "name": "Install labor",
        "quantity": Decimal(8),
        "unit_price": Decimal("145.00"),
        "sku": "LABOR",
    }
    return LineItem(**{**values, **changes})


def lines(deal_id: str = "1042") -> tuple[LineItem, LineItem]:
    """Labor for 1,160.00 and a chiller for 5,260.00."""
    chiller = line(
        f"{deal_id}-2",
        name="Chiller RTU-20",
        quantity=Decimal(1),
        unit_price=Decimal("5260.00"),
        sku="RTU-20",
        position=1,
    )
    return line(f"{deal_id}-1"), chiller


def customer(id: str = "60", **changes: Any) -> Customer:  # noqa: A002
    values: dict[str, Any] = {
        "id": id,
        "name": "Harbor Point Dental, P.C.",
        "email": "ann@harbor.example",
        "address": Address("1 Pier", "Austin", "TX", "73301"),
        "term_id": "3",
        "revision": "0",
    }
    return Customer(**{**values, **changes})


def item(id: str = "30", **changes: Any) -> Item:  # noqa: A002
    return Item(**{"id": id, "name": "Labor", "sku": "LABOR", "type": "Service", **changes})


def items() -> tuple[Item, Item]:
    """Labor, which is not taxed, and the chiller, which is."""
    return item(), item("31", name="Chiller", sku="RTU-20", taxable=True)


def document(id: str = "900", **changes: Any) -> Document:  # noqa: A002
    values: dict[str, Any] = {
        "id": id,
        "type": "invoice",
        "number": f"1{id}",
        "customer_id": "60",
        "posted_on": date(2026, 11, 10),
        "currency": "USD",
        "total": Decimal("6420.00"),
        "balance": changes.get("total", Decimal("6420.00")),
        "due_on": date(2026, 12, 10),
        "revision": "0",
    }
    return Document(**{**values, **changes})


def document_line(amount: str = "6420.00", **changes: Any) -> DocumentLine:
    values: dict[str, Any] = {"item_id": "30", "description": "", "quantity": None, "unit_price": None}
    return DocumentLine(**{**values, "amount": Decimal(amount), **changes})


def payment(id: str = "700", amount: str = "6420.00", document_id: str = "900", **changes: Any) -> Payment:  # noqa: A002
    values: dict[str, Any] = {
        "id": id,
        "customer_id": "60",
        "paid_on": date(2026, 11, 15),
        "currency": "USD",
        "total": Decimal(amount),
        "applications": (Application("invoice", document_id, Decimal(amount)),),
    }
    return Payment(**{**values, **changes})


def ledger(**changes: Any) -> Ledger:
    return Ledger(**{"id": "1", "company_name": "Ridgeline", "country": "US", "currency": "USD", **changes})


def term(id: str = "3", **changes: Any) -> Term:  # noqa: A002
    return Term(**{"id": id, "name": "Net 30", "due_days": 30, **changes})


def owner(id: str = "1", **changes: Any) -> Owner:  # noqa: A002
    return Owner(**{"id": id, "name": "Sam Sales", "email": "sam@ridgeline.example", **changes})


def stage() -> Stage:
    return Stage("closedwon", "default", "Closed won", "Sales", won=True, closed=True)


def basics() -> list[Record]:
    """One company whose deal can be billed once it is linked, and what it takes in QuickBooks."""
    return [
        company(), contact(), deal(), *lines(), owner(), stage(), customer(), *items(), term(), ledger(),
    ]  # fmt: skip


def put(book: Book, *records: Record) -> None:
    """Store records in the mirror as a pull would."""
    with book.store.writing() as connection:
        for record in records:
            mirror.put_record(connection, record, repr(record), NOW)


def remove(book: Book, *records: Record) -> None:
    """Make records gone on the remote."""
    with book.store.writing() as connection:
        for record in records:
            mirror.bury(connection, type(record), [record.id], NOW)
