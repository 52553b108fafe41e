"""Associations: of one record, of many, set, labelled and removed (hubspot.md 3 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.objects import kind_named
from qbconsole.simulator.hubspot.refusals import Refusal, invalid, objects
from qbconsole.simulator.hubspot.wire import OLD, Answer, Call, Endpoint, batch_answer, paged
from qbconsole.simulator.hubspot.writes import end_id, type_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.hubspot.objects import Kind

LARGEST_PAGE = 500
"""Associations on a page of one record."""
MOST_READ, MOST_WRITTEN = 1_000, 2_000
"""Inputs of a batch."""


def read_associations(call: Call) -> Answer:
    """What one record is linked to."""
    kind, to = _ends(call)
    record = call.portal.read(kind.name, call.path["id"])
    limit = call.number("limit", LARGEST_PAGE, LARGEST_PAGE)
    results, after = _page(call, kind, record["id"], to, limit, call.text("after"))
    return Answer(paged(results, after, call.url))


def read_batch(call: Call) -> Answer:
    """What many records are linked to; one without links is an error in a 207 (hubspot.md 3)."""
    kind, to = _ends(call)
    call.portal.associations.types(kind.name, to.name)
    results, errors = [], []
    for one in _limited(call, MOST_READ):
        record_id = str(one.get("id"))
        linked, after = _page(call, kind, record_id, to, LARGEST_PAGE, str(one.get("after") or ""))
        if not linked:
            errors.append(_none_found(kind, record_id, to))
            continue
        paging = {"paging": {"next": {"after": after}}} if after else {}
        results.append({"from": {"id": record_id}, "to": linked, **paging})
    return batch_answer(call.portal, results, errors)


def _page(
    call: Call, kind: Kind, record_id: str, to: Kind, limit: int, after: str
) -> tuple[list[dict[str, Any]], str | None]:
    """`toObjectId` is a number here, while ids are text elsewhere (hubspot.md 3)."""
    links = list(call.portal.links(kind.name, record_id, to.name).items())
    start = int(after) if after.isdigit() else 0
    shown = [
        {
            "toObjectId": int(to_id),
            "associationTypes": call.portal.associations.described(kind.name, to.name, numbers),
        }
        for to_id, numbers in links[start : start + limit]
    ]
    return shown, str(start + limit) if start + limit < len(links) else None


def _none_found(kind: Kind, record_id: str, to: Kind) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {to.singular} is associated with {kind.singular} {record_id}.",
        "context": {"fromObjectId": [record_id], "fromObjectType": [kind.type_id], "toObjectType": [to.type_id]},
    }


def put_default(call: Call) -> Answer:
    """Link two records without a label; repeatable."""
    kind, to = _ends(call)
    results = _link_plainly(call, kind, call.path["id"], to, call.path["to_id"])
    return batch_answer(call.portal, results)


def put_labelled(call: Call) -> Answer:
    """Link two records under the labels of the body, which replace those there were (hubspot.md 4)."""
    kind, to = _ends(call)
    numbers = type_numbers(call.body)
    call.portal.link(kind.name, call.path["id"], to.name, call.path["to_id"], numbers, replace=True)
    return Answer(_labels(call, kind, call.path["id"], to, call.path["to_id"], numbers), 201)


def delete_association(call: Call) -> Answer:
    """Remove every link between two records."""
    kind, to = _ends(call)
    call.portal.unlink(kind.name, call.path["id"], to.name, call.path["to_id"])
    return Answer(None, 204)


def create_batch(call: Call) -> Answer:
    """Add labels to many links."""
    kind, to = _ends(call)
    results, errors = [], []
    for one in _limited(call, MOST_WRITTEN):
        (record_id, to_id), numbers = _both(one), type_numbers(one.get("types"))
        try:
            call.portal.link(kind.name, record_id, to.name, to_id, numbers)
        except Refusal as refusal:
            if refusal.category == "VALIDATION_ERROR":
                raise
            errors.append(refusal.body() | {"context": {"fromObjectId": [record_id], "toObjectId": [to_id]}})
            continue
        results.append(_labels(call, kind, record_id, to, to_id, numbers))
    return batch_answer(call.portal, results, errors, status=201 if call.version == OLD else 200)


def associate_batch(call: Call) -> Answer:
    """Link many pairs without labels."""
    kind, to = _ends(call)
    pairs = [_both(one) for one in _limited(call, MOST_WRITTEN)]
    return batch_answer(call.portal, [one for pair in pairs for one in _link_plainly(call, kind, pair[0], to, pair[1])])


def archive_batch(call: Call) -> Answer:
    """Remove many links."""
    kind, to = _ends(call)
    for one in _limited(call, MOST_WRITTEN):
        for target in objects(one.get("to"), "to"):
            call.portal.unlink(kind.name, end_id(one, "from"), to.name, str(target.get("id")))
    return Answer(None, 204)


def archive_labels(call: Call) -> Answer:
    """Take labels off many links."""
    kind, to = _ends(call)
    for one in _limited(call, MOST_WRITTEN):
        record_id, to_id = _both(one)
        call.portal.associations.unlabel(kind.name, record_id, to.name, to_id, type_numbers(one.get("types")))
        call.portal.renew_hints(kind.name, record_id, to.name, to_id)
    return Answer(None, 204)


def _ends(call: Call) -> tuple[Kind, Kind]:
    return call.kind, kind_named(call.path["to_kind"])


def _both(one: dict[str, Any]) -> tuple[str, str]:
    return end_id(one, "from"), end_id(one, "to")


def _limited(call: Call, most: int) -> list[dict[str, Any]]:
    if len(call.inputs) > most:
        raise invalid(f"The maximum number of inputs supported in a batch request is {most}.")
    return call.inputs


def _link_plainly(call: Call, kind: Kind, record_id: str, to: Kind, to_id: str) -> list[dict[str, Any]]:
    links = call.portal.associations
    call.portal.link(kind.name, record_id, to.name, to_id, [links.plain_type(kind.name, to.name)])
    return [
        {
            "from": {"id": one_id},
            "to": {"id": other_id},
            "associationSpec": {
                "associationCategory": "HUBSPOT_DEFINED",
                "associationTypeId": links.plain_type(one.name, other.name),
            },
        }
        for one, one_id, other, other_id in ((kind, record_id, to, to_id), (to, to_id, kind, record_id))
    ]


def _labels(call: Call, kind: Kind, record_id: str, to: Kind, to_id: str, numbers: list[int]) -> dict[str, Any]:
    described = call.portal.associations.described(kind.name, to.name, numbers)
    return {
        "fromObjectTypeId": kind.type_id,
        "fromObjectId": record_id,
        "toObjectTypeId": to.type_id,
        "toObjectId": to_id,
        "labels": [one["label"] for one in described if one["label"]],
    }


_READ, _WRITE = "crm.objects.{kind}.read", "crm.objects.{kind}.write"


def _of_one(method: str, rest: str, handler: Callable[[Call], Answer]) -> Endpoint:
    old, dated = "/crm/v4/objects/{kind}/{id}/associations", "/crm/objects/{v}/{kind}/{id}/associations"
    if method == "GET":
        return Endpoint(method, old + rest, dated + rest, handler, _READ)
    return Endpoint(method, old + rest, dated + rest, handler, _WRITE, associates=True)


def _of_many(rest: str, handler: Callable[[Call], Answer], *, writes: bool = True) -> Endpoint:
    old, dated = "/crm/v4/associations/{kind}/{to_kind}/batch", "/crm/associations/{v}/{kind}/{to_kind}/batch"
    scope = _WRITE if writes else _READ
    return Endpoint("POST", old + rest, dated + rest, handler, scope, associates=writes)


ENDPOINTS = [
    _of_one("PUT", "/default/{to_kind}/{to_id}", put_default),
    _of_one("GET", "/{to_kind}", read_associations),
    _of_one("PUT", "/{to_kind}/{to_id}", put_labelled),
    _of_one("DELETE", "/{to_kind}/{to_id}", delete_association),
    _of_many("/read", read_batch, writes=False),
    _of_many("/create", create_batch),
    _of_many("/associate/default", associate_batch),
    _of_many("/archive", archive_batch),
    _of_many("/labels/archive", archive_labels),
]
