"""What goes without a word is found by its id, and buried only when the record itself says that it is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.remote import Provable

from qbconsole.connectors.base import Page, Pulled
from qbconsole.domain.errors import Retriable
from qbconsole.domain.records import Owner
from qbconsole.pull import Outcome, pull
from qbconsole.pull.proof import NAMED, compare_ids
from qbconsole.store import census, mirror, runs

if TYPE_CHECKING:
    from qbconsole.books.book import Book

STREAM = "remote.owners"


def row(id_: str, name: str = "", problem: str = "") -> Pulled:
    """An owner as its stream yields it."""
    owner = Owner(id_, name or f"Owner {id_}")
    return Pulled("owners", id_, f'{{"name":"{owner.name}"}}', None if problem else owner, problem)


class Mirror:
    """A book's mirror of one remote, and what its log says."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.remote = Provable(streams=(STREAM,))
        self.run_id = 0

    async def pull(self, *rows: Pulled, **more: Any) -> Outcome:
        """One page."""
        with self.book.store.writing() as connection:
            self.run_id = runs.begin(connection, "test", datetime.now(UTC))
        self.remote.pages = [Page(STREAM, rows, "c", **more)]
        return await pull(self.book.store, self.remote, run_id=self.run_id, watched={})

    async def prove(self) -> list[str]:
        """The nightly comparison; the ids that were put right."""
        compared = await compare_ids(self.book.store, self.remote, [STREAM], run_id=self.run_id, proof=True)
        return compared.healed.get(STREAM, [])

    def there(self, *ids: str) -> None:
        """What the remote holds."""
        self.remote.there = {id_: row(id_) for id_ in ids}

    def owners(self) -> list[str]:
        with self.book.store.reading() as connection:
            return [one.id for one in mirror.every(connection, Owner)]

    def unswept(self) -> list[str]:
        with self.book.store.reading() as connection:
            return census.unswept(connection)

    def log(self) -> list[tuple[str, str]]:
        with self.book.store.reading() as connection:
            return [(one["level"], one["message"]) for one in runs.events(connection, self.run_id)]

    def counts(self) -> dict[str, int]:
        with self.book.store.reading() as connection:
            (one,) = runs.streams(connection, self.run_id)
        return {name: one[name] for name in ("seen", "applied", "unchanged", "held", "failed")}


@pytest.fixture
def mirrored(book: Book) -> Mirror:
    return Mirror(book)


async def test_after_an_answer_that_hides_deletions_the_ids_are_compared_at_once(mirrored: Mirror) -> None:
    await mirrored.pull(row("1"), row("2"))
    mirrored.there("2", "3")
    outcome = await mirrored.pull(row("2", "New name"), unswept=True)
    assert (mirrored.owners(), outcome.changed) == (["2", "3"], 3)
    assert mirrored.log() == [
        ("info", "remote.owners: 2 records were missing here or gone there (1, 3); they were read again.")
    ]
    assert mirrored.counts() == {"seen": 3, "applied": 3, "unchanged": 0, "held": 0, "failed": 0}
    assert mirrored.unswept() == []


@pytest.mark.parametrize("there", [["1", "2"], ["2"]], ids=["it is there after all", "it is gone"])
async def test_what_a_listing_did_not_show_is_asked_itself(mirrored: Mirror, there: list[str]) -> None:
    await mirrored.pull(row("1"), row("2"), first=True, complete=True)
    mirrored.there(*there)
    await mirrored.pull(row("2"), first=True, complete=True)
    assert mirrored.owners() == there


async def test_nothing_is_asked_where_nothing_is_missing(mirrored: Mirror) -> None:
    mirrored.there("1")
    await mirrored.pull(row("1"), first=True, complete=True)
    await mirrored.pull(row("1"), first=True, complete=True)
    assert (await mirrored.prove(), mirrored.remote.asked_again, mirrored.log()) == ([], [], [])


async def test_a_comparison_that_failed_is_made_up_for(mirrored: Mirror) -> None:
    await mirrored.pull(row("1"))
    mirrored.remote.refused = [Retriable("reset")]
    outcome = await mirrored.pull(unswept=True)
    assert (str(outcome.problem), mirrored.owners(), mirrored.unswept()) == ("reset", ["1"], [STREAM])
    assert mirrored.log() == [("error", "remote.owners: the ids could not be compared: reset")]
    outcome = await mirrored.pull()
    assert (outcome.problem, mirrored.owners(), mirrored.unswept()) == (None, [], [])


async def test_a_record_of_which_nothing_sure_is_said_stays(mirrored: Mirror) -> None:
    await mirrored.pull(row("1"))
    mirrored.remote.unsure = {"1"}
    await mirrored.pull(unswept=True)
    assert mirrored.owners() == ["1"]


async def test_a_stream_whose_ids_cannot_be_told_is_let_go_until_the_next_listing(mirrored: Mirror) -> None:
    await mirrored.pull(row("1"))

    async def nothing(_: object) -> dict[str, frozenset[str]]:
        return {}

    mirrored.remote.ids = nothing  # type: ignore[method-assign, assignment]
    await mirrored.pull(unswept=True)
    assert (mirrored.owners(), mirrored.unswept()) == (["1"], [])


async def test_a_held_record_is_neither_missing_nor_forgotten(mirrored: Mirror) -> None:
    await mirrored.pull(row("1", problem="owner 1: no name"))
    mirrored.there("1")
    assert (await mirrored.prove(), mirrored.remote.asked_again) == ([], [])
    mirrored.there()
    await mirrored.prove()
    assert mirrored.remote.asked_again == ["1"]


async def test_a_difference_that_nothing_explains_is_a_warning_that_names_some_ids(mirrored: Mirror) -> None:
    ids = [f"{number:02}" for number in range(NAMED + 5)]
    mirrored.there(*ids)
    await mirrored.pull()
    assert await mirrored.prove() == ids
    ((level, words),) = mirrored.log()
    assert level == "warning"
    assert words.endswith(f"{ids[NAMED - 1]} and 5 more); they were read again.")
    assert mirrored.owners() == ids
