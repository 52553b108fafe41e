"""Reading and writing the mirror: a page is one transaction, a replaced payload is kept."""

from __future__ import annotations

import dataclasses
import typing
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert

from qbconsole.domain.canonical import digest
from qbconsole.domain.failpoints import failpoint
from qbconsole.domain.forgetting import masked
from qbconsole.domain.forgetting import payload as hidden_payload
from qbconsole.domain.money import from_minor, to_minor
from qbconsole.domain.operations import builder
from qbconsole.store import forgotten
from qbconsole.store.queries import where_equal
from qbconsole.store.tables import MIRROR, Held, Payload, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Delete, Select
    from sqlalchemy.dialects.sqlite import Insert

    from qbconsole.domain.records import Record

RecordT = TypeVar("RecordT", bound="Record")


_FIELDS: dict[type, tuple[tuple[str, Any, bool, bool], ...]] = {}


def _fields(kind: type) -> tuple[tuple[str, Any, bool, bool], ...]:
    """(name, type, money, stored as JSON) of each field of a kind of record; looked up once."""
    if kind not in _FIELDS:
        _FIELDS[kind] = _look_up(kind)
    return _FIELDS[kind]


def _look_up(kind: type) -> tuple[tuple[str, Any, bool, bool], ...]:
    hints = typing.get_type_hints(kind, include_extras=True)
    names = [field.name for field in dataclasses.fields(kind)]
    return tuple((name, hints[name], _is_money(hints[name]), not _is_plain(hints[name])) for name in names)


def _is_money(hint: Any) -> bool:
    return typing.get_origin(hint) is typing.Annotated


def _is_plain(hint: Any) -> bool:
    """Whether a column holds the value as it is, rather than as JSON."""
    arguments = [part for part in typing.get_args(hint) if part is not type(None)]
    first = arguments[0] if arguments and typing.get_origin(hint) is not tuple else hint
    return not dataclasses.is_dataclass(first) and typing.get_origin(first) is not tuple


def to_row(record: Record) -> dict[str, Any]:
    """A record as column values."""
    currency = getattr(record, "currency", "USD")
    row: dict[str, Any] = {}
    for name, _, money, _ in _fields(type(record)):
        value = getattr(record, name)
        row[name] = to_minor(value, currency) if money else value
    return row


_READERS: dict[type, Callable[[Sequence[Any]], Any]] = {}


def _reader(kind: type[RecordT]) -> Callable[[Sequence[Any]], RecordT]:
    """What makes records of a kind from rows whose first columns are its fields; put together once."""
    if kind not in _READERS:
        _READERS[kind] = _make_reader(kind)
    return _READERS[kind]


def _make_reader(kind: type[RecordT]) -> Callable[[Sequence[Any]], RecordT]:
    fields = _fields(kind)
    names = [name for name, *_ in fields]
    builders = [(place, builder(hint)) for place, (_, hint, _, structure) in enumerate(fields) if structure]
    amounts = [place for place, (_, _, money, _) in enumerate(fields) if money]
    currency = names.index("currency") if "currency" in names else None

    def read(row: Sequence[Any]) -> RecordT:
        values = list(row[: len(names)])
        for place, build in builders:
            values[place] = build(values[place])
        for place in amounts:
            values[place] = from_minor(values[place], values[currency] if currency is not None else "USD")
        return kind(*values)

    return read


def from_row(kind: type[RecordT], row: Sequence[Any]) -> RecordT:
    """The record that `to_row` wrote."""
    return _reader(kind)(row)


@dataclasses.dataclass(frozen=True, slots=True)
class Incoming:
    """One pulled record on its way into the mirror; `record` is None for a tombstone or, with a problem, a held one."""

    kind: type[Record]
    id: str
    payload: str
    record: Record | None
    problem: str = ""


@dataclasses.dataclass(slots=True)
class Applied:
    """What became of a page, each counted where it happened, and the ids whose payload moved."""

    seen: int = 0
    applied: int = 0
    unchanged: int = 0
    held: int = 0
    failed: int = 0
    changed: list[str] = dataclasses.field(default_factory=list)

    def add(self, other: Applied) -> None:
        """Count another page in."""
        self.seen += other.seen
        self.applied += other.applied
        self.unchanged += other.unchanged
        self.held += other.held
        self.failed += other.failed
        self.changed += other.changed


