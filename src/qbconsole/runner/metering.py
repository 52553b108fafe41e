"""Counting the calls that a vendor meters: Intuit's free tier allows so many reads a month (quickbooks.md 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.store import facts

if TYPE_CHECKING:
    from qbconsole.connectors.base import Connector
    from qbconsole.domain.clock import Clock
    from qbconsole.store.engine import Store


class Meter:
    """Keeps a month's count of one connector in the book; the connector counts from its beginning."""

    def __init__(self, store: Store, connector: Connector, clock: Clock) -> None:
        """Count from here."""
        self._store = store
        self._connector = connector
        self._clock = clock
        self._noted = connector.reads

    def note(self) -> None:
        """Write down what was read since the last note."""
        more = self._connector.reads - self._noted
        if not more:
            return
        self._noted += more
        with self._store.writing(durable=False) as connection:
            facts.count_reads(connection, f"{self._clock.now():%Y-%m}", more)
