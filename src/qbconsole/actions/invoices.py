"""The rows and the evidence of the billing desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.actions.fate import fate
from qbconsole.actions.views import Choice, Detail, Fact, Row, Section
from qbconsole.billing import queue
from qbconsole.domain.inverses import foreseen
from qbconsole.domain.money import from_minor, spoken
from qbconsole.domain.text import SafeText, safe_text
from qbconsole.outbox.inverse import days
from qbconsole.store.queues import DRAFTS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.billing.drafts import Check, Composed, Line
    from qbconsole.books.book import Book
    from qbconsole.domain.inverses import Days

OPEN, DECIDED = ("open",), ("held", "approved", "adopted", "rejected")
ORDER = {"clean": 0, "warning": 1, "blocked": 2}
TONES = {"clean": "good", "warning": "warn", "blocked": "bad"}
SIGNS = {"held": "held", "rejected": "rejected", "adopted": "adopted"}


def rows(connection: Connection, book: Book, *, decided: bool) -> list[Row]:
    """Clean drafts first, the longest won on top; then the decided ones, the newest first."""
    found = sorted(DRAFTS.listed(connection, OPEN), key=lambda row: (ORDER[row["verdict"]], row["won_on"], row["id"]))
    if decided:
        found += sorted(DRAFTS.listed(connection, DECIDED), key=lambda row: -(row["decision_id"] or 0))
    now = days(connection, book)
    return [_row(connection, row, now) for row in found]


def _row(connection: Connection, row: dict[str, Any], now: Days) -> Row:
    is_open = row["state"] == "open"
    verdict, cause = row["verdict"], row["cause"]
    if not is_open:
        became = fate(connection, row["decision_id"])
        verdict = SIGNS.get(row["state"], became.verdict)
        cause = became.words or " ".join(part for part in (row["state"], row["note"]) if part)
    return Row(
        id=f"I{row['id']}",
        queue="invoices",
        title=safe_text(row["customer_name"] or row["deal_name"]),
        subtitle=safe_text(row["deal_name"]),
        verdict=verdict,
        amount=from_minor(row["before_tax"], row["currency"]),
        currency=row["currency"],
        since=row["won_on"],
        cause=safe_text(cause),
        state=row["state"],
        decided=not is_open,
        undo=foreseen(row["body"]["composed"]["type"], row["posted_on"], now) if is_open else "",
        decision_id=row["decision_id"],
    )


def detail(connection: Connection, book: Book, row: dict[str, Any]) -> Detail:
    """The draft as it will stand, each field with its source; the checks; the documents that may bill it already."""
    head, composed = _row(connection, row, days(connection, book)), queue.composed_of(row)
    return Detail(
        row=head,
        headline=safe_text(f"Draft: {composed.type} from deal {row['deal_id']}, {row['deal_name']}"),
        sections=(
            Section("Document", _document(composed)),
            Section("Lines", tuple(_line(line, composed.currency) for line in composed.lines)),
            Section("Total", _total(composed)),
            Section("Checks", tuple(_check(check) for check in queue.checks_of(row))),
        ),
        choices=tuple(
            Choice(one.documents, safe_text(one.words), safe_text(one.evidence), "") for one in queue.choices_of(row)
        ),
        undo=head.undo,
        seen=row["inputs_hash"],
    )


def _document(composed: Composed) -> tuple[Fact, ...]:
    due = composed.due_on.isoformat() if composed.due_on else "set by QuickBooks"
    return (
        Fact("bill to", safe_text(composed.customer_name), composed.customer_source),
        Fact("date", SafeText(composed.posted_on.isoformat()), composed.posted_source),
        Fact("due", SafeText(due), safe_text(composed.term_source)),
        Fact("e-mail", safe_text(composed.email or "none"), "the customer's"),
    )


def _line(line: Line, currency: str) -> Fact:
    quantity, price = format(line.quantity.normalize(), "f"), format(line.unit_price, "f")
    item = f"{line.item_name} ({line.source})" if line.item_name else line.problem
    tax = "taxable" if line.taxable else "not taxed"
    return Fact(
        safe_text(f"{quantity} x {line.description}"),
        SafeText(f"{price}  {spoken(line.amount, currency)}"),
        safe_text(f"{item}; {tax}"),
        "bad" if line.problem else "amount",
    )


def _total(composed: Composed) -> tuple[Fact, ...]:
    currency = composed.currency
    return (
        Fact(
            "before tax", SafeText(f"{spoken(composed.before_tax, currency)} {currency}"), "sum of the lines", "amount"
        ),
        Fact("tax", SafeText(spoken(composed.tax, currency)), safe_text(composed.tax_source), "amount"),
        Fact("total about", SafeText(f"{spoken(composed.total, currency)} {currency}"), "", "amount"),
    )


def _check(check: Check) -> Fact:
    return Fact(check.name, safe_text(check.words), safe_text(check.mend), TONES[check.verdict])
