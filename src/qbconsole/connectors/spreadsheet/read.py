"""The read side: three files as the streams of a CRM."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from qbconsole.connectors.base import Page, Pulled
from qbconsole.connectors.payload import dump
from qbconsole.connectors.spreadsheet import tables
from qbconsole.connectors.spreadsheet.cells import day, number
from qbconsole.connectors.spreadsheet.side import Side
from qbconsole.domain.errors import Configuration
from qbconsole.domain.money import rounded
from qbconsole.domain.records import Address, Company, Contact, Deal, LineItem, Owner, Record, Stage
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from qbconsole.connectors.spreadsheet.tables import Row, Table

Value = TypeVar("Value")

PREFIX = "spreadsheet."
STREAMS = tuple(PREFIX + kind for kind in ("owners", "stages", "companies", "contacts", "deals", "line_items"))

COMPANIES = ("id", "name", "email", "phone", "street", "city", "state", "zip", "owner")
DEALS = ("id", "company_id", "name", "amount", "currency", "owner", "won")
LINES = ("id", "deal_id", "sku", "name", "quantity", "unit_price", "discount_percent")

PIPELINE = "deals"
STAGES = (
    Stage("open", PIPELINE, "Open", "Deals", won=False, closed=False, position=0),
    Stage("won", PIPELINE, "Won", "Deals", won=True, closed=True, position=1),
)


class BadCellError(ValueError):
    """A cell that cannot be read; its column is known."""

    def __init__(self, column: str, cause: str) -> None:
        """Take the column and what is wrong."""
        super().__init__(f"column {column}: {cause}")


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder as it was at one moment."""

    companies: Table
    deals: Table
    lines: Table
    side: Side
    digests: Mapping[str, str]


def load(folder: Path) -> Folder:
    """Read the files once, so that all streams see the same state.

    Raises:
        Configuration: the folder or one of the user's files is missing, or lacks a column.
        Retriable: a file cannot be read now.
    """
    contents = {name: tables.read_bytes(folder / name) for name in ("companies.csv", "deals.csv", "lines.csv")}
    if missing := [name for name, content in contents.items() if not content]:
        raise Configuration(
            f"The folder {folder} has no {', '.join(missing)}.",
            next_step="Export the spreadsheet there, or correct the folder in the book's settings.",
        )
    companies, deals, lines = contents.values()
    side = Side(folder)
    ours = side.content()
    return Folder(
        companies=tables.parse("companies.csv", companies, COMPANIES),
        deals=tables.parse("deals.csv", deals, DEALS),
        lines=tables.parse("lines.csv", lines, LINES),
        side=side,
        digests={
            "owners": tables.digest(companies, deals),
            "stages": "1",
            "companies": tables.digest(companies, ours),
            "contacts": tables.digest(companies),
            "deals": tables.digest(deals, lines, ours),
            "line_items": tables.digest(lines),
        },
    )


def pages(folder: Folder, cursors: Mapping[str, str], *, currency: str, full: bool) -> Iterator[Page]:
    """One page, with all there is, for each stream whose files are not as its cursor says."""
    readers: dict[str, Callable[[], list[Pulled]]] = {
        "owners": lambda: _owners(folder),
        "stages": lambda: [Pulled("stages", stage.id, dump({"id": stage.id}), stage) for stage in STAGES],
        "companies": lambda: _companies(folder),
        "contacts": lambda: _pulled("contacts", folder.companies, _contact),
        "deals": lambda: _deals(folder, currency),
        "line_items": lambda: _line_items(folder.lines),
    }
    for kind, read in readers.items():
        stream, cursor = PREFIX + kind, folder.digests[kind]
        if full or cursors.get(stream) != cursor:
            records = tuple(row for row in read() if row.record is not None or row.problem)
            yield Page(stream, records, cursor, first=True, complete=True, calls=0)


def _owners(folder: Folder) -> list[Pulled]:
    names = {row["owner"] for table in (folder.companies, folder.deals) for row in table.rows if row["owner"]}
    return [Pulled("owners", name, dump({"owner": name}), Owner(id=name, name=name)) for name in sorted(names)]


