"""The error cookbook: what each of HubSpot's answers means, who can mend it and how. Data alone, in plain words.

Statuses, categories and codes: hubspot.md 1, 4, 5 and 6. An answer is known by the code of its first error, else by
its category, else by its status.
"""

from __future__ import annotations

from dataclasses import dataclass

from qbconsole.domain.errors import Configuration, Conflict, Fatal, NeedsPerson, Problem, Retriable, SignIn, Throttled

BOOKKEEPER = "the bookkeeper"
ADMINISTRATOR = "the portal's HubSpot administrator"
HUBSPOT = "HubSpot"
DEVELOPER = "the developers of qbconsole"

SIGN_IN_STEP = "Make a new service key or private app token in HubSpot and run `qbconsole connect crm`."
AGAIN = "It is tried again by itself."
OUR_MISTAKE = "Please report it with the reference in the sync log."
_FILL_IN = "Fill it in on the record, or relax the rule in HubSpot, then press R."
_MEND = "Mend the record in HubSpot, then press R."
_ADD_SCOPE = "Add the scope to the service key or private app in HubSpot, then press R."

DAILY = "DAILY"
MISSING = "404"
EXISTS = "409"
SCOPES = "MISSING_SCOPES"
EXPIRED = frozenset({"401", "INVALID_AUTHENTICATION", "EXPIRED_AUTHENTICATION"})
"""The codes of a token that is not taken: that of a sign-in may have ended."""
UNKNOWN_PROPERTY = "PROPERTY_DOESNT_EXIST"
ARCHIVED_PROPERTY = "PROPERTY_ARCHIVED"
"""Ours, not HubSpot's: a property of ours was archived by somebody, so that it must not be made again unasked."""
RETYPED_PROPERTY = "PROPERTY_RETYPED"
"""Ours: a property of ours has another type there than we write."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What an answer means: the class of the problem, whose it is, the cause and the next step in plain words.

    The cause may name properties or scopes (`{names}`) and the status (`{status}`); `quote` adds HubSpot's sentence.
    `wait` are the seconds to wait where HubSpot names none.
    """

    code: str
    kind: type[Problem]
    owner: str
    cause: str
    next_step: str
    quote: bool = False
    wait: float = 10.0


COOKBOOK: tuple[Entry, ...] = (
    # --- who may what -------------------------------------------------------------------------------------------------
    Entry("401", SignIn, ADMINISTRATOR, "HubSpot refuses the token", SIGN_IN_STEP),
    Entry("INVALID_AUTHENTICATION", SignIn, ADMINISTRATOR, "HubSpot refuses the token", SIGN_IN_STEP),
    Entry("EXPIRED_AUTHENTICATION", SignIn, ADMINISTRATOR, "HubSpot refuses the token: it has expired", SIGN_IN_STEP),
    Entry(
        "USER_DOES_NOT_HAVE_PERMISSIONS", SignIn, ADMINISTRATOR,
        "HubSpot refuses the token: its maker left the account", SIGN_IN_STEP,
    ),
    Entry(SCOPES, NeedsPerson, ADMINISTRATOR, "The HubSpot token lacks a permission: {names}", _ADD_SCOPE),
    Entry("403", NeedsPerson, ADMINISTRATOR, "The HubSpot token lacks a permission: {names}", _ADD_SCOPE),
    # --- records and values -------------------------------------------------------------------------------------------
    Entry(MISSING, Conflict, BOOKKEEPER, "it is no longer in HubSpot", "Look for it in HubSpot's recycle bin."),
    Entry(EXISTS, NeedsPerson, BOOKKEEPER, "HubSpot has it already", _MEND, quote=True),
    Entry(
        UNKNOWN_PROPERTY, NeedsPerson, ADMINISTRATOR, "HubSpot has no property {names}",
        "Allow qbconsole to make its properties, or make them in HubSpot (Settings, Properties), then press R.",
    ),
    Entry(
        ARCHIVED_PROPERTY, NeedsPerson, ADMINISTRATOR, "The property {names} was archived in HubSpot",
        "Restore it there (Settings, Properties, Archived), then press R.",
    ),
    Entry(
        RETYPED_PROPERTY, NeedsPerson, ADMINISTRATOR, "The property {names} has another type in HubSpot than ours",
        "Delete it in HubSpot for good, then press R: it is made anew.",
    ),
    Entry(
        "READ_ONLY_VALUE", NeedsPerson, ADMINISTRATOR, "The property {names} is read-only in HubSpot",
        "Allow writing it in HubSpot, then press R.",
    ),
    Entry(
        "INVALID_OPTION", NeedsPerson, ADMINISTRATOR, "HubSpot does not know that option of {names}",
        "Add the option in HubSpot, then press R.",
    ),
    Entry("INVALID_EMAIL", NeedsPerson, BOOKKEEPER, "HubSpot takes the e-mail address for none", _MEND),
    Entry("MISSING_REQUIRED_PROPERTY", NeedsPerson, BOOKKEEPER, "HubSpot demands a value for {names}", _FILL_IN),
    Entry(
        "MISSING_CONDITIONAL_REQUIRED_PROPERTY", NeedsPerson, BOOKKEEPER, "HubSpot demands a value for {names}",
        _FILL_IN,
    ),
    Entry("400", NeedsPerson, BOOKKEEPER, "HubSpot refused it", _MEND, quote=True),
    Entry(
        "414", NeedsPerson, BOOKKEEPER, "it was merged too often for HubSpot, or too much was asked for at once",
        "Merge it no more; read fewer custom_properties (book.toml).", quote=True,
    ),
    # --- waiting ------------------------------------------------------------------------------------------------------
    Entry("429", Throttled, HUBSPOT, "HubSpot asks to wait", AGAIN),
    Entry("SECONDLY", Throttled, HUBSPOT, "HubSpot asks to wait: too many searches in a second", AGAIN, wait=1.0),
    Entry("TEN_SECONDLY_ROLLING", Throttled, HUBSPOT, "HubSpot asks to wait: too many calls in ten seconds", AGAIN),
    Entry(DAILY, Throttled, ADMINISTRATOR, "HubSpot's calls for today are used up", AGAIN, wait=3600.0),
    Entry("423", Throttled, HUBSPOT, "HubSpot asks to wait: the record is locked", AGAIN, wait=2.0),
    Entry("477", Throttled, HUBSPOT, "HubSpot asks to wait: the portal is being moved", AGAIN, wait=60.0),
    # --- the rest -----------------------------------------------------------------------------------------------------
    Entry(
        "3xx", Configuration, BOOKKEEPER, "HubSpot is not at the address in the settings (status {status})",
        "Correct the CRM URL of the book.",
    ),
    Entry("408", Retriable, HUBSPOT, "HubSpot is not well (status {status})", AGAIN),
    Entry("5xx", Retriable, HUBSPOT, "HubSpot is not well (status {status})", AGAIN),
    Entry("other", Fatal, DEVELOPER, "HubSpot refused the request (status {status})", OUR_MISTAKE, quote=True),
)  # fmt: skip

BY_CODE = {one.code: one for one in COOKBOOK}
