"""One function turns an answer of HubSpot's into a `Problem`, by the cookbook (hubspot.md 5, 6)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.hubspot.cookbook import AGAIN, BY_CODE, UNKNOWN_PROPERTY
from qbconsole.connectors.hubspot.settings import LONGEST_WAIT
from qbconsole.connectors.payload import UnreadableError
from qbconsole.domain.errors import Problem, Retriable, Throttled
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qbconsole.connectors.http import Answer
    from qbconsole.connectors.hubspot.cookbook import Entry

REFERENCE = "x-hubspot-correlation-id"
"""The header in which HubSpot names a call; its support asks for it."""
LONGEST_QUOTE = 300

Details = dict[str, Any]


def judge(answer: Answer, *, longest_wait: float = LONGEST_WAIT) -> Problem | None:
    """What an answer means, or None if it is a success in JSON (207 included: its errors are the caller's to read).

    `longest_wait` are the seconds that are waited at most where HubSpot names none.
    """
    body: Any = None
    with suppress(UnreadableError):  # edge errors are HTML: the status speaks
        body = answer.json()
    if 200 <= answer.status < 300:
        if isinstance(body, dict) or answer.status == 204:
            return None
        return _unreadable(answer)
    if answer.status == 400 and answer.cut:
        return _unreadable(answer)
    problem = _meaning(answer, body if isinstance(body, dict) else {}, longest_wait)
    if reference := answer.headers.get(REFERENCE, ""):
        problem.reference = f"HubSpot's reference {safe_text(reference, limit=60)}"
    return problem


def _unreadable(answer: Answer) -> Retriable:
    return Retriable("HubSpot gave no readable answer.", next_step=AGAIN, code=str(answer.status))


def problem_of(code: str, names: Iterable[str]) -> Problem:
    """A problem of the cookbook that we found ourselves, about some properties."""
    return _made(BY_CODE[code], code, status=0, names=", ".join(names))


def _meaning(answer: Answer, details: Details, longest_wait: float) -> Problem:
    code, found = _entry(answer.status, details)
    names = ", ".join(_context(details, "propertyName") or _context(details, "requiredGranularScopes"))
    said = safe_text(str(details.get("message") or ""), limit=LONGEST_QUOTE)
    wait = answer.wait(min(found.wait, longest_wait))
    return _made(found, code, status=answer.status, names=names, said=said, wait=wait)


def _entry(status: int, details: Details) -> tuple[str, Entry]:
    """The code by which an answer is known, and its entry."""
    group = f"{status // 100}xx"
    for code in (*_codes(status, details), str(status), group):
        if code in BY_CODE:
            return str(status) if code == group else code, BY_CODE[code]
    return str(status), BY_CODE["other"]


def _codes(status: int, details: Details) -> list[str]:
    """HubSpot's own words for what is wrong, the most telling first."""
    message = str(details.get("message") or "")
    if status == 429:
        policy = str(details.get("policyName") or "")
        return [policy or ("SECONDLY" if "secondly limit" in message and "ten_" not in message else "")]
    errors = details.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    codes = [str(first.get("code") or ""), str(details.get("category") or "")]
    return codes if codes[0] or UNKNOWN_PROPERTY not in message else [UNKNOWN_PROPERTY]


def _made(found: Entry, code: str, *, status: int, names: str, said: str = "", wait: float = 0.0) -> Problem:
    cause = found.cause.format(names=safe_text(names) or "one that this call needs", status=status)
    words = f'{cause}: "{said}".' if found.quote and said else f"{cause}."
    problem = Throttled(words, wait=wait, code=code) if found.kind is Throttled else found.kind(words, code=code)
    problem.next_step = found.next_step
    problem.owner = found.owner
    return problem


def _context(details: Details, name: str) -> list[str]:
    """A list of names from the context of the answer or of its errors: HubSpot puts it in either."""
    errors = details.get("errors")
    holders = [details, *(errors if isinstance(errors, list) else [])]
    found: list[str] = []
    for holder in holders:
        context = holder.get("context") if isinstance(holder, dict) else None
        if isinstance(context, dict):
            value = context.get(name, [])
            found += [str(entry) for entry in (value if isinstance(value, list) else [value])]
    return list(dict.fromkeys(found))
