"""Each answer that is no success, by code, category or status (hubspot.md 1, 5, 6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from qbconsole.connectors.error_page import DOES
from qbconsole.connectors.http import Answer
from qbconsole.connectors.hubspot.cookbook import BY_CODE, COOKBOOK
from qbconsole.connectors.hubspot.cookbook_page import page
from qbconsole.connectors.hubspot.faults import judge
from qbconsole.domain.errors import Configuration, Conflict, Fatal, NeedsPerson, Problem, Retriable, SignIn, Throttled

CASES: list[tuple[int, Any, type[Problem], str]] = [
    (401, {"category": "INVALID_AUTHENTICATION"}, SignIn, "refuses the token"),
    (
        403,
        {"category": "MISSING_SCOPES", "errors": [{"context": {"requiredGranularScopes": ["a.b"]}}]},
        NeedsPerson,
        "a.b",
    ),
    (404, {"message": "resource not found"}, Conflict, "no longer in HubSpot"),
    (409, {"category": "CONFLICT", "message": "Contact already exists. Existing ID: 123"}, NeedsPerson, "123"),
    (
        400,
        {"errors": [{"code": "INVALID_OPTION", "context": {"propertyName": ["x"]}}]},
        NeedsPerson,
        "that option of x",
    ),
    (400, {"message": "Owner 5 does not exist"}, NeedsPerson, "Owner 5"),
    (423, {}, Throttled, "wait"),
    (429, {"policyName": "DAILY"}, Throttled, "for today"),
    (401, {"category": "EXPIRED_AUTHENTICATION"}, SignIn, "has expired"),
    (403, {"category": "USER_DOES_NOT_HAVE_PERMISSIONS"}, SignIn, "its maker left"),
    (414, {"message": "Cannot have more than 250 identities on a profile"}, NeedsPerson, "250 identities"),
    (
        400,
        {"message": 'Property values were not valid: [{"error":"PROPERTY_DOESNT_EXIST"}]'},
        NeedsPerson,
        "no property",
    ),
    (418, {"message": "I am a teapot"}, Fatal, "teapot"),
    (477, {}, Throttled, "wait"),
    (400, '{"message": "Owner 5 doe', Retriable, "no readable answer"),
    (502, "<html>", Retriable, "not well"),
    (524, "", Retriable, "not well"),
    (301, "", Configuration, "address"),
]


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"), CASES, ids=[str(case[0]) + str(i) for i, case in enumerate(CASES)]
)
def test_an_answer_becomes_a_problem(status: int, body: Any, kind: type[Problem], words: str) -> None:
    content = body if isinstance(body, str) else httpx.Response(200, json=body).text
    problem = judge(Answer(status, {}, content.encode()))
    assert type(problem) is kind
    assert words in str(problem)


@pytest.mark.parametrize(
    ("body", "headers", "wait"),
    [
        ({"policyName": "TEN_SECONDLY_ROLLING"}, {}, 10),
        ({"message": "You have reached your secondly limit."}, {}, 1),
        ({"message": "You have reached your ten_secondly_rolling limit."}, {}, 10),
        ({"policyName": "DAILY"}, {}, 3600),
        ({"policyName": "DAILY"}, {"retry-after": "20"}, 20),
    ],
)
def test_a_throttle_waits_by_its_policy(body: dict[str, Any], headers: dict[str, str], wait: float) -> None:
    problem = judge(Answer(429, headers, httpx.Response(200, json=body).content))
    assert isinstance(problem, Throttled)
    assert problem.wait == wait


def test_what_hubspot_names_no_time_for_is_waited_for_as_long_as_the_settings_let() -> None:
    waits = [judge(Answer(477, headers, b"{}"), longest_wait=1.0) for headers in ({}, {"retry-after": "7"})]
    assert [one.wait for one in waits if isinstance(one, Throttled)] == [1.0, 7.0]


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_every_entry_says_who_can_mend_it_and_how(code: str) -> None:
    found = BY_CODE[code]
    assert found.kind in DOES
    assert found.owner
    assert found.next_step.endswith(".")
    assert len(COOKBOOK) == len(BY_CODE)


def test_a_problem_names_its_owner_and_hubspots_reference() -> None:
    answer = Answer(403, {"x-hubspot-correlation-id": "5f-73"}, b'{"category": "MISSING_SCOPES"}')
    problem = judge(answer)
    assert problem is not None
    assert problem.owner == "the portal's HubSpot administrator"
    assert problem.words.endswith("(HubSpot's reference 5f-73)")


def test_the_page_of_errors_agrees_with_the_cookbook() -> None:
    """Made anew by: python -m qbconsole.connectors.hubspot.cookbook_page > docs/hubspot-errors.md."""
    docs = Path(__file__).parents[3] / "docs"
    assert (docs / "hubspot-errors.md").read_text(encoding="utf-8") == page()
