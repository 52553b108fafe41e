"""The outbox as the sync log shows it: listing, retrying and giving operations up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.actions import undo as undoing
from qbconsole.actions.decide import Decided
from qbconsole.actions.fate import in_flight
from qbconsole.actions.views import Row
from qbconsole.billing import undo as billing
from qbconsole.domain.errors import Configuration, NeedsPerson
from qbconsole.domain.failpoints import failpoint
from qbconsole.domain.money import ZERO
from qbconsole.domain.operations import CreateDocument
from qbconsole.domain.text import safe_text
from qbconsole.outbox import queue
from qbconsole.outbox.decider import Decider, Taken
from qbconsole.store import journal
from qbconsole.store import outbox as rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from sqlalchemy import Connection

    from qbconsole.books.book import Book
    from qbconsole.journal import Actor

VERDICTS = {"waiting": "waiting", "pending": "sending", "claimed": "sending", "unknown": "sending", "parked": "parked"}


def listed(book: Book) -> list[Row]:
    """Operations that are not settled: parked ones first, then by age."""
    with book.store.reading() as connection:
        found = sorted(rows.listed(connection), key=lambda row: (row["state"] != "parked", row["id"]))
        unmet = rows.unmet(connection)
        return [_row(connection, row, unmet.get(row["id"], ())) for row in found]


def _row(connection: Connection, row: dict[str, Any], needs: Sequence[dict[str, Any]]) -> Row:
    decision = journal.decision(connection, row["decision_id"])
    amount, currency = _money(row)
    return Row(
        id=f"L{row['id']}",
        queue="log",
        title=safe_text(decision["words"] if decision else row["kind"]),
        subtitle=safe_text(f"{row['kind'].replace('_', ' ')} to {row['system']}, {row['target']}"),
        verdict="waiting" if needs and row["state"] == "pending" else VERDICTS[row["state"]],
        amount=amount,
        currency=currency,
        since=row["created_at"].date(),
        cause=safe_text(_cause(row, needs)),
        state=row["state"],
        decided=row["state"] != "parked",
        undo=_undo(row),
        decision_id=row["decision_id"],
    )


def _cause(row: dict[str, Any], needs: Sequence[dict[str, Any]]) -> str:
    """Why an operation is not done: what went wrong, or whom it waits for."""
    if problem := " ".join(part for part in (row["problem"], row["next_step"]) if part):
        return problem
    if needs:
        named = (f"L{need['id']} ({need['kind'].replace('_', ' ')}, {need['state']})" for need in needs)
        return f"waits for {', '.join(named)}"
    return f"{row['state']}, {row['attempts']} attempts"


def _undo(row: dict[str, Any]) -> str:
    if queue.made_and_gone(row):
        return "x notes that it is gone; then b on its draft bills it again"
    if in_flight(row):
        return "being sent"
    if queue.outcome_unknown(row) and row["kind"] not in queue.ABSOLUTE:
        return "R looks for it, and sends it again if it is not there"
    return f"{'R sends it again, ' if row['state'] == 'parked' else ''}x gives it up and frees what it held"


def _money(row: dict[str, Any]) -> tuple[Decimal | None, str]:
    if row["kind"] != CreateDocument.kind:
        return None, ""
    operation = queue.operation_of(row)
    return (operation.before_tax, operation.currency) if isinstance(operation, CreateDocument) else (ZERO, "")


def _find(connection: Connection, id_: str) -> dict[str, Any]:
    number = id_.removeprefix("L").removeprefix("l")
    row = rows.get(connection, int(number)) if number.isascii() and number.isdigit() else None
    if row is None:
        raise Configuration(
            f"There is no operation {safe_text(id_, limit=20)}.", next_step="See: qbconsole outbox list"
        )
    return row


def retry(book: Book, id_: str, actor: Actor) -> Decided:
    """Send a parked operation again.

    Raises:
        Unarmed: the book is read-only.
        NeedsPerson: it is not parked.
        Configuration: there is no such operation.
    """
    book.require_armed()
    with book.store.writing() as connection:
        row, decider = _find(connection, id_), Decider.of(connection, book, actor)
        words = f"retry {row['kind'].replace('_', ' ')} L{row['id']}"
        decision_id = decider.record(Taken("log.retry", "outbox", f"L{row['id']}", words))
        if not queue.retry(connection, row, at=decider.at):
            raise NeedsPerson(f"Operation L{row['id']} is {row['state']}, not parked.", next_step="Nothing to do.")
        failpoint("decide.commit")
    return Decided(decision_id, "log.retry", f"L{row['id']}", words, "no undo: it is sent at once")


def cancel(book: Book, id_: str, actor: Actor) -> Decided:
    """Give an operation up, and free what the ledger held for it: its decision is taken back where nothing was sent.

    Raises:
        Unarmed: the book is read-only.
        NeedsPerson: it may be under way, or is done.
        Configuration: there is no such operation.
    """
    book.require_armed()
    with book.store.writing() as connection:
        row, decider = _find(connection, id_), Decider.of(connection, book, actor)
        if in_flight(row) or row["state"] in ("settled", "cancelled"):
            state = "being sent" if in_flight(row) else row["state"]
            raise NeedsPerson(f"Operation L{row['id']} is {state}.", next_step="u takes back what was delivered.")
        decision = journal.decision(connection, row["decision_id"])
        planned = undoing.plan(connection, book, row["decision_id"])
        if decision and not planned.refusal and not planned.settled:
            _, outcome = undoing.take_back(decider, row["decision_id"])
            failpoint("decide.commit")
            return Decided(outcome.decision_id, "log.cancel", f"L{row['id']}", safe_text(outcome.words), outcome.undo)
        words = f"give up {row['kind'].replace('_', ' ')} L{row['id']}"
        decision_id = decider.record(Taken("log.cancel", "outbox", f"L{row['id']}", words))
        if not queue.cancel(connection, row, at=decider.at):
            raise NeedsPerson(f"Operation L{row['id']} is being sent.", next_step="Try again in a moment.")
        if decision and decision["undoes"] and decision["desk"] == "billing":
            billing.inverse_cancelled(decider, row["id"])
            journal.mark_standing(connection, decision["undoes"])
        failpoint("decide.commit")
    return Decided(decision_id, "log.cancel", f"L{row['id']}", words, "no undo: decide the row again")
