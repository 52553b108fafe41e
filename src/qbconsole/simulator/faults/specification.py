"""What a fault specification says.

It is a comma-separated list of `NAME=HOW`, HOW being a rate (`0.05`: five in a hundred) or a count (`3x`: the next
three), optionally of one endpoint: `drop_response=3x@create_invoice`. Some take seconds: `delay=0.1:2.5@query`. An item
inside a batch counts as its endpoint; the whole batch is then struck, once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One sort of fault."""

    meaning: str
    seconds: float | None = None
    """The seconds of one that names none; None when it takes none."""


FAULTS: dict[str, Kind] = {
    "drop_response": Kind("the work is done and kept, then the connection is cut without a byte of an answer"),
    "drop_request": Kind("the connection is cut before any work"),
    "reset": Kind("the connection is reset (TCP RST) before any work"),
    "delay": Kind("the work is done after some seconds (2)", 2.0),
    "slow": Kind("the work is done, its answer's body comes a byte every so many seconds (1)", 1.0),
    "throttle": Kind("429 in the vendor's own words, no work done"),
    "server_error": Kind(
        "500 or a gateway's 502 (QuickBooks: also 503; HubSpot: also 423, 477, 521 with no work done), before the work"
        " or after it was done and kept, in any of the vendor's forms: JSON, XML (QuickBooks), HTML"
    ),
    "truncate": Kind(
        "the work is done, its answer's body is cut in the middle and the connection closed; Content-Length is that of"
        " what was sent or of the whole"
    ),
    "stale_read": Kind(
        "a query, search, list or change feed answers with the records as they were some seconds ago (2, at most 60);"
        " reads by id stay fresh, and once so many seconds have passed all is fresh",
        2.0,
    ),
    "duplicate": Kind("a write is carried out twice, as by a retrying proxy; the second answer is given"),
    "revoke_token": Kind(
        "the grant ends: 401 from then on and invalid_grant for refreshing, until a new sign-in; HubSpot's token is"
        " replaced by another"
    ),
    "skew": Kind(
        "one answer's Date header, and the time in QuickBooks' envelope, are off by so many seconds (300), early or"
        " late; the stamps of records are right",
        300.0,
    ),
    "forget_requestids": Kind("QuickBooks forgets every requestid, then does the work"),
    "other_user": Kind(
        "another user changes a harmless field of the record that a QuickBooks write with a SyncToken is about, just"
        " before it: the write meets fault 5010"
    ),
}
"""Every fault by name."""
LONGEST_MEMORY = 60.0
"""Seconds that a stale read may go back at most."""
_PART = re.compile(
    r"(?P<name>\w+)=(?:(?P<count>\d+)x|(?P<rate>\d*\.?\d+))(?::(?P<seconds>\d*\.?\d+))?(?:@(?P<endpoint>\w+))?"
)


@dataclass(frozen=True)
class Rule:
    """One part of a specification."""

    text: str
    name: str
    rate: float
    count: int | None
    endpoint: str
    seconds: float
    """Zero for a fault that takes none."""


def parse(spec: str) -> list[Rule]:
    """The rules of a specification.

    Raises:
        ValueError: a part is wrong; the text names it.
    """
    return [_rule(part) for part in (piece.strip() for piece in spec.split(",")) if part]


def _rule(part: str) -> Rule:
    name = part.partition("=")[0]
    if name not in FAULTS:
        message = f"faults: {part!r}: no fault is called {name!r}; there are {', '.join(FAULTS)}"
        raise ValueError(message)
    match = _PART.fullmatch(part)
    if match is None:
        message = f"faults: {part!r}: expected {name}=RATE or {name}=Nx, optionally @ENDPOINT"
        raise ValueError(message)
    count, rate = match["count"], float(match["rate"] or 0)
    if rate > 1:
        message = f"faults: {part!r}: a rate lies between 0 and 1; a count is written {match['rate']}x"
        raise ValueError(message)
    seconds = _seconds(part, name, match["seconds"])
    return Rule(part, name, rate, int(count) if count else None, match["endpoint"] or "", seconds)


def _seconds(part: str, name: str, given: str | None) -> float:
    usual = FAULTS[name].seconds
    if given is None:
        return usual or 0.0
    if usual is None:
        takers = ", ".join(other for other, kind in FAULTS.items() if kind.seconds is not None)
        message = f"faults: {part!r}: {name} takes no seconds; {takers} do"
        raise ValueError(message)
    if name == "stale_read" and float(given) > LONGEST_MEMORY:
        message = f"faults: {part!r}: a stale read goes back {LONGEST_MEMORY:g} seconds at most"
        raise ValueError(message)
    return float(given)
