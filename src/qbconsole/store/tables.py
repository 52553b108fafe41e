"""Every table of a book's database. The mirror's tables are made from the records themselves, so that both agree.

The mirror can be pulled again; everything below it (links, events, decisions, operations, the journal) cannot.
Instants are UTC; money columns are integers in minor units of the row's currency.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from qbconsole.domain.records import KINDS, Record
from qbconsole.store.types import Day, Exact, Flag, Instant, Json

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING
metadata = SQLModel.metadata


# --- the mirror -------------------------------------------------------------------------------------------------------


def _column_type(hint: Any) -> Any:
    """The column type of a record's field: see domain/records.py for what each type means."""
    if typing.get_origin(hint) is typing.Annotated:
        return Integer()
    arguments = [part for part in typing.get_args(hint) if part is not type(None)]
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return _column_type(arguments[0])
    plain = {str: Text(), int: Integer(), bool: Flag(), Decimal: Exact(), datetime: Instant(), date: Day()}
    return plain.get(hint) or Json()


def _optional(hint: Any) -> bool:
    return type(None) in typing.get_args(hint)


_INDEXED = {
    "contacts": (),
    "deals": ("won",),
    "line_items": ("deal_id",),
    "customers": ("email", "parent_id"),
    "documents": ("customer_id", "type"),
    "payments": ("customer_id",),
    "time_entries": ("customer_id",),
}


def _mirror(record: type[Record]) -> Table:
    """The table of one kind of record: its fields, then what the pull knows about the row."""
    hints = typing.get_type_hints(record, include_extras=True)
    fields = [field.name for field in dataclasses.fields(record)]
    columns: list[Column[Any]] = [
        Column(name, _column_type(hints[name]), primary_key=name == "id", nullable=_optional(hints[name]))
        for name in fields
    ]
    table = Table(
        f"mirror_{record.kind}",
        metadata,
        *columns,
        Column("payload_hash", Text(), nullable=False),
        Column("gone", Flag(), nullable=False),
        Column("pulled_at", Instant(), nullable=False),
        Column("sweep", Integer(), nullable=False, server_default=text("0")),
        sqlite_strict=True,
    )
    for name in _INDEXED.get(record.kind, ()):
        Index(None, table.c[name])
    return table


MIRROR: dict[str, Table] = {kind: _mirror(record) for kind, record in KINDS.items()}
"""The mirror table of each kind. `gone` rows are tombstones; `sweep` is the full listing that saw the row last."""


class _Table(SQLModel):
    """What every table of ours has: STRICT."""

    __table_args__: typing.ClassVar[Any] = {"sqlite_strict": True}


def _instant(*, nullable: bool = False, **options: Any) -> Any:
    return Field(default=None, sa_type=Instant, nullable=nullable, **options)


def _json(default: Any = None) -> Any:
    return Field(default=default, sa_type=Json, nullable=False)


def _flag(*, default: bool = False) -> Any:
    return Field(default=default, sa_type=Flag, nullable=False)


def _day(*, nullable: bool = True) -> Any:
    return Field(default=None, sa_type=Day, nullable=nullable)


