"""The error cookbook: what each of Intuit's codes means, who can mend it and how. Data alone, in plain words.

Codes and their texts: quickbooks.md 2.7, 5.2 and 7.4. One code may stand for several things: then an entry with a
`text` comes before the one without, and names may be taken from the text (`{number}`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from qbconsole.domain.errors import Conflict, Fatal, NeedsPerson, Problem, Retriable, SignIn, Throttled
from qbconsole.domain.text import safe_text


class Owner(Enum):
    """Who can mend it."""

    BOOKKEEPER = "the bookkeeper"
    ADMINISTRATOR = "the company's QuickBooks administrator"
    INTUIT = "Intuit"
    DEVELOPER = "the developers of qbconsole"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a code means: the class of the problem, whose it is, the cause and the next step in plain words.

    `text` is a pattern that Intuit's own sentence has to match; `quote` adds that sentence, where ours says too little.
    """

    code: str
    kind: type[Problem]
    owner: Owner
    cause: str
    next_step: str
    text: str = ""
    quote: bool = False

    def said(self, detail: str) -> str:
        """The cause, with what the pattern finds in Intuit's sentence."""
        found = re.search(self.text, detail, re.IGNORECASE) if self.text else None
        if found is None:
            return self.cause
        return self.cause.format_map({name: _in_words(value or "") for name, value in found.groupdict().items()})


SIGN_IN_STEP = "Sign in again: `qbconsole connect quickbooks`."
OUR_MISTAKE = "Please report it with the reference in the sync log."
AGAIN = "It is tried again by itself."
_IN_QUICKBOOKS = "Mend it in QuickBooks, then press R."
_IN_DRAFT = "Correct the draft and approve it again."
_ACTIVATE = "Make the customer, item or account active again in QuickBooks, or choose another."

_BOOKKEEPER, _ADMINISTRATOR, _INTUIT, _DEVELOPER = Owner.BOOKKEEPER, Owner.ADMINISTRATOR, Owner.INTUIT, Owner.DEVELOPER

_VENDOR_WORDS = {
    "Accounts": "account",
    "Klasses": "class",
    "Depts": "location",
    "Names": "customer, vendor or employee",
    "Line": "lines",
    "Line.DetailType": "kind of line",
    "CustomerRef": "customer",
    "LinkedTxn": "linked document",
    "TotalAmt": "amount",
    "TxnDate": "posting date",
}
"""Intuit's words for lists (code 2500) and fields (code 2020), and ours."""

