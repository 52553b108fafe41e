"""What must hold after a history: G of the reliability page, against the truth of the remotes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.histories.ledger import stem_of
from tests.journal.events import every_event

from qbconsole import journal
from qbconsole.domain.records import KINDS
from qbconsole.domain.tags import customer_tag, has_line
from qbconsole.ledger import documents, events, links
from qbconsole.store import events as stamps
from qbconsole.store import mirror, outbox
from qbconsole.store.queues import DRAFTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from tests.histories.history import History

    from qbconsole.books.book import Book
    from qbconsole.ledger.events import Event

MOVING = ("waiting", "pending", "claimed", "unknown")
STATES = (*MOVING, "parked", "settled", "cancelled")
MIRRORED = ("deals", "line_items", "companies", "contacts", "customers", "documents", "payments")


def check(history: History) -> list[str]:
    """Everything that does not hold, in plain words."""
    with history.console.book.store.reading() as connection:
        operations = outbox.listed(connection, STATES, limit=100_000)
        for row in operations:
            history.states[f"ended: {row['state']}"] += 1
        return [
            *_ended(connection, operations),
            *_journalled(connection, operations),
            *_done(history, operations),
            *_mirrored(history, connection),
            *_billed(history, connection, operations),
            *_linked(history, connection, operations),
            *_stamped(history, connection, operations),
            *_conserved(connection),
        ]


def waits(book: Book, id_: str) -> bool:
    """Whether an operation waits for one that is parked."""
    with book.store.reading() as connection:
        return _waits(connection, int(id_[1:]))


def _waits(connection: Connection, operation_id: int) -> bool:
    needed = outbox.needs(connection, operation_id)
    return any(one["state"] == "parked" or _waits(connection, one["id"]) for one in needed)


def _ended(connection: Connection, operations: list[dict[str, Any]]) -> Iterator[str]:
    """Nothing is under way; what is parked says why, and what to do."""
    for row in operations:
        named = f"operation {row['id']} ({row['kind']})"
        if row["state"] in MOVING and not _waits(connection, row["id"]):
            yield f"{named} is left {row['state']}: {row['problem']}"
        elif row["state"] == "parked" and not (row["problem"] and row["next_step"]):
            yield f"{named} is parked without a cause or a next step: {row['problem']!r} {row['next_step']!r}"


def _journalled(connection: Connection, operations: list[dict[str, Any]]) -> Iterator[str]:
    """The chain holds, and its last word on each operation is the outbox's."""
    if broken := journal.verify(connection):
        yield broken
    last: dict[int, str] = {}
    receipts: Counter[int] = Counter()
    for event in every_event(connection):
        if event["kind"] == "operation":
            last[event["operation_id"]] = event["body"].get("to") or event["body"]["state"]
        receipts[event["operation_id"]] += event["kind"] == "receipt"
    for row in operations:
        if last.get(row["id"]) != row["state"]:
            yield f"operation {row['id']} is {row['state']}, the journal says {last.get(row['id'])}"
        if receipts[row["id"]] != (row["state"] == "settled"):
            yield f"operation {row['id']} is {row['state']} and has {receipts[row['id']]} receipts"


def _done(history: History, operations: list[dict[str, Any]]) -> Iterator[str]:
    """What was made there is what was settled here, one for one."""
    made = {one.id: one for one in history.ledger.made}
    settled: dict[str, dict[str, Any]] = {}
    for row in operations:
        if row["kind"] not in ("create_customer", "create_document") or row["state"] != "settled":
            continue
        if row["remote_id"] not in made:
            yield f"lost: operation {row['id']} is settled as {row['remote_id']}, which was never made"
        if row["remote_id"] in settled:
            yield f"operations {settled[row['remote_id']]['id']} and {row['id']} are both {row['remote_id']}"
        settled[row["remote_id"]] = row
    known = {row["request_id"] for row in operations if row["state"] == "parked"}
    excused = {*settled, *history.ledger.touched}
    for one in made.values():
        if one.id not in excused and one.request_id not in known and not history.restored:
            yield f"unequal: {one.kind} {one.id} ({one.mark!r}) was made there and is not known here"


def _mirrored(history: History, connection: Connection) -> Iterator[str]:
    """The mirror is what is there, field for field."""
    for kind in MIRRORED:
        here = {one.id: one for one in mirror.every(connection, KINDS[kind])}
        source = history.portal if history.portal.every(kind) else history.ledger
        there = {one.id: one for one in source.every(kind)}
        for id_ in sorted({*here, *there}):
            if here.get(id_) != there.get(id_):
                yield f"unequal: {kind} {id_} is {here.get(id_)} here and {there.get(id_)} there"


