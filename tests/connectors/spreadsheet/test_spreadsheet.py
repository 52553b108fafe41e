"""A folder of files as a CRM: what people save from Excel is read, and their files are never written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from qbconsole.connectors.spreadsheet import Spreadsheet
from qbconsole.connectors.spreadsheet.cells import day, number
from qbconsole.domain.errors import Configuration, Fatal, Retriable
from qbconsole.domain.operations import CreateTask, StampCompany, StampDeal, VoidDocument
from qbconsole.domain.records import Address, Company, Contact, Deal, LineItem, Owner

if TYPE_CHECKING:
    from pathlib import Path

    from qbconsole.connectors.base import Page

COMPANIES = """id,name,email,phone,street,city,state,zip,owner
C1,"Harbor Point Dental, P.C.",ap@harbor.example,555 0100,1 Pier Rd,Duluth,MN,55802,Jo
C2,Cedar & Main,,,,,,,
"""
DEALS = """id,company_id,name,amount,currency,owner,won
D1,C1,Chiller swap,"$6,420.00",USD,Jo,2026-11-20
D2,C2,Maintenance,,,Ann,
"""
LINES = """id,deal_id,sku,name,quantity,unit_price,discount_percent
L1,D1,LAB,Install labor,8,145.00,
L2,D1,RTU-20,Chiller,1,5260,10%
"""
WHEN = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("companies.csv", COMPANIES), ("deals.csv", DEALS), ("lines.csv", LINES)):
        (tmp_path / name).write_text(text)
    return tmp_path


async def pull(folder: Path, cursors: dict[str, str] | None = None, *, full: bool = False) -> dict[str, Page]:
    connector = Spreadsheet(folder)
    return {page.stream.partition(".")[2]: page async for page in connector.pull(cursors or {}, watched={}, full=full)}


def cursors_of(pages: dict[str, Page]) -> dict[str, str]:
    return {page.stream: page.cursor for page in pages.values()}


async def test_the_files_become_records(folder: Path) -> None:
    pages = {kind: [row.record for row in page.records] for kind, page in (await pull(folder)).items()}
    assert pages["owners"] == [Owner("Ann", "Ann"), Owner("Jo", "Jo")]
    assert pages["companies"][0] == Company(
        "C1",
        "Harbor Point Dental, P.C.",
        "harbor.example",
        "555 0100",
        Address("1 Pier Rd", "Duluth", "MN", "55802"),
        "Jo",
    )
    assert pages["contacts"] == [
        Contact("C1", "Harbor Point Dental, P.C.", "ap@harbor.example", "555 0100", ("C1",), billing=True)
    ]
    assert pages["deals"] == [
        Deal(
            "D1", "Chiller swap", Decimal("6420.00"), "USD", "won", "deals", won=True,
            closed_at=datetime(2026, 11, 20, tzinfo=UTC), owner_id="Jo", company_ids=("C1",), primary_company_id="C1",
            line_item_ids=("L1", "L2"),
        ),
        Deal("D2", "Maintenance", None, "USD", "open", "deals", won=False, owner_id="Ann", company_ids=("C2",),
             primary_company_id="C2"),
    ]  # fmt: skip
    assert pages["line_items"][1] == LineItem(
        "L2", "D1", "Chiller", Decimal(1), Decimal(5260), "RTU-20", discount_percent=Decimal(10), position=3
    )


async def test_only_what_changed_is_read_again(folder: Path) -> None:
    first = await pull(folder)
    assert await pull(folder, cursors_of(first)) == {}
    (folder / "lines.csv").write_text(LINES.replace("145.00", "150.00"))
    assert set(await pull(folder, cursors_of(first))) == {"deals", "line_items"}
    assert set(await pull(folder, cursors_of(first), full=True)) == set(first)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + DEALS,
        DEALS.replace("\n", "\r\n"),
        DEALS.replace('"$6,420.00"', "6.420,00").replace(",", ";").replace("6.420;00", "6.420,00"),
        DEALS.replace("2026-11-20", "11/20/2026"),
        DEALS.replace("2026-11-20", "2026-11-20 00:00:00"),
        DEALS.replace("id,company_id", "ID, Company_ID "),
        DEALS + ",,,,,,\n\n",
    ],
    ids=["bom", "crlf", "semicolons", "us date", "time", "header case", "blank lines"],
)
async def test_what_excel_makes_of_it_is_read_alike(folder: Path, text: str) -> None:
    wanted = [row.record for row in (await pull(folder))["deals"].records]
    (folder / "deals.csv").write_bytes(text.encode())
    assert [row.record for row in (await pull(folder))["deals"].records] == wanted


async def test_a_windows_file_is_read_too(folder: Path) -> None:
    (folder / "companies.csv").write_bytes(COMPANIES.replace("Cedar", "Café").encode("cp1252"))
    names = [getattr(row.record, "name", "") for row in (await pull(folder))["companies"].records]
    assert names[1] == "Café & Main"


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("deals", '"$6,420.00"', "about 6000", "deals.csv line 2, column amount: 'about 6000' is not a number."),
        ("deals", '"$6,420.00"', '"6,42"', "deals.csv line 2, column amount: '6,42' is not a number."),
        ("deals", "2026-11-20", "soon", "deals.csv line 2, column won: 'soon' is not a date"),
        ("deals", "D2", "D1", "deals.csv line 3, column id: the id 'D1' is that of line 2."),
        ("deals", "D2", "", "deals.csv line 3, column id: it is empty."),
        ("lines", "145.00", "=1+1", "lines.csv line 2, column unit_price: '=1+1' is not a number."),
    ],
)
async def test_a_bad_row_names_file_line_and_column_and_the_others_come(
    folder: Path, file: str, old: str, new: str, named: str
) -> None:
    path = folder / f"{file}.csv"
    path.write_text(path.read_text().replace(old, new, 1))
    rows = (await pull(folder))["deals" if file == "deals" else "line_items"].records
    problems = [row.problem for row in rows if row.problem]
    assert len(problems) == 1
    assert problems[0].startswith(named)
    assert len([row for row in rows if row.record]) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "deals.csv").unlink(), "has no deals.csv"),
        (lambda folder: (folder / "deals.csv").write_text("id,name\n1,x\n"), "no column named company_id, amount"),
    ],
)
async def test_a_missing_file_or_column_is_named(folder: Path, change: object, words: str) -> None:
    change(folder)  # type: ignore[operator]
    with pytest.raises(Configuration, match=words):
        await pull(folder)


async def test_results_go_to_a_file_of_our_own_and_come_back(folder: Path) -> None:
    connector = Spreadsheet(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    first = await pull(folder)
    await connector.apply(StampDeal("D1", (("qbc_status", "paid"), ("qbc_total", "-5.00"))), request_id="r")
    await connector.apply(StampDeal("D1", (("qbc_status", "=HYPERLINK(1)"),)), request_id="r")
    await connector.apply(StampCompany("C1", "8"), request_id="r")
    after = await pull(folder, cursors_of(first))
    deal, company = after["deals"].records[0].record, after["companies"].records[0].record
    assert isinstance(deal, Deal)
    assert deal.stamp == (("qbc_status", "=HYPERLINK(1)"), ("qbc_total", "-5.00"))
    assert isinstance(company, Company)
    assert company.customer_tag == "8"
    assert "'=HYPERLINK(1)" in (folder / "qbconsole.csv").read_text()
    assert ",-5.00," in (folder / "qbconsole.csv").read_text()
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert sorted(path.name for path in folder.iterdir()) == [
        "companies.csv",
        "deals.csv",
        "lines.csv",
        "qbconsole.csv",
    ]


async def test_a_task_is_made_once(folder: Path) -> None:
    connector = Spreadsheet(folder)
    task = CreateTask("Call", "Invoice 1042\nby 14 days", "Invoice 130 / overdue", WHEN, "Jo", "D1")
    assert await connector.find(task, since=WHEN) is None
    assert (await connector.apply(task, request_id="r")).remote_id == "1"
    assert (await connector.apply(task, request_id="r")).found
    other = CreateTask("Call", "x", "Invoice 131 / overdue", WHEN, "Jo", "D1")
    assert (await connector.apply(other, request_id="r")).remote_id == "2"
    assert (folder / "tasks.csv").read_text().count("Invoice 130") == 1


async def test_what_has_no_column_is_not_lost_silently(folder: Path) -> None:
    with pytest.raises(Fatal, match="no column"):
        await Spreadsheet(folder).apply(StampDeal("D1", (("qbc_other", "1"),)), request_id="r")
    with pytest.raises(Fatal):
        await Spreadsheet(folder).apply(VoidDocument("invoice", "1", "0", Decimal(0), emailed=False), request_id="r")


async def test_a_folder_that_cannot_be_written_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(Retriable, match="No space left"):
        await Spreadsheet(folder).apply(StampCompany("C1", "8"), request_id="r")
    assert sorted(path.name for path in folder.iterdir()) == ["companies.csv", "deals.csv", "lines.csv"]


@pytest.mark.parametrize(
    ("text", "comma", "wanted"),
    [
        ("1,234.50", False, "1234.50"), ("$1,234", False, "1234"), ("(12.00)", False, "-12.00"), ("-5", False, "-5"),
        ("1.234,50", True, "1234.50"), ("12,5", True, "12.5"), ("12.5", True, "12.5"), (" 7 ", False, "7"),
        ("10%", False, "10"), ("€ 5", False, "5"),
    ],
)  # fmt: skip
def test_numbers_in_the_forms_people_write(text: str, comma: bool, wanted: str) -> None:
    assert number(text, decimal_comma=comma) == Decimal(wanted)


@pytest.mark.parametrize("text", ["", "x", "1,2", "1,2,3", "NaN", "1e999999999", "--5", "1.2.3"])
def test_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        number(text)


@pytest.mark.parametrize("text", ["2026-11-20", "11/20/2026", "11/20/26", "2026-11-20T00:00:00", "11/20/2026 8:00"])
def test_dates_in_the_forms_people_write(text: str) -> None:
    assert day(text) == date(2026, 11, 20)


@pytest.mark.parametrize("text", ["20/11/2026", "2026-13-01", "yes", ""])
def test_no_dates(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        day(text)
