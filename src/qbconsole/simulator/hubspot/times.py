"""Moments as the portal writes them (hubspot.md 2: ISO with Z, milliseconds left out when they are zero)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def stamp(moment: datetime) -> str:
    """The vendor's text for a moment."""
    utc = moment.astimezone(UTC)
    milliseconds = utc.microsecond // 1000
    seconds = utc.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{seconds}.{milliseconds:03d}Z" if milliseconds else f"{seconds}Z"


def parse(text: str) -> datetime:
    """A moment from ISO text, a bare date (midnight UTC) or epoch milliseconds; ValueError if it is none of these."""
    if text.lstrip("-").isdigit():
        return from_milliseconds(int(text))
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(count: int) -> datetime:
    """The moment that many milliseconds after 1970; ValueError when no calendar has it."""
    try:
        return _EPOCH + timedelta(milliseconds=count)
    except OverflowError as error:
        raise ValueError(str(count)) from error
