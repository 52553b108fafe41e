"""The rows and the evidence of the conflicts desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.actions.registry import action
from qbconsole.actions.views import Detail, Fact, Row, Section
from qbconsole.conflicts.decide import NOT_WRITTEN
from qbconsole.domain.text import SafeText, safe_text
from qbconsole.ledger.links import SHARED_FIELDS
from qbconsole.store.queues import CONFLICTS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.books.book import Book

OPEN, DECIDED = ("open",), ("decided",)


def rows(connection: Connection, _book: Book, *, decided: bool) -> list[Row]:
    """By name and field; then the decided ones, the newest first."""
    found = sorted(CONFLICTS.listed(connection, OPEN), key=lambda row: (row["name"].casefold(), row["field"]))
    if decided:
        found += sorted(CONFLICTS.listed(connection, DECIDED), key=lambda row: -(row["decision_id"] or 0))
    return [_row(row) for row in found]


def _row(row: dict[str, Any]) -> Row:
    is_open = row["state"] == "open"
    return Row(
        id=f"C{row['id']}",
        queue="conflicts",
        title=safe_text(row["name"]),
        subtitle=safe_text(SHARED_FIELDS[row["field"]]),
        verdict="warning" if is_open else "local",
        amount=None,
        currency="",
        since=None,
        cause=safe_text(row["cause"] if is_open else f"agreed: {row['choice'] or 'nothing'}"),
        state=row["state"],
        decided=not is_open,
        undo=action("conflicts.crm").undo if is_open else "",
        decision_id=row["decision_id"],
    )


def detail(_connection: Connection, _book: Book, row: dict[str, Any]) -> Detail:
    """Three columns: last agreed, CRM now, QuickBooks now; and whose the field is."""
    head = _row(row)
    sides = (("CRM now", row["crm"]), ("QuickBooks now", row["accounting"]))
    return Detail(
        row=head,
        headline=safe_text(f"{row['name']}: {row['cause']}"),
        sections=(
            Section(
                SHARED_FIELDS[row["field"]].capitalize(),
                (
                    Fact("last agreed", safe_text(row["agreed"] or "nothing"), "", "dim"),
                    *(
                        Fact(label, safe_text(value or "nothing"), "", "dim" if value == row["agreed"] else "bright")
                        for label, value in sides
                    ),
                    Fact("owner", safe_text(row["owner"]), "by the rules"),
                    Fact("deciding", SafeText(NOT_WRITTEN), "", "dim"),
                ),
            ),
        ),
        choices=(),
        undo=head.undo,
        seen=row["inputs_hash"],
    )
