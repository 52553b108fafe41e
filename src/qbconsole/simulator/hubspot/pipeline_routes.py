"""Pipelines, their stages, and who changed them (hubspot.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import stages
from qbconsole.simulator.hubspot.refusals import invalid
from qbconsole.simulator.hubspot.wire import Answer, Call, Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable


def list_pipelines(call: Call) -> Answer:
    """The pipelines of a kind with their stages."""
    return Answer({"results": call.portal.pipelines.all(call.kind.name)})


def create_pipeline(call: Call) -> Answer:
    """A new pipeline of deals."""
    if call.kind.name != "deals":
        raise invalid(f"Object type {call.kind.type_id} has no pipelines of its own.")
    return Answer(call.portal.pipelines.create(call.fields, call.portal.clock.now(), stages.by(call.portal)), 201)


def read_pipeline(call: Call) -> Answer:
    """One pipeline."""
    return Answer(_pipeline(call))


def update_pipeline(call: Call) -> Answer:
    """Another label or place; its stages have paths of their own."""
    fields = {key: value for key, value in call.fields.items() if key != "stages"}
    portal = call.portal
    return Answer(portal.pipelines.change(_pipeline(call), fields, portal.clock.now(), stages.by(portal)))


def replace_pipeline(call: Call) -> Answer:
    """Everything anew, its stages too."""
    if not {"label", "displayOrder", "stages"} <= call.fields.keys():
        raise invalid("Invalid input JSON: Some required fields were not set: [label, displayOrder, stages]")
    pipeline, portal = _pipeline(call), call.portal
    labels = {one.get("label") for one in call.fields["stages"] if isinstance(one, dict)}
    _check_unused(call, [one["id"] for one in pipeline["stages"] if one["label"] not in labels])
    return Answer(portal.pipelines.change(pipeline, call.fields, portal.clock.now(), stages.by(portal)))


def archive_pipeline(call: Call) -> Answer:
    """A pipeline goes."""
    pipeline, portal = _pipeline(call), call.portal
    _check_unused(call, [one["id"] for one in pipeline["stages"]])
    portal.pipelines.remove(pipeline, portal.clock.now(), stages.by(portal))
    return Answer(None, 204)


def audit_pipeline(call: Call) -> Answer:
    """What happened to a pipeline, newest first, even if it is gone."""
    return Answer({"results": call.portal.pipelines.audit(call.path["id"])})


def list_stages(call: Call) -> Answer:
    """The stages of one pipeline."""
    return Answer({"results": _pipeline(call)["stages"]})


def create_stage(call: Call) -> Answer:
    """A new stage."""
    portal = call.portal
    return Answer(portal.pipelines.add_stage(_pipeline(call), call.fields, portal.clock.now(), stages.by(portal)), 201)


def read_stage(call: Call) -> Answer:
    """One stage."""
    return Answer(call.portal.pipelines.existing_stage(call.kind.name, call.path["id"], call.path["stage"]))


def update_stage(call: Call) -> Answer:
    """Another label, place or metadata."""
    _pipeline(call)
    return Answer(stages.change_stage(call.portal, call.path["id"], call.path["stage"], call.fields))


def archive_stage(call: Call) -> Answer:
    """A stage goes; since 2026-09 only when no deal is in it."""
    stage, portal = read_stage(call).body, call.portal
    _check_unused(call, [call.path["stage"]])
    portal.pipelines.remove_stage(_pipeline(call), stage or {}, portal.clock.now(), stages.by(portal))
    return Answer(None, 204)


def audit_stage(call: Call) -> Answer:
    """What happened to a stage, newest first."""
    return Answer({"results": call.portal.pipelines.audit(call.path["stage"])})


def _pipeline(call: Call) -> dict[str, Any]:
    return call.portal.pipelines.get(call.kind.name, call.path["id"])


def _check_unused(call: Call, stage_ids: list[str]) -> None:
    asked = any(call.text(name) == "true" for name in _VALIDATE)
    if asked or call.version >= stages.REFUSED_SINCE:
        stages.refuse_in_use(call.portal, call.path["id"], stage_ids)


_VALIDATE = ("validateReferencesBeforeDelete", "validateDealStageUsagesBeforeDelete")
_OLD, _DATED = "/crm/v3/pipelines/{kind}", "/crm/pipelines/{v}/{kind}"
_READ, _WRITE = "crm.schemas.{kind}.read", "crm.schemas.{kind}.write"


def _at(method: str, rest: str, handler: Callable[[Call], Answer]) -> Endpoint:
    return Endpoint(method, _OLD + rest, _DATED + rest, handler, _READ if method == "GET" else _WRITE)


ENDPOINTS = [
    _at("GET", "", list_pipelines),
    _at("POST", "", create_pipeline),
    _at("GET", "/{id}", read_pipeline),
    _at("PATCH", "/{id}", update_pipeline),
    _at("PUT", "/{id}", replace_pipeline),
    _at("DELETE", "/{id}", archive_pipeline),
    _at("GET", "/{id}/audit", audit_pipeline),
    _at("GET", "/{id}/stages", list_stages),
    _at("POST", "/{id}/stages", create_stage),
    _at("GET", "/{id}/stages/{stage}", read_stage),
    _at("PATCH", "/{id}/stages/{stage}", update_stage),
    _at("PUT", "/{id}/stages/{stage}", update_stage),
    _at("DELETE", "/{id}/stages/{stage}", archive_stage),
    _at("GET", "/{id}/stages/{stage}/audit", audit_stage),
]
