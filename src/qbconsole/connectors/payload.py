"""Vendor JSON in and out without loss: numbers become `Decimal`, and a payload is written back with the same digits."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

_MARK = "\ue000"
_MARKED = re.compile(f'"{_MARK}([^"{_MARK}]*){_MARK}"')
LARGEST = 18
"""Digits before the point, less one, of the largest number that is believed."""
MOST_DIGITS = 100
"""Digits behind the point; HubSpot writes binary fractions out, some 50 of them."""


class UnreadableError(ValueError):
    """The bytes are no JSON that we trust: cut, damaged, NaN, or one key given twice."""


def parse(body: bytes) -> Any:
    """The JSON value in a body; fractions as `Decimal`.

    Raises:
        UnreadableError: it is not well-formed JSON in UTF-8, holds NaN or Infinity, or names a key twice in one object.
    """
    try:
        return json.loads(
            body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_unique
        )
    except (ValueError, RecursionError) as error:
        raise UnreadableError(type(error).__name__) from error


def dump(value: Any) -> str:
    """The value as JSON text with sorted keys, so that equal payloads are equal texts; decimals keep their digits.

    The standard encoder writes no decimal, so decimals go through it as marked text and lose their quotes afterwards.
    """
    decimals = 0

    def marked(decimal: object) -> str:
        nonlocal decimals
        if not isinstance(decimal, Decimal):
            msg = f"{type(decimal).__name__} is not JSON"
            raise TypeError(msg)
        decimals += 1
        return f"{_MARK}{decimal}{_MARK}"

    text = json.dumps(value, default=marked, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if _MARK not in text:
        return text
    text, found = _MARKED.subn(r"\1", text)
    return text if found == decimals else _dump_slowly(value)


def _dump_slowly(value: Any) -> str:
    """The same for the odd payload that holds the mark itself."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{_dump_slowly(value[key])}" for key in sorted(value))
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_dump_slowly, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def exact(value: str | int | Decimal) -> Decimal:
    """A finite number of a size that money, quantities and rates have.

    Raises:
        ValueError: it is none: a text like 1e999999999 would fill the memory when written out.
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number.adjusted() > LARGEST or number.as_tuple().exponent < -MOST_DIGITS:  # type: ignore[operator]
        msg = "not a number"
        raise ValueError(msg)
    return number


def _refuse(constant: str) -> None:
    raise UnreadableError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        msg = "a key is named twice"
        raise UnreadableError(msg)
    return result
