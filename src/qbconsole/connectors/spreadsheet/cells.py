"""What people and Excel write into cells: numbers and dates in several forms (issue 2, point 5)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from qbconsole.connectors.payload import exact

if TYPE_CHECKING:
    from decimal import Decimal

_US_DATE = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def number(text: str, *, decimal_comma: bool = False) -> Decimal:
    """A number with or without currency sign, thousands separators or parentheses for a negative.

    Args:
        text: the cell.
        decimal_comma: the file's numbers have a comma before the fraction (as in `;`-separated files).

    Raises:
        ValueError: it is no number.
    """
    bare = text.strip().replace("\u00a0", "").replace(" ", "").lstrip("$€£").rstrip("%")
    negative = bare.startswith("(") and bare.endswith(")")
    bare = bare.strip("()").lstrip("$€£")
    if decimal_comma and "," in bare:
        bare = bare.replace(".", "").replace(",", ".")
    elif "," in bare:
        if not re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", bare):
            msg = f"{text!r} is not a number"
            raise ValueError(msg)
        bare = bare.replace(",", "")
    try:
        value = exact(bare)
    except ValueError:
        msg = f"{text!r} is not a number"
        raise ValueError(msg) from None
    return -value if negative else value


def day(text: str) -> date:
    """A date in ISO form, with or without a time behind it, or as month/day/year.

    Raises:
        ValueError: it is no date.
    """
    bare = text.strip()
    if match := _US_DATE.match(bare.split(" ")[0]):
        month, of_month, year = (int(part) for part in match.groups())
        return date(year + 2000 if year < 100 else year, month, of_month)
    try:
        return datetime.fromisoformat(bare).date()
    except ValueError:
        msg = f"{text!r} is not a date (2026-11-30 or 11/30/2026)"
        raise ValueError(msg) from None


def unescaped(cell: str) -> str:
    """A cell of a file of ours, without the sign that kept it from being taken for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
