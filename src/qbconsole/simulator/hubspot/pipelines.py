"""Deal pipelines and their stages (hubspot.md 2, "Pipelines and stages")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.refusals import not_found

if TYPE_CHECKING:
    from qbconsole.simulator.database import Database

_MADE = "1970-01-01T00:00:00Z"

DEFAULT_PIPELINE: dict[str, Any] = {
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
    """The pipelines of deals; other kinds have none here."""

    def __init__(self, database: Database) -> None:
        self._stored = database.collection("hubspot.pipelines")

    def put(self, pipeline: dict[str, Any]) -> None:
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

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The pipelines of a kind, the default one first."""
        return list(self._stored) if kind == "deals" else []

    def get(self, kind: str, pipeline_id: str) -> dict[str, Any]:
        """One pipeline; a refusal when there is none."""
        found = self._stored.get(pipeline_id) if kind == "deals" else None
        if found is None:
            raise not_found(f"No pipeline found with id {pipeline_id}")
        return found

    def default_id(self) -> str:
        """The pipeline of a deal that names none."""
        return next((str(pipeline["id"]) for pipeline in self._stored), "")

    def has(self, pipeline_id: str) -> bool:
        """Whether a live pipeline has that id."""
        return pipeline_id in self._stored

    def stage(self, pipeline_id: str, stage_id: str) -> dict[str, Any] | None:
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


def _stage(stage: dict[str, Any], order: int) -> dict[str, Any]:
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
