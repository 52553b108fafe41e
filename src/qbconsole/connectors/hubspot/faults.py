"""One function turns an answer of HubSpot's into a `Problem`: by status, category and code (hubspot.md 5, 6)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.payload import UnreadableError
from qbconsole.domain.errors import Configuration, Conflict, Fatal, NeedsPerson, Problem, Retriable, SignIn, Throttled
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from qbconsole.connectors.http import Answer

AGAIN = "It is tried again by itself."
SIGN_IN_STEP = "Make a new service key or private app token in HubSpot and run `qbconsole connect crm`."

MISSING = "404"
UNKNOWN_PROPERTY = "PROPERTY_DOESNT_EXIST"
EXISTS = "409"
DAILY = "DAILY"
"""The code of a refusal for the rest of the day."""

LOCKED_WAIT = 2.0
MIGRATION_WAIT = 60.0
DAILY_WAIT = 3600.0
"""A spent daily allowance comes back at midnight in the portal's zone: an hour is a fair time to look again."""
WAIT_BY_POLICY = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0, DAILY: DAILY_WAIT}

REFUSALS: dict[str, tuple[str, str]] = {
    UNKNOWN_PROPERTY: (
        "HubSpot has no property {names}",
        "Allow qbconsole to make its properties, or make them in HubSpot (Settings, Properties), then press R.",
    ),
    "READ_ONLY_VALUE": (
        "the property {names} is read-only in HubSpot",
        "Give the property another name in HubSpot, or allow writing.",
    ),
    "INVALID_OPTION": ("HubSpot does not know that option of {names}", "Add the option in HubSpot, then press R."),
    "MISSING_REQUIRED_PROPERTY": (
        "HubSpot demands a value for {names}",
        "Fill it in on the record, or relax the rule in HubSpot, then press R.",
    ),
    "MISSING_CONDITIONAL_REQUIRED_PROPERTY": (
        "HubSpot demands a value for {names}",
        "Fill it in on the record, or relax the rule in HubSpot, then press R.",
    ),
}
"""By the code of the first error: the cause and the next step in plain words."""


def judge(answer: Answer) -> Problem | None:
    """What an answer means, or None if it is a success in JSON (207 included: its errors are the caller's to read)."""
    body: Any = None
    with suppress(UnreadableError):  # edge errors are HTML: the status speaks
        body = answer.json()
    status = answer.status
    details = body if isinstance(body, dict) else {}
    if 200 <= status < 300:
        if isinstance(body, dict) or status == 204:
            return None
        return Retriable("HubSpot gave no readable answer.", next_step=AGAIN, code=str(status))
    if (wait := _wait(answer, details)) is not None:
        daily = details.get("policyName") == DAILY
        return Throttled("HubSpot asks to wait.", wait=wait, code=DAILY if daily else str(status))
    if status == 401:
        return SignIn("HubSpot refuses the token.", next_step=SIGN_IN_STEP, code=_category(details) or "401")
    if status == 403:
        return _forbidden(details)
    if status == 404:
        return Conflict("it is no longer in HubSpot.", next_step="Look for it in HubSpot's recycle bin.", code=MISSING)
    if status == 400 or status == 409:
        return _refused(status, details)
    if status >= 500 or status == 408:
        return Retriable(f"HubSpot is not well (status {status}).", next_step=AGAIN, code=str(status))
    if 300 <= status < 400:
        return Configuration(
            f"HubSpot is not at the address in the settings (status {status}).",
            next_step="Correct the CRM URL of the book.",
            code=str(status),
        )
    return Fatal(
        f"HubSpot refused the request (status {status}).",
        next_step="Please report it with the reference in the sync log.",
        code=str(status),
    )


def _wait(answer: Answer, details: dict[str, Any]) -> float | None:
    """Seconds to wait, for answers that say that nothing was done."""
    if answer.status == 429:
        policy = str(details.get("policyName", ""))
        if not policy and "secondly limit" in str(details.get("message", "")):
            policy = "SECONDLY"
        return answer.wait(WAIT_BY_POLICY.get(policy, 10.0))
    if answer.status == 423:
        return answer.wait(LOCKED_WAIT)
    if answer.status == 477:
        return answer.wait(MIGRATION_WAIT)
    return None


def _forbidden(details: dict[str, Any]) -> NeedsPerson:
    scopes = ", ".join(_context(details, "requiredGranularScopes")) or "one that this call needs"
    return NeedsPerson(
        f"The HubSpot token lacks a permission: {safe_text(scopes)}.",
        next_step="Add the scope to the service key or private app in HubSpot, then press R.",
        code=_category(details) or "403",
    )


def _refused(status: int, details: dict[str, Any]) -> NeedsPerson:
    errors = details.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code = str(first.get("code") or "")
    if not code and UNKNOWN_PROPERTY in str(details.get("message", "")):
        code = UNKNOWN_PROPERTY
    if code in REFUSALS:
        cause, step = REFUSALS[code]
        names = ", ".join(_context(details, "propertyName")) or "that it was given"
        return NeedsPerson(f"{cause.format(names=safe_text(names))}.", next_step=step, code=code)
    said = safe_text(str(details.get("message") or "no reason"), limit=300)
    return NeedsPerson(
        f'HubSpot refused it: "{said}".',
        next_step="Mend the record in HubSpot, then press R.",
        code=code or (EXISTS if status == 409 else _category(details) or "400"),
    )


def _category(details: dict[str, Any]) -> str:
    return str(details.get("category") or "")


def _context(details: dict[str, Any], name: str) -> list[str]:
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
