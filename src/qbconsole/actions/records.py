"""What a person means by `deal:1042`, `1042`, `Harbor Point`, `I7` or `D12`: records as the journal names them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.actions.decide import TABLES
from qbconsole.domain.errors import Configuration
from qbconsole.domain.money import spoken
from qbconsole.domain.records import KINDS, Company, Contact, Customer, Deal, Document
from qbconsole.domain.text import SafeText, safe_text
from qbconsole.ledger import documents
from qbconsole.store import journal, mirror, outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

MOST = 8
"""Records that one name may mean; more are listed, to be named more exactly."""
_SINGULAR = {"companies": "company", "line_items": "line_item", "classes": "class", "currencies": "currency"}
_KINDS = {kind: kind for kind in (*KINDS, "tasks", "notes")}
_KINDS |= {_SINGULAR.get(kind, kind.removesuffix("s")): kind for kind in _KINDS}
DOCUMENT_WORDS = ("invoice", "estimate", "credit_memo", "sales_receipt", "refund_receipt", "document", "documents")


@dataclass(frozen=True, slots=True)
class Meant:
    """A record, in words, with its subjects; or a decision, which may be about several."""

    words: SafeText
    subjects: tuple[str, ...] = ()
    decisions: tuple[int, ...] = ()


def find(connection: Connection, text: str) -> list[Meant]:
    """The records that somebody means, the likeliest reading alone.

    Raises:
        Configuration: there is no such record here, or the name is that of many.
    """
    wanted = " ".join(text.split())
    for read in (_decision, _operation, _row, _named_kind, _number, _name):
        if found := read(connection, wanted):
            return found
    step = "Say deal:1042, invoice:1042, customer:60, a name, a row such as I7, or a decision such as D12."
    raise Configuration(f"There is no record {safe_text(text, limit=60)!r} here.", next_step=step)


def _decision(connection: Connection, wanted: str) -> list[Meant]:
    match = re.fullmatch(r"(?i)(?:D|decision[: ])(\d+)", wanted)
    row = journal.decision(connection, int(match[1])) if match else None
    return [Meant(safe_text(f"decision D{row['id']}: {row['words']}"), (), (row["id"],))] if row else []


def _operation(connection: Connection, wanted: str) -> list[Meant]:
    match = re.fullmatch(r"(?i)(?:L|operation[: ])(\d+)", wanted)
    row = outbox.get(connection, int(match[1])) if match else None
    if row is None:
        return []
    return [Meant(safe_text(f"operation L{row['id']}: {row['kind'].replace('_', ' ')}"), (), (row["decision_id"],))]


def _row(connection: Connection, wanted: str) -> list[Meant]:
    """A desk's row: the record that it is about, and all that was decided on the row itself."""
    match = re.fullmatch(r"(?i)([UIOC])(\d+)", wanted)
    row = TABLES[match[1].upper()].get(connection, int(match[2])) if match else None
    if match is None or row is None:
        return []
    decided = tuple(one["id"] for one in journal.decisions(connection, row_id=wanted.upper()))
    name = row.get("deal_name") or row.get("customer_name") or row.get("name") or ""
    about = {"U": ("companies", "company_id"), "I": ("deals", "deal_id"), "O": ("documents", "document_id")}
    kind = about.get(match[1].upper())
    subjects = (f"{kind[0]}:{row[kind[1]]}",) if kind else ()
    return [Meant(safe_text(f"row {wanted.upper()}: {name}"), subjects, decided)]


def _named_kind(connection: Connection, wanted: str) -> list[Meant]:
    """`deal:1042`, `invoice 1042`: a kind, and an id or, of a document, its number."""
    kind, _, id_ = wanted.replace(":", " ", 1).partition(" ")
    kind = kind.casefold()
    if not id_ or kind not in {*_KINDS, *DOCUMENT_WORDS}:
        return []
    if kind in DOCUMENT_WORDS:
        return _documents(connection, id_, kind) or _known(connection, "documents", id_)
    return _known(connection, _KINDS[kind], id_)


def _known(connection: Connection, kind: str, id_: str) -> list[Meant]:
    subject = f"{kind}:{id_}"
    record = mirror.get(connection, KINDS[kind], id_, gone=True) if kind in KINDS else None
    if record is None and not journal.events(connection, subject, 1):
        return []
    return [Meant(safe_text(_describe(connection, record) if record else subject), (subject,))]


def _number(connection: Connection, wanted: str) -> list[Meant]:
    """A number alone: of a document, or the id of a deal."""
    if not wanted.isalnum() or not any(one.isdigit() for one in wanted):
        return []
    return _documents(connection, wanted) or _known(connection, "deals", wanted)


def _documents(connection: Connection, number: str, type_: str = "") -> list[Meant]:
    """The documents of a number, those that are gone included if they were ours."""
    wanted = {} if type_ in ("", "document", "documents") else {"type": type_}
    found = mirror.every(connection, Document, number=number, **wanted)
    known = {one.id for one in found}
    lost = [one for one in documents.every(connection, number=number) if one.document_id not in known]
    return [
        *(Meant(safe_text(_describe(connection, one)), (f"documents:{one.id}",)) for one in found),
        *(Meant(safe_text(f"{one.type} {number}"), (f"documents:{one.document_id}",)) for one in lost),
    ]


def _name(connection: Connection, wanted: str) -> list[Meant]:
    """Customers and companies of a name, else deals and contacts; whole names come before parts of names."""
    for kinds in ((Customer, Company), (Deal, Contact)):
        listed: list[Any] = [one for kind in kinds for one in mirror.every(connection, kind)]
        found = _whole_or_part(listed, wanted, lambda one: str(one.name))
        if len(found) > MOST:
            names = ", ".join(safe_text(one.name, limit=40) for one in found[:MOST])
            words = f"{len(found)} records are called {safe_text(wanted, limit=60)!r}: {names}, and more."
            raise Configuration(words, next_step="Say the whole name, or customer:ID.")
        if found:
            return [Meant(safe_text(_describe(connection, one)), (f"{one.kind}:{one.id}",)) for one in found]
    return []


def _whole_or_part(records: Iterable[Any], wanted: str, name: Callable[[Any], str]) -> list[Any]:
    words = wanted.casefold().split()
    part = [one for one in records if words and all(word in name(one).casefold() for word in words)]
    return [one for one in part if name(one).casefold() == wanted.casefold()] or part


def _describe(connection: Connection, record: Any) -> str:
    """A record in a line."""
    match record:
        case Document():
            customer = mirror.get(connection, Customer, record.customer_id, gone=True)
            whose = customer.name if customer else f"customer {record.customer_id}"
            total, balance = (spoken(amount, record.currency) for amount in (record.total, record.balance))
            state = "void" if record.voided else f"open {balance}"
            name = f"{record.type.replace('_', ' ')} {record.number or record.id}"
            return f"{name} of {whose}, {record.posted_on}: {total} {record.currency}, {state}"
        case Deal():
            return f"deal {record.id}: {record.name}"
        case Customer() | Company() | Contact():
            return f"{type(record).__name__.casefold()} {record.id}: {record.name}"
        case _:
            return f"{record.kind}:{record.id}"
