"""The rows and the evidence of the matching desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.actions.fate import fate
from qbconsole.actions.registry import action
from qbconsole.actions.views import Choice, Detail, Fact, Row, Section
from qbconsole.domain.money import from_minor, spoken
from qbconsole.domain.records import Company, Contact, Customer
from qbconsole.domain.text import SafeText, safe_text
from qbconsole.ledger import links
from qbconsole.ledger.links import SHARED_FIELDS
from qbconsole.store import candidates, mirror
from qbconsole.store.queues import UNMATCHED

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Connection

    from qbconsole.books.book import Book

OPEN, DECIDED = ("open",), ("decided", "ignored")


def rows(connection: Connection, _book: Book, *, decided: bool) -> list[Row]:
    """Companies with won deals first, by the money at stake; then the decided ones, the newest first."""
    best = candidates.best(connection)
    names = {one.id: one.name for one in mirror.every(connection, Customer)} if best else {}
    found = sorted(
        UNMATCHED.listed(connection, OPEN), key=lambda row: (-row["money"], -row["deals"], row["name"].casefold())
    )
    if decided:
        found += sorted(UNMATCHED.listed(connection, DECIDED), key=lambda row: -(row["decision_id"] or 0))
    return [_row(connection, row, best.get(row["company_id"]), names) for row in found]


def _row(connection: Connection, row: dict[str, Any], best: dict[str, Any] | None, names: dict[str, str]) -> Row:
    is_open = row["state"] == "open"
    became = None if is_open else fate(connection, row["decision_id"])
    candidate = f"{names.get(best['customer_id'], best['customer_id'])}, {best['score']}" if best else "no candidate"
    deals = f"{row['deals']} won deal{'s' * (row['deals'] != 1)}; " if row["deals"] else ""
    return Row(
        id=f"U{row['id']}",
        queue="unmatched",
        title=safe_text(row["name"]),
        subtitle=safe_text(candidate if is_open else row["state"]),
        verdict=("candidate" if best else "none") if became is None else became.verdict,
        amount=from_minor(row["money"], row["currency"]) if row["deals"] else None,
        currency=row["currency"],
        since=None,
        cause=safe_text(f"{deals}{row['cause']}" if became is None else became.words or row["state"]),
        state=row["state"],
        decided=not is_open,
        undo=action("unmatched.link" if best else "unmatched.create").undo if is_open else "",
        decision_id=row["decision_id"],
    )


def detail(connection: Connection, _book: Book, row: dict[str, Any]) -> Detail:
    """The company, and each candidate beside it, field by field: equal parts dim, differing ones bright."""
    listed = candidates.of_company(connection, row["company_id"])
    company = mirror.get(connection, Company, row["company_id"], gone=True)
    contacts = [one for one in mirror.every(connection, Contact) if row["company_id"] in one.company_ids]
    mine = links.shared_values(company, contacts) if company else dict.fromkeys(SHARED_FIELDS, "")
    customers = [(one, mirror.get(connection, Customer, one["customer_id"])) for one in listed]
    shown = [(one, customer) for one, customer in customers if customer is not None]
    names = {customer.id: customer.name for _, customer in shown}
    head = _row(connection, row, listed[0] if listed else None, names)
    return Detail(
        row=head,
        headline=safe_text(f"{row['name']}: {row['cause']}"),
        sections=(
            _company(row, company, mine),
            *(_candidate(customer, one, mine) for one, customer in shown),
        ),
        choices=tuple(
            Choice(customer.id, safe_text(customer.name), safe_text(", ".join(one["signals"])), one["score"])
            for one, customer in shown
        ),
        undo=head.undo,
        seen=row["inputs_hash"],
    )


def _company(row: dict[str, Any], company: Company | None, mine: dict[str, str]) -> Section:
    money = spoken(from_minor(row["money"], row["currency"]), row["currency"])
    facts = [Fact(label, safe_text(mine[field])) for field, label in SHARED_FIELDS.items()]
    facts += [
        Fact("website", safe_text(company.domain if company else "")),
        Fact("won deals", SafeText(f"{row['deals']}, {money} {row['currency']}"), "since the cut-over", "amount"),
        Fact("id", safe_text(row["company_id"]), "CRM", "dim"),
    ]
    return Section("Company in the CRM", tuple(facts))


def _candidate(customer: Customer, one: dict[str, Any], mine: dict[str, str]) -> Section:
    theirs = links.customer_values(customer)
    facts = [
        Fact(label, safe_text(theirs[field]), "", "dim" if _equal(theirs[field], mine[field]) else "bright")
        for field, label in SHARED_FIELDS.items()
    ]
    facts += [
        Fact("score", safe_text(one["score"]), safe_text(", ".join(one["signals"]))),
        Fact("balance", SafeText(f"{spoken(customer.balance, customer.currency)} {customer.currency}"), "", "amount"),
        Fact("id", safe_text(customer.id), "QuickBooks", "dim"),
    ]
    return Section(f"Candidate: {safe_text(customer.name, limit=80)}", tuple(facts))


def _equal(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
