"""Single records: list, read, create, update, archive, merge, search (hubspot.md 3 and 4)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import search, writes
from qbconsole.simulator.hubspot.checks import properties_of
from qbconsole.simulator.hubspot.refusals import Refusal, invalid
from qbconsole.simulator.hubspot.shown import View, answered
from qbconsole.simulator.hubspot.wire import Answer, Call, Endpoint, paged
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from qbconsole.simulator.hubspot.portal import Portal

LARGEST_PAGE, LARGEST_PAGE_WITH_HISTORY = 100, 50
"""Records on a page of a list."""


def list_records(call: Call) -> Answer:
    """One page in id order; `after` is the next id."""
    kind, view = call.kind.name, _view(call)
    limit = call.number("limit", 10, LARGEST_PAGE_WITH_HISTORY if call.names("propertiesWithHistory") else LARGEST_PAGE)
    after = call.text("after", "0")
    if not after.isdecimal():
        raise invalid(f"Invalid after {after}")
    records = list(islice(call.portal.store.since(kind, int(after), archived=call.archived), limit + 1))
    page = [view.of(record) for record in records[:limit]]
    return Answer(paged(page, records[limit]["id"] if len(records) > limit else None, call.url))


def read_record(call: Call) -> Answer:
    """One record; the id of a merged one answers with the survivor, an archived one only if asked for as such."""
    portal, kind = call.portal, call.kind.name
    record_id = portal.store.surviving(kind, addressed(call))
    record = portal.store.existing(
        kind, record_id, archived=call.archived or _is_shown_archived(portal, kind, record_id)
    )
    return Answer(_view(call).of(record))


def _view(call: Call) -> View:
    past, associations = call.names("propertiesWithHistory") or (), call.names("associations") or ()
    return View(call.portal, call.kind.name, call.names("properties"), past=past, associations=associations)


def _is_shown_archived(portal: Portal, kind: str, record_id: str) -> bool:
    record = portal.store.find(kind, record_id)
    shown_anyway = Switches(portal.database)["hubspot_archived_by_id"] == "shown"
    return record is not None and record["archived"] and shown_anyway


def addressed(call: Call) -> str:
    """The id that a path means, by `idProperty` if given, which cannot be hs_object_id (hubspot.md 9, 17)."""
    record_id, by = call.path["id"], call.text("idProperty")
    if not by:
        return record_id
    return unique_id(call.portal, call.kind.name, by, record_id) or record_id


def unique_id(portal: Portal, kind: str, name: str, value: str) -> str | None:
    """The live record with that value of a property, which must hold each value once."""
    if name not in portal.properties.unique_names(kind):
        text = f"Unable to perform update/upsert by non-unique {kind} property {name}."
        raise Refusal(400, text, "VALIDATION_ERROR", context={"propertyName": [name]})
    return portal.store.by_unique(kind, name, value)


def create_record(call: Call) -> Answer:
    """A new record, linked to others in the same call."""
    made = writes.create(call, call.fields)
    return Answer(made, 201, {"location": f"{call.url.partition('?')[0]}/{made['id']}"})


def update_record(call: Call) -> Answer:
    """Set values; merged ids work here (hubspot.md 3, "Merge")."""
    return Answer(writes.update(call, addressed(call), properties_of(call.fields)))


def archive_record(call: Call) -> Answer:
    """To the recycle bin; once more is no error."""
    portal, kind = call.portal, call.kind.name
    record = portal.store.find(kind, call.path["id"])
    if record is None or not record["archived"]:
        portal.archive(kind, call.path["id"])
    return Answer(None, 204)


def merge_records(call: Call) -> Answer:
    """Two records become one."""
    primary, other = call.fields.get("primaryObjectId"), call.fields.get("objectIdToMerge")
    if not primary or not other:
        raise invalid("Invalid input JSON: Some required fields were not set: [primaryObjectId, objectIdToMerge]")
    record = call.portal.merge(call.kind.name, str(primary), str(other))
    return Answer(answered(call.portal, call.kind.name, record, call.kind.default_properties))


def delete_for_good(call: Call) -> Answer:
    """Permanent deletion, by id or unique property; nothing is left (hubspot.md 3)."""
    portal, kind, given = call.portal, call.kind.name, call.fields.get("objectId")
    if not given:
        raise invalid("Invalid input JSON: Some required fields were not set: [objectId]")
    by = call.fields.get("idProperty")
    record_id = unique_id(portal, kind, by, str(given)) if by else str(given)
    portal.purge(kind, record_id or str(given))
    return Answer(None, 204)


def search_records(call: Call) -> Answer:
    """A search; no associations, no rate headers."""
    portal, kind = call.portal, call.kind.name
    if call.length > search.LONGEST_BODY:
        raise invalid(f"The request body is longer than {search.LONGEST_BODY} characters.")
    total, records, after = search.search(portal, kind, call.fields)
    view = View(portal, kind, call.listed("properties") or None)
    body: dict[str, Any] = {"total": total, "results": [view.of(record) for record in records]}
    if after is not None:
        body["paging"] = {"next": {"after": after}}
    return Answer(body)


_OLD, _DATED = "/crm/v3/objects/{kind}", "/crm/objects/{v}/{kind}"
_READ, _WRITE = "crm.objects.{kind}.read", "crm.objects.{kind}.write"

ENDPOINTS = [
    Endpoint("GET", _OLD, _DATED, list_records, _READ),
    Endpoint("POST", _OLD, _DATED, create_record, _WRITE),
    Endpoint("POST", _OLD + "/search", _DATED + "/search", search_records, _READ, search=True),
    Endpoint("POST", _OLD + "/merge", _DATED + "/merge", merge_records, _WRITE),
    Endpoint("POST", _OLD + "/gdpr-delete", _DATED + "/gdpr-delete", delete_for_good, _WRITE),
    Endpoint("GET", _OLD + "/{id}", _DATED + "/{id}", read_record, _READ),
    Endpoint("PATCH", _OLD + "/{id}", _DATED + "/{id}", update_record, _WRITE),
    Endpoint("DELETE", _OLD + "/{id}", _DATED + "/{id}", archive_record, _WRITE),
]
