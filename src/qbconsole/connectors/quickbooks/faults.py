"""One function turns an answer of Intuit's into a `Problem`: by status, code and text, from the error cookbook.

Shapes of faults: quickbooks.md 1.7, 2.6 and 2.7.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.payload import UnreadableError
from qbconsole.connectors.quickbooks.cookbook import AGAIN, OUR_MISTAKE, SIGN_IN_STEP, Owner, entry
from qbconsole.domain.errors import Configuration, Fatal, NeedsPerson, Problem, Retriable, SignIn, Throttled
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.connectors.http import Answer

STALE = "5010"
NOT_FOUND = "610"
POISONED_PAGE = "4002"
THROTTLED = "3001"
REFERENCE = "intuit_tid"
"""The header in which Intuit names a call; its support asks for it (quickbooks.md 2.3)."""
LONGEST_QUOTE = 300
_HEAD = 4096
_MARKUP = re.compile(r"<(style|script|head)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
OLD = timedelta(seconds=5)
"""The time in an answer is as old as the answer; a `Date` has whole seconds."""
THROTTLE_WAIT = 60.0
"""Seconds to wait after a throttle that names no time, as Intuit's documents say (quickbooks.md 5.2)."""


def judge(answer: Answer, *, throttle_wait: float) -> Problem | None:
    """What an answer means, or None if it is a success in JSON.

    Any fault is looked for before a status of 200 is trusted (quickbooks.md 2.6). Server errors, and bodies that cannot
    be read, a refusal's too, are `Retriable`: whether the work was done is for the caller to judge.

    Args:
        answer: the answer.
        throttle_wait: seconds to wait after a throttle that names no time.
    """
    problem = _judged(answer, throttle_wait)
    if problem is not None and (reference := answer.headers.get(REFERENCE, "")):
        problem.reference = f"Intuit's reference {safe_text(reference, limit=60)}"
    return problem


def _judged(answer: Answer, throttle_wait: float) -> Problem | None:
    body: Any = None
    with suppress(UnreadableError):  # throttles and gateway errors come as XML or HTML: the status speaks
        body = answer.json()
    code, detail = _first_fault(body)
    if answer.status == 429 or code == THROTTLED or _throttled_in_xml(answer):
        return meaning(THROTTLED, detail, wait=answer.wait(throttle_wait))
    if answer.status == 401:
        signed_out = SignIn("QuickBooks is asking you to sign in again.", next_step=SIGN_IN_STEP, code=code)
        return _owned(signed_out, Owner.ADMINISTRATOR)
    if code:
        return meaning(code, detail, passing=answer.status >= 500)
    return _by_status(answer, readable=isinstance(body, dict))


def is_old(answer: Answer) -> bool:
    """Whether an answer was written some time before it was sent: it is remembered under its request id."""
    try:
        written = datetime.fromisoformat(answer.json()["time"])
    except (UnreadableError, KeyError, TypeError, ValueError):
        return False
    return written.tzinfo is not None and answer.date is not None and answer.date - written > OLD


def fault_of(item: Mapping[str, Any]) -> Problem:
    """What the fault of one item of a batch means; an item without any is an answer that cannot be read."""
    code, detail = _first_fault(item)
    if not code:
        return Retriable("QuickBooks' answer to a batch lacks an item.", sent=True, next_step=AGAIN)
    return meaning(code, detail)


def _by_status(answer: Answer, *, readable: bool) -> Problem | None:
    status, code = answer.status, str(answer.status)
    if status == 200 and readable:
        return None
    if status == 200 or status >= 500 or status == 408 or (status == 400 and answer.cut):
        said = "" if status == 200 else redacted(_plain(answer.body))
        quoted = f', "{said}"' if said else ""
        words = f"QuickBooks gave no usable answer (status {status}{quoted})."
        return _owned(Retriable(words, next_step=AGAIN, code=code), Owner.INTUIT)
    if status == 403:
        words = "QuickBooks does not let this app into the company."
        return _owned(SignIn(words, next_step=SIGN_IN_STEP, code=code), Owner.ADMINISTRATOR)
    if status == 413:
        words = "The record is too large for QuickBooks."
        return _owned(NeedsPerson(words, next_step="Split it.", code=code), Owner.BOOKKEEPER)
    if status == 404 or 300 <= status < 400:
        words = f"QuickBooks is not at the address in the settings (status {status})."
        step = "Correct the QuickBooks URL of the book."
        return _owned(Configuration(words, next_step=step, code=code), Owner.BOOKKEEPER)
    words = f"QuickBooks refused the request (status {status})."
    return _owned(Fatal(words, next_step=OUR_MISTAKE, code=code), Owner.DEVELOPER)


def meaning(code: str, detail: str, *, passing: bool = False, wait: float = THROTTLE_WAIT) -> Problem:
    """The problem that a code and Intuit's sentence stand for: its class, cause, owner and next step.

    Args:
        code: Intuit's code, without leading zeros.
        detail: Intuit's sentence.
        passing: whether an unknown code came as a server's error.
        wait: the seconds that a throttle asks for.
    """
    found = entry(code, detail, passing=passing)
    quoted = f' (QuickBooks says: "{redacted(detail)}")' if found.quote and detail else ""
    cause = found.said(detail)
    words = f"{cause[0].upper()}{cause[1:]}{quoted}."
    if issubclass(found.kind, Throttled):
        return _owned(Throttled(words, wait=wait, code=code), found.owner)
    return _owned(found.kind(words, next_step=found.next_step, code=code), found.owner)


def _owned(problem: Problem, owner: Owner) -> Problem:
    problem.owner = owner.value
    return problem


def redacted(text: str) -> str:
    """Intuit's sentence for a log: in one line, bounded, without addresses and long numbers (Intuit forbids them)."""
    short = safe_text(text, limit=LONGEST_QUOTE)
    return re.sub(r"\d(?:[\d -]{7,})\d", "[number]", re.sub(r"\S+@\S+", "[e-mail]", short))


def _plain(body: bytes) -> str:
    """The words of a page that is no JSON: what a gateway says of itself. Of an answer with data nothing is kept."""
    text = body[:_HEAD].decode("utf-8", "replace").strip()
    return " ".join(_MARKUP.sub(" ", text).split()) if text.startswith("<") else ""


def _first_fault(body: Any) -> tuple[str, str]:
    """Code (without leading zeros) and detail of the first error, in either spelling (quickbooks.md 1.7, 2.6)."""
    if not isinstance(body, dict):
        return "", ""
    fault = body.get("Fault") or body.get("fault")
    if not isinstance(fault, dict):
        return "", ""
    errors = fault.get("Error") or fault.get("error") or [{}]
    first = errors[0] if isinstance(errors, list) else errors
    if not isinstance(first, dict):
        return "unknown", ""
    code = str(first.get("code") or "").lstrip("0") or "unknown"
    detail = first.get("Detail") or first.get("detail") or first.get("Message") or first.get("message") or ""
    return code, str(detail)


def _throttled_in_xml(answer: Answer) -> bool:
    return answer.status in {403, 503} and b"ThrottleExceeded" in answer.body[:4096]
