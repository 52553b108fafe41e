"""What the account is made of: properties, their groups, pipelines, owners, its details (hubspot.md 1, 2, 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qbconsole.simulator.hubspot.refusals import Refusal
from qbconsole.simulator.hubspot.wire import OLD, Answer, Call, Endpoint, batch_answer, paged

if TYPE_CHECKING:
    from datetime import timedelta

MOST_OWNERS = 500
"""Owners on a page."""


def _definition(call: Call, definition: dict[str, Any]) -> dict[str, Any]:
    """A definition with the options that live elsewhere filled in, but for external ones."""
    return definition | {"options": call.portal.options(call.kind.name, definition)}


def list_properties(call: Call) -> Answer:
    """Every property of a kind; not paged."""
    found = call.portal.properties.all(call.kind.name, archived=call.archived)
    return Answer({"results": [_definition(call, one) for one in found]})


def read_property(call: Call) -> Answer:
    """One property."""
    name = call.path["name"]
    found = call.portal.properties.get(call.kind.name, name, archived=True) if call.archived else None
    return Answer(_definition(call, found or call.portal.properties.existing(call.kind.name, name)))


def create_property(call: Call) -> Answer:
    """A property of this account."""
    return Answer(call.portal.properties.create(call.kind.name, call.fields, call.portal.clock.now()), 201)


def create_properties(call: Call) -> Answer:
    """Several; those that exist already are errors in a 207."""
    results, errors = [], []
    for one in call.inputs:
        try:
            results.append(call.portal.properties.create(call.kind.name, one, call.portal.clock.now()))
        except Refusal as refusal:
            errors.append(refusal.body() | {"context": {"name": [str(one.get("name"))]}})
    return batch_answer(call.portal, results, errors, status=201 if call.version == OLD else 200)


def read_properties(call: Call) -> Answer:
    """Several by name."""
    names = [str(one.get("name")) for one in call.inputs]
    found = [one for name in names if (one := call.portal.properties.get(call.kind.name, name)) is not None]
    missing = [name for name in names if call.portal.properties.get(call.kind.name, name) is None]
    text = "Could not get some properties, they may be deleted or not exist."
    error = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": text, "context": {"name": missing}}
    return batch_answer(call.portal, [_definition(call, one) for one in found], [error] if missing else [])


def update_property(call: Call) -> Answer:
    """Change a property."""
    changed = call.portal.properties.update(call.kind.name, call.path["name"], call.fields, call.portal.clock.now())
    return Answer(_definition(call, changed))


def archive_property(call: Call) -> Answer:
    """Archive a property; its values are no longer shown."""
    call.portal.properties.archive(call.kind.name, call.path["name"], call.portal.clock.now())
    return Answer(None, 204)


def list_groups(call: Call) -> Answer:
    """The property groups of a kind."""
    return Answer({"results": call.portal.properties.groups(call.kind.name)})


def create_group(call: Call) -> Answer:
    """A property group of this account."""
    return Answer(call.portal.properties.create_group(call.kind.name, call.fields), 201)


def list_pipelines(call: Call) -> Answer:
    """The pipelines of a kind with their stages."""
    return Answer({"results": call.portal.pipelines.all(call.kind.name)})


def read_pipeline(call: Call) -> Answer:
    """One pipeline."""
    return Answer(call.portal.pipelines.get(call.kind.name, call.path["id"]))


def list_stages(call: Call) -> Answer:
    """The stages of one pipeline."""
    return Answer({"results": call.portal.pipelines.get(call.kind.name, call.path["id"])["stages"]})


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


_PROPERTIES, _PROPERTIES_DATED = "/crm/v3/properties/{kind}", "/crm/properties/{v}/{kind}"
_PIPELINES, _PIPELINES_DATED = "/crm/v3/pipelines/{kind}", "/crm/pipelines/{v}/{kind}"
_READ, _WRITE = "crm.schemas.{kind}.read", "crm.schemas.{kind}.write"
_OWNERS = "crm.objects.owners.read"

ENDPOINTS = [
    Endpoint("GET", _PROPERTIES, _PROPERTIES_DATED, list_properties, _READ),
    Endpoint("POST", _PROPERTIES, _PROPERTIES_DATED, create_property, _WRITE),
    Endpoint("GET", _PROPERTIES + "/groups", _PROPERTIES_DATED + "/groups", list_groups, _READ),
    Endpoint("POST", _PROPERTIES + "/groups", _PROPERTIES_DATED + "/groups", create_group, _WRITE),
    Endpoint("POST", _PROPERTIES + "/batch/create", _PROPERTIES_DATED + "/batch/create", create_properties, _WRITE),
    Endpoint("POST", _PROPERTIES + "/batch/read", _PROPERTIES_DATED + "/batch/read", read_properties, _READ),
    Endpoint("GET", _PROPERTIES + "/{name}", _PROPERTIES_DATED + "/{name}", read_property, _READ),
    Endpoint("PATCH", _PROPERTIES + "/{name}", _PROPERTIES_DATED + "/{name}", update_property, _WRITE),
    Endpoint("DELETE", _PROPERTIES + "/{name}", _PROPERTIES_DATED + "/{name}", archive_property, _WRITE),
    Endpoint("GET", _PIPELINES, _PIPELINES_DATED, list_pipelines, _READ),
    Endpoint("GET", _PIPELINES + "/{id}", _PIPELINES_DATED + "/{id}", read_pipeline, _READ),
    Endpoint("GET", _PIPELINES + "/{id}/stages", _PIPELINES_DATED + "/{id}/stages", list_stages, _READ),
    Endpoint("GET", "/crm/v3/owners", "/crm/owners/{v}", list_owners, _OWNERS),
    Endpoint("GET", "/crm/v3/owners/", "", list_owners, _OWNERS),
    Endpoint("GET", "/crm/v3/owners/{id}", "/crm/owners/{v}/{id}", read_owner, _OWNERS),
    Endpoint("GET", "/account-info/v3/details", "/account-info/{v}/details", read_account),
]
