"""One function turns an answer of Intuit's into a `Problem`: by status, code and text, from a table that is data.

Codes and meanings: quickbooks.md 2.7 and 7.4.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.payload import UnreadableError
from qbconsole.domain.errors import Configuration, Conflict, Fatal, NeedsPerson, Problem, Retriable, SignIn, Throttled
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.connectors.http import Answer

SIGN_IN_STEP = "Sign in again: `qbconsole connect quickbooks`."
OUR_MISTAKE = "Please report it with the reference in the sync log."
AGAIN = "It is tried again by itself."

STALE = "5010"
NOT_FOUND = "610"
DUPLICATE_NAME = "6240"
POISONED_PAGE = "4002"
THROTTLED = "3001"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means for us: the class of the problem, the cause in plain words, the next step.

    `quote` adds Intuit's own sentence, for codes that say little by themselves.
    """

    kind: type[Problem]
    cause: str
    next_step: str
    quote: bool = False


_IN_QUICKBOOKS = "Mend it in QuickBooks, then press R."
_IN_DRAFT = "Correct the draft and approve it again."

MEANINGS: dict[str, Meaning] = {
    "100": Meaning(SignIn, "the connected user may not use this company", SIGN_IN_STEP),
    "120": Meaning(SignIn, "the connected user lost access to this company", SIGN_IN_STEP),
    "130": Meaning(Retriable, "the company is being moved", AGAIN),
    "140": Meaning(Retriable, "the company is locked for the moment", AGAIN),
    "150": Meaning(Retriable, "QuickBooks is under maintenance", AGAIN),
    "500": Meaning(Fatal, "the request is unknown to QuickBooks", OUR_MISTAKE, quote=True),
    "600": Meaning(Retriable, "the same request is still being worked on", AGAIN),
    "610": Meaning(
        NeedsPerson,
        "something it uses is inactive or deleted",
        "Make the customer, item or account active again in QuickBooks, or choose another.",
    ),
    "620": Meaning(NeedsPerson, "the transactions cannot be linked", _IN_QUICKBOOKS, quote=True),
    "630": Meaning(NeedsPerson, "the same record is there already", "Link or adopt that one instead."),
    "700": Meaning(NeedsPerson, "the parent customer is not valid", _IN_QUICKBOOKS),
    "800": Meaning(NeedsPerson, "other records depend on it", _IN_QUICKBOOKS),
    "900": Meaning(NeedsPerson, "a customer cannot be its own parent", _IN_QUICKBOOKS),
    "1000": Meaning(Retriable, "the operation failed inside QuickBooks", AGAIN),
    "1010": Meaning(Retriable, "the operation failed inside QuickBooks", AGAIN),
    "1020": Meaning(Retriable, "the operation failed inside QuickBooks", AGAIN),
    "1040": Meaning(Fatal, "too many operations in one call", OUR_MISTAKE),
    "1050": Meaning(Fatal, "the content type is wrong", OUR_MISTAKE),
    "2000": Meaning(Fatal, "the kind of record is unknown to QuickBooks", OUR_MISTAKE),
    "2010": Meaning(Fatal, "a field is unknown to QuickBooks", OUR_MISTAKE, quote=True),
    "2020": Meaning(NeedsPerson, "a required value is missing", _IN_DRAFT, quote=True),
    "2030": Meaning(NeedsPerson, "an id is not valid", _IN_DRAFT, quote=True),
    "2040": Meaning(NeedsPerson, "a text has characters that QuickBooks refuses", _IN_DRAFT, quote=True),
    "2050": Meaning(NeedsPerson, "a text is too long for QuickBooks", _IN_DRAFT, quote=True),
    "2060": Meaning(NeedsPerson, "a date is not valid", _IN_DRAFT, quote=True),
    "2070": Meaning(NeedsPerson, "a date range is not valid", _IN_DRAFT, quote=True),
    "2080": Meaning(NeedsPerson, "a number is not valid", _IN_DRAFT, quote=True),
    "2090": Meaning(NeedsPerson, "a number is not valid", _IN_DRAFT, quote=True),
    "2100": Meaning(NeedsPerson, "a value is not valid", _IN_DRAFT, quote=True),
    "2110": Meaning(NeedsPerson, "a value is not valid", _IN_DRAFT, quote=True),
    "2130": Meaning(Fatal, "the request id is not valid", OUR_MISTAKE),
    "2170": Meaning(Fatal, "a value is not one of those QuickBooks knows", OUR_MISTAKE, quote=True),
    "2210": Meaning(NeedsPerson, "an e-mail address is not valid", "Correct the address of the customer or the draft."),
    "2220": Meaning(NeedsPerson, "the currency is not valid", "Switch the currency on in QuickBooks, or correct it."),
    "2240": Meaning(NeedsPerson, "a value is out of range", _IN_DRAFT, quote=True),
    "2250": Meaning(NeedsPerson, "it has no lines", _IN_DRAFT),
    "2290": Meaning(NeedsPerson, "an amount is negative", _IN_DRAFT),
    "2500": Meaning(
        NeedsPerson,
        "it refers to a record that is gone or inactive",
        "Choose another item, class or customer in the rules or the draft.",
        quote=True,
    ),
    "2600": Meaning(Fatal, "two fields contradict each other", OUR_MISTAKE, quote=True),
    "3000": Meaning(NeedsPerson, "a custom field is not valid", "Switch it on in QuickBooks, or take it out."),
    "3100": Meaning(SignIn, "the app is not connected to this company", SIGN_IN_STEP),
    "3200": Meaning(SignIn, "the sign-in has expired", SIGN_IN_STEP),
    "3202": Meaning(SignIn, "the app's own credentials are refused", SIGN_IN_STEP),
    "4000": Meaning(Fatal, "a query was not understood", OUR_MISTAKE, quote=True),
    "4001": Meaning(Fatal, "a query was refused", OUR_MISTAKE, quote=True),
    "4002": Meaning(
        NeedsPerson,
        "a stored record with a bad value stops the reading",
        "Look in QuickBooks for a record with a damaged e-mail address and correct it.",
        quote=True,
    ),
    "5000": Meaning(Fatal, "the request is out of date", OUR_MISTAKE, quote=True),
    "5010": Meaning(Conflict, "somebody changed it since it was decided", "Look at the conflict and decide again."),
    "5020": Meaning(
        NeedsPerson,
        "the connected user may not do that",
        "Connect as a company administrator, or change the user's role in QuickBooks.",
    ),
    "5030": Meaning(
        NeedsPerson,
        "the company's plan or settings lack that feature",
        "Switch it on in QuickBooks, or take it out of the rules.",
        quote=True,
    ),
    "6000": Meaning(NeedsPerson, "QuickBooks refused it", _IN_DRAFT, quote=True),
    "6070": Meaning(NeedsPerson, "an amount is not quantity times price", "Correct the line in the draft.", quote=True),
    "6080": Meaning(NeedsPerson, "a name is missing", _IN_DRAFT),
    "6090": Meaning(NeedsPerson, "the discount line is not valid", _IN_DRAFT),
    "6100": Meaning(NeedsPerson, "a line's tax code is not valid", _IN_DRAFT),
    "6130": Meaning(NeedsPerson, "a tax code is not valid", _IN_DRAFT),
    "6140": Meaning(
        NeedsPerson,
        "the document number is taken",
        "If that document bills this deal, adopt it; else change the number in QuickBooks.",
        quote=True,
    ),
    "6150": Meaning(NeedsPerson, "the parent customer is not valid", _IN_QUICKBOOKS),
    "6160": Meaning(NeedsPerson, "the parent customer is not valid", _IN_QUICKBOOKS),
    "6170": Meaning(NeedsPerson, "the parent customer is not valid", _IN_QUICKBOOKS),
    "6180": Meaning(NeedsPerson, "jobs are nested too deep", _IN_QUICKBOOKS),
    "6190": Meaning(
        NeedsPerson,
        "the QuickBooks subscription has lapsed: it can be read but not written",
        "Renew the subscription in QuickBooks, then press R.",
    ),
    "6200": Meaning(
        NeedsPerson,
        "the books are closed for that date",
        "Choose a posting date after the closing date, or move the closing date in QuickBooks.",
    ),
    "6210": Meaning(
        NeedsPerson,
        "the books are closed for that date and locked with a password",
        "Choose a posting date after the closing date, or change it on the QuickBooks website.",
    ),
    "6220": Meaning(NeedsPerson, "its balance is not zero", _IN_QUICKBOOKS),
    "6240": Meaning(
        NeedsPerson,
        "the name is already used by another customer, vendor or employee",
        "Link the company to that customer, or give the new one another name (inactive ones count too).",
        quote=True,
    ),
    "6250": Meaning(NeedsPerson, "the customer is inactive", "Make the customer active again in QuickBooks."),
    "6270": Meaning(NeedsPerson, "an item did not exist yet on that date", "Choose a later posting date."),
    "6420": Meaning(NeedsPerson, "an e-mail address is missing", "Add the customer's e-mail address."),
    "6430": Meaning(NeedsPerson, "an account is of the wrong type", "Correct the item's account in QuickBooks."),
    "6450": Meaning(NeedsPerson, "it is settled and cannot be voided", "Take it back with a credit memo."),
    "6460": Meaning(NeedsPerson, "it does not agree with its deposit", _IN_QUICKBOOKS),
    "6480": Meaning(NeedsPerson, "it is matched to the bank", "Undo the match in QuickBooks first."),
    "6530": Meaning(Fatal, "a card number was sent", OUR_MISTAKE),
    "6540": Meaning(
        NeedsPerson,
        "its money is already deposited",
        "Take it off the deposit in QuickBooks first, or use a credit memo.",
    ),
    "10000": Meaning(Retriable, "an error inside QuickBooks", AGAIN),
    "10100": Meaning(Fatal, "the result is too large", OUR_MISTAKE),
    "10200": Meaning(Retriable, "the company is being reset", AGAIN),
}
"""By Intuit's code; quickbooks.md 7.4."""


