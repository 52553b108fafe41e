"""Recorded fault bodies become problems classed by what to do (quickbooks.md 1.7, 2.6, 5.2, 7.4)."""

from __future__ import annotations

import json
import re

import pytest

from qbconsole.connectors.http import Answer
from qbconsole.connectors.quickbooks.faults import MEANINGS, judge
from qbconsole.domain.errors import Configuration, Conflict, Fatal, NeedsPerson, Problem, Retriable, SignIn, Throttled


def fault(code: str, detail: str = "", type_: str = "ValidationFault") -> str:
    error = {"Message": "m", "Detail": detail, "code": code, "element": ""}
    return json.dumps({"Fault": {"Error": [error], "type": type_}, "time": "2020-09-29T05:58:16.187-07:00"})


EXPIRED = json.dumps(
    {"warnings": None, "fault": {"error": [{
        "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401", "detail": "Token expired: x",
        "code": "3200", "element": None}], "type": "AUTHENTICATION"}, "time": 1601387808000}
)  # fmt: skip
THROTTLED_XML = (
    '<IntuitResponse><Fault type="SERVICE"><Error code="3001"><Message>message=ThrottleExceeded; errorCode=003001; '
    "statusCode=429</Message></Error></Fault></IntuitResponse>"
)

CASES: list[tuple[int, str, type[Problem] | None, str]] = [
    (200, '{"Customer": {"Id": "1"}}', None, ""),
    (200, fault("6190", "Subscription period has ended"), NeedsPerson, "subscription has lapsed"),
    (200, "<html>maintenance</html>", Retriable, "no usable answer"),
    (200, "", Retriable, "no usable answer"),
    (400, fault("610", "Object Not Found"), NeedsPerson, "inactive or deleted"),
    (400, fault("5010", "Stale Object Error"), Conflict, "changed it since it was decided"),
    (400, fault("6240", "The name supplied already exists. : null"), NeedsPerson, "already used by another customer"),
    (400, fault("6140", "DocNumber=18696 is assigned to TxnType=Invoice with TxnId=6575"), NeedsPerson, "TxnId=6575"),
    (400, fault("6210"), NeedsPerson, "closed"),
    (400, fault("6540"), NeedsPerson, "deposited"),
    (400, fault("2010", "Unrecognized field"), Fatal, "Unrecognized field"),
    (400, fault("99999", "What is this"), NeedsPerson, "What is this"),
    (400, fault("003001"), Throttled, "wait"),
    (401, EXPIRED, SignIn, "sign in"),
    (401, "", SignIn, "sign in"),
    (403, EXPIRED.replace("3200", "3100"), SignIn, "not connected to this company"),
    (403, THROTTLED_XML, Throttled, "wait"),
    (404, "not here", Configuration, "address"),
    (302, "", Configuration, "address"),
    (413, "", NeedsPerson, "too large"),
    (429, THROTTLED_XML, Throttled, "wait"),
    (500, fault("10000", "An application error", "SystemFault"), Retriable, "error inside QuickBooks"),
    (502, "<html>Bad gateway</html>", Retriable, "no usable answer"),
    (400, fault("600"), Retriable, "still being worked on"),
]


@pytest.mark.parametrize(("status", "body", "kind", "words"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)])
def test_an_answer_becomes_a_problem(status: int, body: str, kind: type[Problem] | None, words: str) -> None:
    problem = judge(Answer(status, {}, body.encode()), throttle_wait=60)
    if kind is None:
        assert problem is None
    else:
        assert type(problem) is kind
        assert words in str(problem)


def test_a_throttle_without_a_time_waits_as_the_documents_say() -> None:
    problem = judge(Answer(429, {}, b""), throttle_wait=60)
    assert isinstance(problem, Throttled)
    assert problem.wait == 60


def test_intuits_words_are_made_safe() -> None:
    problem = judge(Answer(400, {}, fault("6000", "bad \x1b[2J name").encode()), throttle_wait=60)
    assert problem is not None
    assert "\x1b" not in str(problem)


@pytest.mark.parametrize("code", MEANINGS)
def test_each_meaning_is_a_plain_line_with_a_next_step(code: str) -> None:
    meaning = MEANINGS[code]
    assert meaning.next_step.endswith(".")
    assert not meaning.cause.endswith(".")
    assert not re.search(r"[A-Z]{4,}|Txn|SyncToken", meaning.cause)