def _billed(history: History, connection: Connection, operations: list[dict[str, Any]]) -> Iterator[str]:
    """Each approved event has exactly one standing document there, of the right customer and amount."""
    states = {row["id"]: row["state"] for row in operations}
    every = {one.id: one for one in documents.every(connection)}
    allocated = {one.event_id: every[one.billed_document_id] for one in documents.allocations(connection)}
    drafts = {row["event_id"]: row for row in DRAFTS.listed(connection)}
    for event in events.every(connection):
        standing = [one for one in history.ledger.every("documents") if _stands(history, one.id, event)]
        billed = allocated.get(event.id)
        named = f"deal {event.deal_id}"
        if len(standing) > 1:
            yield f"double: {named} stands as {[one.id for one in standing]}"
        if event.state == "billed" and billed is None:
            yield f"{named} is billed by nothing"
        elif billed and billed.origin == "made" and billed.state == "live":
            yield from _stands_once(history, connection, event, billed.document_id, [one.id for one in standing])
        elif billed and billed.origin == "made" and states.get(billed.operation_id or 0) not in ("parked", *MOVING):
            yield f"lost: {named} is to be billed by an operation that is {states.get(billed.operation_id or 0)}"
        elif billed is None and standing and not _shown(drafts.get(event.id)):
            yield f"unequal: {named} is {event.state} here, and stands as {standing[0].id}"


def _stands(history: History, id_: str, event: Event) -> bool:
    document = history.ledger.get("documents", id_)
    live = document.type == "invoice" and not document.voided and id_ not in history.ledger.credited
    return live and stem_of(document.private_note) == f"Deal {event.deal_id} / {event.key}"


def _stands_once(
    history: History, connection: Connection, event: Event, document_id: str, standing: list[str]
) -> Iterator[str]:
    touched = document_id in history.ledger.touched
    if standing != [document_id] and not touched:
        yield f"lost: deal {event.deal_id} is billed as {document_id}, and stands as {standing}"
    document = history.ledger.get("documents", document_id)
    if document is None or touched:
        return
    link = links.of_company(connection, history.portal.get("deals", event.deal_id).primary_company_id, event.currency)
    if document.total != event.amount:
        yield f"unequal: deal {event.deal_id} is billed over {document.total}, not {event.amount}"
    if link and link.customer_id and document.customer_id != link.customer_id:
        yield f"unequal: deal {event.deal_id} is billed to {document.customer_id}, not {link.customer_id}"


def _shown(draft: dict[str, Any] | None) -> bool:
    """Whether the queue says of a deal that it may be billed already, or was decided not to be."""
    if draft is None:
        return False
    blocked = any(one["name"] == "duplicate" and one["verdict"] == "blocked" for one in draft["checks"])
    return blocked or draft["state"] in ("held", "rejected", "withdrawn")


def _linked(history: History, connection: Connection, operations: list[dict[str, Any]]) -> Iterator[str]:
    """A linked customer carries the company's tag, and no other does; no company has two that carry it.

    What an operator gave up is that person's business, and what a backup did not know may be there all the same.
    """
    excused = {row["target"] for row in operations if row["state"] in ("parked", "cancelled", *MOVING)}
    live = {(one.customer_id, customer_tag(one.company_id)) for one in links.live(connection) if one.customer_id}
    customers = [one for one in history.ledger.every("customers") if one.active]
    for company_id in () if history.restored else ("10", "11"):
        tag = customer_tag(company_id)
        tagged = {one.id for one in customers if has_line(one.notes, tag)}
        linked = {one.id for one in customers if (one.id, tag) in live}
        for id_ in sorted(tagged ^ linked):
            if f"customers:{id_}" not in excused:
                words = "is linked and has no tag" if id_ in linked else "has a tag and is not linked"
                yield f"unequal: customer {id_} {words} of company {company_id}"


def _stamped(history: History, connection: Connection, operations: list[dict[str, Any]]) -> Iterator[str]:
    """Each deal says there what was last decided to stand on it."""
    excused = {row["target"] for row in operations if row["state"] in ("parked", "cancelled", *MOVING)}
    for deal_id, values in stamps.stamps(connection).items():
        there = dict(history.portal.get("deals", deal_id).stamp)
        if there != values and f"deals:{deal_id}" not in excused:
            yield f"unequal: deal {deal_id} says {there}, not {values}"


def _conserved(connection: Connection) -> Iterator[str]:
    """What each run saw of each stream is accounted for."""
    rows = connection.exec_driver_sql(
        "SELECT run_id, stream FROM run_stream WHERE seen <> applied + unchanged + held + failed"
    )
    for run_id, stream in rows:
        yield f"unequal: run {run_id} lost count of {stream}"
