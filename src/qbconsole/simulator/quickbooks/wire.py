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
_MARK = "\ue000"
_MARKED = re.compile(r'"\\ue000(-?[0-9.]+)\\ue000"')


def _marked(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{_MARK}{value:f}{_MARK}"
    message = f"{type(value).__name__} is not JSON"
    raise TypeError(message)


def dumps(value: Any) -> str:
    """JSON text in which a Decimal is a number with its own digits."""
    return _MARKED.sub(r"\1", json.dumps(value, default=_marked, separators=(",", ":")))


def loads(text: str | bytes) -> Any:
    """JSON in which every number with a point is a Decimal."""
    return json.loads(text, parse_float=Decimal)


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
    if not number.is_finite():
        raise Fault("2080", "Invalid Number", f"Invalid Number : {value}", "")
    return number
