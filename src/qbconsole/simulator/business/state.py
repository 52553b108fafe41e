"""The `state` document: where the business stands, by its own ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.business.amounts import ZERO, exact, local_day
from qbconsole.simulator.business.books import read_books
from qbconsole.simulator.business.catalogue import COMPANY_NAME
from qbconsole.simulator.business.compare import bill_to, compare, explained
from qbconsole.simulator.business.ledger import BILL

if TYPE_CHECKING:
    from qbconsole.simulator.business.books import Books, Document
    from qbconsole.simulator.business.compare import Comparison
    from qbconsole.simulator.business.ledger import Event, Ledger
    from qbconsole.simulator.business.parties import Party
    from qbconsole.simulator.clock import Clock
    from qbconsole.simulator.hubspot.portal import Portal
    from qbconsole.simulator.quickbooks.company import Company

WORST_FIRST = ["overdue", "unpaid", "partially_paid", "voided", "refunded", "credited", "paid"]
"""Of several documents the status that asks most for somebody's attention."""


class State:
    """Reads ledger, books and CRM once and puts the document together."""

    def __init__(self, ledger: Ledger, company: Company, portal: Portal, clock: Clock) -> None:
        self.ledger = ledger
        self.portal = portal
        self.now = clock.now()
        self.today = local_day(self.now)
        self.parties: dict[str, Party] = ledger.parties()
        self.books: Books = read_books(company)
        self.compared: Comparison = compare(ledger, self.books, self.parties)
        self.deals = {record["id"]: record["properties"] for record in portal.records("deals")}
        self.strays: dict[str, list[Document]] = defaultdict(list)
        for document, event in self.compared.stray:
            if event:
                self.strays[event.deal_id].append(document)

    def document(self) -> dict[str, Any]:
        """The whole document."""
        facts, events = self.ledger.facts, self.compared.events
        documents = self._documents()
        return {
            "company": COMPANY_NAME,
            "time_zone": "America/Chicago",
            "now": self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "business_date": self.today.isoformat(),
            "epoch": facts["epoch"].replace("+00:00", "Z"),
            "cut_over": facts["cut_over"],
            "seed": facts["seed"],
            "deals": {
                "won": len(events),
                "clean": sum(event.verdict == BILL for event in events),
                "reopened": sum(event.reopened for event in events),
            },
            "invoices": self._invoices(),
            "events": [self._event(event) for event in events],
            "double": [self._double(document, event) for document, event in self.compared.stray],
            "missing": [self._missing(event) for event in events if self._status(event) == "missing"],
            "wrong": self._wrong(),
            "defects": self._defects(),
            "documents": documents,
            "payments": _payments(documents),
            "links": self._links(),
            "tasks": self._tasks(),
            "customers": self._customers(),
            "months": {
                month: {name: str(amount) for name, amount in figures.items()}
                for month, figures in self.books.months.items()
            },
        }

    def _invoices(self) -> dict[str, int]:
        live = [document for document in self.books.documents.values() if not document.voided]
        return {
            "live": sum(document.id not in self.compared.undone for document in live),
            "made_by_clients": len(self.compared.clients),
            "double": len(self.compared.stray),
            "missing": sum(self._status(event) == "missing" for event in self.compared.events),
            "wrong": len(self.compared.differences) + len(self.compared.own_differences),
        }

    def _status(self, event: Event) -> str:
        if self.strays[event.deal_id]:
            return "double"
        if event.verdict != BILL:
            return "apart"
        if event.deal_id not in self.compared.billing:
            return "missing"
        return "wrong" if event.deal_id in self.compared.differences else "billed"

    def _event(self, event: Event) -> dict[str, Any]:
        ids = explained(event, self.compared)
        there = [self.books.documents[number] for number in ids if number in self.books.documents]
        strays = self.strays[event.deal_id]
        return {
            "deal_id": event.deal_id,
            "deal_name": event.deal_name,
            "won_on": event.won_on,
            "verdict": event.verdict,
            "defect": event.defect,
            "status": self._status(event),
            "invoice_ids": ids + [document.id for document in strays],
            "expected_total": str(event.total),
            "invoiced_total": str(sum((document.total for document in [*there, *strays]), ZERO)),
            "differences": self.compared.differences.get(event.deal_id, []),
        }

    # -- differences ----------------------------------------------------------------------------------------------

    def _who(self, key: str | None, customer: str | None) -> dict[str, Any]:
        known = self.books.customers.get(customer or "")
        name = self.parties[key].full_name if key else str((known or {}).get("DisplayName", "unknown"))
        return {"customer_id": customer, "customer": name}

    def _double(self, document: Document, event: Event | None) -> dict[str, Any]:
        return self._who(self.compared.owners.get(document.customer), document.customer) | {
            "invoice_id": document.id,
            "number": document.number,
            "deal_id": event.deal_id if event else None,
            "amount": str(document.total),
        }

    def _missing(self, event: Event) -> dict[str, Any]:
        customer = bill_to(self.parties[event.party], self.compared.owners)
        return self._who(event.party, customer) | {
            "deal_id": event.deal_id,
            "deal_name": event.deal_name,
            "won_on": event.won_on,
            "amount": str(event.total),
        }

    def _wrong(self) -> list[dict[str, Any]]:
        rows = []
        for event in self.compared.events:
            if event.deal_id in self.compared.differences:
                document = self.compared.billing[event.deal_id]
                rows.append(self._wrong_row(event.party, document, event.deal_id, event.total))
        own = self.ledger.documents()
        rows += [
            self._wrong_row(own[number].party, self.books.documents.get(number), None, own[number].total, number)
            for number in self.compared.own_differences
        ]
        return rows

    def _wrong_row(
        self, party: str, document: Document | None, deal_id: str | None, expected: Decimal, number: str = ""
    ) -> dict[str, Any]:
        found = self.compared.differences.get(deal_id or "") or self.compared.own_differences.get(number, [])
        total = document.total if document else ZERO
        return self._who(party, document.customer if document else None) | {
            "invoice_id": document.id if document else number,
            "deal_id": deal_id,
            "expected": str(expected),
            "amount": str(total),
            "difference": str(total - expected),
            "differences": found,
        }

    def _customers(self) -> list[dict[str, Any]]:
        """By business: what should have been invoiced for deals since the cut-over against what clients did invoice."""
        owed: dict[str, Decimal] = defaultdict(lambda: ZERO)
        invoiced: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for event in self.compared.events:
            if event.verdict == BILL:
                owed[event.party] += event.total
        for document in self.compared.clients:
            invoiced[self.compared.owners.get(document.customer, document.customer)] += document.total
        rows = []
        for key in sorted(owed.keys() | invoiced.keys()):
            if owed[key] != invoiced[key]:
                party = self.parties.get(key)
                who = self._who(key, bill_to(party, self.compared.owners)) if party else self._who(None, key)
                amounts = {"expected": owed[key], "invoiced": invoiced[key], "difference": invoiced[key] - owed[key]}
                rows.append(who | {name: str(amount) for name, amount in amounts.items()})
        return rows

    def _defects(self) -> dict[str, Any]:
        planted = [event for event in self.compared.events if event.defect]
        labels = Counter(event.defect for event in planted)
        return {
            "planted": len(planted),
            "by_label": {str(label): labels[label] for label in sorted(labels, key=str)},
            "let_through": sum(bool(self.strays[event.deal_id]) for event in planted),
        }

    # -- the way back ---------------------------------------------------------------------------------------------

    def _documents(self) -> list[dict[str, Any]]:
        own = self.ledger.documents()
        rows = []
        for event in self.compared.events:
            there = [self.books.documents[n] for n in explained(event, self.compared) if n in self.books.documents]
            if not there:
                continue
            statuses = {document.status(self.today) for document in there}
            dates = [document.paid_date for document in there if document.paid_date]
            at_start = sum((own[document.id].paid_at_start for document in there if document.id in own), ZERO)
            rows.append(
                {
                    "deal_id": event.deal_id,
                    "invoice_ids": [document.id for document in there],
                    "status": next(status for status in WORST_FIRST if status in statuses),
                    "total": str(sum((document.total for document in there), ZERO)),
                    "balance": str(sum((document.balance for document in there), ZERO)),
                    "paid_amount": str(sum((document.paid for document in there), ZERO)),
                    "paid_date": max(dates).isoformat() if dates else None,
                    "paid_at_start": str(at_start.quantize(Decimal("0.01"))),
                    "crm": self._crm(event.deal_id),
                }
            )
        return rows

    def _crm(self, deal_id: str) -> dict[str, Any]:
        shown = self.deals.get(deal_id, {})
        return {name: shown.get(f"qbc_{name}") or None for name in ("status", "paid_amount", "document_id")}

    def _links(self) -> dict[str, int]:
        shown = {
            record["id"]: record["properties"].get("qbc_customer_id") for record in self.portal.records("companies")
        }
        true = linked = wrong = 0
        for party in self.parties.values():
            for company_id in party.companies:
                customer = shown.get(company_id)
                true += bool(party.customers)
                linked += bool(party.customers and customer)
                wrong += bool(customer) and self.compared.owners.get(str(customer)) != party.key
        return {"true_pairs": true, "linked": linked, "wrong": wrong}

    def _tasks(self) -> dict[str, int]:
        tasks = self.portal.records("tasks")
        alike = Counter((task["properties"].get("hs_task_subject"), *self._ties(task["id"])) for task in tasks)
        return {"created": len(tasks), "double": sum(count - 1 for count in alike.values())}

    def _ties(self, task_id: str) -> list[tuple[str, ...]]:
        return [
            tuple(sorted(self.portal.associated("tasks", task_id, kind))) for kind in ("deals", "companies", "contacts")
        ]


def _payments(documents: list[dict[str, Any]]) -> dict[str, int]:
    received = [row for row in documents if exact(row["paid_amount"]) != exact(row["paid_at_start"])]
    written = [
        row
        for row in received
        if row["crm"]["status"] == row["status"] and exact(row["crm"]["paid_amount"]) == exact(row["paid_amount"])
    ]
    return {"received": len(received), "status_written": len(written)}


def pairs(ledger: Ledger) -> dict[str, Any]:
    """Which company is which customer, in truth."""
    found, new = [], []
    for party in ledger.parties().values():
        for company_id in party.companies:
            if party.customers:
                found.append({"company_id": company_id, "customer_id": party.customers[0], "also": party.customers[1:]})
            else:
                new.append(company_id)
    return {"pairs": found, "new": new}
