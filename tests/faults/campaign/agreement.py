"""What must be true after a round: the simulator's own records = journal = outbox = mirror, each event billed once.

The checker reads QuickBooks and HubSpot through their APIs, and the book's tables with SQL: it shares no code with what
it checks. A finding is (category, sentence); the categories are `double`, `lost` and `unequal`.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.faults.campaign.people import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Found = tuple[str, str]
Row = dict[str, Any]

TAG = re.compile(r"^(?:Voided - )?Deal (?P<deal>\S+) / (?P<key>[^/\n]+?)(?: / (?P<generation>\d+))?$", re.MULTILINE)
COMPANY = re.compile(r"CRM company (?P<company>\d+)")
CREDITED = re.compile(r"^Credit for invoice (?P<number>\S+)$", re.MULTILINE)
DOCUMENTS = ("Invoice", "CreditMemo", "Estimate", "SalesReceipt", "RefundReceipt")
NOT_OPEN = ("settled", "cancelled")


@dataclass
class Truth:
    """What QuickBooks holds, by its own API, and what the people know."""

    documents: dict[str, Row]
    """By id; the kind is under `kind`."""
    payments: dict[str, Row]
    customers: dict[str, Row]
    deals: dict[str, Row]
    removed: set[str]
    """Documents that somebody in QuickBooks may have voided or deleted."""
    paid: set[str]
    """Invoices that somebody in QuickBooks entered a payment for."""
    worth: Mapping[str, list[Decimal]]
    customers_of: Mapping[str, set[str]]
    """By company, the customers that it is."""
    set_back: bool = False
    """Whether the book was ever set back to a backup."""
    bills: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """By deal and key, the invoices that bill it: neither void nor credited by us."""

    def __post_init__(self) -> None:
        credited = {
            match["number"]
            for row in self.documents.values()
            if row["kind"] == "CreditMemo" and not is_void(row)
            for match in CREDITED.finditer(str(row.get("PrivateNote", "")))
        }
        for id_, row in self.documents.items():
            if row["kind"] != "Invoice" or is_void(row) or {id_, str(row.get("DocNumber"))} & credited:
                continue
            for match in TAG.finditer(str(row.get("PrivateNote", ""))):
                self.bills[match["deal"], match["key"]].append(id_)
        for id_, row in self.customers.items():
            for match in COMPANY.finditer(str(row.get("Notes", ""))):
                self.customers_of.get(match["company"], set()).add(id_)


def is_void(row: Row) -> bool:
    """Whether a document is void (quickbooks.md 9): all amounts are zero, and its note says so."""
    return not row["TotalAmt"] and str(row.get("PrivateNote", "")).startswith("Voided")


def net(row: Row) -> Decimal:
    """A document's amount before tax: the sum of its lines."""
    lines = (line for line in row["Line"] if line["DetailType"] == "SalesItemLineDetail")
    return sum((Decimal(str(line["Amount"])) for line in lines), Decimal(0))


def findings(shot: Mapping[str, Any], truth: Truth) -> Iterator[Found]:
    """Everything that is not as it must be."""
    yield from _events(shot, truth)
    yield from _operations(shot, truth)
    yield from _journal(shot)
    yield from _decided(shot)
    yield from _mirror(shot, truth)
    yield from _runs(shot["run_stream"])
    yield from (("unequal", f"a stale runner wrote: {row}") for row in shot.get("stale", ()))
    if shot["verify"]:
        yield "unequal", shot["verify"]
    if shot["integrity"] != "ok":
        yield "unequal", f"quick_check: {shot['integrity']}"


# --- each billing event has one document ------------------------------------------------------------------------------


def _events(shot: Mapping[str, Any], truth: Truth) -> Iterator[Found]:
    documents = {row["id"]: row for row in shot["billed_document"]}
    live: dict[int, list[Row]] = defaultdict(list)
    for row in shot["allocation"]:
        if row["ended_at"] is None:
            live[row["event_id"]].append(documents[row["billed_document_id"]])
    doubtful = {row["event_id"] for row in shot["draft"] if row["state"] != "open" or row["verdict"] != "clean"}
    for event in shot["billing_event"]:
        told = truth.set_back and event["id"] in doubtful
        yield from _event(event, live[event["id"]], truth, told=told)
    known = {(event["deal_id"], event["key"]) for event in shot["billing_event"]}
    for deal, key in truth.bills.keys() - known:
        if truth.set_back and truth.deals.get(deal, {}).get("dealstage") == OPEN:
            continue  # billed after the backup and open again: won again, it has an event, and its draft tells
        yield "double", f"invoice {truth.bills[deal, key]} bills deal {deal} / {key}, of which the book knows nothing"
    for id_ in sorted(truth.paid - truth.removed):
        if id_ not in truth.documents or is_void(truth.documents[id_]):
            yield "unequal", f"invoice {id_} was paid and then voided by us"


