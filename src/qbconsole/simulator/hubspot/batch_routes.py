"""Records by the hundred: batch read, create, update, upsert, archive (hubspot.md 3 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import writes
from qbconsole.simulator.hubspot.checks import properties_of
from qbconsole.simulator.hubspot.properties import json_list
from qbconsole.simulator.hubspot.record_routes import unique_id
from qbconsole.simulator.hubspot.refusals import Refusal, invalid
from qbconsole.simulator.hubspot.shown import View
from qbconsole.simulator.hubspot.wire import Answer, Call, Endpoint, batch_answer

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_INPUTS = 100
"""Records in one batch."""
TRACE = "objectWriteTraceId"
"""The caller's own name of an input, which its result or error repeats."""


def read_batch(call: Call) -> Answer:
    """Records by id or unique property, without search's lag; missing ones are errors in a 207."""
    portal, kind = call.portal, call.kind.name
    by = call.fields.get("idProperty")
    asked = list(dict.fromkeys(_ids(call)))
    found = []
    for one in asked:
        record = portal.store.find(kind, (unique_id(portal, kind, by, one) or "") if by else one)
        if record is not None and record["archived"] is call.archived:
            found.append((one, record))
    view = View(portal, kind, call.listed("properties") or None, past=call.listed("propertiesWithHistory"))
    results = [view.of(record) for _, record in found]
    here = {one for one, _ in found}
    return batch_answer(portal, results, _missing(call, [one for one in asked if one not in here]))


def create_batch(call: Call) -> Answer:
    """New records: all or none, unless every input has its own objectWriteTraceId (hubspot.md 4)."""
    results, errors = _each(call, lambda one: writes.create(call, one), partial=_are_traced(call))
    return batch_answer(call.portal, results, errors, status=201)


def update_batch(call: Call) -> Answer:
    """Set values of many. A bad value refuses all; unknown and merged ids are errors in a 207 (hubspot.md 4)."""
    portal, kind = call.portal, call.kind.name
    _refuse_duplicates(call)
    results, missing = [], []
    for one in _limited(call):
        record_id = str(one["id"])
        if by := one.get("idProperty"):
            record_id = unique_id(portal, kind, by, record_id) or ""
        record = portal.store.find(kind, record_id)
        if record is None or record["archived"]:
            missing.append(str(one["id"]))
            continue
        results.append(_traced(writes.update(call, record_id, properties_of(one)), one))
    return batch_answer(portal, results, _missing(call, missing))


def upsert_batch(call: Call) -> Answer:
    """Update by a unique property, or create; each result says `new`. Partial as creates are, but never by e-mail."""
    _refuse_duplicates(call)
    by_email = any(one.get("idProperty") == "email" for one in call.inputs)
    results, errors = _each(call, lambda one: _upsert(call, one), partial=_are_traced(call) and not by_email)
    return batch_answer(call.portal, results, errors)


def _upsert(call: Call, one: dict[str, Any]) -> dict[str, Any]:
    by, key, written = one.get("idProperty"), str(one["id"]), properties_of(one)
    if not by:
        raise invalid("Invalid input JSON: Some required fields were not set: [idProperty]")
    existing = unique_id(call.portal, call.kind.name, by, key)
    values = {by: key, **written}
    if existing is None:
        return writes.create(call, {"properties": values}) | {"new": True}
    return writes.update(call, existing, values) | {"new": False}


def _each(
    call: Call, act: Callable[[dict[str, Any]], dict[str, Any]], *, partial: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What came of each input, and its errors; the first one refuses all unless they may be `partial`."""
    results, errors = [], []
    for one in _limited(call):
        try:
            results.append(_traced(act(one), one))
        except Refusal as refusal:
            if not partial:
                raise
            errors.append(refusal.body() | {"context": refusal.context | {TRACE: [str(one[TRACE])]}})
    return results, errors


def _are_traced(call: Call) -> bool:
    traces = [one.get(TRACE) for one in call.inputs]
    return all(traces) and len(set(traces)) == len(traces)


def _traced(record: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    return record | ({TRACE: one[TRACE]} if one.get(TRACE) else {})


def archive_batch(call: Call) -> Answer:
    """To the recycle bin; unknown ids are no error."""
    portal, kind = call.portal, call.kind.name
    for record_id in dict.fromkeys(_ids(call)):
        record = portal.store.find(kind, record_id)
        if record is not None and not record["archived"]:
            portal.archive(kind, record_id)
    return Answer(None, 204)


def _limited(call: Call) -> list[dict[str, Any]]:
    if len(call.inputs) > MOST_INPUTS:
        raise invalid(f"The maximum number of inputs supported in a batch request is {MOST_INPUTS}.")
    return call.inputs


def _ids(call: Call) -> list[str]:
    inputs = _limited(call)
    if any(one.get("id") is None for one in inputs):
        raise invalid("Invalid input JSON: Some required fields were not set: [id]")
    return [str(one["id"]) for one in inputs]


def _refuse_duplicates(call: Call) -> None:
    ids = _ids(call)
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise invalid(f"Duplicate IDs found in batch input: {json_list(twice)}. IDs must be unique")


def _missing(call: Call, ids: list[str]) -> list[dict[str, Any]]:
    if not ids:
        return []
    what = call.kind.singular.upper()
    text = f"Could not get some {what} objects, they may be deleted or not exist. Check that ids are valid."
    return [{"status": "error", "category": "OBJECT_NOT_FOUND", "message": text, "context": {"ids": ids}}]


_OLD, _DATED = "/crm/v3/objects/{kind}/batch", "/crm/objects/{v}/{kind}/batch"
_READ, _WRITE = "crm.objects.{kind}.read", "crm.objects.{kind}.write"

ENDPOINTS = [
    Endpoint("POST", _OLD + "/read", _DATED + "/read", read_batch, _READ),
    Endpoint("POST", _OLD + "/create", _DATED + "/create", create_batch, _WRITE),
    Endpoint("POST", _OLD + "/update", _DATED + "/update", update_batch, _WRITE),
    Endpoint("POST", _OLD + "/upsert", _DATED + "/upsert", upsert_batch, _WRITE),
    Endpoint("POST", _OLD + "/archive", _DATED + "/archive", archive_batch, _WRITE),
]
