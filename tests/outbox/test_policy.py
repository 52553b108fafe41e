"""What becomes of an operation after a failure: the whole table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qbconsole.domain.errors import Conflict, Fatal, NeedsPerson, Problem, Retriable, Throttled
from qbconsole.outbox.policy import ATTEMPTS, LONGEST_WAIT, Tried, after, backoff, patience

UNREACHABLE = Retriable("cannot be reached")
SILENT = Retriable("no answer", sent=True)


def tried(
    attempts: int = 1, *, age: float = 2, sent_ago: float = 1, unsure: bool = False, looked: bool = False
) -> Tried:
    """An operation that was decided `age` seconds ago and sent `sent_ago` seconds ago."""
    return Tried(attempts, timedelta(seconds=age), timedelta(seconds=sent_ago), unsure=unsure, looked=looked)


def throttled(*, sent: bool) -> Throttled:
    """A remote that asks for half a minute."""
    problem = Throttled("slow down", wait=30.0)
    problem.sent = sent
    return problem


@pytest.mark.parametrize(
    ("problem", "before", "state", "wait", "counts"),
    [
        (UNREACHABLE, tried(), "pending", 0.5, False),
        (UNREACHABLE, tried(age=60), "pending", 15, False),
        (UNREACHABLE, tried(age=9 * 3600), "pending", LONGEST_WAIT, False),
        (UNREACHABLE, tried(2, unsure=True), "unknown", 0.5, False),
        (UNREACHABLE, tried(ATTEMPTS), "pending", 0.5, False),
        (UNREACHABLE, tried(sent_ago=80, looked=True), "unknown", 20, True),
        (SILENT, tried(1), "unknown", 0.5, True),
        (SILENT, tried(4), "unknown", 4, True),
        (SILENT, tried(ATTEMPTS - 1), "unknown", LONGEST_WAIT, True),
        (SILENT, tried(ATTEMPTS), "parked", 0, True),
        (throttled(sent=False), tried(), "pending", 30, False),
        (throttled(sent=False), tried(2, unsure=True), "unknown", 30, False),
        (throttled(sent=True), tried(ATTEMPTS), "unknown", 30, False),
        (throttled(sent=False), tried(looked=True), "unknown", 30, True),
        (Conflict("it moved"), tried(), "parked", 0, True),
        (NeedsPerson("the item is inactive"), tried(2, unsure=True), "parked", 0, True),
        (Fatal("our own mistake"), tried(), "parked", 0, True),
    ],
)
def test_the_class_of_a_failure_says_what_follows(
    problem: Problem, before: Tried, state: str, wait: float, *, counts: bool
) -> None:
    verdict = after(problem, before)
    assert (verdict.state, verdict.wait, verdict.counts) == (state, wait, counts)


@pytest.mark.parametrize(
    ("problem", "before", "noted"),
    [
        (NeedsPerson("no such owner"), tried(), NeedsPerson),
        (Conflict("it is there twice"), tried(looked=True), Conflict),
        (NeedsPerson("the scope is missing"), tried(looked=True), Retriable),
        (Fatal("status 418"), tried(looked=True), Retriable),
        (SILENT, tried(ATTEMPTS), Retriable),
    ],
)
def test_what_is_parked_says_whether_it_may_have_been_done(
    problem: Problem, before: Tried, noted: type[Problem]
) -> None:
    """A `Retriable` that is parked may have been done: it can be looked for again, and not be given up."""
    verdict = after(problem, before)
    assert verdict.state == "parked"
    assert type(verdict.problem) is noted


@pytest.mark.parametrize("problem", [UNREACHABLE, SILENT])
def test_our_own_waits_are_jittered(problem: Problem) -> None:
    assert after(problem, tried(), jitter=1.2).wait == pytest.approx(1.2 * after(problem, tried()).wait)


def test_a_wait_that_was_asked_for_is_kept_to() -> None:
    assert {after(throttled(sent=sent), tried(), jitter=0.7).wait for sent in (True, False)} == {30}


def test_waits_grow_and_end_at_a_minute() -> None:
    assert [backoff(attempts) for attempts in (1, 2, 3, 8, 99)] == [0.5, 1, 2, 60, 60]
    assert [patience(timedelta(seconds=age)) for age in (0, 4, 100, 1000)] == [0.5, 1, 25, 60]