class Payload(_Table, table=True):
    """The untouched payload of a record, and every version that was replaced (`replaced_at`). `body` is zlib-packed."""

    __tablename__ = "payload"
    __table_args__ = (
        Index("ix_payload_current", "kind", "record_id", unique=True, sqlite_where=text("replaced_at IS NULL")),
        {"sqlite_strict": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(sa_type=Text)
    record_id: str = Field(sa_type=Text)
    hash: str = Field(sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)
    pulled_at: datetime = _instant()
    replaced_at: datetime | None = _instant(nullable=True)


class Held(_Table, table=True):
    """A record that could not be read: kept out of the mirror with its reason, its payload kept."""

    __tablename__ = "held"
    kind: str = Field(sa_type=Text, primary_key=True)
    record_id: str = Field(sa_type=Text, primary_key=True)
    problem: str = Field(sa_type=Text)
    payload: str = Field(sa_type=Text)
    at: datetime = _instant()


class Stream(_Table, table=True):
    """Where the pull of a stream stands. `sweep` counts full listings."""

    __tablename__ = "stream"
    name: str = Field(sa_type=Text, primary_key=True)
    cursor: str = Field(sa_type=Text)
    pulled_at: datetime = _instant()
    swept_at: datetime | None = _instant(nullable=True)
    sweep: int = 0


class Fact(_Table, table=True):
    """Small facts of the book that change at run time, such as the server's clock against ours."""

    __tablename__ = "fact"
    name: str = Field(sa_type=Text, primary_key=True)
    value: Any = _json()
    at: datetime = _instant()


# --- runs -------------------------------------------------------------------------------------------------------------


class Run(_Table, table=True):
    """One sync cycle. `state` is running, done, failed or stopped."""

    __tablename__ = "run"
    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = _instant()
    finished_at: datetime | None = _instant(nullable=True)
    state: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    error: str = Field(default="", sa_type=Text)
    counts: Any = _json({})


class RunStream(_Table, table=True):
    """What one run did with one stream: seen = applied + unchanged + held + failed, each counted where it happens."""

    __tablename__ = "run_stream"
    run_id: int = Field(primary_key=True)
    stream: str = Field(sa_type=Text, primary_key=True)
    seen: int = 0
    applied: int = 0
    unchanged: int = 0
    held: int = 0
    failed: int = 0
    calls: int = 0
    error: str = Field(default="", sa_type=Text)


class RunEvent(_Table, table=True):
    """A line of the sync log: ids, codes and plain words, no content."""

    __tablename__ = "run_event"
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(index=True)
    at: datetime = _instant()
    level: str = Field(sa_type=Text)
    subject: str = Field(default="", sa_type=Text)
    message: str = Field(sa_type=Text)
    next_step: str = Field(default="", sa_type=Text)


class Lease(_Table, table=True):
    """Who runs the book: one row. `fence` rises with every new holder; every outbox write checks it."""

    __tablename__ = "lease"
    name: str = Field(sa_type=Text, primary_key=True)
    holder: str = Field(sa_type=Text)
    host: str = Field(sa_type=Text)
    pid: int
    fence: int
    heartbeat_at: datetime = _instant()


class SyncRequest(_Table, table=True):
    """A wish for a cycle now, left by a door for the runner."""

    __tablename__ = "sync_request"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = _instant()
    done_at: datetime | None = _instant(nullable=True)


# --- the ledger -------------------------------------------------------------------------------------------------------


class Link(_Table, table=True):
    """A decided pair: this company is that customer. `agreed` holds both sides' shared fields when it was decided."""

    __tablename__ = "link"
    __table_args__ = (
        Index("ix_link_live", "company_id", "currency", unique=True, sqlite_where=text("ended_at IS NULL")),
        Index("ix_link_customer", "customer_id"),
        {"sqlite_strict": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    company_id: str = Field(sa_type=Text)
    currency: str = Field(sa_type=Text)
    customer_id: str = Field(default="", sa_type=Text)
    operation_id: int | None = None
    decision_id: int
    agreed: Any = _json({})
    at: datetime = _instant()
    ended_at: datetime | None = _instant(nullable=True)


class BillingEvent(_Table, table=True):
    """One thing to be billed once. `state`: open, billed, taken_back, ignored (before the cut-over)."""

    __tablename__ = "billing_event"
    __table_args__ = (UniqueConstraint("deal_id", "key"), {"sqlite_strict": True})
    id: int | None = Field(default=None, primary_key=True)
    deal_id: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    generation: int = 1
    due_on: date = _day(nullable=False)
    currency: str = Field(sa_type=Text)
    amount: int = 0
    state: str = Field(sa_type=Text, index=True)
    was: str = Field(default="", sa_type=Text)
    at: datetime = _instant()


class BilledDocument(_Table, table=True):
    """A document that bills events: made by us (`operation_id`) or adopted. `state`: coming, live, taken_back."""

    __tablename__ = "billed_document"
    __table_args__ = (
        Index("ix_billed_document_remote", "document_id", unique=True, sqlite_where=text("document_id <> ''")),
        {"sqlite_strict": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    type: str = Field(sa_type=Text)
    document_id: str = Field(default="", sa_type=Text)
    number: str = Field(default="", sa_type=Text)
    origin: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    operation_id: int | None = Field(default=None, index=True)
    decision_id: int
    credit_operation_id: int | None = None
    credit_document_id: str = Field(default="", sa_type=Text)
    at: datetime = _instant()


class Allocation(_Table, table=True):
    """How much of an event a document bills. A trigger refuses live allocations beyond the event's amount."""

    __tablename__ = "allocation"
    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(index=True)
    billed_document_id: int = Field(index=True)
    amount: int
    ended_at: datetime | None = _instant(nullable=True)


ALLOCATION_GUARD = """
CREATE TRIGGER allocation_within_event BEFORE INSERT ON allocation
WHEN (SELECT COALESCE(SUM(amount), 0) FROM allocation WHERE event_id = NEW.event_id AND ended_at IS NULL) + NEW.amount
   > (SELECT amount FROM billing_event WHERE id = NEW.event_id)
BEGIN SELECT RAISE(ABORT, 'allocations would exceed the billing event'); END
"""


class DealStamp(_Table, table=True):
    """What we last decided to write on a deal, so that only a change is written."""

    __tablename__ = "deal_stamp"
    deal_id: str = Field(sa_type=Text, primary_key=True)
    values: Any = _json({})
    operation_id: int
    at: datetime = _instant()


# --- decisions, operations, journal -----------------------------------------------------------------------------------


class Decision(_Table, table=True):
    """What an operator, or a rule by name, decided about one row. `seen` is the hash of what was on the screen."""

    __tablename__ = "decision"
    id: int | None = Field(default=None, primary_key=True)
    action: str = Field(sa_type=Text)
    desk: str = Field(sa_type=Text)
    row_id: str = Field(sa_type=Text, index=True)
    at: datetime = _instant()
    actor: str = Field(sa_type=Text)
    origin: str = Field(sa_type=Text)
    automatic: bool = _flag()
    rules_hash: str = Field(sa_type=Text)
    seen: str = Field(default="", sa_type=Text)
    words: str = Field(default="", sa_type=Text)
    note: str = Field(default="", sa_type=Text)
    undoes: int | None = Field(default=None, index=True)
    undone_by: int | None = None


class OutboxOperation(_Table, table=True):
    """One write to a remote, until it is settled; design.md section 8 names the states."""

    __tablename__ = "operation"
    __table_args__ = (
        Index("ix_operation_request", "request_id", unique=True, sqlite_where=text("state <> 'cancelled'")),
        Index("ix_operation_open", "state", "due_at", sqlite_where=text("state NOT IN ('settled', 'cancelled')")),
        Index("ix_operation_decision", "decision_id"),
        {"sqlite_strict": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    decision_id: int
    kind: str = Field(sa_type=Text)
    system: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    generation: int = 1
    body: Any = _json()
    body_hash: str = Field(sa_type=Text)
    request_id: str = Field(sa_type=Text)
    rules_hash: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    due_at: datetime = _instant()
    attempts: int = 0
    fence: int = 0
    sent_hash: str = Field(default="", sa_type=Text)
    first_sent_at: datetime | None = _instant(nullable=True)
    sent_at: datetime | None = _instant(nullable=True)
    settled_at: datetime | None = _instant(nullable=True)
    remote_id: str = Field(default="", sa_type=Text)
    revision: str = Field(default="", sa_type=Text)
    number: str = Field(default="", sa_type=Text)
    problem: str = Field(default="", sa_type=Text)
    problem_class: str = Field(default="", sa_type=Text)
    next_step: str = Field(default="", sa_type=Text)
    code: str = Field(default="", sa_type=Text)
    created_at: datetime = _instant()


class Dependency(_Table, table=True):
    """An operation waits until the one it needs is settled."""

    __tablename__ = "operation_dependency"
    operation_id: int = Field(primary_key=True)
    needs_id: int = Field(primary_key=True)


class JournalEvent(_Table, table=True):
    """One link of the append-only chain: `digest` covers the previous digest, the header, and both other digests.

    `subjects_digest` is empty for events of the first two schemas, whose subjects the chain does not cover.
    """

    __tablename__ = "journal_event"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = _instant()
    kind: str = Field(sa_type=Text)
    decision_id: int | None = Field(default=None, index=True)
    operation_id: int | None = Field(default=None, index=True)
    content_digest: str = Field(sa_type=Text)
    subjects_digest: str = Field(sa_type=Text)
    previous: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)


class JournalContent(_Table, table=True):
    """What an event says, apart from the chain so that it can be erased."""

    __tablename__ = "journal_content"
    event_id: int = Field(primary_key=True)
    body: Any = _json()


class JournalSubject(_Table, table=True):
    """Which records an event is about, `kind:id`."""

    __tablename__ = "journal_subject"
    subject: str = Field(sa_type=Text, primary_key=True)
    event_id: int = Field(primary_key=True, index=True)


FORGETTING = "forgetting"
"""The fact that is there only inside the transaction that forgets a customer: it lets content be erased."""
_ONLY_APPEND = "SELECT RAISE(ABORT, 'the journal is append-only')"
JOURNAL_GUARDS = (
    *(
        f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table}\nBEGIN {_ONLY_APPEND}; END"
        for table in ("journal_event", "journal_content", "journal_subject")
    ),
    *(
        f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}\nBEGIN {_ONLY_APPEND}; END"
        for table in ("journal_event", "journal_subject")
    ),
    f"""
CREATE TRIGGER journal_content_kept BEFORE DELETE ON journal_content
WHEN NOT EXISTS (SELECT 1 FROM fact WHERE name = '{FORGETTING}')
BEGIN {_ONLY_APPEND}; END
""",  # noqa: S608 - constants
    *(
        f"CREATE TRIGGER {table}_once BEFORE INSERT ON {table}\n"  # noqa: S608 - constants
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})\nBEGIN {_ONLY_APPEND}; END"
        for table, key in (("journal_event", "id"), ("journal_content", "event_id"))
    ),
)
"""Events, their subjects and their content are neither changed, replaced nor removed; only content may be erased."""


# --- the desks' queues ------------------------------------------------------------------------------------------------


class Unmatched(_Table, table=True):
    """A row of the matching desk: a company without a link. `state`: open, decided, ignored, withdrawn."""

    __tablename__ = "unmatched"
    __table_args__ = (UniqueConstraint("company_id", "currency"), {"sqlite_strict": True})
    id: int | None = Field(default=None, primary_key=True)
    company_id: str = Field(sa_type=Text)
    currency: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text, index=True)
    cause: str = Field(sa_type=Text)
    deals: int = 0
    money: int = 0
    inputs_hash: str = Field(sa_type=Text)
    decision_id: int | None = None
    at: datetime = _instant()


class Candidate(_Table, table=True):
    """A proposed pair with the signals that made it. `never` is remembered for good."""

    __tablename__ = "candidate"
    company_id: str = Field(sa_type=Text, primary_key=True)
    customer_id: str = Field(sa_type=Text, primary_key=True)
    rank: int = 0
    score: str = Field(sa_type=Text)
    signals: Any = _json([])
    never: bool = _flag()


class Draft(_Table, table=True):
    """A row of the billing desk: the document the rules composed for one event.

    `verdict`: clean, warning, blocked. `state`: open, approved, adopted, held, rejected, withdrawn. `body` is the
    composed draft with the source of each field, `checks` what was looked at, with reasons.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("event_id"), {"sqlite_strict": True})
    id: int | None = Field(default=None, primary_key=True)
    event_id: int
    deal_id: str = Field(sa_type=Text)
    deal_name: str = Field(sa_type=Text)
    company_id: str = Field(default="", sa_type=Text)
    customer_id: str = Field(default="", sa_type=Text)
    customer_name: str = Field(default="", sa_type=Text)
    state: str = Field(sa_type=Text, index=True)
    verdict: str = Field(sa_type=Text)
    cause: str = Field(default="", sa_type=Text)
    currency: str = Field(sa_type=Text)
    before_tax: int = 0
    tax: int = 0
    total: int = 0
    won_on: date = _day(nullable=False)
    posted_on: date | None = _day()
    due_on: date | None = _day()
    body: Any = _json({})
    checks: Any = _json([])
    inputs_hash: str = Field(sa_type=Text)
    rules_hash: str = Field(sa_type=Text)
    decision_id: int | None = None
    note: str = Field(default="", sa_type=Text)
    at: datetime = _instant()


class FollowUp(_Table, table=True):
    """A row of the collections desk: an overdue invoice and its next step. `state`: open, done, snoozed, withdrawn."""

    __tablename__ = "follow_up"
    __table_args__ = (UniqueConstraint("document_id"), {"sqlite_strict": True})
    id: int | None = Field(default=None, primary_key=True)
    document_id: str = Field(sa_type=Text)
    number: str = Field(default="", sa_type=Text)
    customer_id: str = Field(sa_type=Text)
    customer_name: str = Field(sa_type=Text)
    company_id: str = Field(default="", sa_type=Text)
    deal_id: str = Field(default="", sa_type=Text)
    owner_id: str = Field(default="", sa_type=Text)
    state: str = Field(sa_type=Text, index=True)
    cause: str = Field(sa_type=Text)
    step: str = Field(sa_type=Text)
    currency: str = Field(sa_type=Text)
    balance: int = 0
    due_on: date = _day(nullable=False)
    snoozed_until: date | None = _day()
    inputs_hash: str = Field(sa_type=Text)
    decision_id: int | None = None
    at: datetime = _instant()


class ConflictRow(_Table, table=True):
    """A row of the conflicts desk: a shared field that differs. `state`: open, decided, withdrawn."""

    __tablename__ = "conflict"
    __table_args__ = (UniqueConstraint("company_id", "customer_id", "field"), {"sqlite_strict": True})
    id: int | None = Field(default=None, primary_key=True)
    company_id: str = Field(sa_type=Text)
    customer_id: str = Field(sa_type=Text)
    field: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text, index=True)
    cause: str = Field(sa_type=Text)
    agreed: str = Field(default="", sa_type=Text)
    crm: str = Field(default="", sa_type=Text)
    accounting: str = Field(default="", sa_type=Text)
    owner: str = Field(default="", sa_type=Text)
    choice: str = Field(default="", sa_type=Text)
    inputs_hash: str = Field(sa_type=Text)
    decision_id: int | None = None
    at: datetime = _instant()
