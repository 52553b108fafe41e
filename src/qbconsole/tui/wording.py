"""How money, ages and text are put into cells of a terminal. Everything here is cut and padded by terminal cells."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from qbconsole.domain.money import ZERO
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from qbconsole.actions.bulk import Foreseen

ELLIPSIS = "…"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def fit(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly that many cells: cut with an ellipsis, or padded left or right."""
    text = safe_text(text)
    if width <= 0:
        return ""
    length = cell_len(text)
    if length > width:
        text = set_cell_size(text, width - 1).rstrip() + ELLIPSIS
        length = cell_len(text)
    padding = " " * (width - length)
    return padding + text if right else text + padding


@lru_cache(maxsize=1)
def _formatter() -> Callable[[Decimal, str], str]:
    """Babel's accounting format in the person's locale; babel is imported when the first amount is shown."""
    from babel.core import Locale, UnknownLocaleError, default_locale
    from babel.numbers import format_currency

    try:
        locale = Locale.parse(default_locale("LC_MONETARY") or "en_US")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en", "US")
    if str(locale) == "en_US_POSIX":
        locale = Locale("en", "US")
    return lambda amount, currency: str(
        format_currency(amount, currency, locale=locale, format_type="accounting").replace("\xa0", " ")
    )


def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency in the locale's format, negative in parentheses; nothing for no amount."""
    return "" if amount is None else _formatter()(amount, currency)


def total(amounts: Iterable[tuple[Decimal | None, str]]) -> str:
    """What amounts come to, each currency by itself (`CA$10.00 + $5.00`); nothing when that is nothing."""
    sums: dict[str, Decimal] = {}
    for amount, currency in amounts:
        if amount:
            sums[currency] = sums.get(currency, ZERO) + amount
    return " + ".join(money(sum_, currency) for currency, sum_ in sorted(sums.items()))


def days(since: date | None, today: date) -> str:
    """An age in days: `today`, `3d`; `in 3d` for what is to come; nothing when there is no date."""
    if since is None:
        return ""
    age = (today - since).days
    if age == 0:
        return "today"
    return f"{age}d" if age > 0 else f"in {-age}d"


def span(seconds: float) -> str:
    """A length of time in its largest unit: `12 s`, `4 min`, `3 h`, `2 d`."""
    whole = max(0, int(seconds))
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if whole >= size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago: `12 s ago`; `never` for no moment."""
    return "never" if moment is None else f"{span((now - moment).total_seconds())} ago"


def local(moment: datetime | None) -> str:
    """An instant on this machine's clock, for the detail beside a relative time."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def plural(count: int, one: str, many: str = "") -> str:
    """`1 row`, `9 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def undo_question(foreseen: Sequence[Foreseen]) -> str:
    """What undo would do to what one key decided, for the line above the footer; pressed again it does it."""
    able = [one for one in foreseen if not one.refused]
    if not able:
        return "; ".join(dict.fromkeys(f"{one.row_id}: {one.undo}" for one in foreseen))
    if len(foreseen) == 1:
        return f"u again: {able[0].undo} (undo {able[0].words})"
    counted = {one.undo: sum(other.undo == one.undo for other in able) for one in able}
    what = "; ".join(undo if count == 1 else f"{count} x {undo}" for undo, count in counted.items())
    left = [f"not {one.row_id} ({one.undo.removeprefix('no undo: ')})" for one in foreseen if one.refused]
    return "; ".join((f"u again: undo {plural(len(able), 'row')}: {what}", *left))
