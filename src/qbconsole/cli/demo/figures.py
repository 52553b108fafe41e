"""What came of a demo: figures of the simulator's own state, and beside them what only the operator's side can know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.cli.demo.bookkeeper import BY_KEY, TYPING
from qbconsole.domain.records import Deal
from qbconsole.store import journal, mirror, outbox
from qbconsole.store.queues import DRAFTS, UNMATCHED

if TYPE_CHECKING:
    from qbconsole.books.book import Book
    from qbconsole.cli.demo.servers import Servers

DECLINED = {"held", "rejected", "adopted"}
"""States of a draft that the bookkeeper kept from becoming an invoice, each for the cause that was shown."""


@dataclass(frozen=True)
class Figures:
    """The document that the demo prints."""

    document: dict[str, Any]

    def complaints(self) -> list[str]:
        """What is not as it must be, in words; nothing for a month that went right."""
        found = self.document
        invoices, defects, payments = found["invoices"], found["defects"], found["payments"]
        must_be_zero = {
            "double invoices": invoices["double"],
            "missing invoices": invoices["missing"],
            "wrong invoices": invoices["wrong"],
            "wrong links": found["links"]["wrong"],
            "defects let through": defects["let_through"],
            "double tasks": found["tasks"]["double"],
            "pending operations": found["outbox"]["pending"],
            "dead operations": found["outbox"]["dead"],
        }
        complaints = [f"{count} {name}" for name, count in must_be_zero.items() if count]
        if defects["caught"] != defects["planted"]:
            complaints.append(f"{defects['caught']} of {defects['planted']} defects caught")
        if invoices["delivered"] != invoices["approved"]:
            complaints.append(f"{invoices['approved']} approved, but {invoices['delivered']} delivered")
        if payments["received"] != payments["status_written"] or not payments["received"]:
            complaints.append(f"{payments['status_written']} of {payments['received']} payments written back")
        return complaints

    def lines(self) -> list[str]:
        """The figures for a person."""
        found = self.document
        links, invoices, defects = found["links"], found["invoices"], found["defects"]
        return [
            f"{found['deals_won']} deals won, {found['cycles']} cycles in {found['seconds']} s.",
            f"Links: {links['auto']} automatic, {links['decided']} decided, {links['wrong']} wrong.",
            f"Invoices: {invoices['approved']} approved, {invoices['delivered']} delivered, "
            f"{invoices['adopted']} adopted; {invoices['double']} double, {invoices['missing']} missing, "
            f"{invoices['wrong']} wrong.",
            f"Defects: {defects['planted']} planted, {defects['caught']} caught, {defects['let_through']} let through.",
            f"Payments: {found['payments']['received']} received, {found['payments']['status_written']} written back.",
            f"Tasks: {found['tasks']['created']}; faults met: {found['faults']['hit']}.",
        ]


def read_figures(book: Book, servers: Servers, *, seed: int, cycles: int, seconds: float) -> Figures:
    """Ask both sides."""
    state, faults = servers.get("state"), servers.get("faults")
    with book.store.reading() as connection:
        decisions = [
            one
            for one in journal.decisions(connection, limit=100_000)
            if one["actor"] == BY_KEY.name and one["undone_by"] is None and one["undoes"] is None
        ]
        drafts = {row["deal_id"]: row for row in DRAFTS.listed(connection)}
        states = outbox.counts(connection)
        companies = {f"U{row['id']}": row["company_id"] for row in UNMATCHED.listed(connection)}
        deals = {deal.id: deal for deal in mirror.every(connection, Deal)}
    taken = [one["action"] for one in decisions]
    decided = taken.count("unmatched.link")
    planted = [event for event in state["events"] if event["defect"]]
    clean = [event for event in state["events"] if event["verdict"] == "bill"]
    caught = [event for event in planted if _declined(drafts.get(event["deal_id"]))]
    typed = {one["row_id"] for one in decisions if one["origin"] == TYPING.origin}
    slow = {f"deal {row['deal_id']}" for row in drafts.values() if f"I{row['id']}" in typed}
    slow |= {f"company {companies[row]}" for row in typed & companies.keys()}
    untouched = [
        event
        for event in clean
        if event["status"] == "billed"
        and (deal := deals.get(event["deal_id"]))
        and not slow & {f"deal {deal.id}", f"company {deal.primary_company_id}"}
    ]
    invoices = state["invoices"]
    pending = sum(states.get(name, 0) for name in ("waiting", "pending", "claimed", "unknown"))
    document = {
        "seed": seed,
        "cycles": cycles,
        "deals_won": state["deals"]["won"],
        "control_state": state,
        "links": {
            "true_pairs": state["links"]["true_pairs"],
            "auto": state["links"]["linked"] - decided,
            "decided": decided + taken.count("unmatched.create"),
            "wrong": state["links"]["wrong"],
        },
        "invoices": {
            "approved": taken.count("invoices.approve"),
            "delivered": invoices["made_by_clients"],
            "adopted": taken.count("invoices.adopt"),
            "double": invoices["double"],
            "missing": invoices["missing"],
            "wrong": invoices["wrong"],
        },
        "defects": {
            "planted": state["defects"]["planted"],
            "caught": len(caught),
            "let_through": state["defects"]["let_through"],
        },
        "clean": {"won": len(clean), "untouched": len(untouched)},
        "payments": dict(state["payments"]),
        "tasks": {"created": state["tasks"]["created"], "double": state["tasks"]["double"]},
        "outbox": {"pending": pending, "dead": states.get("parked", 0)},
        "faults": {"hit": faults["hit"]},
        "seconds": round(seconds, 1),
    }
    return Figures(document)


def _declined(draft: dict[str, Any] | None) -> bool:
    return draft is not None and draft["state"] in DECLINED
