"""The queues as a door shows them: rows, the evidence behind one, what may be done with it, and how many there are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qbconsole.actions import undo as undoing
from qbconsole.actions.decide import find
from qbconsole.actions.evidence import VIEWS, evidence
from qbconsole.actions.fate import fate
from qbconsole.actions.registry import action
from qbconsole.billing import credits as credits_
from qbconsole.domain.errors import Configuration, Unarmed
from qbconsole.domain.money import ZERO
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from decimal import Decimal
    from typing import Any

    from sqlalchemy import Connection

    from qbconsole.actions.views import Detail, Row
    from qbconsole.books.book import Book

QUEUES = ("unmatched", "invoices", "overdue", "conflicts")


def rows(book: Book, queue: str, *, search: str = "", decided: bool = False) -> list[Row]:
    """A queue's open rows by urgency, with `decided` also those that were decided, and what became of them.

    Raises:
        Configuration: there is no such queue.
    """
    if queue not in VIEWS:
        raise Configuration(f"There is no queue {queue!r}.", next_step=f"Queues: {', '.join(QUEUES)}.")
    with book.store.reading() as connection:
        found: list[Row] = VIEWS[queue].rows(connection, book, decided=decided)
    wanted = search.casefold().split()
    return [row for row in found if all(word in _text(row) for word in wanted)]


def _text(row: Row) -> str:
    return " ".join((row.id, row.title, row.subtitle, row.cause, str(row.amount or ""))).casefold()


def detail(book: Book, row_id: str) -> Detail:
    """All that a decision about one row needs.

    Raises:
        Configuration: there is no such row.
    """
    with book.store.reading() as connection:
        queue, row = find(connection, row_id)
        shown = evidence(connection, book, queue, row)
        if shown.row.decided and shown.row.decision_id:
            words = safe_text(undoing.plan(connection, book, shown.row.decision_id).told)
            shown = replace(shown, undo=words, row=replace(shown.row, undo=words))
    return shown


def why_not(book: Book, action_id: str, row_id: str) -> str:
    """Why an action does not apply to a row now; empty if it does.

    Raises:
        Configuration: there is no such row or action.
    """
    scope = action(action_id).scope
    try:
        book.require_armed()
    except Unarmed as refused:
        return str(refused)
    with book.store.reading() as connection:
        queue, row = find(connection, row_id)
        if scope != queue:
            return f"{action(action_id).words} is for {scope}, {row_id} is one of {queue}"
        return _why_not(connection, book, action_id, row)


def _why_not(connection: Connection, book: Book, action_id: str, row: dict[str, Any]) -> str:
    state = row["state"]
    if action_id in ("invoices.approve", "invoices.approve_marked") and state == "open" and row["verdict"] == "blocked":
        return f"blocked: {row['cause']}"
    if action_id == "invoices.bill_again":
        return "" if "taken back" in row["cause"] and state == "open" else "nothing of it was taken back"
    if action_id == "invoices.apply_credit":
        return credits_.why_not_apply(connection, book, row)
    if action_id == "invoices.adopt" and state == "open" and not row["body"]["choices"]:
        return "no document of this customer looks like it; name one"
    if action_id in ("invoices.adopt", "invoices.reject") and state in ("open", "held"):
        return ""
    if action_id in ("overdue.step", "overdue.task") and state in ("open", "snoozed"):
        return ""
    if action_id == "overdue.snooze" and state in ("open", "done"):
        return ""
    if state == "open":
        return ""
    became = fate(connection, row["decision_id"]).words
    return f"{state} already{': ' + became if became else ''}"


def counts(book: Book) -> dict[str, tuple[int, Decimal]]:
    """By queue, how many rows are open and the money at stake, in the book's currency."""
    found = {}
    for queue in QUEUES:
        listed = rows(book, queue)
        mine = (row.amount for row in listed if row.amount is not None and row.currency == book.settings.currency)
        found[queue] = len(listed), sum(mine, ZERO)
    return found
