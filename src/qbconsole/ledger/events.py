"""Billing events: one thing to be billed once, by deal and key, for ever."""

from __future__ import annotations

from dataclasses import dataclass
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


def _event(row: dict[str, Any]) -> Event:
    values = {name: row[name] for name in Event.__dataclass_fields__}
    return Event(**{**values, "amount": from_minor(row["amount"], row["currency"])})


def every(connection: Connection, **equal: object) -> list[Event]:
    """Events whose columns equal the given values, by id."""
    return [_event(row) for row in rows.events(connection, **equal)]


def get(connection: Connection, event_id: int) -> Event:
    """One event."""
    return _event(rows.events(connection, id=event_id)[0])


def ensure(connection: Connection, due: Iterable[Due], at: datetime) -> dict[tuple[str, str], Event]:
    """Make the events that are not there yet, bring the open ones to the deal's amount and date; all, by deal and key.

    What was billed, taken back or ignored stays as it was, whatever became of its deal.
    """
    known = {(event.deal_id, event.key): event for event in every(connection)}
    for one in due:
        values = {"due_on": one.due_on, "currency": one.currency, "amount": to_minor(one.amount, one.currency)}
        event = known.get((one.deal_id, one.key))
        if event is None:
            new = {"deal_id": one.deal_id, "key": one.key, "generation": 1, "state": one.state, "was": "", "at": at}
            rows.ensure(connection, {**values, **new})
        elif event.state == "open" and (event.due_on, event.currency, event.amount) != (
            one.due_on,
            one.currency,
            one.amount,
        ):
            rows.change_event(connection, event.id, "open", **values)
        else:
            continue
        known[one.deal_id, one.key] = _event(rows.events(connection, deal_id=one.deal_id, key=one.key)[0])
    return known


def set_state(connection: Connection, event: Event, state: str, **values: object) -> None:
    """Change an event's state.

    Raises:
        NeedsPerson: it is no longer as it was read.
    """
    if not rows.change_event(connection, event.id, event.state, state=state, **values):
        raise NeedsPerson(f"Deal {event.deal_id} was decided by somebody else meanwhile.", next_step="Look again.")
