"""The vendor's default representation: what a caller gets who does not ask for JSON (quickbooks.md 2.3, 2.6)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

NAMESPACE = "http://schema.intuit.com/finance/v3"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_ATTRIBUTES = ("domain", "sparse", "status", "startPosition", "maxResults", "totalCount", "bId")
_OF_FAULTS = {"Fault": ("type",), "Error": ("code", "element")}
_REFERENCE = {"value", "name", "type"}
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})


def document(body: dict[str, Any], time: str = "") -> str:
    """A JSON envelope as an IntuitResponse; references become text with a name, lists repeated elements."""
    stamp = f' time="{time}"' if time else ""
    return f'{_HEAD}<IntuitResponse xmlns="{NAMESPACE}"{stamp}>{_children(body)}</IntuitResponse>'


def _children(record: dict[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in record.items())


def _element(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if not isinstance(value, dict):
        return f"<{name}>{_text(value)}</{name}>"
    if "value" in value and value.keys() <= _REFERENCE:
        told = {other: value[other] for other in ("name", "type") if other in value}
        return f"<{name}{_attributes(told)}>{_text(value['value'])}</{name}>"
    listed = _OF_FAULTS.get(name, _ATTRIBUTES)
    told = {other: value[other] for other in listed if value.get(other) is not None}
    rest = {other: part for other, part in value.items() if other not in told}
    return f"<{name}{_attributes(told)}>{_children(rest)}</{name}>"


def _attributes(told: dict[str, Any]) -> str:
    return "".join(f' {name}="{_text(value)}"' for name, value in told.items())


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return _ILLEGAL.sub("\ufffd", str(value)).translate(_ESCAPES)