def judge(answer: Answer, *, throttle_wait: float) -> Problem | None:
    """What an answer means, or None if it is a success in JSON.

    Any fault is looked for before a status of 200 is trusted (quickbooks.md 2.6). Server errors, and bodies that cannot
    be read, are `Retriable`: whether the work was done is for the caller to judge.

    Args:
        answer: the answer.
        throttle_wait: seconds to wait after a throttle that names no time.
    """
    body: Any = None
    with suppress(UnreadableError):  # throttles and gateway errors come as XML or HTML: the status speaks
        body = answer.json()
    code, detail = _first_fault(body)
    if answer.status == 429 or code == THROTTLED or _throttled_in_xml(answer):
        return Throttled("QuickBooks asks to wait.", wait=answer.wait(throttle_wait), code=THROTTLED)
    if answer.status == 401:
        return SignIn("QuickBooks is asking you to sign in again.", next_step=SIGN_IN_STEP, code=code)
    if code:
        return _meaning(code, detail, answer.status)
    return _by_status(answer.status, readable=isinstance(body, dict))


def fault_of(item: Mapping[str, Any]) -> Problem:
    """What the fault of one item of a batch means; an item without any is an answer that cannot be read."""
    code, detail = _first_fault(item)
    if not code:
        return Retriable("QuickBooks' answer to a batch lacks an item.", sent=True, next_step=AGAIN)
    return _meaning(code, detail, 400)


