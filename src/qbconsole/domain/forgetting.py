"""What a record is without the personal in it: ids, amounts, dates and our tags stay, for the books rest on them."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from qbconsole.domain.canonical import digest
from qbconsole.domain.records import (
    Address,
    Company,
    Contact,
    Customer,
    Deal,
    Document,
    LineItem,
    Payment,
    Quote,
    RecurringDocument,
    TimeEntry,
)
from qbconsole.domain.tags import our_lines

RecordT = TypeVar("RecordT")

PERSONAL: dict[type, tuple[str, ...]] = {
    Company: ("name", "domain", "phone", "address", "custom"),
    Contact: ("name", "email", "phone"),
    Deal: ("name", "custom"),
    LineItem: ("name", "description"),
    Quote: ("title",),
    Customer: ("name", "company_name", "email", "phone", "address", "ship_address", "notes"),
    Document: ("email", "private_note", "lines", "custom_fields"),
    Payment: ("reference",),
    RecurringDocument: ("name", "lines"),
    TimeEntry: ("description",),
}
"""The fields of each kind in which somebody may be named or described."""
_NOTES = ("notes", "private_note")
_ADDRESS = ("address", "ship_address", "bill_address", "street", "city", "state", "postcode", "country")
_NAMES = ("name", "customer_name", "company_name", "deal_name", "email", "email_copies", "phone")
_TEXTS = ("description", "subject", "body", "message", "words", "evidence", "problem", "seen")
_WORDS = frozenset((*_ADDRESS, *_NAMES, *_TEXTS))
"""The keys under which stored drafts and operations hold such text."""


def masked(record: RecordT) -> RecordT:
    """The record without its personal text; a name becomes `Forgotten customer 60`."""
    kind = type(record)
    changes = {name: _masked(record, name) for name in PERSONAL.get(kind, ())}
    return dataclasses.replace(record, **changes) if changes else record  # type: ignore[type-var]


def _masked(record: Any, field: str) -> Any:
    value = getattr(record, field)
    if field in ("name", "title") and not isinstance(record, LineItem):
        return placeholder(record.kind, record.id)
    if field in _NOTES:
        return our_lines(value)
    if field == "lines":
        return tuple(dataclasses.replace(line, description="") for line in value)
    return Address() if isinstance(value, Address) else type(value)()


def placeholder(kind: str, id_: str) -> str:
    """What stands where a name was."""
    word = {"companies": "company", "recurring_documents": "template"}.get(kind, kind.removesuffix("s"))
    return f"Forgotten {word} {id_}"


def payload(original: str) -> str:
    """What is kept of a payload: that it was, and a hash by which a change of it is still noticed."""
    return f'{{"forgotten":"{original}"}}'


def scrubbed(value: Any, key: str = "") -> Any:
    """A stored draft or operation without personal text: amounts, dates, ids and tags stay."""
    if isinstance(value, dict):
        return {name: scrubbed(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [scrubbed(one, key) for one in value]
    if not isinstance(value, str):
        return value
    if key in _NOTES:
        return our_lines(value)
    return "" if key in _WORDS else value


def hidden_hash(payload_hash: str) -> str:
    """The hash of the payload that `payload` makes of one with that hash."""
    return digest(payload(payload_hash))
