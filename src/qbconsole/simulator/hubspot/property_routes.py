"""Properties and their groups (hubspot.md 2 and 4)."""

from __future__ import annotations

from typing import Any

from qbconsole.simulator.hubspot.refusals import Refusal
from qbconsole.simulator.hubspot.wire import OLD, Answer, Call, Endpoint, batch_answer


def _definition(call: Call, definition: dict[str, Any]) -> dict[str, Any]:
    """A definition with the options that live elsewhere filled in, but for external ones."""
    return definition | {"options": call.portal.options(call.kind.name, definition)}


def list_properties(call: Call) -> Answer:
    """Every property of a kind; not paged."""
    found = call.portal.properties.all(call.kind.name, archived=call.archived)
    named = call.names("properties")
    return Answer({"results": [_definition(call, one) for one in found if named is None or one["name"] in named]})


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
    archived = call.fields.get("archived") is True
    by_name = {name: call.portal.properties.get(call.kind.name, name, archived=archived) for name in names}
    found = [one for one in by_name.values() if one is not None]
    missing = [name for name, one in by_name.items() if one is None]
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


def archive_properties(call: Call) -> Answer:
    """Archive several; unknown ones are no error."""
    for one in call.inputs:
        if call.portal.properties.get(call.kind.name, str(one.get("name"))) is not None:
            call.portal.properties.archive(call.kind.name, str(one["name"]), call.portal.clock.now())
    return Answer(None, 204)


def list_groups(call: Call) -> Answer:
    """The property groups of a kind."""
    return Answer({"results": call.portal.properties.groups(call.kind.name)})


def create_group(call: Call) -> Answer:
    """A property group of this account."""
    return Answer(call.portal.properties.create_group(call.kind.name, call.fields), 201)


def read_group(call: Call) -> Answer:
    """One property group."""
    return Answer(call.portal.properties.group(call.kind.name, call.path["name"]))


def update_group(call: Call) -> Answer:
    """Change a group's label or place."""
    return Answer(call.portal.properties.update_group(call.kind.name, call.path["name"], call.fields))


def archive_group(call: Call) -> Answer:
    """Forget an empty group of this account."""
    call.portal.properties.archive_group(call.kind.name, call.path["name"])
    return Answer(None, 204)


_OLD, _DATED = "/crm/v3/properties/{kind}", "/crm/properties/{v}/{kind}"
_READ, _WRITE = "crm.schemas.{kind}.read", "crm.schemas.{kind}.write"

ENDPOINTS = [
    Endpoint("GET", _OLD, _DATED, list_properties, _READ),
    Endpoint("POST", _OLD, _DATED, create_property, _WRITE),
    Endpoint("GET", _OLD + "/groups", _DATED + "/groups", list_groups, _READ),
    Endpoint("POST", _OLD + "/groups", _DATED + "/groups", create_group, _WRITE),
    Endpoint("GET", _OLD + "/groups/{name}", _DATED + "/groups/{name}", read_group, _READ),
    Endpoint("PATCH", _OLD + "/groups/{name}", _DATED + "/groups/{name}", update_group, _WRITE),
    Endpoint("DELETE", _OLD + "/groups/{name}", _DATED + "/groups/{name}", archive_group, _WRITE),
    Endpoint("POST", _OLD + "/batch/create", _DATED + "/batch/create", create_properties, _WRITE),
    Endpoint("POST", _OLD + "/batch/read", _DATED + "/batch/read", read_properties, _READ),
    Endpoint("POST", _OLD + "/batch/archive", _DATED + "/batch/archive", archive_properties, _WRITE),
    Endpoint("GET", _OLD + "/{name}", _DATED + "/{name}", read_property, _READ),
    Endpoint("PATCH", _OLD + "/{name}", _DATED + "/{name}", update_property, _WRITE),
    Endpoint("DELETE", _OLD + "/{name}", _DATED + "/{name}", archive_property, _WRITE),
]