def apply_page(
    connection: Connection, kind: type[Record], page: Sequence[Incoming], at: datetime, sweep: int
) -> Applied:
    """Insert, replace or bury the page's records of one kind; call in a transaction that also stores the cursor.

    Args:
        connection: a writing connection.
        kind: the page's kind of record.
        page: its records; of several with one id the last counts.
        at: the time of the pull.
        sweep: the number of the full listing under way.
    """
    result = Applied(seen=len(page))
    if hidden := forgotten.ids(connection, kind.kind):
        page = [_veiled(one) if one.id in hidden else one for one in page]
    latest = {incoming.id: incoming for incoming in page}
    result.unchanged += len(page) - len(latest)
    known = {
        row.id: (row.payload_hash, row.gone) for row in connection.execute(_hashes(kind.kind), {"ids": list(latest)})
    }
    rows: list[dict[str, Any]] = []
    payloads: list[tuple[Incoming, str]] = []
    same: list[str] = []
    buried: list[str] = []
    for incoming in latest.values():
        if incoming.problem:
            _hold(connection, incoming, at)
            result.held += 1
        elif incoming.record is None:
            if known.get(incoming.id, ("", True))[1]:
                result.unchanged += 1
            else:
                buried.append(incoming.id)
        else:
            hash_ = digest(incoming.payload)
            if known.get(incoming.id) == (hash_, False):
                same.append(incoming.id)
            else:
                row = to_row(incoming.record)
                rows.append({**row, "payload_hash": hash_, "gone": False, "pulled_at": at, "sweep": sweep})
                payloads.append((incoming, hash_))
    _upsert(connection, kind.kind, rows)
    _keep_payloads(connection, kind.kind, payloads, at)
    held = [incoming.id for incoming in latest.values() if incoming.problem]
    _mark_seen(connection, kind.kind, same + held, sweep)  # what was shown is there, also if nobody could read it
    bury(connection, kind, buried, at)
    _release(connection, kind.kind, [row["id"] for row in rows] + same + buried)
    result.applied += len(rows) + len(buried)
    result.unchanged += len(same)
    result.changed = [row["id"] for row in rows] + buried
    failpoint("mirror.apply")
    return result


def _veiled(incoming: Incoming) -> Incoming:
    """A record of somebody who is forgotten, without the personal in it."""
    record = masked(incoming.record) if incoming.record else None
    problem = f"{incoming.kind.kind} {incoming.id} cannot be read" if incoming.problem else ""
    return Incoming(incoming.kind, incoming.id, hidden_payload(digest(incoming.payload)), record, problem)


# Built once for each kind: every receipt goes through them, and to put one together costs more than to carry it out.


@cache
def _hashes(kind: str) -> Select[Any]:
    table = MIRROR[kind]
    wanted = table.c.id.in_(bindparam("ids", expanding=True))
    return select(table.c.id, table.c.payload_hash, table.c.gone).where(wanted)


@cache
def _put(kind: str) -> Insert:
    statement = insert(MIRROR[kind])
    updated = {column.name: column for column in statement.excluded if column.name != "id"}
    return statement.on_conflict_do_update(index_elements=["id"], set_=updated)


@cache
def _current(kind: str) -> Select[Any]:
    table = Payload.__table__  # type: ignore[attr-defined]
    query = select(table.c.id, table.c.record_id, table.c.hash)
    mine = table.c.record_id.in_(bindparam("ids", expanding=True))
    return query.where(table.c.replaced_at.is_(None), table.c.kind == kind, mine)


@cache
def _released(kind: str) -> Delete:
    table = Held.__table__  # type: ignore[attr-defined]
    statement: Delete = table.delete()
    return statement.where(table.c.kind == kind, table.c.record_id.in_(bindparam("ids", expanding=True)))


@cache
def _newest_sweep(kind: str) -> Select[Any]:
    table = Stream.__table__  # type: ignore[attr-defined]
    return select(func.max(table.c.sweep)).where(table.c.name.endswith(f".{kind}", autoescape=True))


def _upsert(connection: Connection, kind: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_put(kind), rows)


def _keep_payloads(connection: Connection, kind: str, payloads: Sequence[tuple[Incoming, str]], at: datetime) -> None:
    """Make the payloads the current ones, and keep those that they replace."""
    table = Payload.__table__  # type: ignore[attr-defined]
    ids = [incoming.id for incoming, _ in payloads]
    current = {row.record_id: (row.id, row.hash) for row in connection.execute(_current(kind), {"ids": ids})}
    moved = [(incoming, hash_) for incoming, hash_ in payloads if current.get(incoming.id, (0, ""))[1] != hash_]
    replaced = [{"old": current[incoming.id][0]} for incoming, _ in moved if incoming.id in current]
    if replaced:
        connection.execute(update(table).where(table.c.id == bindparam("old")).values(replaced_at=at), replaced)
    entries = [
        {
            "kind": kind,
            "record_id": incoming.id,
            "hash": hash_,
            "body": zlib.compress(incoming.payload.encode(), 1),
            "pulled_at": at,
            "replaced_at": None,
        }
        for incoming, hash_ in moved
    ]
    if entries:
        connection.execute(insert(table), entries)


def _mark_seen(connection: Connection, kind: str, ids: Sequence[str], sweep: int) -> None:
    if ids:
        table = MIRROR[kind]
        connection.execute(update(table).where(table.c.id.in_(ids), table.c.sweep != sweep).values(sweep=sweep))


