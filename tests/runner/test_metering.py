"""Metered reads are counted by month in the book; what QuickBooks' sum differs by is a line of the sync log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.remote import Remote, customer

from qbconsole.domain.operations import Receipt
from qbconsole.store import facts

if TYPE_CHECKING:
    import pytest
    from tests.runner.conftest import Office


def counted(office: Office) -> int:
    with office.book.store.reading() as connection:
        return facts.reads_in(connection, f"{datetime.now(UTC):%Y-%m}")


async def test_each_cycle_adds_the_reads_since_the_last(office: Office) -> None:
    office.accounting.reads = 5  # before this runner had it
    cycle = office.cycle()
    office.accounting.reads = 12
    await cycle.run("test")
    assert counted(office) == 7
    office.accounting.reads = 15
    await cycle.deliver()
    assert counted(office) == 10
    await office.cycle().run("test")
    assert counted(office) == 10


async def test_a_sum_that_differs_is_a_line_of_the_log(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "invoice 1042: QuickBooks' sum before tax is 10.01, not 10.00."
    monkeypatch.setattr(Remote, "_receipt", lambda *_: Receipt("1", notice=words))
    office.add(customer())
    await office.cycle().run("test")
    assert ("warning", words) in office.log()
