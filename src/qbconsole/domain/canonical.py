"""Canonical JSON and hashes of plain values: what a decision saw, what an operation will send, what a page held."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    msg = f"{type(value).__name__} has no canonical form"
    raise TypeError(msg)


def canonical(value: object) -> str:
    """One JSON text for equal values: keys sorted, no spaces, decimals as text."""
    return json.dumps(value, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(*values: object) -> str:
    """The SHA-256 of the canonical forms, as hexadecimal text."""
    return hashlib.sha256("\x1f".join(canonical(value) for value in values).encode()).hexdigest()


def request_id(book: str, target: str, kind: str, generation: int, decision: str = "") -> str:
    """The idempotency key of one write: 36 characters, the same for the same intent (design.md section 8).

    Args:
        book: the book's name.
        target: the billing events it bills, or the record it changes.
        kind: the kind of operation.
        generation: raised only by "bill again".
        decision: the decision's id, for operations that may rightly recur on one target.
    """
    raw = hashlib.sha256("\x1f".join((book, target, kind, str(generation), decision)).encode()).digest()
    return base64.b32encode(raw).decode()[:36]


def as_json(value: object) -> Any:
    """The value as the plain JSON structure that its canonical form holds."""
    return json.loads(canonical(value))
