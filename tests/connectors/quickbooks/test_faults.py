"""Recorded fault bodies become problems classed by what to do (quickbooks.md 1.7, 2.6, 5.2, 7.4)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from qbconsole.connectors.error_page import DOES
from qbconsole.connectors.http import Answer
from qbconsole.connectors.quickbooks.cookbook import COOKBOOK, Entry, Owner
from qbconsole.connectors.quickbooks.cookbook_page import page
from qbconsole.connectors.quickbooks.faults import fault_of, judge, meaning
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
    (400, fault("6140", "DocNumber=18696 is assigned to TxnType=Invoice with TxnId=6575"), NeedsPerson, "id 6575"),
    (400, fault("6210"), NeedsPerson, "closed"),
    (400, fault("6540"), NeedsPerson, "deposited"),
    (400, fault("2010", "Unrecognized field"), Fatal, "Unrecognized field"),
    (400, fault("99999", "What is this"), NeedsPerson, "What is this"),
    (400, fault("003001"), Throttled, "wait"),
    (400, fault("610", "Object Not Found")[:-9], Retriable, "no usable answer (status 400)"),
    (401, EXPIRED, SignIn, "sign in"),
    (401, "", SignIn, "sign in"),
    (403, EXPIRED.replace("3200", "3100"), SignIn, "not connected to this company"),
    (403, THROTTLED_XML, Throttled, "wait"),
    (404, "not here", Configuration, "address"),
    (302, "", Configuration, "address"),
    (413, "", NeedsPerson, "too large"),
    (429, THROTTLED_XML, Throttled, "wait"),
    (500, fault("10000", "An application error", "SystemFault"), Retriable, "error inside QuickBooks"),
    (502, "<html>Bad gateway</html>", Retriable, 'no usable answer (status 502, "Bad gateway")'),
    (503, "<head><title>x</title></head><p>Write to <b>a@b.example</b>", Retriable, 'status 503, "Write to [e-mail]")'),
    (502, "neither page nor JSON", Retriable, "no usable answer (status 502)."),
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


SAID: list[tuple[str, str, type[Problem], Owner, str]] = [
    ("610", "Object Not Found : Something you're trying to use has been made inactive. Check the fields with accounts",
     NeedsPerson, Owner.BOOKKEEPER, "Something it uses is inactive or deleted in QuickBooks."),
    ("610", "Another user has deleted this transaction.", Conflict, Owner.BOOKKEEPER, "Another user has deleted it"),
    ("620", "Transaction cannot be linked", NeedsPerson, Owner.BOOKKEEPER, 'says: "Transaction cannot be linked"'),
    ("2020", "Required parameter Line is missing in the request", NeedsPerson, Owner.BOOKKEEPER, "missing: lines."),
    ("2020", "Required parameter CustomerRef is missing in the request", NeedsPerson, Owner.BOOKKEEPER, ": customer."),
    ("2020", "Required parameter DueDate is missing in the request", NeedsPerson, Owner.BOOKKEEPER, ": due date."),
    ("2050", "Min:0 Max:21 supported. Supplied length:33", NeedsPerson, Owner.BOOKKEEPER, "33 characters, and QuickB"),
    ("2500", "Invalid Reference Id : Accounts element id 7 not found", NeedsPerson, Owner.BOOKKEEPER, "The account w"),
    ("2500", "Invalid Reference Id : Klasses element id 7 not found", NeedsPerson, Owner.BOOKKEEPER, "The class with"),
    ("2500", "Invalid Reference Id : Depts element id 7 not found", NeedsPerson, Owner.BOOKKEEPER, "The location wi"),
    ("2500", "Invalid Reference Id : Names element id 7 not found", NeedsPerson, Owner.BOOKKEEPER,
     "The customer, vendor or employee with id 7, to which it refers, is gone or inactive."),
    ("2500", "Invalid Reference Id : Item element id 7 not found", NeedsPerson, Owner.BOOKKEEPER, "The item wi"),
    ("5010", "Stale Object Error : You and Ann were working on this", Conflict, Owner.BOOKKEEPER, "Somebody changed"),
    ("6000", "Business Validation Error: You must set a transaction amount.", NeedsPerson, Owner.BOOKKEEPER, "amount"),
    ("6000", "The entity Estimate 75 that you are trying to link does not exist. Estimate 75", NeedsPerson,
     Owner.BOOKKEEPER, "The estimate with id 75, to which it is to be linked, is not there."),
    ("6140", "This number has already been used. DocNumber=18 is assigned to TxnType=CreditMemo with TxnId=6575",
     NeedsPerson, Owner.BOOKKEEPER, "The document number 18 is taken by the credit memo with id 6575."),
    ("6140", "You must specify a different number. This number has already been used.", NeedsPerson, Owner.BOOKKEEPER,
     "The document number is taken."),
    ("6190", "Subscription period has ended", NeedsPerson, Owner.ADMINISTRATOR, "The QuickBooks subscription has lap"),
    ("6210", "The account period has closed", NeedsPerson, Owner.ADMINISTRATOR, "locked with a password"),
    ("6240", "The name supplied already exists. : null", NeedsPerson, Owner.BOOKKEEPER, "vendor or employee."),
    ("6240", "The name supplied already exists. : Id=58", NeedsPerson, Owner.BOOKKEEPER, "the one with id 58."),
    ("10000", "An application error has occurred", Retriable, Owner.INTUIT, "An error inside QuickBooks."),
    ("10000", "System Failure Error: an account was made inactive", NeedsPerson, Owner.BOOKKEEPER, "is inactive"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "detail", "kind", "owner", "words"), SAID)
def test_code_and_text_together_say_cause_and_owner(
    code: str, detail: str, kind: type[Problem], owner: Owner, words: str
) -> None:
    problem = meaning(code, detail)
    assert (type(problem), problem.owner, problem.code) == (kind, owner.value, code)
    assert words in problem.message


def test_a_throttle_in_a_batch_waits_too() -> None:
    problem = fault_of(json.loads(fault("3001", "The request limit was reached.")))
    assert isinstance(problem, Throttled)
    assert problem.wait == 60


def test_a_failure_keeps_intuits_reference_of_the_call() -> None:
    problem = judge(Answer(400, {"intuit_tid": "1-5f734f0e"}, fault("6240").encode()), throttle_wait=60)
    assert problem is not None
    assert problem.words.endswith("(Intuit's reference 1-5f734f0e)")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("To ann@harbor.example is bad", "To [e-mail] is bad"),
        ("card 4111 1111 1111 1111 refused", "card [number] refused"),
        ("call +1 612-555-0100", "call +[number]"),
        ("Estimate 75 is gone", "Estimate 75 is gone"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_an_unknown_code_is_quoted_without_personal_data(said: str, kept: str) -> None:
    problem = meaning("99999", said)
    assert problem.message.endswith(f'(QuickBooks says: "{kept}").')
    assert isinstance(meaning("99999", said, passing=True), Retriable)


@pytest.mark.parametrize("found", COOKBOOK, ids=lambda found: f"{found.code}{'-text' if found.text else ''}")
def test_each_entry_is_a_plain_line_with_a_next_step(found: Entry) -> None:
    assert found.next_step.endswith(".")
    assert not found.cause.endswith(".")
    assert not re.search(r"[A-Z]{4,}|Txn|SyncToken", found.cause)
    assert found.kind in DOES
    assert isinstance(meaning(found.code, ""), Problem)
    assert set(re.findall(r"\{(\w+)\}", found.cause)) == set(re.compile(found.text).groupindex)


def test_of_one_code_the_texts_come_first() -> None:
    for place, found in enumerate(COOKBOOK):
        earlier = [one for one in COOKBOOK[:place] if one.code == found.code]
        assert all(one.text for one in earlier), found.code


def test_the_page_of_errors_agrees_with_the_cookbook() -> None:
    """Made anew by: python -m qbconsole.connectors.quickbooks.cookbook_page > docs/quickbooks-errors.md."""
    written = Path(__file__).parents[3] / "docs" / "quickbooks-errors.md"
    assert written.read_text(encoding="utf-8") == page()
