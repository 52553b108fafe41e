"""Deal pipelines and their stages (hubspot.md 2, "Pipelines and stages")."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import times
from qbconsole.simulator.hubspot.refusals import invalid, not_found, objects

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.database import Database

Pipeline = dict[str, Any]
Stage = dict[str, Any]

_MADE = "1970-01-01T00:00:00Z"
_FIRST_ID = 2_200_001

DEFAULT_PIPELINE: Pipeline = {
    "id": "default",
    "label": "Sales Pipeline",
    "stages": [
        {"id": "appointmentscheduled", "label": "Appointment Scheduled", "metadata": {"probability": "0.2"}},
        {"id": "qualifiedtobuy", "label": "Qualified To Buy", "metadata": {"probability": "0.4"}},
        {"id": "presentationscheduled", "label": "Presentation Scheduled", "metadata": {"probability": "0.6"}},
        {"id": "decisionmakerboughtin", "label": "Decision Maker Bought-In", "metadata": {"probability": "0.8"}},
        {"id": "contractsent", "label": "Contract Sent", "metadata": {"probability": "0.9"}},
        {"id": "closedwon", "label": "Closed Won", "metadata": {"isClosed": "true", "probability": "1.0"}},
        {"id": "closedlost", "label": "Closed Lost", "metadata": {"isClosed": "true", "probability": "0.0"}},
    ],
}
"""The pipeline that every new account has."""


class Pipelines:
    """The pipelines of deals, other kinds have none here; and who changed them when."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stored = database.collection("hubspot.pipelines")
        self._audits = database.collection("hubspot.pipeline_audits")

    def put(self, pipeline: Pipeline) -> Pipeline:
        """Insert or replace a pipeline given in the vendor's JSON; what is left out gets its usual value."""
        stages = [_stage(stage, order) for order, stage in enumerate(pipeline["stages"])]
        whole = {
            "label": pipeline["id"],
            "displayOrder": len(self._stored),
            "createdAt": _MADE,
            "updatedAt": _MADE,
            "archived": False,
            **pipeline,
            "stages": stages,
        }
        self._stored.put(pipeline["id"], whole)
        return whole

    # Reading

    def all(self, kind: str) -> list[Pipeline]:
        """The pipelines of a kind, the default one first."""
        return list(self._stored) if kind == "deals" else []

    def get(self, kind: str, pipeline_id: str) -> Pipeline:
        """One pipeline; a refusal when there is none."""
        found = self._stored.get(pipeline_id) if kind == "deals" else None
        if found is None:
            raise not_found(f"No pipeline found with id {pipeline_id}")
        return found

    def existing_stage(self, kind: str, pipeline_id: str, stage_id: str) -> Stage:
        """One stage; a refusal when there is none."""
        self.get(kind, pipeline_id)
        if (found := self.stage(pipeline_id, stage_id)) is None:
            raise not_found(f"No stage found with id {stage_id} in pipeline {pipeline_id}")
        return found

    def default_id(self) -> str:
        """The pipeline of a deal that names none."""
        return next((str(pipeline["id"]) for pipeline in self._stored), "")

    def stage(self, pipeline_id: str, stage_id: str) -> Stage | None:
        """A stage of a pipeline, or None."""
        stages = (self._stored.get(pipeline_id) or {"stages": []})["stages"]
        return next((stage for stage in stages if stage["id"] == stage_id), None)

    def stage_ids(self, pipeline_id: str) -> list[str]:
        """The stages of a pipeline, in order."""
        return [stage["id"] for stage in (self._stored.get(pipeline_id) or {"stages": []})["stages"]]

    def options(self, name: str) -> list[tuple[str, str]]:
        """(value, label) of each option of the deal properties `pipeline` and `dealstage`."""
        if name == "pipeline":
            return [(pipeline["id"], pipeline["label"]) for pipeline in self._stored]
        return [(stage["id"], stage["label"]) for pipeline in self._stored for stage in pipeline["stages"]]

    def audit(self, identifier: str) -> list[dict[str, Any]]:
        """What happened to a pipeline or a stage, newest first."""
        return list(reversed((self._audits.get(identifier) or {"entries": []})["entries"]))

    # Writing; `by` is the account's number and the user's

    def create(self, body: dict[str, Any], at: datetime, by: tuple[int, int]) -> Pipeline:
        """A new pipeline with its stages."""
        if not body.get("label") or "displayOrder" not in body or "stages" not in body:
            raise invalid("Invalid input JSON: Some required fields were not set: [label, displayOrder, stages]")
        pipeline_id = str(body.get("pipelineId") or self._new_id())
        if pipeline_id in self._stored:
            raise invalid(f"A pipeline with id {pipeline_id} already exists.")
        self._check_label(body["label"], "")
        stamps = _stamps(at)
        stages = [self._new_stage(one, at) for one in objects(body["stages"], "stages")]
        named = {"label": body["label"], "displayOrder": body["displayOrder"]}
        made = self.put({"id": pipeline_id, **named, **stamps, "stages": stages})
        self._note(pipeline_id, "CREATE", made, at, by)
        return made

    def change(self, pipeline: Pipeline, body: dict[str, Any], at: datetime, by: tuple[int, int]) -> Pipeline:
        """Another label or place; `stages` replace the whole list, in which a label keeps its id."""
        if "label" in body:
            self._check_label(body["label"], pipeline["id"])
        changed: dict[str, Any] = {key: body[key] for key in ("label", "displayOrder") if key in body}
        if "stages" in body:
            by_label = {stage["label"]: stage for stage in pipeline["stages"]}
            changed["stages"] = [
                _changed_stage(by_label[one["label"]], one, at)
                if one.get("label") in by_label
                else self._new_stage(one, at)
                for one in objects(body["stages"], "stages")
            ]
        made = self.put(pipeline | changed | {"updatedAt": times.stamp(at)})
        self._note(pipeline["id"], "UPDATE", made, at, by)
        return made

    def remove(self, pipeline: Pipeline, at: datetime, by: tuple[int, int]) -> None:
        """A pipeline goes with its stages; the last one stays."""
        if len(self._stored) == 1:
            raise invalid("The last pipeline cannot be deleted.")
        self._stored.remove(pipeline["id"])
        self._note(pipeline["id"], "DELETE", pipeline, at, by)

    def add_stage(self, pipeline: Pipeline, body: dict[str, Any], at: datetime, by: tuple[int, int]) -> Stage:
        """A new stage."""
        made = _stage(self._new_stage(body, at), len(pipeline["stages"]))
        self._put_stages(pipeline, [*pipeline["stages"], made])
        self._note(made["id"], "CREATE", made, at, by)
        return made

    def change_stage(
        self, pipeline: Pipeline, stage: Stage, body: dict[str, Any], at: datetime, by: tuple[int, int]
    ) -> Stage:
        """Another label, place or metadata."""
        changed = _changed_stage(stage, body, at)
        self._put_stages(pipeline, [changed if one["id"] == stage["id"] else one for one in pipeline["stages"]])
        self._note(stage["id"], "UPDATE", changed, at, by)
        return changed

    def remove_stage(self, pipeline: Pipeline, stage: Stage, at: datetime, by: tuple[int, int]) -> None:
        """A stage goes; deals that are still in it keep its id (hubspot.md 8)."""
        self._put_stages(pipeline, [one for one in pipeline["stages"] if one["id"] != stage["id"]])
        self._note(stage["id"], "DELETE", stage, at, by)

    def _put_stages(self, pipeline: Pipeline, stages: list[Stage]) -> None:
        self._stored.put(pipeline["id"], pipeline | {"stages": stages})

    def _new_stage(self, body: dict[str, Any], at: datetime) -> Stage:
        if not body.get("label"):
            raise invalid("Invalid input JSON: Some required fields were not set: [label]")
        given: dict[str, Any] = {key: body[key] for key in ("label", "displayOrder") if key in body}
        stage_id = str(body.get("stageId") or self._new_id())
        return {"id": stage_id, **given, **_stamps(at), "metadata": _metadata(body)}

    def _new_id(self) -> str:
        return str(self._database.next_number("hubspot.pipeline_ids", _FIRST_ID))

    def _check_label(self, label: Any, own_id: str) -> None:
        if any(one["label"] == label and one["id"] != own_id for one in self._stored):
            raise invalid(f"A pipeline with the label {label} already exists.")

    def _note(self, identifier: str, action: str, whole: dict[str, Any], at: datetime, by: tuple[int, int]) -> None:
        entry = {
            "portalId": by[0],
            "identifier": identifier,
            "action": action,
            "timestamp": times.stamp(at),
            "fromUserId": by[1],
            "message": f"{whole['label']}: {action.lower()}",
            "rawObject": whole,
        }
        entries = (self._audits.get(identifier) or {"entries": []})["entries"]
        self._audits.put(identifier, {"entries": [*entries, entry]})


