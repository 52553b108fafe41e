"""A book whose two remotes are in memory, wherever the runner opens its connectors."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.remote import Remote

from qbconsole.outbox.queue import Enqueued, enqueue
from qbconsole.runner import once, process
from qbconsole.runner.connectors import ACCOUNTING, CRM
from qbconsole.runner.cycle import Cycle
from qbconsole.store import leases, outbox, runs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.conftest import MakeBook

    from qbconsole.books.book import Book
    from qbconsole.domain.operations import Operation


class Office:
    """A book, its remotes, and what its database says."""

    def __init__(self, book: Book) -> None:
        self.book, self.crm, self.accounting = book, Remote("crm"), Remote("accounting")
        self._decisions = 0

    @property
    def connectors(self) -> dict[str, Remote]:
        return {CRM: self.crm, ACCOUNTING: self.accounting}

    def cycle(self) -> Cycle:
        """A runner that has just taken the lease."""
        with self.book.store.writing() as connection:
            fence = leases.take(connection, "test", "here", 1, datetime.now(UTC))
            leases.give_back(connection, fence)
        return Cycle(self.book, self.connectors, fence)

    def add(self, operation: Operation, *needs: int, window: float = 0) -> int:
        """Enqueue an operation; returns its id."""
        self._decisions += 1
        now = datetime.now(UTC)
        with self.book.store.writing() as connection:
            return enqueue(
                connection,
                Enqueued(operation, operation.kind, needs=needs),
                book=self.book.name,
                decision_id=self._decisions,
                rules_hash="r",
                at=now,
                due_at=now + timedelta(seconds=window),
            )

    def state(self, id_: int) -> str:
        """An operation's state now."""
        with self.book.store.reading() as connection:
            row = outbox.get(connection, id_)
        return str(row["state"]) if row else ""

    def runs(self) -> list[dict[str, Any]]:
        """Runs, newest first."""
        with self.book.store.reading() as connection:
            return runs.listed(connection)

    def log(self) -> list[tuple[str, str]]:
        """(level, message) of the newest run's lines."""
        with self.book.store.reading() as connection:
            return [(line["level"], line["message"]) for line in runs.events(connection, self.runs()[0]["id"])]


@pytest.fixture
def make_office(make_book: MakeBook, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Office]:
    """Makes books with remotes in memory."""
    made: dict[str, Office] = {}

    @asynccontextmanager
    async def opened(book: Book) -> AsyncIterator[dict[str, Remote]]:
        yield made[book.name].connectors

    for module in (once, process):
        monkeypatch.setattr(module, "opened", opened)

    def make() -> Office:
        office = Office(make_book())
        made[office.book.name] = office
        return office

    return make


@pytest.fixture
def office(make_office: Callable[[], Office]) -> Office:
    return make_office()
