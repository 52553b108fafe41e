"""Pull: a page, its cursor and its counts are one transaction; nothing is lost, nothing is decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.remote import Remote

from qbconsole.connectors.base import Page, Pulled
from qbconsole.domain.errors import Retriable, SignIn
from qbconsole.domain.records import Customer, Owner
from qbconsole.pull import pull
from qbconsole.store import mirror, runs, streams

if TYPE_CHECKING:
    from decimal import Decimal

    from qbconsole.books.book import Book
    from qbconsole.domain.errors import Problem


def page(*ids: str, cursor: str = "c", first: bool = False, complete: bool = False) -> Page:
    """A page of owners."""
    records = tuple(Pulled("owners", id_, f'{{"id":"{id_}"}}', Owner(id_, f"Owner {id_}")) for id_ in ids)
    return Page("remote.owners", records, cursor, first=first, complete=complete)


async def pulled(book: Book, *pages: Page | Problem, full: bool = False) -> dict[str, Any]:
    """Pull the pages in a run of their own; returns what the run counted of the stream."""
    with book.store.writing() as connection:
        run_id = runs.begin(connection, "test", datetime.now(UTC))
    await pull(book.store, Remote(pages=list(pages)), run_id=run_id, watched={}, full=full)
    with book.store.reading() as connection:
        return next(iter(runs.streams(connection, run_id)), {})


def owners(book: Book) -> list[str]:
    """The ids of the owners in the mirror."""
    with book.store.reading() as connection:
        return [owner.id for owner in mirror.every(connection, Owner)]


async def test_records_cursor_and_counts_are_stored(book: Book) -> None:
    counts = await pulled(book, page("1", "2", cursor="one"), page("3", cursor="two"))
    assert owners(book) == ["1", "2", "3"]
    assert (counts["seen"], counts["applied"], counts["calls"]) == (3, 3, 2)
    with book.store.reading() as connection:
        assert streams.cursors(connection) == {"remote.owners": "two"}


async def test_seen_is_applied_plus_unchanged_plus_held_plus_failed(book: Book) -> None:
    await pulled(book, page("1"))
    bad = Page("remote.owners", (Pulled("owners", "2", "{}", None, "owner 2: no name"), Pulled("owners", "3", "")), "c")
    counts = await pulled(book, page("1", "4"), bad)
    assert counts["seen"] == 4
    assert counts["seen"] == counts["applied"] + counts["unchanged"] + counts["held"] + counts["failed"]
    assert (counts["applied"], counts["unchanged"], counts["held"]) == (1, 2, 1)


async def test_a_page_that_breaks_off_keeps_what_came_before_it(book: Book) -> None:
    with pytest.raises(Retriable):
        await pulled(book, page("1", cursor="one"), Retriable("reset"), page("2"))
    assert owners(book) == ["1"]
    with book.store.reading() as connection:
        assert streams.cursors(connection) == {"remote.owners": "one"}


async def test_a_stream_that_fails_lets_the_others_go_on_and_says_so(book: Book) -> None:
    broken = Page("remote.stages", (), "", problem=Retriable("reset", next_step="Wait."))
    remote = Remote(pages=[page("1", cursor="one"), broken, page("2", cursor="two")])
    with book.store.writing() as connection:
        run_id = runs.begin(connection, "test", datetime.now(UTC))
    outcome = await pull(book.store, remote, run_id=run_id, watched={})
    assert (outcome.changed, outcome.problem) == (2, broken.problem)
    with book.store.reading() as connection:
        assert streams.cursors(connection) == {"remote.owners": "two"}
        assert {one["stream"]: one["error"] for one in runs.streams(connection, run_id)} == {
            "remote.owners": "",
            "remote.stages": "reset",
        }
        (line,) = runs.events(connection, run_id)
    assert (line["level"], line["message"], line["next_step"]) == ("error", "remote.stages: reset", "Wait.")


async def test_what_a_plan_lacks_is_a_line_of_the_log(book: Book) -> None:
    await pulled(book, Page("remote.stages", (), "c", note="remote.stages: not in this plan."))
    with book.store.reading() as connection:
        assert [(one["level"], one["message"]) for one in runs.events(connection, 1)] == [
            ("info", "remote.stages: not in this plan.")
        ]


async def test_refused_credentials_stop_at_once(book: Book) -> None:
    with pytest.raises(SignIn):
        await pulled(book, SignIn("sign in"), page("1"))
    assert owners(book) == []


async def test_a_complete_listing_buries_what_is_gone(book: Book) -> None:
    await pulled(book, page("1", "2", first=True), page(first=False, complete=True))
    await pulled(book, page("2", first=True), page(complete=True))
    assert owners(book) == ["2"]


async def test_a_listing_that_breaks_off_buries_nothing(book: Book) -> None:
    await pulled(book, page("1", "2", first=True, complete=True))
    with pytest.raises(Retriable):
        await pulled(book, page("2", first=True), Retriable("reset"))
    assert owners(book) == ["1", "2"]


async def test_one_poison_record_is_held_and_the_rest_of_its_page_applied(book: Book) -> None:
    half: Decimal = mirror_amount("0.005")
    records = (
        Pulled("customers", "1", "one", Customer("1", "Good")),
        Pulled("customers", "2", "two", Customer("2", "Half a cent", balance=half)),
    )
    counts = await pulled(book, Page("remote.customers", records, "c"))
    assert (counts["applied"], counts["held"]) == (1, 1)
    with book.store.reading() as connection:
        (event,) = runs.events(connection, 1)
    assert event["subject"] == "customers:2"
    assert "whole number of minor units" in event["message"]


def mirror_amount(text: str) -> Decimal:
    """An amount that no row can hold."""
    from decimal import Decimal as Exact

    return Exact(text)


async def test_stored_cursors_and_watched_ids_reach_the_connector(book: Book) -> None:
    await pulled(book, page("1", cursor="one"))
    remote = Remote()
    await pull(book.store, remote, run_id=1, watched={"remote.deals": ["7"]}, full=True)
    assert (remote.cursors, remote.watched, remote.full) == ({"remote.owners": "one"}, {"remote.deals": ["7"]}, True)
