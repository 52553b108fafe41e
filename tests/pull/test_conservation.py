"""Each record of a page is counted once, where it ends: applied, unchanged, held or failed, whatever it holds."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import NOW

from qbconsole.connectors.base import Page, Pulled
from qbconsole.domain.balance import BECAME, differences
from qbconsole.domain.records import Customer
from qbconsole.pull.storing import store_page
from qbconsole.store import mirror, runs

if TYPE_CHECKING:
    from qbconsole.books.book import Book

IDS = st.sampled_from(["1", "2", "3", "4", "5"])
POISON = (Decimal("0.001"), Decimal("1e30"), Decimal("NaN"))
"""Balances that no row can hold: a part of a cent, more than 64 bits, and none at all."""


def _read(id_: str, version: int) -> Pulled:
    return Pulled("customers", id_, f'{{"Id":"{id_}","v":{version}}}', Customer(id_, f"Customer {id_} v{version}"))


def _poisoned(id_: str, balance: Decimal) -> Pulled:
    return Pulled("customers", id_, f'{{"Id":"{id_}","b":"{balance}"}}', Customer(id_, "Poison", balance=balance))


PULLED = st.one_of(
    st.builds(_read, IDS, st.integers(1, 2)),
    st.builds(lambda id_: Pulled("customers", id_, ""), IDS),
    st.builds(lambda id_: Pulled("customers", id_, "{}", None, "its name is a number"), IDS),
    st.builds(_poisoned, IDS, st.sampled_from(POISON)),
    st.builds(lambda id_: Pulled("customers", id_, "{}", Customer(id_, "a\ud800b")), IDS),
)
PAGES = st.lists(
    st.builds(
        lambda rows, first, complete: Page("quickbooks.customers", tuple(rows), "c", first=first, complete=complete),
        st.lists(PULLED, max_size=12),
        st.booleans(),
        st.booleans(),
    ),
    max_size=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=PAGES, provable=st.booleans())
def test_seen_is_applied_and_unchanged_and_held_and_failed(book: Book, pages: list[Page], provable: bool) -> None:
    with book.store.writing() as connection:
        run = runs.begin(connection, "test", NOW)
    for page in pages:
        store_page(book.store, page, run, provable=provable, at=NOW)
    with book.store.reading() as connection:
        counted = runs.streams(connection, run)
    assert sum(one["seen"] for one in counted) == sum(len(page.records) for page in pages)
    assert differences(counted, {}) == []


@pytest.mark.parametrize(
    ("rows", "counts"),
    [
        ([_read("1", 1), _read("2", 1)], {"applied": 2}),
        ([_read("1", 1), _read("1", 1)], {"applied": 1, "unchanged": 1}),
        ([_read("1", 1), Pulled("customers", "1", "")], {"unchanged": 2}),
        ([Pulled("customers", "1", "{}", None, "unreadable"), _read("2", 1)], {"applied": 1, "held": 1}),
        *[([_poisoned("1", one), _read("2", 1)], {"applied": 1, "held": 1}) for one in POISON],
        ([Pulled("customers", "1", "{}", Customer("1", "a\ud800b")), _read("2", 1)], {"applied": 1, "held": 1}),
    ],
)
def test_what_becomes_of_a_page(book: Book, rows: list[Pulled], counts: dict[str, int]) -> None:
    with book.store.writing() as connection:
        run = runs.begin(connection, "test", datetime.now(UTC))
    store_page(book.store, Page("quickbooks.customers", tuple(rows), "c"), run, provable=True, at=NOW)
    with book.store.reading() as connection:
        (counted,) = runs.streams(connection, run)
        assert {name: counted[name] for name in BECAME if counted[name]} == counts
        assert (
            mirror.get(connection, Customer, "2") is not None or len(rows) != 2 or "2" not in [one.id for one in rows]
        )
