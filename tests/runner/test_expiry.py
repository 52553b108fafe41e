"""The ends of a sign-in are noted at each cycle, and each step of warning is given once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.remote import Remote

from qbconsole.actions.summary import status
from qbconsole.domain.errors import SignIn
from qbconsole.domain.sign_in import SignInEnds
from qbconsole.runner import expiry
from qbconsole.store import facts, runs

if TYPE_CHECKING:
    from tests.runner.conftest import Office

    from qbconsole.books.book import Book

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class SignedInRemote(Remote):
    """A remote whose sign-in ends."""

    ends = SignInEnds()
    locked = False

    def signed_in_until(self) -> SignInEnds:
        if self.locked:
            raise SignIn("The keyring is locked.")
        return self.ends


@pytest.fixture
def remote() -> SignedInRemote:
    return SignedInRemote("quickbooks")


def noted(book: Book, remote: Remote, now: datetime) -> list[str]:
    """What one cycle at that time writes into its log about it."""
    with book.store.writing() as connection:
        run = runs.begin(connection, "schedule", now)
    expiry.note(book, remote, run, now)
    with book.store.reading() as connection:
        return [line["message"] for line in runs.events(connection, run)]


def test_each_step_is_warned_of_once(book: Book, remote: SignedInRemote) -> None:
    remote.ends = SignInEnds(idle=NOW + timedelta(days=101), consent=NOW + timedelta(days=40))
    said = {day: lines for day in range(42) if (lines := noted(book, remote, NOW + timedelta(days=day)))}
    assert said == {
        10: ["The sign-in to QuickBooks ends in 30 days, on 2027-01-03."],
        33: ["The sign-in to QuickBooks ends in 7 days, on 2027-01-03."],
        39: ["The sign-in to QuickBooks ends in 1 day, on 2027-01-03."],
        40: ["The sign-in to QuickBooks has ended."],
    }


def test_after_a_new_sign_in_the_warnings_begin_anew(book: Book, remote: SignedInRemote) -> None:
    remote.ends = SignInEnds(consent=NOW + timedelta(days=1))
    assert len(noted(book, remote, NOW)) == 1
    remote.ends = SignInEnds(consent=NOW + timedelta(days=60))
    assert noted(book, remote, NOW) == []
    assert len(noted(book, remote, NOW + timedelta(days=31))) == 1


def test_what_cannot_be_read_leaves_what_was_noted(book: Book, remote: SignedInRemote) -> None:
    remote.ends = SignInEnds(consent=NOW + timedelta(days=60))
    noted(book, remote, NOW)
    remote.locked = True
    assert noted(book, remote, NOW) == []
    with book.store.reading() as connection:
        assert facts.sign_in_ends(connection) == remote.ends


def test_a_remote_without_a_sign_in_is_left_alone(book: Book) -> None:
    assert noted(book, Remote("spreadsheet"), NOW) == []


async def test_a_cycle_notes_it_and_the_status_shows_it(office: Office) -> None:
    remote = SignedInRemote("accounting")
    remote.ends = SignInEnds(consent=datetime.now(UTC) + timedelta(days=6, hours=12))
    office.accounting = remote
    await office.cycle().run("schedule")
    found = status(office.book)["sign_in"]
    assert (found["consent_ends"], found["warning"]) == (remote.ends.consent, "sign-in 7 d")
    assert [level for level, words in office.log() if "sign-in" in words] == ["warning"]
