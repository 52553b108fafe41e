"""The mirror: records come back as they went in, replaced payloads are kept, tombstones stay readable."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from qbconsole.domain.records import (
    KINDS,
    Address,
    Application,
    Company,
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
    TaxRate,
    Term,
)
from qbconsole.store import migrations, mirror, streams
from qbconsole.store.engine import Store
from qbconsole.store.mirror import Incoming, to_row
from qbconsole.store.tables import MIRROR

AT = datetime(2026, 11, 16, 15, tzinfo=UTC)
LINE = DocumentLine("7", "Filter", Decimal("2.5"), Decimal("19.123456"), Decimal("47.81"), taxable=True)
EXAMPLES: list[Record] = [
    Company("1", "Bad [/] tag", address=Address("1 Main St", "Austin", "TX", "78701")),
    Deal("2", "Chiller", Decimal("100.005"), "USD", "won", "p", won=True, closed_at=AT, stamp=(("a", "b"),)),
    Deal("3", "No amount", None, "JPY", "open", "p", won=False, company_ids=("1", "2"), line_item_ids=("9",)),
    LineItem("4", "2", "Filter", Decimal("0.1"), Decimal("3.3333333"), discount_percent=Decimal("7.5")),
    Owner("5", "Ann", active=False),
    Stage("6", "p", "Won", "Sales", won=True, closed=True),
    Customer("7", "Ünal & Söhne", balance=Decimal("-12.30"), currency="USD"),
    Customer("8", "Kyoto Works", balance=Decimal(1500), currency="JPY"),
    Item("9", "Labor", unit_price=None),
    Term("10", "Date driven", None),
    TaxRate("11", "TX", Decimal("8.25")),
    Document(
        "12", "invoice", "1042", "7", date(2026, 11, 16), "USD", Decimal("47.81"), due_on=date(2026, 12, 16),
        lines=(LINE,), links=(("payment", "13"),), tax_percent=Decimal("8.25"), created_at=AT,
    ),
    Payment("13", "7", date(2026, 11, 20), "USD", Decimal(9), applications=(Application("invoice", "12", Decimal(9)),)),
    Ledger("1", "Ridgeline", "US", "USD", closed_through=date(2026, 8, 31)),
]  # fmt: skip


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    store = Store(tmp_path / "mirror.db")
    migrations.prepare(store)
    with store.writing() as writing:
        yield writing
    store.close()


def _pull(connection: Connection, *records: Record, payload: str = "{}", sweep: int = 1) -> mirror.Applied:
    incoming = [Incoming(type(record), record.id, payload, record) for record in records]
    return mirror.apply_page(connection, type(records[0]), incoming, AT, sweep)


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: f"{record.kind}-{record.id}")
def test_every_kind_of_record_comes_back_as_it_went_in(connection: Connection, record: Record) -> None:
    _pull(connection, record)
    assert mirror.get(connection, type(record), record.id) == record


def test_the_tables_have_the_fields_of_the_records() -> None:
    for kind, record in KINDS.items():
        fields = [field.name for field in dataclasses.fields(record)]
        assert [column.name for column in MIRROR[kind].columns][: len(fields)] == fields


def test_money_is_an_integer_of_minor_units_in_the_row() -> None:
    assert to_row(EXAMPLES[6])["balance"] == -1230
    assert to_row(EXAMPLES[7])["balance"] == 1500


def test_money_that_was_not_rounded_is_refused() -> None:
    with pytest.raises(ValueError, match="whole number of minor units"):
        to_row(Customer("1", "x", balance=Decimal("0.005")))


def test_a_page_counts_what_became_of_each_record(connection: Connection) -> None:
    first = _pull(connection, Owner("1", "Ann"), Owner("2", "Bo"))
    assert (first.seen, first.applied, first.unchanged) == (2, 2, 0)
    again = _pull(connection, Owner("1", "Ann"), Owner("2", "Bo"))
    assert (again.seen, again.applied, again.unchanged, again.changed) == (2, 0, 2, [])
    twice = _pull(connection, Owner("3", "Cy"), Owner("3", "Cy"))
    assert (twice.seen, twice.applied, twice.unchanged) == (2, 1, 1)


def test_a_replaced_payload_is_kept(connection: Connection) -> None:
    _pull(connection, Owner("1", "Ann"), payload='{"v":1}')
    _pull(connection, Owner("1", "Anne"), payload='{"v":2}')
    assert [body for _, body in mirror.payload_versions(connection, "owners", "1")] == ['{"v":2}', '{"v":1}']


def test_a_record_that_cannot_be_read_is_held_and_its_last_state_stays(connection: Connection) -> None:
    _pull(connection, Owner("1", "Ann"), payload="good")
    held = mirror.apply_page(connection, Owner, [Incoming(Owner, "1", "bad", None, "no name")], AT, 1)
    assert (held.seen, held.held, held.applied) == (1, 1, 0)
    assert mirror.get(connection, Owner, "1") == Owner("1", "Ann")
    _pull(connection, Owner("1", "Ann B"), payload="better")
    assert connection.exec_driver_sql("SELECT count(*) FROM held").scalar_one() == 0


def test_a_tombstone_hides_a_record_and_keeps_it(connection: Connection) -> None:
    _pull(connection, Owner("1", "Ann"))
    buried = mirror.apply_page(connection, Owner, [Incoming(Owner, "1", "", None)], AT, 1)
    assert (buried.applied, mirror.get(connection, Owner, "1")) == (1, None)
    assert mirror.get(connection, Owner, "1", gone=True) == Owner("1", "Ann")
    assert mirror.apply_page(connection, Owner, [Incoming(Owner, "9", "", None)], AT, 1).unchanged == 1
    _pull(connection, Owner("1", "Ann"))
    assert mirror.get(connection, Owner, "1") == Owner("1", "Ann"), "it came back"


def test_a_complete_listing_buries_what_it_did_not_show(connection: Connection) -> None:
    _pull(connection, Owner("1", "Ann"), Owner("2", "Bo"), sweep=1)
    _pull(connection, Owner("2", "Bo"), sweep=2)
    assert mirror.bury_unseen(connection, Owner, 2, AT) == 1
    assert [owner.id for owner in mirror.every(connection, Owner)] == ["2"]


def test_a_float_never_enters_a_money_column(connection: Connection) -> None:
    row: dict[str, Any] = {"payload_hash": "", "gone": False, "pulled_at": AT, **to_row(EXAMPLES[6]), "balance": 12.3}
    with pytest.raises(Exception, match="cannot store REAL value in INTEGER column"):
        connection.execute(MIRROR["customers"].insert().values(row))


def test_a_listing_does_not_bury_what_it_showed_but_nobody_could_read(connection: Connection) -> None:
    _pull(connection, Owner("1", "Ann"), Owner("2", "Bo"), sweep=1)
    unreadable = Incoming(Owner, "1", "bad", None, "no name")
    mirror.apply_page(connection, Owner, [unreadable, Incoming(Owner, "2", "{}", Owner("2", "Bo"))], AT, 2)
    assert mirror.bury_unseen(connection, Owner, 2, AT) == 0
    assert mirror.get(connection, Owner, "1") == Owner("1", "Ann")


def test_a_listing_does_not_bury_what_we_wrote_while_it_ran(connection: Connection) -> None:
    """It may have passed the place before the record was made."""
    streams.keep(connection, "remote.owners", {"cursor": "", "pulled_at": AT, "sweep": 2})
    mirror.put_record(connection, Owner("9", "New"), "{}", AT)
    assert mirror.bury_unseen(connection, Owner, 2, AT) == 0
    assert mirror.bury_unseen(connection, Owner, 3, AT) == 0, "nor the listing that was being answered meanwhile"
    assert mirror.bury_unseen(connection, Owner, 4, AT) == 1, "the next one would have shown it"
