"""JSON as Intuit writes it: decimals exactly as they are, times with the Pacific offset (quickbooks.md 2.4, 2.5)."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qbconsole.simulator.quickbooks.fault import Fault

if TYPE_CHECKING:
    from datetime import datetime

PACIFIC = ZoneInfo("America/Los_Angeles")
LARGEST = Decimal(10) ** 15
"""What no number in the books reaches; amounts have ten digits before the point (quickbooks.md 8.5)."""
_MARK = "\ue000"
_MARKED = re.compile(r'"\\ue000(-?[0-9.]+)\\ue000"')


def _exact(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{_MARK}{value:f}{_MARK}"
    message = f"{type(value).__name__} is not JSON"
    raise TypeError(message)


def number(value: Decimal) -> str:
    """Zero as 0, no zeros at the end of a fraction, whole amounts as they are: the vendor's mix (quickbooks.md 2.4)."""
    if not value:
        return "0"
    return f"{value if value == value.to_integral_value() else value.normalize():f}"


def _as_answered(value: object) -> str:
    return _exact(Decimal(number(value)) if isinstance(value, Decimal) else value)


def kept(value: Any) -> str:
    """JSON text in which a Decimal is a number with its own digits."""
    return _MARKED.sub(r"\1", json.dumps(value, default=_exact, separators=(",", ":")))


def dumps(value: Any) -> str:
    """JSON text with numbers as the vendor writes them."""
    return _MARKED.sub(r"\1", json.dumps(value, default=_as_answered, separators=(",", ":")))


def present(value: Any) -> Any:
    """The value without what is null or empty text, at any depth: absent is the vendor's way (quickbooks.md 2.4)."""
    if isinstance(value, dict):
        return {name: present(part) for name, part in value.items() if part is not None and part != ""}
    return [present(part) for part in value] if isinstance(value, list) else value


def loads(text: str | bytes) -> Any:
    """JSON in which every number with a point is a Decimal.

    Raises:
        ValueError: it is none, or nested too deeply.
    """
    try:
        return json.loads(text, parse_float=Decimal)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def stamp(moment: datetime) -> str:
    """A MetaData time: whole seconds."""
    return moment.astimezone(PACIFIC).isoformat(timespec="seconds")


def time(moment: datetime) -> str:
    """An envelope's `time`: milliseconds."""
    return moment.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def decimal(value: object) -> Decimal:
    """A JSON number or its text as a Decimal.

    Raises:
        Fault: 2080, it is no number.
    """
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except ArithmeticError:
        raise Fault("2080", "Invalid Number", f"Invalid Number : {value}", "") from None
    if not number.is_finite() or abs(number) >= LARGEST:
        raise Fault("2080", "Invalid Number", f"Invalid Number : {value}", "")
    return number
