"""Vendor JSON in and out without loss: numbers become `Decimal`, and a payload is written back with the same digits."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

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
    """The value as JSON text with sorted keys, so that equal payloads are equal texts; decimals keep their digits."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{dump(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(dump, value)) + "]"
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
