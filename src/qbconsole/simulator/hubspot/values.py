"""What a property takes, and the text in which it keeps it (hubspot.md 2: every value is a string or null)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from qbconsole.simulator.hubspot import times

LONGEST_TEXT = 65_536
"""Characters that a string property holds (hubspot.md 2, "Properties")."""


class BadValue(Exception):
    """A value that its property does not take: the vendor's code and text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def text_of(value: Any) -> str:
    """The text of a JSON value: numbers and booleans are taken as well as strings (hubspot.md 2)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, Decimal)):
        return str(value)
    raise BadValue("INVALID_STRING", f"{value!r} is not a string, number or boolean")


def kept(definition: dict[str, Any], value: Any) -> str:
    """The text under which the portal keeps a value; "" clears. Enumerations are checked elsewhere."""
    text = text_of(value)
    kind = definition["type"]
    if text == "" or kind in ("enumeration", "phone_number"):
        return text
    if kind == "string":
        return _string(definition["name"], text)
    return _TYPED[kind](definition["name"], text) if kind in _TYPED else text


def _string(name: str, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise BadValue("PROPERTY_VALUE_TOO_LONG", f"Property {name} is longer than {LONGEST_TEXT} characters")
    return text


def _number(_name: str, text: str) -> str:
    """Kept as written; no commas or currency signs (hubspot.md 9, 20)."""
    try:
        number = Decimal(text.strip()) if "_" not in text else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadValue("INVALID_DOUBLE", f"{text} was not a valid number.")
    return text.strip()


def _bool(name: str, text: str) -> str:
    if text.lower() not in ("true", "false"):
        raise BadValue("INVALID_OPTION", f"{text} was not one of the allowed options of {name}: [true, false]")
    return text.lower()


def _datetime(name: str, text: str) -> str:
    try:
        return times.stamp(times.parse(text))
    except ValueError as error:
        raise BadValue("INVALID_LONG", f"{text} was not a valid long or ISO 8601 date for {name}.") from error


def _date(_name: str, text: str) -> str:
    """`YYYY-MM-DD`, or epoch milliseconds at midnight UTC; another hour is refused (hubspot.md 4)."""
    try:
        if not text.lstrip("-").isdigit():
            return date.fromisoformat(text).isoformat()
        moment = times.parse(text)
    except ValueError as error:
        raise BadValue("INVALID_DATE", f"{text} is not a valid date.") from error
    if (moment.hour, moment.minute, moment.second, moment.microsecond) != (0, 0, 0, 0):
        raise BadValue("INVALID_DATE", f"{text} is at {moment.time()} UTC, not midnight!")
    return moment.date().isoformat()


_TYPED = {"number": _number, "bool": _bool, "datetime": _datetime, "date": _date}


def comparable(definition: dict[str, Any], text: str) -> Decimal | int | str:
    """What searches and sorts compare: numbers as numbers, moments as milliseconds, strings in lower case."""
    kind = definition["type"]
    if kind == "number":
        return Decimal(text)
    if kind in ("datetime", "date"):
        return _milliseconds(text)
    return text.lower() if kind in ("string", "phone_number", "bool") else text


@lru_cache(maxsize=100_000)
def _milliseconds(text: str) -> int:
    return times.milliseconds(times.parse(text))


def binary(number: str) -> str:
    """A decimal number through a binary double, written out in full, as calculated values come (hubspot.md 2)."""
    return str(Decimal(float(number)))
