"""What a property holds, compared by what it means, and what a body of HTML says (hubspot.md section 2)."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li)>", re.IGNORECASE)
_ELEMENT = re.compile(r"<[^>]+>")


def as_html(text: str) -> str:
    """The lines of a text as the body of a task or note."""
    return "<br>".join(html.escape(line, quote=False) for line in text.strip().splitlines())


def plain_text(body: str) -> str:
    """The lines of a task's HTML body."""
    return html.unescape(_ELEMENT.sub("", _BREAK.sub("\n", body)))


def same_value(there: object, wanted: str) -> bool:
    """Whether a property holds a value: numbers by value, days with or without midnight, null as empty."""
    held = "" if there is None else str(there)
    if held == wanted:
        return True
    if not held or not wanted:
        return False
    try:
        return Decimal(held) == Decimal(wanted)
    except InvalidOperation:
        return _moment(held) is not None and _moment(held) == _moment(wanted)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