def _event(event: Row, live: list[Row], truth: Truth, *, told: bool) -> Iterator[Found]:
    """One event: the ledger's live documents against the invoices in QuickBooks that carry its tag.

    In a book that was set back an invoice may be left to a person to adopt: then its draft has told so (`told`).
    """
    bills = truth.bills.get((event["deal_id"], event["key"]), [])
    name = f"deal {event['deal_id']} / {event['key']} ({event['state']}, generation {event['generation']})"
    made = [row for row in live if row["origin"] == "made"]
    if len(bills) > 1:
        yield "double", f"{name} is billed by invoices {', '.join(bills)}"
    for id_ in () if told else sorted({*bills} - {row["document_id"] for row in live}):
        yield "double", f"{name} is billed by invoice {id_}, of which the ledger knows nothing"
    if event["state"] == "billed" and not live:
        yield "lost", f"{name} is billed by nothing"
    for row in live:
        there = bills if row in made else truth.documents
        if row["document_id"] not in there and row["document_id"] not in truth.removed:
            yield "lost", f"{name}: {row['type']} {row['document_id'] or '(none)'} does not bill it in QuickBooks"


# --- operations -------------------------------------------------------------------------------------------------------


def _operations(shot: Mapping[str, Any], truth: Truth) -> Iterator[Found]:
    makers: dict[str, int] = {}
    deal_of = {event["id"]: event["deal_id"] for event in shot["billing_event"]}
    company_of = {row["deal_id"]: row["company_id"] for row in shot["draft"]}
    by_operation = {row["operation_id"]: row["id"] for row in shot["billed_document"]}
    deals = {row["billed_document_id"]: deal_of[row["event_id"]] for row in shot["allocation"]}
    for row in shot["operation"]:
        name = f"operation {row['id']} ({row['kind']} {row['target']})"
        if row["state"] not in NOT_OPEN:
            yield "unequal", f"{name} is left {row['state']}: {row['problem']}"
        if row["state"] != "settled":
            continue
        if row["kind"] in ("create_document", "create_customer"):
            there = truth.documents if row["kind"] == "create_document" else truth.customers
            if row["remote_id"] in makers and row["kind"] == "create_document":
                yield "unequal", f"{name} made what operation {makers[row['remote_id']]} made"
            makers[row["remote_id"]] = row["id"]
            if row["remote_id"] not in there and row["remote_id"] not in truth.removed:
                yield "lost", f"{name} made {row['remote_id']}, which is not there"
        if row["kind"] == "void_document":
            document = truth.documents.get(json.loads(row["body"])["document_id"])
            if document is not None and not is_void(document):
                yield "unequal", f"{name} is settled, but the document is not void"
        if row["kind"] == "create_document" and row["remote_id"] in truth.documents:
            deal = deals.get(by_operation.get(row["id"], -1), "")
            right = truth.customers_of.get(company_of.get(deal, ""))
            yield from _equal(name, row, truth.documents[row["remote_id"]], truth.worth.get(deal), right)


def _equal(name: str, row: Row, document: Row, worth: list[Decimal] | None, right: set[str] | None) -> Iterator[Found]:
    body = json.loads(row["body"])
    customer = document["CustomerRef"]["value"]
    if body["customer_id"] and body["customer_id"] != customer:
        yield "unequal", f"{name} is for customer {customer}, decided was {body['customer_id']}"
    if is_void(document):
        return
    decided = sum((Decimal(line["amount"]) for line in body["lines"]), Decimal(0))
    if net(document) != decided:
        yield "unequal", f"{name} is over {net(document)} before tax, decided was {decided}"
    if body["reverses"]:
        return
    if worth and decided not in worth:
        yield "unequal", f"{name} is over {decided}; the deal was worth {', '.join(map(str, worth))}"
    if right and customer not in right:
        yield "unequal", f"{name} bills customer {customer}, the company is {', '.join(sorted(right))}"


