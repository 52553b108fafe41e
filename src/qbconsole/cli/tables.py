"""Text for a terminal: aligned columns, money in the locale's format, ages in words."""

from __future__ import annotations

import locale
import shutil
from typing import TYPE_CHECKING

from babel.numbers import format_currency

from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal


def money(amount: Decimal | None, currency: str) -> str:
    """An amount in the locale's format, negative in parentheses; empty for none."""
    if amount is None:
        return ""
    place = (locale.getlocale(locale.LC_MONETARY)[0] or "en_US").partition(".")[0]
    try:
        text = format_currency(abs(amount), currency or "USD", locale=place)
    except (ValueError, LookupError):
        text = format_currency(abs(amount), currency or "USD", locale="en_US")
    return f"({text})" if amount < 0 else text


def age(seconds: float | None) -> str:
    """How long ago, in the largest unit that fits."""
    if seconds is None:
        return "never"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return f"{int(seconds)} s ago"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Aligned lines under heads; the last column takes the rest of the terminal's width.

    Args:
        heads: one for each column.
        rows: the cells, already in words.
        right: columns that are aligned to the right.
    """
    cells: list[list[str]] = [[safe_text(cell) for cell in row] for row in rows]
    every: list[list[str]] = [list(heads), *cells]
    widths = [max(len(row[column]) for row in every) for column in range(len(heads))]
    width = shutil.get_terminal_size((120, 24)).columns
    lines = []
    for row in every:
        padded = [
            cell.rjust(widths[column]) if column in right else cell.ljust(widths[column])
            for column, cell in enumerate(row)
        ]
        line = "  ".join(padded).rstrip()
        lines.append(line if len(line) <= max(width, 40) else line[: max(width, 40) - 1] + "…")
    return lines
