"""Money and dates as the business itself reckons them: decimals, half a cent rounds up, days in the book's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Chicago")
"""The zone in which the business lives and its books are kept."""

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def exact(value: object) -> Decimal:
    """A number of a JSON body, whatever its type, as a decimal; nothing counts as zero."""
    if isinstance(value, Decimal):
        return value
    return Decimal(0) if value in (None, "") else Decimal(str(value))


def cents(value: object) -> Decimal:
    """The same, rounded half up to cents."""
    return exact(value).quantize(CENT, ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """A decimal as text without exponent or needless zeros: quantities, prices, percentages."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def close(left: Decimal, right: Decimal, share: Decimal = Decimal("0.015")) -> bool:
    """Whether two amounts could be taken for each other."""
    return abs(left - right) <= share * max(abs(left), abs(right))


def moment(day: date, hour: int = 9, minute: int = 0, second: int = 0) -> datetime:
    """A wall-clock time of the book's zone, in UTC."""
    return datetime.combine(day, time(hour, minute, second), ZONE).astimezone(UTC)


def local_day(instant: datetime | str) -> date:
    """The day of an instant in the book's zone."""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    return instant.astimezone(ZONE).date()


def is_workday(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < 5


def workdays(first: date, last: date) -> list[date]:
    """The working days from the first to the last day, both included."""
    return [day for n in range((last - first).days + 1) if is_workday(day := first + timedelta(days=n))]


def next_workday(day: date) -> date:
    """The day itself, or the Monday after its weekend."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day
