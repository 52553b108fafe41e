"""Erasing what the book's tables say of somebody, row by row. The books' own figures, ids and dates stay."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, or_, select, update

from qbconsole.domain.canonical import canonical, digest
from qbconsole.domain.forgetting import hidden_hash, masked, placeholder, scrubbed
from qbconsole.store import facts, forgotten, mirror
from qbconsole.store.queries import dicts
from qbconsole.store.tables import (
    FORGETTING,
    MIRROR,
    Candidate,
    ConflictRow,
    Decision,
    Draft,
    Fact,
    FollowUp,
    Held,
    Link,
    OutboxOperation,
    Payload,
    RunEvent,
    Unmatched,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Table

    from qbconsole.domain.records import Record

WORDS = "(forgotten)"
"""What stands where a decision said what it was."""
_FREE = ("invoices.hold", "invoices.reject", "unmatched.ignore")
"""Decisions whose note is a person's own words; the other notes are ids, numbers and states that undo reads."""


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


@contextmanager
def allowed(connection: Connection) -> Iterator[None]:
    """Let the journal's content be erased, and overwrite what is freed, until the block ends."""
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    facts.put(connection, FORGETTING, value=True)
    yield
    connection.execute(delete(Fact).where(_table(Fact).c.name == FORGETTING))


def every(connection: Connection, kind: type[Record]) -> list[Record]:
    """Every record of a kind, those that are gone included."""
    rows = connection.execute(select(MIRROR[kind.kind]).order_by(MIRROR[kind.kind].c.id))
    return [mirror.from_row(kind, row) for row in rows]


def operations(connection: Connection, decisions: Collection[int]) -> list[dict[str, Any]]:
    """The operations of those decisions."""
    table = _table(OutboxOperation)
    return dicts(connection.execute(select(table).where(table.c.decision_id.in_(decisions)).order_by(table.c.id)))


def mask_records(connection: Connection, records: Sequence[Record]) -> None:
    """Take the personal text out of the mirror, with every payload; `forgotten` keeps it out from now on."""
    payload, held = _table(Payload), _table(Held)
    for record in records:
        table, mine = MIRROR[record.kind], (record.kind, record.id)
        hash_ = hidden_hash(
            connection.execute(select(table.c.payload_hash).where(table.c.id == record.id)).scalar_one()
        )
        values = {**mirror.to_row(masked(record)), "payload_hash": hash_}
        connection.execute(update(table).where(table.c.id == record.id).values(**values))
        connection.execute(delete(payload).where(payload.c.kind == mine[0], payload.c.record_id == mine[1]))
        unread = (held.c.kind == mine[0]) & (held.c.record_id == mine[1])
        connection.execute(update(held).where(unread).values(payload="", problem=f"{mine[0]} {mine[1]} cannot be read"))
    forgotten.add(connection, (f"{one.kind}:{one.id}" for one in records))


def mask_links(connection: Connection, agreed: Mapping[tuple[str, str], Any]) -> None:
    """What was agreed about a pair (company, customer) becomes what both sides say without the personal."""
    table = _table(Link)
    for (company, customer), values in agreed.items():
        mine = (table.c.company_id == company) & (table.c.customer_id == customer)
        connection.execute(update(table).where(mine).values(agreed=values))


def mask_rows(
    connection: Connection, companies: Collection[str], customers: Collection[str], deals: Collection[str]
) -> None:
    """Take the personal text out of the desks' rows and the candidates."""
    unmatched, candidate, draft = _table(Unmatched), _table(Candidate), _table(Draft)
    follow_up, conflict = _table(FollowUp), _table(ConflictRow)
    for company in companies:
        named = {"name": placeholder("companies", company), "cause": ""}
        connection.execute(update(unmatched).where(unmatched.c.company_id == company).values(**named))
    about = candidate.c.company_id.in_(companies) | candidate.c.customer_id.in_(customers)
    connection.execute(update(candidate).where(about).values(signals=[]))
    about = draft.c.deal_id.in_(deals) | draft.c.company_id.in_(companies) | draft.c.customer_id.in_(customers)
    for row in dicts(connection.execute(select(draft).where(about))):
        values = {
            "deal_name": placeholder("deals", row["deal_id"]),
            "customer_name": placeholder("customers", row["customer_id"]) if row["customer_id"] else "",
            "body": scrubbed(row["body"]),
            "checks": scrubbed(row["checks"]),
            "cause": "",
        }
        connection.execute(update(draft).where(draft.c.id == row["id"]).values(**values))
    _blank(connection, follow_up, follow_up.c.customer_id.in_(customers), "customer_name", "cause")
    about = conflict.c.company_id.in_(companies) | conflict.c.customer_id.in_(customers)
    _blank(connection, conflict, about, "name", "cause", "agreed", "crm", "accounting", "choice")


def _blank(connection: Connection, table: Table, where: ColumnElement[bool], *columns: str) -> None:
    connection.execute(update(table).where(where).values(dict.fromkeys(columns, "")))


def mask_decisions(connection: Connection, decisions: Collection[int]) -> None:
    """Take the words out of decisions, and the personal text out of their operations, which are all over."""
    table, operation = _table(Decision), _table(OutboxOperation)
    mine = table.c.id.in_(decisions)
    connection.execute(update(table).where(mine).values(words=WORDS))
    connection.execute(update(table).where(mine, table.c.action.in_(_FREE)).values(note=""))
    for row in operations(connection, decisions):
        body = scrubbed(row["body"])
        values = {"body": body, "body_hash": digest(body), "problem": "", "next_step": ""}
        connection.execute(update(operation).where(operation.c.id == row["id"]).values(**values))


def drop_lines(connection: Connection, subjects: Collection[str], needles: Collection[str]) -> int:
    """Drop the sync log's lines about those records or with those texts, and take the texts out of the book's facts."""
    line, fact = _table(RunEvent), _table(Fact)
    said = [func.instr(line.c.message, one) > 0 for one in needles]
    dropped = connection.execute(delete(line).where(or_(line.c.subject.in_(subjects), *said))).rowcount
    for name, value in connection.execute(select(fact.c.name, fact.c.value)).all():
        text = canonical(value)
        clean = text
        for needle in needles:
            clean = clean.replace(canonical(needle)[1:-1], WORDS)
        if clean != text:
            facts.put(connection, name, json.loads(clean))
    return int(dropped)