COOKBOOK: tuple[Entry, ...] = (
    # --- sign-in and the company itself -------------------------------------------------------------------------------
    Entry("100", SignIn, _ADMINISTRATOR, "the connected user may not use this company", SIGN_IN_STEP),
    Entry("120", SignIn, _ADMINISTRATOR, "the connected user lost access to this company", SIGN_IN_STEP),
    Entry("130", Retriable, _INTUIT, "the company is being moved", AGAIN),
    Entry("140", Retriable, _INTUIT, "the company is locked for the moment", AGAIN),
    Entry("150", Retriable, _INTUIT, "QuickBooks is under maintenance", AGAIN),
    Entry("3001", Throttled, _INTUIT, "QuickBooks asks to wait", AGAIN),
    Entry("3100", SignIn, _ADMINISTRATOR, "the app is not connected to this company", SIGN_IN_STEP),
    Entry("3200", SignIn, _ADMINISTRATOR, "the sign-in has expired", SIGN_IN_STEP),
    Entry("3202", SignIn, _ADMINISTRATOR, "the app's own credentials are refused", SIGN_IN_STEP),
    Entry(
        "5020", NeedsPerson, _ADMINISTRATOR, "the connected user may not do that",
        "Connect as a company administrator, or change the user's role in QuickBooks.",
    ),
    Entry(
        "5030", NeedsPerson, _ADMINISTRATOR, "the company's plan or settings lack that feature",
        "Switch it on in QuickBooks, or take it out of the rules.", quote=True,
    ),
    Entry(
        "6190", NeedsPerson, _ADMINISTRATOR, "the QuickBooks subscription has lapsed: it can be read but not written",
        "Renew the subscription in QuickBooks, then press R.",
    ),
    Entry("10200", Retriable, _INTUIT, "the company is being reset", AGAIN),
    # --- what it refers to --------------------------------------------------------------------------------------------
    Entry(
        "610", Conflict, _BOOKKEEPER, "another user has deleted it in QuickBooks",
        "Look whether that was meant, then decide again.", text="has deleted this",
    ),
    Entry(
        "610", NeedsPerson, _BOOKKEEPER, "something it uses is inactive or deleted in QuickBooks", _ACTIVATE,
        text="made inactive",
    ),
    Entry("610", NeedsPerson, _BOOKKEEPER, "something it uses is inactive or deleted", _ACTIVATE),
    Entry(
        "620", NeedsPerson, _BOOKKEEPER, "the transactions cannot be linked",
        "Look in QuickBooks whether the other one is still open, then decide again.", quote=True,
    ),
    Entry("630", NeedsPerson, _BOOKKEEPER, "the same record is there already", "Link or adopt that one instead."),
    Entry("700", NeedsPerson, _BOOKKEEPER, "the parent customer is not valid", _IN_QUICKBOOKS),
    Entry("800", NeedsPerson, _BOOKKEEPER, "other records depend on it", _IN_QUICKBOOKS),
    Entry("900", NeedsPerson, _BOOKKEEPER, "a customer cannot be its own parent", _IN_QUICKBOOKS),
    Entry(
        "2500", NeedsPerson, _BOOKKEEPER, "the {list} with id {id}, to which it refers, is gone or inactive",
        "Choose another in the rules or the draft, or make it active again in QuickBooks.",
        text=r"(?P<list>[\w ]+?) element id (?P<id>\S+) not found",
    ),
    Entry(
        "2500", NeedsPerson, _BOOKKEEPER, "it refers to a record that is gone or inactive",
        "Choose another item, class or customer in the rules or the draft.", quote=True,
    ),
    Entry(
        "5010", Conflict, _BOOKKEEPER, "somebody changed it since it was decided",
        "Look at the conflict and decide again.",
    ),
    Entry(
        "6140", NeedsPerson, _BOOKKEEPER, "the document number {number} is taken by the {type} with id {id}",
        "If that document bills this deal, adopt it; else choose another number.",
        text=r"DocNumber=(?P<number>.*?) is assigned to TxnType=(?P<type>\w+) with TxnId=(?P<id>\w+)",
    ),
    Entry(
        "6140", NeedsPerson, _BOOKKEEPER, "the document number is taken",
        "If the document that has it bills this deal, adopt it; else choose another number.",
    ),
    Entry(
        "6240", NeedsPerson, _BOOKKEEPER,
        "the name is already used by another customer, vendor or employee, the one with id {id}",
        "Link the company to that customer, or give the new one another name.",
        text=r"\bId\s*[=:]\s*(?P<id>\d+)",
    ),
    Entry(
        "6240", NeedsPerson, _BOOKKEEPER, "the name is already used by another customer, vendor or employee",
        "Link the company to that customer, or give the new one another name (inactive ones count too).",
    ),
    Entry(
        "6250", NeedsPerson, _BOOKKEEPER, "the customer is inactive", "Make the customer active again in QuickBooks.",
    ),
    # --- values -------------------------------------------------------------------------------------------------------
    Entry(
        "2020", NeedsPerson, _BOOKKEEPER, "a required value is missing: {field}", _IN_DRAFT,
        text=r"required parameter (?P<field>[\w.]+)",
    ),
    Entry("2020", NeedsPerson, _BOOKKEEPER, "a required value is missing", _IN_DRAFT, quote=True),
    Entry("2030", NeedsPerson, _BOOKKEEPER, "an id is not valid", _IN_DRAFT, quote=True),
    Entry("2040", NeedsPerson, _BOOKKEEPER, "a text has characters that QuickBooks refuses", _IN_DRAFT, quote=True),
    Entry(
        "2050", NeedsPerson, _BOOKKEEPER, "a text has {length} characters, and QuickBooks takes {max} there",
        "Shorten it and try again.", text=r"Max:(?P<max>\d+) supported\. Supplied length:(?P<length>\d+)",
    ),
    Entry("2050", NeedsPerson, _BOOKKEEPER, "a text is too long for QuickBooks", _IN_DRAFT, quote=True),
    Entry("2060", NeedsPerson, _BOOKKEEPER, "a date is not valid", _IN_DRAFT, quote=True),
    Entry("2070", NeedsPerson, _BOOKKEEPER, "a date range is not valid", _IN_DRAFT, quote=True),
    Entry("2080", NeedsPerson, _BOOKKEEPER, "a number is not valid", _IN_DRAFT, quote=True),
    Entry("2090", NeedsPerson, _BOOKKEEPER, "a number is not valid", _IN_DRAFT, quote=True),
    Entry("2100", NeedsPerson, _BOOKKEEPER, "a value is not valid", _IN_DRAFT, quote=True),
    Entry("2110", NeedsPerson, _BOOKKEEPER, "a value is not valid", _IN_DRAFT, quote=True),
    Entry(
        "2210", NeedsPerson, _BOOKKEEPER, "an e-mail address is not valid",
        "Correct the address of the customer or the draft.",
    ),
    Entry(
        "2220", NeedsPerson, _BOOKKEEPER, "the currency is not valid",
        "Switch the currency on in QuickBooks, or correct it.",
    ),
    Entry("2240", NeedsPerson, _BOOKKEEPER, "a value is out of range", _IN_DRAFT, quote=True),
    Entry("2250", NeedsPerson, _BOOKKEEPER, "it has no lines", _IN_DRAFT),
    Entry("2290", NeedsPerson, _BOOKKEEPER, "an amount is negative", _IN_DRAFT),
    Entry(
        "3000", NeedsPerson, _BOOKKEEPER, "a custom field is not valid", "Switch it on in QuickBooks, or take it out.",
    ),
    Entry(
        "6070", NeedsPerson, _DEVELOPER, "an amount is not quantity times price", "Correct the line in the draft.",
        quote=True,
    ),
    Entry("6080", NeedsPerson, _BOOKKEEPER, "a name is missing", _IN_DRAFT),
    Entry("6090", NeedsPerson, _BOOKKEEPER, "the discount line is not valid", _IN_DRAFT),
    Entry("6100", NeedsPerson, _BOOKKEEPER, "a line's tax code is not valid", _IN_DRAFT),
    Entry("6130", NeedsPerson, _BOOKKEEPER, "a tax code is not valid", _IN_DRAFT),
    Entry("6150", NeedsPerson, _BOOKKEEPER, "the parent customer is not valid", _IN_QUICKBOOKS),
    Entry("6160", NeedsPerson, _BOOKKEEPER, "the parent customer is not valid", _IN_QUICKBOOKS),
    Entry("6170", NeedsPerson, _BOOKKEEPER, "the parent customer is not valid", _IN_QUICKBOOKS),
    Entry("6180", NeedsPerson, _BOOKKEEPER, "jobs are nested too deep", _IN_QUICKBOOKS),
    Entry("6420", NeedsPerson, _BOOKKEEPER, "an e-mail address is missing", "Add the customer's e-mail address."),
    # --- the rules of the books ---------------------------------------------------------------------------------------
    Entry(
        "6000", NeedsPerson, _BOOKKEEPER, "it has no amount", _IN_DRAFT, text="must set a transaction amount",
    ),
    Entry(
        "6000", NeedsPerson, _BOOKKEEPER, "the {type} with id {id}, to which it is to be linked, is not there",
        "Look in QuickBooks what became of it, then decide again.",
        text=r"entity (?P<type>\w+) (?P<id>\w+) that you are trying to link does not exist",
    ),
    Entry("6000", NeedsPerson, _BOOKKEEPER, "QuickBooks refused it", _IN_DRAFT, quote=True),
    Entry(
        "6200", NeedsPerson, _ADMINISTRATOR, "the books are closed for that date",
        "Choose a posting date after the closing date, or move the closing date in QuickBooks.",
    ),
    Entry(
        "6210", NeedsPerson, _ADMINISTRATOR, "the books are closed for that date and locked with a password",
        "Choose a posting date after the closing date, or change it on the QuickBooks website.",
    ),
    Entry("6220", NeedsPerson, _BOOKKEEPER, "its balance is not zero", _IN_QUICKBOOKS),
    Entry(
        "6270", NeedsPerson, _BOOKKEEPER, "an item did not exist yet on that date", "Choose a later posting date.",
    ),
    Entry(
        "6430", NeedsPerson, _BOOKKEEPER, "an account is of the wrong type",
        "Correct the item's account in QuickBooks.",
    ),
    Entry(
        "6450", NeedsPerson, _BOOKKEEPER, "it is settled and cannot be voided", "Take it back with a credit memo.",
    ),
    Entry("6460", NeedsPerson, _BOOKKEEPER, "it does not agree with its deposit", _IN_QUICKBOOKS),
    Entry("6480", NeedsPerson, _BOOKKEEPER, "it is matched to the bank", "Undo the match in QuickBooks first."),
    Entry(
        "6540", NeedsPerson, _BOOKKEEPER, "its money is already deposited",
        "Take it off the deposit in QuickBooks first, or use a credit memo.",
    ),
    # --- QuickBooks' own failures -------------------------------------------------------------------------------------
    Entry("600", Retriable, _INTUIT, "the same request is still being worked on", AGAIN),
    Entry("1000", Retriable, _INTUIT, "the operation failed inside QuickBooks", AGAIN),
    Entry("1010", Retriable, _INTUIT, "the operation failed inside QuickBooks", AGAIN),
    Entry("1020", Retriable, _INTUIT, "the operation failed inside QuickBooks", AGAIN),
    Entry(
        "4002", NeedsPerson, _BOOKKEEPER, "a stored record with a bad value stops the reading",
        "Look in QuickBooks for a record with a damaged e-mail address and correct it.", quote=True,
    ),
    Entry(
        "10000", NeedsPerson, _BOOKKEEPER, "something it uses is inactive in QuickBooks", _ACTIVATE,
        text="made inactive",
    ),
    Entry("10000", Retriable, _INTUIT, "an error inside QuickBooks", AGAIN),
    # --- mistakes of ours ---------------------------------------------------------------------------------------------
    Entry("500", Fatal, _DEVELOPER, "the request is unknown to QuickBooks", OUR_MISTAKE, quote=True),
    Entry("1040", Fatal, _DEVELOPER, "too many operations in one call", OUR_MISTAKE),
    Entry("1050", Fatal, _DEVELOPER, "the content type is wrong", OUR_MISTAKE),
    Entry("2000", Fatal, _DEVELOPER, "the kind of record is unknown to QuickBooks", OUR_MISTAKE),
    Entry("2010", Fatal, _DEVELOPER, "a field is unknown to QuickBooks", OUR_MISTAKE, quote=True),
    Entry("2130", Fatal, _DEVELOPER, "the request id is not valid", OUR_MISTAKE),
    Entry("2170", Fatal, _DEVELOPER, "a value is not one of those QuickBooks knows", OUR_MISTAKE, quote=True),
    Entry("2600", Fatal, _DEVELOPER, "two fields contradict each other", OUR_MISTAKE, quote=True),
    Entry("4000", Fatal, _DEVELOPER, "a query was not understood", OUR_MISTAKE, quote=True),
    Entry("4001", Fatal, _DEVELOPER, "a query was refused", OUR_MISTAKE, quote=True),
    Entry("5000", Fatal, _DEVELOPER, "the request is out of date", OUR_MISTAKE, quote=True),
    Entry("6530", Fatal, _DEVELOPER, "a card number was sent", OUR_MISTAKE),
    Entry("10100", Fatal, _DEVELOPER, "the result is too large", OUR_MISTAKE),
)  # fmt: skip
"""In the order in which they are looked through: of one code, those with a text first."""


def entry(code: str, detail: str, *, passing: bool = False) -> Entry:
    """The entry for a code and Intuit's own sentence. A code that the cookbook lacks is quoted with all it says.

    Args:
        code: Intuit's code, without leading zeros.
        detail: Intuit's sentence.
        passing: whether an unknown code came as a server's error, which may pass.
    """
    for one in COOKBOOK:
        if one.code == code and (not one.text or re.search(one.text, detail, re.IGNORECASE)):
            return one
    cause = f"QuickBooks refused it with code {code}, which is not in the error cookbook"
    if passing:
        return Entry(code, Retriable, Owner.INTUIT, cause, AGAIN, quote=True)
    return Entry(code, NeedsPerson, Owner.BOOKKEEPER, cause, _IN_QUICKBOOKS, quote=True)


def _in_words(value: str) -> str:
    """A word of Intuit's as ours: `CreditMemo` is a credit memo."""
    known = _VENDOR_WORDS.get(value.strip())
    if known or "." in value:
        return known or str(safe_text(value, limit=60))
    return str(safe_text(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", value.strip()).lower(), limit=60))