def _stamps(at: datetime) -> dict[str, str]:
    return {"createdAt": times.stamp(at), "updatedAt": times.stamp(at)}


def _stage(stage: Stage, order: int) -> Stage:
    metadata = {"isClosed": "false", **stage.get("metadata", {})}
    return {
        "label": stage["id"],
        "displayOrder": order,
        "createdAt": _MADE,
        "updatedAt": _MADE,
        "archived": False,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        **stage,
        "metadata": metadata,
    }


def _changed_stage(stage: Stage, body: dict[str, Any], at: datetime) -> Stage:
    given: dict[str, Any] = {key: body[key] for key in ("label", "displayOrder") if key in body}
    metadata = {"metadata": _metadata(body)} if "metadata" in body else {}
    return stage | given | metadata | {"updatedAt": times.stamp(at)}


def _metadata(body: dict[str, Any]) -> dict[str, str]:
    """The metadata of a deal stage: a probability from 0 to 1 is needed; both ends are closed unless it says else."""
    given = body.get("metadata")
    given = given if isinstance(given, dict) else {}
    try:
        probability = Decimal(str(given["probability"]))
    except (KeyError, InvalidOperation) as error:
        raise invalid("Deal stages need metadata with a probability from 0.0 to 1.0.") from error
    if not 0 <= probability <= 1:
        raise invalid(f"{given['probability']} is no probability from 0.0 to 1.0.")
    closed = str(given.get("isClosed", probability in (0, 1))).lower()
    return {name: str(value) for name, value in given.items()} | {"isClosed": closed}
