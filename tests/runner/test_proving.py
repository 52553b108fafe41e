"""A mirror is proved once a day of the book's, after full pulls, and again after a proof that failed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests import builders as make
from tests.remote import Provable

from qbconsole.domain.errors import NeedsPerson, Retriable
from qbconsole.runner.proving import prove
from qbconsole.store import proofs, runs

if TYPE_CHECKING:
    from qbconsole.books.book import Book
    from qbconsole.connectors.base import Pulled

D = Decimal
DAY = date(2026, 11, 16)


class Night:
    """A book whose customer owes 6,420.00, and the remote that it is proved against."""

    def __init__(self, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
        self.book = book
        self.remote = Provable(streams=("remote.owners",))
        self.today = DAY
        monkeypatch.setattr(type(book), "today", lambda *_: self.today)
        make.put(book, make.ledger(), make.customer(balance=D("6420.00")), make.document())
        self.remote.owed = {"60": D("6420.00")}
        with book.store.writing() as connection:
            self.run_id = runs.begin(connection, "test", datetime.now(UTC))

    async def prove(self, **more: bool) -> int:
        return await prove(self.book, self.remote, run_id=self.run_id, **more)

    def off(self) -> dict[str, Any] | None:
        with self.book.store.reading() as connection:
            return proofs.out_of_balance(connection)

    def proved_on(self) -> date | None:
        with self.book.store.reading() as connection:
            return proofs.proved_on(connection)

    def log(self) -> list[tuple[str, str, str]]:
        with self.book.store.reading() as connection:
            return [(one["level"], one["subject"], one["message"]) for one in runs.events(connection, self.run_id)]


@pytest.fixture
def night(book: Book, monkeypatch: pytest.MonkeyPatch) -> Night:
    return Night(book, monkeypatch)


async def test_a_mirror_that_agrees_says_nothing(night: Night) -> None:
    assert await night.prove() == 0
    assert (night.off(), night.log(), night.proved_on()) == (None, [], DAY)
    assert night.remote.as_of > DAY  # what is dated ahead is owed, too


async def test_it_is_done_once_a_day_and_after_full_pulls(night: Night) -> None:
    await night.prove()
    owner: Pulled = _owner("9")
    night.remote.there = {"9": owner}
    assert await night.prove() == 0
    assert await night.prove(full=True) == 1
    night.remote.there = {}
    night.today = date(2026, 11, 17)
    assert await night.prove() == 1
    night.today = date(2026, 11, 10)  # a clock that was ahead and is right again
    night.remote.there = {"9": owner}
    assert await night.prove() == 1


async def test_a_difference_is_told_with_customer_and_both_figures_until_a_later_check(night: Night) -> None:
    night.remote.owed = {"60": D("6400.00")}
    await night.prove()
    off = night.off()
    assert off is not None
    assert (off["amount"], off["currency"], [one["id"] for one in off["customers"]]) == (D("20.00"), "USD", ["60"])
    ((level, subject, words),) = night.log()
    assert (level, subject) == ("warning", "customers:60")
    assert "6,420.00 USD by the documents here, 6,400.00 by QuickBooks' report" in words
    night.remote.owed = {"60": D("6420.00")}
    night.today = date(2026, 11, 17)
    await night.prove()
    assert night.off() is None


async def test_what_somebody_did_meanwhile_is_pulled_and_is_no_difference(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = make.payment(amount="420.00")
    night.remote.owed = {"60": D("6000.00")}

    async def pulls(*_: object, **__: object) -> Any:
        from qbconsole.pull import Outcome

        make.put(night.book, paid, make.customer(balance=D("6000.00"), revision="1"))
        return Outcome(changed=2)

    monkeypatch.setattr("qbconsole.runner.proving.pull", pulls)
    assert await night.prove() == 2
    assert (night.off(), night.log()) == (None, [])


async def test_a_report_that_may_not_be_read_leaves_the_balances_to_compare(night: Night) -> None:
    night.remote.refused = [NeedsPerson("the connected user may not do that") for _ in range(2)]
    make.put(night.book, make.customer(balance=D("1.00"), revision="1"))
    await night.prove()
    off = night.off()
    assert off is not None
    assert [one["source"] for one in off["customers"]] == ["balance"]
    assert night.proved_on() == DAY


async def test_a_proof_that_failed_stays_due(night: Night) -> None:
    night.remote.refused = [Retriable("reset")]
    with pytest.raises(Retriable):
        await night.prove()
    assert night.proved_on() is None


def _owner(id_: str) -> Pulled:
    from qbconsole.connectors.base import Pulled

    return Pulled("owners", id_, "{}", make.owner(id_))
