"""What associations there can be: labels of this account, and how often a record may have one (hubspot.md 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.objects import kind_named
from qbconsole.simulator.hubspot.refusals import invalid
from qbconsole.simulator.hubspot.wire import OLD, Answer, Call, Endpoint, batch_answer

if TYPE_CHECKING:
    from collections.abc import Callable


def list_labels(call: Call) -> Answer:
    """The association types of a pair."""
    return Answer({"results": call.portal.associations.types(*_pair(call))})


def create_label(call: Call) -> Answer:
    """A label of this account's own, "billing contact"; the mirror gets it too unless another is given."""
    label = call.fields.get("label")
    if not label or not call.fields.get("name"):
        raise invalid("Invalid input JSON: Some required fields were not set: [label, name]")
    inverse = call.fields.get("inverseLabel") or label
    return Answer({"results": call.portal.associations.create_label(*_pair(call), label, inverse)})


def update_label(call: Call) -> Answer:
    """Another text for a label of this account."""
    number, label = call.fields.get("associationTypeId"), call.fields.get("label")
    if not isinstance(number, int) or not label:
        raise invalid("Invalid input JSON: Some required fields were not set: [associationTypeId, label]")
    call.portal.associations.rename_label(*_pair(call), number, label, call.fields.get("inverseLabel"))
    return Answer(None, 204)


def archive_label(call: Call) -> Answer:
    """Forget a label of this account."""
    number = call.path["number"]
    if not number.isdecimal():
        raise invalid(f"Invalid associationTypeId {number}")
    call.portal.associations.remove_label(*_pair(call), int(number))
    return Answer(None, 204)


def list_every_limit(call: Call) -> Answer:
    """Every limit that this account configured."""
    links = call.portal.associations
    return Answer({"results": [limit for pair in links.pairs() for limit in links.limits(*pair)]})


def list_limits(call: Call) -> Answer:
    """The limits of a pair."""
    return Answer({"results": call.portal.associations.limits(*_pair(call))})


def create_limits(call: Call) -> Answer:
    """Limit types of a pair."""
    results = [_limited(call, one) for one in call.inputs]
    return batch_answer(call.portal, results, status=201 if call.version == OLD else 200)


def update_limits(call: Call) -> Answer:
    """Limit types of a pair to other numbers."""
    return batch_answer(call.portal, [_limited(call, one) for one in call.inputs])


def purge_limits(call: Call) -> Answer:
    """Limit types of a pair no more."""
    for one in call.inputs:
        call.portal.associations.limit(*_pair(call), _number(one, "typeId"), None)
    return Answer(None, 204)


def _limited(call: Call, one: dict[str, Any]) -> dict[str, Any]:
    return call.portal.associations.limit(*_pair(call), _number(one, "typeId"), _number(one, "maxToObjectIds"))


def _number(one: dict[str, Any], field: str) -> int:
    if not isinstance(found := one.get(field), int) or isinstance(found, bool) or found < 1:
        raise invalid(f"Invalid input JSON: Some required fields were not set: [{field}]")
    return found


def _pair(call: Call) -> tuple[str, str]:
    return call.kind.name, kind_named(call.path["to_kind"]).name


_READ, _WRITE = "crm.objects.{kind}.read", "crm.objects.{kind}.write"
_LABELS = "/{kind}/{to_kind}/labels"
_LIMITS = "/definitions/configurations"
_OF_PAIR = _LIMITS + "/{kind}/{to_kind}"


def _at(method: str, rest: str, handler: Callable[[Call], Answer], scope: str) -> Endpoint:
    return Endpoint(method, "/crm/v4/associations" + rest, "/crm/associations/{v}" + rest, handler, scope)


ENDPOINTS = [
    _at("GET", _LIMITS + "/all", list_every_limit, ""),
    _at("GET", _OF_PAIR, list_limits, _READ),
    _at("POST", _OF_PAIR + "/batch/create", create_limits, _WRITE),
    _at("POST", _OF_PAIR + "/batch/update", update_limits, _WRITE),
    _at("POST", _OF_PAIR + "/batch/purge", purge_limits, _WRITE),
    _at("GET", _LABELS, list_labels, _READ),
    _at("POST", _LABELS, create_label, _WRITE),
    _at("PUT", _LABELS, update_label, _WRITE),
    _at("DELETE", _LABELS + "/{number}", archive_label, _WRITE),
]
