"""What waits moves with the machine's clock when somebody sets it, and not otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.remote import task

from qbconsole.runner.timekeeping import Timekeeper
from qbconsole.store import outbox

if TYPE_CHECKING:
    from tests.runner.conftest import Office


class Clocks:
    """A time of day that can be set, and seconds that cannot."""

    def __init__(self) -> None:
        self.day = datetime(2026, 11, 16, 12, tzinfo=UTC)
        self.seconds = 100.0

    def now(self) -> datetime:
        return self.day

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.pass_by(seconds)

    def pass_by(self, seconds: float, *, day: float | None = None) -> None:
        """Let so many seconds pass, of which the time of day shows others."""
        self.seconds += seconds
        self.day += timedelta(seconds=seconds if day is None else day)


def times(office: Office, id_: int) -> list[Any]:
    with office.book.store.reading() as connection:
        row = outbox.get(connection, id_)
    assert row is not None
    return [row["due_at"], row["sent_at"]]


@pytest.mark.parametrize(
    ("shown", "moved"),
    [(10.0, 0.0), (10.5, 0.0), (8.5, 0.0), (10.0 - 3600, -3600.0), (10.0 + 86_400, 86_400.0)],
    ids=["as it passed", "a little fast", "a little slow", "back an hour", "forward a day"],
)
def test_it_moves_with_the_clock(office: Office, shown: float, moved: float) -> None:
    clocks = Clocks()
    id_ = office.add(task(), window=30)
    due, _ = times(office, id_)
    keeper = Timekeeper(office.book.store, clocks)
    clocks.pass_by(10.0, day=shown)
    for _ in range(2):  # once is enough
        keeper.look()
    assert times(office, id_) == [due + timedelta(seconds=moved), None]
