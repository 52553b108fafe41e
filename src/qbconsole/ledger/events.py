"""Billing events: one thing to be billed once, by deal and key, for ever."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.money import from_minor, to_minor
from qbconsole.domain.tags import event_tag
from qbconsole.store import events as rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from decimal import Decimal

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Event:
    """One billing event. `was` is the number of the document that was taken back."""

    id: int
    deal_id: str
    key: str
    generation: int
    due_on: date
    currency: str
    amount: Decimal
    state: str
    was: str

    @property
    def tag(self) -> str:
        """The line that a document billing it carries."""
        return event_tag(self.deal_id, self.key, self.generation)


@dataclass(frozen=True, slots=True)
class Due:
    """A billing event that the rules see: made once, found again ever after."""

    deal_id: str
    key: str
    due_on: date
    currency: str
    amount: Decimal
    state: str


_COLUMNS = tuple(Event.__dataclass_fields__)


def every(connection: Connection, **equal: object) -> list[Event]:
    """Events whose columns equal the given values, by id."""
    return [_event(*row) for row in rows.events(connection, _COLUMNS, **equal)]


@lru_cache(maxsize=20_000)
def _event(*row: Any) -> Event:
    """An event from its columns; the rules read all of them again and again, and few have changed."""
    event = Event(*row)
    return replace(event, amount=from_minor(row[_COLUMNS.index("amount")], event.currency))


def get(connection: Connection, event_id: int) -> Event:
    """One event."""
    return every(connection, id=event_id)[0]


def ensure(connection: Connection, due: Iterable[Due], at: datetime) -> dict[tuple[str, str], Event]:
    """Make the events that are not there yet, bring the open ones to the deal's amount and date; all, by deal and key.

    What was billed, taken back or ignored stays as it was, whatever became of its deal.
    """
    known = _by_key(connection)
    new: list[dict[str, object]] = []
    moved = False
    for one in due:
        values = {"due_on": one.due_on, "currency": one.currency, "amount": to_minor(one.amount, one.currency)}
        event = known.get((one.deal_id, one.key))
        if event is None:
            born = {"deal_id": one.deal_id, "key": one.key, "generation": 1, "state": one.state, "was": "", "at": at}
            new.append({**values, **born})
        elif event.state == "open" and (event.due_on, event.currency, event.amount) != (
            one.due_on,
            one.currency,
            one.amount,
        ):
            moved |= rows.change_event(connection, event.id, "open", **values)
    if new:
        rows.ensure(connection, new)
    return _by_key(connection) if new or moved else known


def _by_key(connection: Connection) -> dict[tuple[str, str], Event]:
    return {(event.deal_id, event.key): event for event in every(connection)}


def set_state(connection: Connection, event: Event, state: str, **values: object) -> None:
    """Change an event's state.

    Raises:
        NeedsPerson: it is no longer as it was read.
    """
    if not rows.change_event(connection, event.id, event.state, state=state, **values):
        raise NeedsPerson(f"Deal {event.deal_id} was decided by somebody else meanwhile.", next_step="Look again.")
