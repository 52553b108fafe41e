"""What becomes of an operation after a failure: by the failure's class, and by what is known of the operation. Pure.

| failure | a sending | a look-up |
| --- | --- | --- |
| passing, not sent | as before it, waits the longer the longer it lasts; no attempt | unknown, waits likewise |
| passing, may have been done | unknown, waits twice as long each time; after `ATTEMPTS` parked | |
| throttled | the same, after the remote's own wait; no attempt | unknown, after that wait |
| moved, or refused for good | parked | parked; only what the look-up saw says that it was not done |

A refused sign-in stops the book: that is not asked here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbconsole.domain.errors import Conflict, Problem, Retriable, Throttled

if TYPE_CHECKING:
    from datetime import timedelta

ATTEMPTS = 12
"""After so many tries that may have had their effect an operation is parked."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Seconds."""
JITTER = (0.7, 1.3)
"""By what a wait is multiplied at random, so that books do not try again in step."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What is known of an operation when something failed.

    `attempts` counts the tries that may have had their effect, this one among them; `age` is the time since it was
    decided, `sent_ago` since it was last sent. `unsure` says that an earlier try may have had its effect, `looked` that
    what failed is a look whether it had.
    """

    attempts: int
    age: timedelta
    sent_ago: timedelta
    unsure: bool = False
    looked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state that follows, what is noted with it, and after how many seconds it is tried again.

    `counts` is False for a try that is no attempt: `sent` tells whether the request may have left all the same.
    """

    state: str
    problem: Problem
    wait: float = 0.0
    counts: bool = True
    sent: bool = True


def after(problem: Problem, tried: Tried, *, jitter: float = 1.0) -> Verdict:
    """What becomes of an operation whose sending or look-up failed.

    Args:
        problem: the failure.
        tried: what is known of the operation.
        jitter: by what waits of our own are multiplied; one that the remote asked for is kept to.
    """
    if not isinstance(problem, Retriable):
        blind = tried.looked and not isinstance(problem, Conflict)
        return Verdict("parked", still_unknown(problem) if blind else problem)
    asked = problem.wait if isinstance(problem, Throttled) else None
    if tried.looked:
        return Verdict("unknown", problem, _wait(asked, patience(tried.sent_ago), jitter))
    if not problem.sent:
        state = "unknown" if tried.unsure else "pending"
        return Verdict(state, problem, _wait(asked, patience(tried.age), jitter), counts=False, sent=False)
    if asked is not None:
        return Verdict("unknown", problem, asked, counts=False)
    if tried.attempts >= ATTEMPTS:
        return Verdict("parked", _tired(problem, tried.attempts))
    return Verdict("unknown", problem, backoff(tried.attempts) * jitter)


def _wait(asked: float | None, ours: float, jitter: float) -> float:
    return ours * jitter if asked is None else asked


def still_unknown(problem: Problem) -> Retriable:
    """A look-up that was refused tells nothing: what it was for must not be given up as if it had not been done."""
    return Retriable(problem.words, sent=True, next_step=problem.next_step, code=problem.code)


def patience(age: timedelta) -> float:
    """Seconds until a remote that cannot be reached is tried again: the longer it has been so, up to a minute."""
    return min(LONGEST_WAIT, max(FIRST_WAIT, age.total_seconds() / 4))


def backoff(attempts: int) -> float:
    """Seconds until the next try: doubling from half a second to a minute."""
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2 ** max(0, attempts - 1)))


def _tired(problem: Retriable, attempts: int) -> Retriable:
    words = f"{problem.words} It was tried {attempts} times."
    return Retriable(words, sent=True, next_step="Retry it when the remote answers.", code=problem.code)
