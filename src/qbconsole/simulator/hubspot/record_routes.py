"""Single records: list, read, create, update, archive, merge, search (hubspot.md 3 and 4)."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import search
from qbconsole.simulator.hubspot.associations import FIRST_OWN_TYPE
from qbconsole.simulator.hubspot.checks import properties_of
from qbconsole.simulator.hubspot.refusals import Refusal, invalid, objects
from qbconsole.simulator.hubspot.shown import answered, shown
from qbconsole.simulator.hubspot.wire import Answer, Call, Endpoint, paged

if TYPE_CHECKING:
    from qbconsole.simulator.hubspot.portal import Portal

LARGEST_PAGE, LARGEST_PAGE_WITH_HISTORY = 100, 50
"""Records on a page of a list."""
BY_APP = "INTEGRATION"
"""The source of whatever comes over HTTP."""


def list_records(call: Call) -> Answer:
    """One page in id order; `after` is the next id."""
    kind = call.kind.name
    past = call.names("propertiesWithHistory") or []
    limit = call.number("limit", 10, LARGEST_PAGE_WITH_HISTORY if past else LARGEST_PAGE)
    after = call.text("after", "0")
    if not after.isdecimal():
        raise invalid(f"Invalid after {after}")
    records = list(islice(call.portal.store.since(kind, int(after), archived=call.archived), limit + 1))
    page = [
        shown(
            call.portal,
            kind,
            record,
            call.names("properties"),
            past=past,
            associations=call.names("associations") or [],
        )
        for record in records[:limit]
    ]
    return Answer(paged(page, records[limit]["id"] if len(records) > limit else None, call.url))


def read_record(call: Call) -> Answer:
    """One record; the id of a merged one answers with the survivor, an archived one only if asked for as such."""
    portal, kind = call.portal, call.kind.name
    record_id = portal.store.surviving(kind, addressed(call))
    record = portal.store.existing(kind, record_id, archived=call.archived)
    page = shown(
        portal,
        kind,
        record,
        call.names("properties"),
        past=call.names("propertiesWithHistory") or [],
        associations=call.names("associations") or [],
    )
    return Answer(page)


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
    portal, kind = call.portal, call.kind.name
    record = create_linked(portal, kind, call.fields)
    where = {"location": f"{call.url.partition('?')[0]}/{record['id']}"}
    return Answer(answered(portal, kind, record, properties_of(call.fields)), 201, where)


def create_linked(portal: Portal, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """Make a record with its inline associations, which are looked at before anything is made."""
    links = list(_inline_links(portal, kind, objects(body.get("associations"), "associations")))
    record = portal.create(kind, properties_of(body), source=BY_APP)
    for to_kind, to_id, numbers in links:
        portal.link(kind, record["id"], to_kind, to_id, numbers)
    return portal.store.existing(kind, record["id"])


def _inline_links(portal: Portal, kind: str, given: list[dict[str, Any]]) -> list[tuple[str, str, list[int]]]:
    links = []
    for one in given:
        numbers = type_numbers(one.get("types"))
        pairs = {portal.associations.pair_of(number) for number in numbers}
        pair = pairs.pop() if len(pairs) == 1 else None
        if pair is None or pair[0] != kind:
            raise invalid(f"Invalid association types for {kind}: {json.dumps(one.get('types'))}")
        to_id = end_id(one, "to")
        portal.read(pair[1], to_id)
        links.append((pair[1], to_id, numbers))
    return links


def end_id(link: dict[str, Any], end: str) -> str:
    """The id at one end (`from`, `to`) of an association that a request describes."""
    found = link.get(end)
    if not isinstance(found, dict) or not found.get("id"):
        raise invalid(f"Invalid input JSON: Some required fields were not set: [{end}.id]")
    return str(found["id"])


def type_numbers(specifications: Any) -> list[int]:
    """The type ids of association specifications."""
    given = [one.get("associationTypeId") for one in objects(specifications, "types")]
    numbers = [number for number in given if isinstance(number, int)]
    if not numbers or len(numbers) < len(given):
        raise invalid("Invalid input JSON: Some required fields were not set: [associationTypeId]")
    for one in specifications:
        own = one["associationTypeId"] >= FIRST_OWN_TYPE
        category = one.get("associationCategory", one.get("category"))
        if category != ("USER_DEFINED" if own else "HUBSPOT_DEFINED"):
            raise invalid(f"Association type {one['associationTypeId']} is not of category {category}")
    return numbers


def update_record(call: Call) -> Answer:
    """Set values; merged ids work here (hubspot.md 3, "Merge")."""
    portal, kind = call.portal, call.kind.name
    written = properties_of(call.fields)
    record = portal.update(kind, addressed(call), written, source=BY_APP)
    return Answer(answered(portal, kind, record, written))


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


def search_records(call: Call) -> Answer:
    """A search; no associations, no rate headers."""
    portal, kind = call.portal, call.kind.name
    request = call.fields
    if len(json.dumps(request, default=str)) > search.LONGEST_BODY:
        raise invalid(f"The request body is longer than {search.LONGEST_BODY} characters.")
    total, records, after = search.search(portal, kind, request)
    names = call.listed("properties") or None
    body: dict[str, Any] = {"total": total, "results": [shown(portal, kind, record, names) for record in records]}
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
    Endpoint("GET", _OLD + "/{id}", _DATED + "/{id}", read_record, _READ),
    Endpoint("PATCH", _OLD + "/{id}", _DATED + "/{id}", update_record, _WRITE),
    Endpoint("DELETE", _OLD + "/{id}", _DATED + "/{id}", archive_record, _WRITE),
]
