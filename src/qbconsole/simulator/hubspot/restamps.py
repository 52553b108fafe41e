"""The second modification stamp that a change of stage brings a moment later (hubspot.md 2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from qbconsole.simulator.hubspot import times

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.database import Database

AFTER = timedelta(seconds=3)
"""How long after the change it comes."""


class Restamps:
    """The deals that wait for theirs, in the order in which they fall due."""

    def __init__(self, database: Database) -> None:
        self._waiting = database.collection("hubspot.restamps")

    def plan(self, deal_id: str, moment: datetime) -> None:
        """A deal changed its stage at a moment."""
        self._waiting.remove(deal_id)  # so that it goes to the end
        self._waiting.put(deal_id, {"id": deal_id, "due": times.stamp(moment + AFTER)})

    def due(self, now: datetime) -> list[tuple[str, datetime]]:
        """Take out the deals whose stamp is due, with its moment."""
        found = []
        for waiting in self._waiting:
            due = times.parse(waiting["due"])
            if due > now:
                break
            self._waiting.remove(waiting["id"])
            found.append((waiting["id"], due))
        return found