def _hold(connection: Connection, incoming: Incoming, at: datetime) -> None:
    values = {
        "kind": incoming.kind.kind,
        "record_id": incoming.id,
        "problem": incoming.problem,
        "payload": incoming.payload,
        "at": at,
    }
    statement = insert(Held).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["kind", "record_id"], set_=values))


def _release(connection: Connection, kind: str, ids: Sequence[str]) -> None:
    if ids:
        connection.execute(_released(kind), {"ids": list(ids)})


def bury(connection: Connection, kind: type[Record], ids: Sequence[str], at: datetime) -> None:
    """Make tombstones: the records are gone on the remote, their last state stays readable."""
    if ids:
        table = MIRROR[kind.kind]
        connection.execute(update(table).where(table.c.id.in_(ids)).values(gone=True, pulled_at=at))


def bury_unseen(connection: Connection, kind: type[Record], sweep: int, at: datetime) -> int:
    """Bury what a complete listing did not show; returns how many."""
    table = MIRROR[kind.kind]
    unseen = table.c.gone.is_(False) & (table.c.sweep < sweep)
    return connection.execute(update(table).where(unseen).values(gone=True, pulled_at=at)).rowcount


def put_record(connection: Connection, record: Record, payload: str, at: datetime) -> None:
    """Store the record that a write returned, so that our own write never comes back as somebody's change.

    It counts as seen by the listing under way and by the one being answered, if that is the next: both may have passed
    its place before it was written.
    """
    incoming = Incoming(type(record), record.id, payload, record)
    newest = connection.execute(_newest_sweep(record.kind)).scalar() or 0
    apply_page(connection, type(record), [incoming], at, newest + 1)


def get(connection: Connection, kind: type[RecordT], record_id: str, *, gone: bool = False) -> RecordT | None:
    """One record, or None; a tombstone only when asked for."""
    row = connection.execute(_get(kind.kind, gone=gone), {"wanted": record_id}).first()
    return from_row(kind, row) if row else None


@cache
def _get(kind: str, *, gone: bool) -> Select[Any]:
    table = MIRROR[kind]
    query = select(table).where(table.c.id == bindparam("wanted"))
    return query if gone else query.where(table.c.gone.is_(False))


def every(connection: Connection, kind: type[RecordT], **equal: object) -> list[RecordT]:
    """All live records of a kind whose columns equal the given values (a list or tuple: are among them), by id.

    A record follows from its payload: one that was read before is not put together again while that is the same.
    """
    table = MIRROR[kind.kind]
    rows: Sequence[Any] = where_equal(connection, _keys(kind.kind), table, equal).all()
    keys = [(row[0], row[1]) for row in rows]
    known = _KNOWN.setdefault(kind, {})  # other threads read and clear it, too
    found = [known.get(key) for key in keys]
    missing = [key[0] for key, record in zip(keys, found, strict=True) if record is None]
    fresh = _read(connection, kind, missing)
    if len(known) + len(fresh) > MOST_KNOWN:
        known.clear()
    known.update(fresh)
    return [record or fresh[key] for key, record in zip(keys, found, strict=True)]


@cache
def _keys(kind: str) -> Select[Any]:
    table = MIRROR[kind]
    return select(table.c.id, table.c.payload_hash).where(table.c.gone.is_(False)).order_by(table.c.id)


MOST_KNOWN = 20_000
"""Records of one kind that are kept put together."""
_KNOWN: dict[type, dict[tuple[str, str], Any]] = {}
_AT_ONCE = 900


def _read(connection: Connection, kind: type[RecordT], ids: Sequence[str]) -> dict[tuple[str, str], RecordT]:
    found: dict[tuple[str, str], RecordT] = {}
    if not ids:
        return found
    table, read = MIRROR[kind.kind], _reader(kind)
    place = table.c.keys().index("payload_hash")
    for begin in range(0, len(ids), _AT_ONCE):
        rows = connection.execute(select(table).where(table.c.id.in_(ids[begin : begin + _AT_ONCE])))
        found |= {(row[0], row[place]): read(row) for row in rows}
    return found


def counts(connection: Connection) -> dict[str, int]:
    """How many live records of each kind the mirror holds."""
    return {
        kind: connection.exec_driver_sql(f"SELECT count(*) FROM {table.name} WHERE gone = 0").scalar_one()  # noqa: S608
        for kind, table in MIRROR.items()
    }


def payload_versions(connection: Connection, kind: str, record_id: str) -> list[tuple[datetime, str]]:
    """Every payload a record ever had, newest first, with the time it was pulled."""
    table = Payload.__table__  # type: ignore[attr-defined]
    query = select(table.c.pulled_at, table.c.body).where(table.c.kind == kind, table.c.record_id == record_id)
    return [
        (row.pulled_at, zlib.decompress(row.body).decode())
        for row in connection.execute(query.order_by(table.c.id.desc()))
    ]
