"""The rows and the evidence of the collections desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.actions.fate import fate
from qbconsole.actions.registry import action
from qbconsole.actions.views import Detail, Fact, Row, Section
from qbconsole.domain.money import from_minor, spoken
from qbconsole.domain.records import Customer, Deal, Document, Owner
from qbconsole.domain.text import SafeText, safe_text
from qbconsole.store import mirror
from qbconsole.store.queues import FOLLOW_UPS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.books.book import Book

OPEN, DECIDED = ("open",), ("done", "snoozed")


def rows(connection: Connection, _book: Book, *, decided: bool) -> list[Row]:
    """The longest overdue first; then those whose step is done or that are snoozed."""
    found = sorted(FOLLOW_UPS.listed(connection, OPEN), key=lambda row: (row["due_on"], -row["balance"], row["id"]))
    if decided:
        found += sorted(FOLLOW_UPS.listed(connection, DECIDED), key=lambda row: (row["due_on"], row["id"]))
    return [_row(connection, row) for row in found]


def _row(connection: Connection, row: dict[str, Any]) -> Row:
    is_open = row["state"] == "open"
    verdict, cause, step = "none", row["cause"], "step: task for the salesperson"
    if row["state"] == "done":
        became = fate(connection, row["decision_id"])
        verdict, step = became.verdict, f"task {became.words}"
    elif row["state"] == "snoozed":
        verdict, step = "held", f"snoozed until {row['snoozed_until']}"
    return Row(
        id=f"O{row['id']}",
        queue="overdue",
        title=safe_text(row["customer_name"]),
        subtitle=safe_text(f"invoice {row['number'] or row['document_id']}"),
        verdict=verdict,
        amount=from_minor(row["balance"], row["currency"]),
        currency=row["currency"],
        since=row["due_on"],
        cause=safe_text(f"{cause}; {step}"),
        state=row["state"],
        decided=not is_open,
        undo=action("overdue.task").undo if is_open else "",
        decision_id=row["decision_id"],
    )


def detail(connection: Connection, _book: Book, row: dict[str, Any]) -> Detail:
    """The invoice, the customer and who gets the task."""
    head = _row(connection, row)
    document = mirror.get(connection, Document, row["document_id"], gone=True)
    customer = mirror.get(connection, Customer, row["customer_id"], gone=True)
    deal = mirror.get(connection, Deal, row["deal_id"], gone=True) if row["deal_id"] else None
    owner = mirror.get(connection, Owner, row["owner_id"], gone=True) if row["owner_id"] else None
    return Detail(
        row=head,
        headline=safe_text(f"Invoice {row['number'] or row['document_id']} of {row['customer_name']}: {row['cause']}"),
        sections=(
            Section("Invoice", _invoice(row, document)),
            Section(
                "Customer",
                (
                    Fact("name", safe_text(row["customer_name"])),
                    Fact("phone", safe_text(customer.phone if customer else "")),
                    Fact("e-mail", safe_text(customer.email if customer else "")),
                    Fact("owes in all", SafeText(spoken(customer.balance) if customer else ""), "", "amount"),
                ),
            ),
            Section(
                "Next step",
                (
                    Fact("step", SafeText("task made" if row["step"] == "none" else "task in the CRM"), "by the rules"),
                    Fact("for", safe_text(owner.name if owner else "nobody: no owner is known"), "", "bright"),
                    Fact("deal", safe_text(deal.name if deal else "none: not billed by us")),
                ),
            ),
        ),
        choices=(),
        undo=head.undo,
        seen=row["inputs_hash"],
    )


def _invoice(row: dict[str, Any], document: Document | None) -> tuple[Fact, ...]:
    currency = row["currency"]
    facts = [Fact("due", SafeText(row["due_on"].isoformat()), safe_text(row["cause"]), "warn")]
    if document is not None:
        facts.append(Fact("dated", SafeText(document.posted_on.isoformat())))
        facts.append(Fact("total", SafeText(spoken(document.total, currency)), "", "amount"))
        facts.append(Fact("e-mailed", SafeText("yes" if document.emailed else "no")))
    open_ = spoken(from_minor(row["balance"], currency), currency)
    return (*facts, Fact("open", SafeText(f"{open_} {currency}"), "", "amount"))
