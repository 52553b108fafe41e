"""Dates in a book's time zone, and the wire forms in which CRMs give them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def business_date(moment: datetime, zone: str) -> date:
    """The calendar day of an instant in the book's zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def posting_date(moment: datetime, zone: str) -> date:
    """The day a CRM's date field means: midnight UTC is a bare date, any other instant is converted (invariant 10)."""
    if moment.astimezone(UTC).time() == time(0):
        return moment.astimezone(UTC).date()
    return business_date(moment, zone)


def same_month(one: date, other: date) -> bool:
    """Whether both days lie in one calendar month."""
    return (one.year, one.month) == (other.year, other.month)
