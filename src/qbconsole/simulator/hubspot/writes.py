"""Writes of an app and their answers, under the rules of the version that it calls (hubspot.md 4 and 6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import requirements
from qbconsole.simulator.hubspot.associations import FIRST_OWN_TYPE
from qbconsole.simulator.hubspot.checks import normalized, properties_of
from qbconsole.simulator.hubspot.refusals import invalid, objects
from qbconsole.simulator.hubspot.shown import answered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.simulator.hubspot.portal import Portal
    from qbconsole.simulator.hubspot.wire import Call

BY_APP = "INTEGRATION"
"""The source of whatever comes over HTTP."""
Record = dict[str, Any]


def create(call: Call, body: dict[str, Any]) -> Record:
    """Make a record with its inline associations, which are looked at before anything is made."""
    portal, kind = call.portal, call.kind.name
    links = _inline_links(portal, kind, objects(body.get("associations"), "associations"))
    written = properties_of(body)
    record = portal.create(kind, written, source=BY_APP, strict=_is_strict(call))
    for to_kind, to_id, numbers in links:
        portal.link(kind, record["id"], to_kind, to_id, numbers)
    return _answer(call, portal.store.existing(kind, record["id"]), written)


def update(call: Call, record_id: str, written: Mapping[str, Any]) -> Record:
    """Set values of a record."""
    portal, kind = call.portal, call.kind.name
    return _answer(call, portal.update(kind, record_id, written, source=BY_APP, strict=_is_strict(call)), written)


def _is_strict(call: Call) -> bool:
    return call.version >= requirements.SINCE


def _answer(call: Call, record: Record, written: Mapping[str, Any]) -> Record:
    answer = answered(call.portal, call.kind.name, record, written)
    warnings = normalized(written, record["properties"]) if _is_strict(call) else []
    return answer | ({"warnings": warnings} if warnings else {})


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
    given = objects(specifications, "types")
    numbers = [number for one in given if isinstance(number := one.get("associationTypeId"), int)]
    if not numbers or len(numbers) < len(given):
        raise invalid("Invalid input JSON: Some required fields were not set: [associationTypeId]")
    for one in given:
        category = "USER_DEFINED" if one["associationTypeId"] >= FIRST_OWN_TYPE else "HUBSPOT_DEFINED"
        if one.get("associationCategory") != category:
            raise invalid(f"Association type {one['associationTypeId']} is of category {category}")
    return numbers
