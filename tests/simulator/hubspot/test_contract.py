"""The witness itself: it sees what is wrong, and no deviation from the published interface is idle."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.simulator.hubspot.contract import DEVIATIONS, DOCUMENTS, deviate, operations, problem

DEAL = {"id": "1", "createdAt": "2026-11-16T15:00:00Z", "updatedAt": "2026-11-16T15:00:00.010Z", "properties": {}}


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "words"),
    [
        ("GET", "/crm/objects/2026-09/deals/1", 200, DEAL, None),
        ("GET", "/crm/objects/2026-09/deals/1", 200, DEAL | {"id": 1}, "1 is not of type 'string'"),
        ("GET", "/crm/objects/2026-09/deals/1", 200, DEAL | {"createdAt": "2026-11-16"}, "is not a 'date-time'"),
        ("GET", "/crm/v3/objects/deals/1", 201, DEAL, "only [200] are described"),
        ("GET", "/crm/objects/2025-01/deals/1", 200, DEAL, "nothing describes"),
        ("DELETE", "/crm/v3/objects/deals/1", 204, DEAL, "a body where none is described"),
        ("GET", "/crm/v3/objects/deals/1", 404, {"message": "x"}, "'correlationId' is a required property"),
        ("POST", "/crm/properties/2026-09/deals/batch/create", 201, {}, "only [200, 207] are described"),
    ],
)
def test_what_the_witness_sees(method: str, path: str, status: int, body: dict[str, Any], words: str | None) -> None:
    found = problem(method, path, status, json.dumps(body).encode())

    assert found is None if words is None else (found and words in found)


@pytest.mark.parametrize("deviation", DEVIATIONS["schemas"], ids=lambda one: "-".join(one["schemas"][:1]))
def test_each_deviation_lets_through_what_the_files_refuse(deviation: dict[str, Any]) -> None:
    for name in deviation["schemas"]:
        schemas = next(one["components"]["schemas"] for one in DOCUMENTS if name in one["components"]["schemas"])
        before, after = (
            Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": {"schemas": kept}})
            for kept in (schemas, deviate(schemas))
        )
        assert not before.is_valid(deviation["example"])
        assert after.is_valid(deviation["example"])
        assert deviation["reason"]


@pytest.mark.parametrize("deviation", DEVIATIONS["statuses"], ids=lambda one: one["operation"])
def test_each_other_status_is_of_an_operation_that_there_is(deviation: dict[str, Any]) -> None:
    assert deviation["operation"] in {one.name for one in operations()}