def _companies(folder: Folder) -> list[Pulled]:
    customers = folder.side.customers()

    def company(row: Row) -> Company:
        return Company(
            id=row["id"],
            name=row["name"],
            domain=row["email"].partition("@")[2].lower(),
            phone=row["phone"],
            address=Address(row["street"], row["city"], row["state"], row["zip"]),
            owner_id=row["owner"],
            customer_tag=customers.get(row["id"], ""),
        )

    return _pulled("companies", folder.companies, company)


def _contact(row: Row) -> Contact | None:
    """The company's e-mail as a person who gets its invoices; nobody where there is none."""
    if not row["email"]:
        return None
    return Contact(
        id=row["id"], name=row["name"], email=row["email"], phone=row["phone"], company_ids=(row["id"],), billing=True
    )


def _deals(folder: Folder, home_currency: str) -> list[Pulled]:
    lines: dict[str, list[str]] = {}
    for line in folder.lines.rows:
        lines.setdefault(line["deal_id"], []).append(line["id"])
    stamps = folder.side.stamps()
    comma = folder.deals.decimal_comma

    def deal(row: Row) -> Deal:
        currency = row["currency"].upper() or home_currency
        won_on = _cell(row, "won", day) if row["won"] else None
        amount = _cell(row, "amount", lambda text: number(text, decimal_comma=comma)) if row["amount"] else None
        company_ids = (row["company_id"],) if row["company_id"] else ()
        return Deal(
            id=row["id"],
            name=row["name"],
            amount=None if amount is None else rounded(amount, currency),
            currency=currency,
            stage_id="won" if won_on else "open",
            pipeline_id=PIPELINE,
            won=won_on is not None,
            closed_at=datetime.combine(won_on, time(), UTC) if won_on else None,
            owner_id=row["owner"],
            company_ids=company_ids,
            primary_company_id=row["company_id"],
            line_item_ids=tuple(lines.get(row["id"], ())),
            stamp=stamps.get(row["id"], ()),
        )

    return _pulled("deals", folder.deals, deal)


def _line_items(table: Table) -> list[Pulled]:
    def amount(row: Row, column: str, default: Decimal) -> Decimal:
        if not row[column]:
            return default
        return _cell(row, column, lambda text: number(text, decimal_comma=table.decimal_comma))

    def line_item(row: Row) -> LineItem:
        return LineItem(
            id=row["id"],
            deal_id=row["deal_id"],
            name=row["name"],
            quantity=amount(row, "quantity", Decimal(1)),
            unit_price=amount(row, "unit_price", Decimal(0)),
            sku=row["sku"],
            discount_percent=amount(row, "discount_percent", Decimal(0)),
            position=row.line,
        )

    return _pulled("line_items", table, line_item)


def _pulled(kind: str, table: Table, make: Callable[[Row], Record | None]) -> list[Pulled]:
    """The rows as records; a bad one as a problem that names file, line and column."""
    seen: dict[str, int] = {}
    found: list[Pulled] = []
    for row in table.rows:
        id_ = row["id"]
        payload = dump(dict(row.cells))
        where = f"{row.file} line {row.line}"
        if not id_ or id_ in seen:
            cause = f"the id {safe_text(id_)!r} is that of line {seen[id_]}" if id_ else "it is empty"
            problem = f"{where}, column id: {cause}."
            found.append(Pulled(kind, f"line {row.line}", payload, problem=problem))
            continue
        seen[id_] = row.line
        try:
            found.append(Pulled(kind, id_, payload, make(row)))
        except BadCellError as error:
            found.append(Pulled(kind, id_, payload, problem=f"{where}, {safe_text(str(error))}."))
    return found


def _cell(row: Row, column: str, read: Callable[[str], Value]) -> Value:
    try:
        return read(row[column])
    except ValueError as error:
        raise BadCellError(column, str(error)) from error