def _by_status(status: int, *, readable: bool) -> Problem | None:
    if status == 200 and readable:
        return None
    if status == 200 or status >= 500 or status == 408:
        return Retriable(f"QuickBooks gave no usable answer (status {status}).", next_step=AGAIN, code=str(status))
    if status == 403:
        return SignIn("QuickBooks does not let this app into the company.", next_step=SIGN_IN_STEP, code="403")
    if status == 413:
        return NeedsPerson("The record is too large for QuickBooks.", next_step="Split it.", code="413")
    if status == 404 or 300 <= status < 400:
        return Configuration(
            f"QuickBooks is not at the address in the settings (status {status}).",
            next_step="Correct the QuickBooks URL of the book.",
            code=str(status),
        )
    return Fatal(f"QuickBooks refused the request (status {status}).", next_step=OUR_MISTAKE, code=str(status))


def _meaning(code: str, detail: str, status: int) -> Problem:
    meaning = MEANINGS.get(code)
    if meaning is None:
        kind = Retriable if status >= 500 else NeedsPerson
        meaning = Meaning(kind, f"QuickBooks refused it with code {code}", _IN_QUICKBOOKS, quote=True)
    quoted = f' (QuickBooks says: "{safe_text(detail, limit=300)}")' if meaning.quote and detail else ""
    return meaning.kind(
        f"{meaning.cause[0].upper()}{meaning.cause[1:]}{quoted}.", next_step=meaning.next_step, code=code
    )


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