def _journal(shot: Mapping[str, Any]) -> Iterator[Found]:
    """Each operation's states in the journal follow on each other and end where the outbox stands."""
    states: dict[int, str] = {}
    receipts: Counter[int] = Counter()
    for event in shot["journal"]:
        body = event["body"] or {}
        if event["kind"] == "receipt":
            receipts[event["operation_id"]] += 1
        if event["kind"] != "operation":
            continue
        if "to" in body and states.get(event["operation_id"]) != body["from"]:
            was = states.get(event["operation_id"])
            yield "unequal", f"journal event {event['id']} moves an operation from {body['from']}, it was {was}"
        states[event["operation_id"]] = body.get("to") or body["state"]
    for row in shot["operation"]:
        if states.get(row["id"]) != row["state"]:
            yield "unequal", f"operation {row['id']} is {row['state']}, by the journal {states.get(row['id'])}"
        if receipts[row["id"]] != (row["state"] == "settled"):
            yield "unequal", f"operation {row['id']} is {row['state']} and has {receipts[row['id']]} receipts"


def _decided(shot: Mapping[str, Any]) -> Iterator[Found]:
    """A decision is wholly there or not at all."""
    decisions = {row["id"]: row for row in shot["decision"]}
    operations = Counter(row["decision_id"] for row in shot["operation"])
    journalled = {event["decision_id"] for event in shot["journal"] if event["kind"] == "decision"}
    for id_ in decisions.keys() ^ journalled:
        yield "unequal", f"decision {id_} is in the journal or in its table, not in both"
    for row in shot["draft"]:
        decision = decisions.get(row["decision_id"])
        if row["state"] == "approved" and (decision is None or not operations[row["decision_id"]]):
            yield "unequal", f"draft {row['id']} is approved without a decision and its operation"
    for row in shot["operation"]:
        if row["decision_id"] not in decisions:
            yield "unequal", f"operation {row['id']} has no decision"


# --- mirror and runs --------------------------------------------------------------------------------------------------


def _mirror(shot: Mapping[str, Any], truth: Truth) -> Iterator[Found]:
    for kind in ("documents", "payments", "customers"):
        there, mirrored = getattr(truth, kind), shot["mirror"][kind]
        for id_ in sorted(there.keys() - mirrored.keys()):
            yield "unequal", f"{kind} {id_} is in QuickBooks, not in the mirror"
        for id_ in sorted(mirrored.keys() - there.keys()):
            yield "unequal", f"{kind} {id_} is in the mirror, not in QuickBooks"
        for id_ in sorted(there.keys() & mirrored.keys()):
            differing = [
                name
                for name in ("SyncToken", "TotalAmt", "Balance", "DisplayName", "Active")
                if there[id_].get(name) != mirrored[id_].get(name)
            ]
            if differing:
                yield "unequal", f"{kind} {id_} differs from the mirror's in {', '.join(differing)}"
    for id_, deal in truth.deals.items():
        mirrored = shot["mirror"]["deals"].get(id_, {}).get("properties", {})
        if any(mirrored.get(name) != deal.get(name) for name in ("dealstage", "amount", "dealname")):
            yield "unequal", f"deal {id_} differs from the mirror's"


def _runs(streams: Iterable[Row]) -> Iterator[Found]:
    for row in streams:
        if row["seen"] != row["applied"] + row["unchanged"] + row["held"] + row["failed"]:
            yield "unequal", f"run {row['run_id']} lost count of {row['stream']}: {row}"


# --- the server's log -------------------------------------------------------------------------------------------------


@dataclass
class Sent:
    """The server's log of writes against the outbox's claims, over a whole season."""

    sends: Counter[str] = field(default_factory=Counter)
    replays: int = 0
    _done: set[str] = field(default_factory=set)

    def add(self, requests: Iterable[Row]) -> None:
        """Take the newest requests in."""
        for one in requests:
            id_ = one["request_id"]
            if one["system"] != "quickbooks" or not id_ or one["status"] == 401:
                continue
            self.sends[id_] += 1
            self.replays += one["status"] == 200 and id_ in self._done
            if one["status"] == 200:
                self._done.add(id_)

    def findings(self, shot: Mapping[str, Any]) -> Iterator[Found]:
        """A write that no operation claimed, or one that was sent more often than it was claimed."""
        claims: Counter[int] = Counter(
            event["operation_id"] for event in shot["journal"] if (event["body"] or {}).get("to") == "claimed"
        )
        operations = {row["request_id"]: row for row in shot["operation"]}
        for id_, sends in self.sends.items():
            row = operations.get(id_)
            if row is not None and row["kind"].startswith("create") and sends > claims[row["id"]]:
                yield (
                    "unequal",
                    f"operation {row['id']} ({row['kind']}) was claimed {claims[row['id']]} times, sent {sends}",
                )
