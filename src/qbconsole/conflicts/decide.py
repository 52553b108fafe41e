"""Deciding a conflict: the value becomes what is agreed. Nothing is written to the customer or the company yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.text import safe_text
from qbconsole.ledger import links
from qbconsole.ledger.links import SHARED_FIELDS
from qbconsole.outbox.decider import CHANGED, Outcome, Taken
from qbconsole.store.queues import CONFLICTS, Row

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.ledger.links import Link
    from qbconsole.outbox.decider import Decider

DESK = "conflicts"
SIDES = {"crm": "the CRM's", "accounting": "QuickBooks'"}
NOT_WRITTEN = "noted as agreed; neither side is changed, so correct the other one by hand"


def resolve(decider: Decider, row: Row, *, value: str, seen: str = "") -> Outcome:
    """Agree on one side's value (`crm`, `accounting`), or on another.

    Raises:
        NeedsPerson: it is decided already, moved since it was shown, or its link is gone.
    """
    if row["state"] != "open":
        raise NeedsPerson(f"Row C{row['id']} is {row['state']} already.", next_step="Take that back first: u.")
    if seen and seen != row["inputs_hash"]:
        raise NeedsPerson(
            f"Row C{row['id']} has changed since it was shown.", next_step="Look at it again.", code=CHANGED
        )
    chosen = row[value] if value in SIDES else value.strip()
    if value not in SIDES and not chosen:
        raise NeedsPerson("Another value is needed.", next_step="Say crm, accounting, or the value itself.")
    link = _link(decider.connection, row)
    whose = f"{SIDES[value]} value" if value in SIDES else "the value"
    words = f"{SHARED_FIELDS[row['field']]} of {row['name']}: {whose} {chosen or 'nothing'} ({NOT_WRITTEN})"
    subjects = (f"companies:{row['company_id']}", f"customers:{row['customer_id']}")
    decision_id = decider.record(
        Taken("conflicts.resolve", DESK, f"C{row['id']}", words, seen=row["inputs_hash"], subjects=subjects)
    )
    base = {"crm": row["crm"], "accounting": row["accounting"], "value": chosen}
    links.agree(decider.connection, link, row["field"], base)
    CONFLICTS.change(decider.connection, row, state="decided", choice=chosen, decision_id=decision_id)
    return Outcome(decision_id, words, "goes back to what was agreed before")


def revert(decider: Decider, decision: dict[str, Any]) -> None:
    """Go back to what was agreed before."""
    row = CONFLICTS.get(decider.connection, int(decision["row_id"][1:]))
    if row is None or row["decision_id"] != decision["id"]:
        raise NeedsPerson(f"{decision['row_id']} was decided again since.", next_step="Take the later decision back.")
    links.disagree(decider.connection, _link(decider.connection, row), row["field"])
    CONFLICTS.change(decider.connection, row, state="open", choice="", decision_id=None)


def _link(connection: Connection, row: Row) -> Link:
    for link in links.of_customer(connection, row["customer_id"]):
        if link.company_id == row["company_id"]:
            return link
    raise NeedsPerson(f"{safe_text(row['name'])} is not linked any more.", next_step="Look again after the next sync.")
