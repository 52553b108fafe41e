"""The account's owners and its details (hubspot.md 1 and 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from qbconsole.simulator.hubspot.wire import Answer, Call, Endpoint, paged

if TYPE_CHECKING:
    from datetime import timedelta

MOST_OWNERS = 500
"""Owners on a page."""


def list_owners(call: Call) -> Answer:
    """The owners, active or (`archived=true`) not."""
    owners = call.portal.owners.all(archived=call.archived)
    if email := call.text("email"):
        owners = [owner for owner in owners if owner["email"].lower() == email.lower()]
    limit = call.number("limit", 100, MOST_OWNERS)
    after = call.text("after")
    start = int(after) if after.isdigit() else 0
    following = str(start + limit) if start + limit < len(owners) else None
    return Answer(paged(owners[start : start + limit], following, call.url))


def read_owner(call: Call) -> Answer:
    """One owner, by `id` or `userId`."""
    by = "userId" if call.text("idProperty") == "userId" else "id"
    return Answer(call.portal.owners.get(call.path["id"], archived=call.archived, by=by))


def read_account(call: Call) -> Answer:
    """Who the account is."""
    portal = call.portal
    offset = portal.clock.now().astimezone(ZoneInfo(portal.settings["time_zone"])).utcoffset()
    return Answer(
        {
            "portalId": int(portal.portal_id),
            "accountType": "STANDARD",
            "timeZone": portal.settings["time_zone"],
            "companyCurrency": portal.settings["currency"],
            "additionalCurrencies": [],
            "utcOffset": _offset(offset),
            "utcOffsetMilliseconds": int(offset.total_seconds() * 1000) if offset is not None else 0,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
    )


def _offset(offset: timedelta | None) -> str:
    minutes = int(offset.total_seconds() // 60) if offset is not None else 0
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


_OWNERS = "crm.objects.owners.read"

ENDPOINTS = [
    Endpoint("GET", "/crm/v3/owners", "/crm/owners/{v}", list_owners, _OWNERS),
    Endpoint("GET", "/crm/v3/owners/", "", list_owners, _OWNERS),
    Endpoint("GET", "/crm/v3/owners/{id}", "/crm/owners/{v}/{id}", read_owner, _OWNERS),
    Endpoint("GET", "/account-info/v3/details", "/account-info/{v}/details", read_account),
]
