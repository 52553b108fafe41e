"""What a change of a pipeline does to the deals in it (hubspot.md 2 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.access import USER_ID
from qbconsole.simulator.hubspot.refusals import Refusal

if TYPE_CHECKING:
    from qbconsole.simulator.hubspot.portal import Portal

REFUSED_SINCE = "2026-09"
"""The first version that refuses to delete a stage in use."""


def by(portal: Portal) -> tuple[int, int]:
    """Who changes a pipeline: the account's number and the user's."""
    return int(portal.portal_id), USER_ID


def deals_in(portal: Portal, pipeline_id: str, stage_ids: list[str]) -> list[str]:
    """The live deals in some stages of a pipeline."""
    return [
        deal["id"]
        for deal in portal.records("deals")
        if deal["properties"].get("pipeline") == pipeline_id and deal["properties"].get("dealstage") in stage_ids
    ]


def refuse_in_use(portal: Portal, pipeline_id: str, stage_ids: list[str]) -> None:
    """400 STAGE_ID_IN_USE when a deal is in one of the stages (hubspot.md 2)."""
    if in_use := deals_in(portal, pipeline_id, stage_ids):
        text = f"Stages {', '.join(stage_ids)} of pipeline {pipeline_id} are in use by {len(in_use)} deals."
        context = {"stageId": stage_ids, "pipelineId": [pipeline_id]}
        raise Refusal(400, text, "VALIDATION_ERROR", sub_category="PipelineError.STAGE_ID_IN_USE", context=context)


def change_stage(portal: Portal, pipeline_id: str, stage_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change a stage; other metadata moves what is calculated of every deal in it, all at one moment."""
    stage = portal.pipelines.existing_stage("deals", pipeline_id, stage_id)
    now = portal.clock.now()
    changed = portal.pipelines.change_stage(portal.pipelines.get("deals", pipeline_id), stage, body, now, by(portal))
    if changed["metadata"] != stage["metadata"]:
        for deal_id in deals_in(portal, pipeline_id, [stage_id]):
            portal.recalculate("deals", deal_id, now)
    return changed


def empty_and_remove(portal: Portal, pipeline_id: str, stage_id: str, to: str) -> list[str]:
    """As a person does it: the stage's deals move to another stage first. The deals that moved."""
    stage = portal.pipelines.existing_stage("deals", pipeline_id, stage_id)
    portal.pipelines.existing_stage("deals", pipeline_id, to)
    moved = deals_in(portal, pipeline_id, [stage_id])
    for deal_id in moved:
        portal.update("deals", deal_id, {"dealstage": to})
    pipeline = portal.pipelines.get("deals", pipeline_id)
    portal.pipelines.remove_stage(pipeline, stage, portal.clock.now(), by(portal))
    return moved
