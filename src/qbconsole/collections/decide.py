"""The decisions of the collections desk: task, snooze, and the stamp of a deal. Each in the caller's transaction."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from qbconsole.collections import queue
from qbconsole.collections.rules import FollowUp, World, task
from qbconsole.domain.errors import Configuration, NeedsPerson
from qbconsole.domain.operations import StampDeal
from qbconsole.domain.text import safe_text
from qbconsole.outbox.decider import Enqueued, Outcome, Taken
from qbconsole.outbox.queue import cancel
from qbconsole.store import events as stamps
from qbconsole.store import outbox
from qbconsole.store.queues import FOLLOW_UPS, Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.outbox.decider import Decider

DESK = "collections"
UNDO_TASK = "cancel inside the posting window; no undo later: a task that salespeople have seen stays in the CRM"
UNDO_LOCAL = "takes the decision back; nothing was written"


def make_task(decider: Decider, row: Row, *, current: tuple[FollowUp, World] | None = None) -> Outcome:
    """Make the salesperson's task of an overdue invoice, once for ever.

    Args:
        decider: who decides.
        row: the follow-up.
        current: the follow-up as it is now, where it is read already.

    Raises:
        NeedsPerson: the task was made, or the invoice is not overdue any more.
    """
    _still(row, ("open", "snoozed"))
    current = current or queue.of_row(decider.connection, decider.book, row)
    if current is None:
        raise NeedsPerson(f"{_name(row)} is not overdue any more.", next_step="Look again after the next sync.")
    follow_up, world = current
    words = f"task for invoice {row['number'] or row['document_id']} of {row['customer_name']}"
    subjects = (f"documents:{row['document_id']}", f"deals:{row['deal_id']}", f"companies:{row['company_id']}")
    decision_id = decider.record(
        Taken("overdue.task", DESK, f"O{row['id']}", words, seen=row["inputs_hash"], subjects=subjects)
    )
    decider.enqueue(
        decision_id,
        Enqueued(task(follow_up, world), target=f"documents:{row['document_id']}", subjects=subjects, recurs=False),
    )
    _decided(decider, row, state="done", step="none", decision_id=decision_id, snoozed_until=None)
    return Outcome(decision_id, words, UNDO_TASK)


def snooze(decider: Decider, row: Row, *, until: str) -> Outcome:
    """Leave an overdue invoice alone until a day.

    Raises:
        Configuration: the day is none.
        NeedsPerson: the day is past, or the row is decided already.
    """
    _still(row, ("open", "done"))
    try:
        day = date.fromisoformat(until)
    except ValueError:
        step = "Write it as 2026-12-01."
        raise Configuration(f"{safe_text(until)!r} is no date.", next_step=step) from None
    if day <= decider.today:
        raise NeedsPerson(f"{day} is not in the future.", next_step="Name a later day.")
    words = f"snooze invoice {row['number'] or row['document_id']} until {day}"
    subjects = (f"documents:{row['document_id']}",)
    decision_id = decider.record(
        Taken("overdue.snooze", DESK, f"O{row['id']}", words, note=row["state"], subjects=subjects)
    )
    _decided(decider, row, state="snoozed", decision_id=decision_id, snoozed_until=day)
    return Outcome(decision_id, words, UNDO_LOCAL)


def stamp_deal(decider: Decider, deal_id: str, name: str, values: Mapping[str, str]) -> Outcome:
    """Write where a deal's money stands on the deal."""
    words = f"{name}: {values['qbc_status']}, balance {values['qbc_balance']}"
    subjects = (f"deals:{deal_id}", f"documents:{values['qbc_document_id']}")
    decision_id = decider.record(Taken("deals.stamp", DESK, f"deal {deal_id}", words, subjects=subjects))
    operation = StampDeal(deal_id, tuple(sorted(values.items())))
    needs = _superseded(decider, f"deals:{deal_id}")
    operation_id = decider.enqueue(
        decision_id, Enqueued(operation, target=f"deals:{deal_id}", subjects=subjects, needs=needs)
    )
    stamps.keep_stamp(decider.connection, deal_id, values, operation_id, decider.at)
    return Outcome(decision_id, words, "none needed: the values are set again whenever they change")


def _superseded(decider: Decider, target: str) -> tuple[int, ...]:
    """Give older stamps of the deal up; those that may be under way are waited for, so that the newest comes last."""
    older = outbox.open_on(decider.connection, StampDeal.kind, target)
    return tuple(row["id"] for row in older if not cancel(decider.connection, row, at=decider.at))


def revert(decider: Decider, decision: dict[str, Any]) -> None:
    """Take a decision back of which nothing was sent."""
    row = FOLLOW_UPS.get(decider.connection, int(decision["row_id"][1:]))
    if row is None or row["decision_id"] != decision["id"]:
        raise NeedsPerson(f"{decision['row_id']} was decided again since.", next_step="Take the later decision back.")
    if decision["action"] == "overdue.snooze":
        _decided(decider, row, state=decision["note"] or "open", decision_id=None, snoozed_until=None)
    else:
        _decided(decider, row, state="open", step="task", decision_id=None)


def _still(row: Row, states: tuple[str, ...]) -> None:
    if row["state"] == "done" and "done" not in states:
        raise NeedsPerson(f"The task of {_name(row)} was made already.", next_step="Close it in the CRM when done.")
    if row["state"] not in states:
        raise NeedsPerson(f"{_name(row)} is {row['state']}.", next_step="Look again.")


def _decided(decider: Decider, row: Row, **values: Any) -> None:
    if not FOLLOW_UPS.change(decider.connection, row, **values):
        raise NeedsPerson(f"{_name(row)} was decided by somebody else meanwhile.", next_step="Look again.")


def _name(row: Row) -> str:
    return f"Row O{row['id']} (invoice {safe_text(row['number'] or row['document_id'])})"
