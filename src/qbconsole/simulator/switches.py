"""Where the vendors' documents are silent or disagree: one named switch for each reading, the more hostile as default.

To add one, add a `Switch` to `SWITCHES` and its row to `docs/simulator.md`; ask for it with `Switches(database)[NAME]`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qbconsole.simulator.database import Database

NUMBER = "N"
"""Stands among a switch's values for any whole number."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True)
class Switch:
    """One open question and its answers."""

    name: str
    values: tuple[str, ...]
    default: str
    meaning: str
    """One line."""

    def takes(self, value: str) -> bool:
        """Whether it is one of the values."""
        return value in self.values or (NUMBER in self.values and value.isascii() and value.isdecimal())


SWITCHES: tuple[Switch, ...] = (
    # Sign-in
    Switch("consent", ("granted", "refused", "asked"), "granted", "what the user says at sign-in; asked: a page asks"),
    Switch(
        "redirect_uris",
        ("development", "production"),
        "development",
        "what an app may register: development keys any http address of this machine and one public https address,"
        " production keys the public one alone",
    ),
    Switch(
        "refresh_token_rotation",
        ("every_24h", "every_call"),
        "every_24h",
        "how old a refresh token is before a refresh gives another one",
    ),
    Switch("refresh_token_grace", ("0", "24h"), "0", "how long a refresh token stays good after it was replaced"),
    Switch("refresh", ("granted", "invalid_grant"), "granted", "whether refreshing works at all"),
    Switch("access_token_seconds", (NUMBER,), "3600", "how long an access token lives, on real time"),
    Switch("authorization_code_seconds", (NUMBER,), "300", "how long a code can be redeemed, on real time"),
    Switch(
        "token_length",
        ("longest", "usual"),
        "longest",
        "4096 characters of an access token and 512 of a refresh token or code, or 1000 and 50",
    ),
    # Transport
    Switch(
        "throttle_body", ("xml", "json", "json_lower_case"), "xml", "how the answer to too many requests is written"
    ),
    Switch("throttle_status", ("429", "403"), "429", "its status; 403 is an older form"),
    Switch(
        "retry_after",
        ("absent", "date", "nonsense", NUMBER),
        "absent",
        "its Retry-After header: seconds, a date two seconds ahead, or words",
    ),
    Switch(
        "forbidden_body", ("lower_case", "upper_case"), "lower_case", "how 403 is written: like 401, or like a fault"
    ),
    Switch("newer_minor_versions", ("refused", "ignored"), "refused", "what becomes of a minorversion above 75"),
    Switch("requests_per_minute", (NUMBER,), "500", "requests to QuickBooks in any minute"),
    Switch("requests_per_second", (NUMBER,), "10", "requests to QuickBooks in any second"),
    Switch("concurrent_requests", (NUMBER,), "10", "requests to QuickBooks that may be open at once"),
    Switch("batches_per_minute", (NUMBER,), "120", "batches in any minute"),
    Switch("reports_per_minute", (NUMBER,), "200", "reports in any minute"),
    Switch("reads_per_month", (NUMBER,), "500000", "read-type calls in a calendar month; further ones are throttled"),
    Switch("largest_request", (NUMBER,), "104857600", "bytes of a request; a larger one is answered with 413"),
    # Request ids
    Switch(
        "requestid_retention", ("1h", "24h", "forever"), "1h", "how long a requestid is remembered, on simulated time"
    ),
    Switch(
        "requestid_other_body",
        ("first_answer", "refused"),
        "first_answer",
        "what another request under a known requestid gets: the first answer, as if it were done, or fault 600",
    ),
    Switch(
        "requestid_faults",
        ("remembered", "forgotten"),
        "remembered",
        "whether a refused request is refused again under the same requestid, even when its cause is gone",
    ),
    # Entities of QuickBooks
    Switch("number_sent", ("replaced", "kept"), "replaced", "a DocNumber sent while the company numbers by itself"),
    Switch(
        "duplicate_number",
        ("refused", "accepted"),
        "refused",
        "a DocNumber used twice while numbers are custom: the warning that no API shows is on, or off",
    ),
    Switch(
        "paid_invoice_ends",
        ("unapplied", "refused"),
        "unapplied",
        "void or delete of an invoice with payments: they silently become unapplied, or fault 6000",
    ),
    Switch("cdc_cap", ("shared", "each"), "shared", "the 1,000 rows of changed data: in all, or for each entity"),
    Switch(
        "cdc_stub",
        ("mixed", "stamped", "bare"),
        "mixed",
        "whether a deleted row carries MetaData; mixed: one with an odd id does not",
    ),
    Switch("merged_customer", ("deleted", "silent"), "deleted", "what changed data says of a customer merged away"),
    Switch("sending", ("bumped", "same"), "bumped", "whether sending a form moves its SyncToken"),
    Switch(
        "payment_for",
        ("parent", "same", "family"),
        "parent",
        "whose invoices a payment settles: the customer's own and its jobs', its own alone, any relative's",
    ),
    Switch(
        "tax_override", ("replaced", "honoured"), "replaced", "a TotalTax sent to a company with automated sales tax"
    ),
    Switch("null_sent", ("kept", "blanked"), "kept", "what a null in a sparse update does to a field"),
    Switch("rounding", ("half_up", "half_even"), "half_up", "how half a cent is rounded"),
    Switch(
        "name_compare",
        ("loose", "case"),
        "loose",
        "when two display names are one: without case, accents and doubled spaces, or without case alone",
    ),
    Switch(
        "name_clash",
        ("null", "words", "holder"),
        "null",
        "the detail of fault 6240: null, a sentence, or the sentence and the holder's id",
    ),
    Switch(
        "custom_fields",
        ("classic", "enhanced"),
        "classic",
        "whether include=enhancedAllCustomFields shows more than the three classic fields",
    ),
    Switch(
        "unknown_custom_field", ("ignored", "refused"), "ignored", "a custom field that is not in use, or fault 3000"
    ),
    Switch(
        "feature_off",
        ("refused", "ignored"),
        "refused",
        "a class, location or deposit sent while the feature is off: fault 5030, or dropped",
    ),
    Switch("lapsed_status", ("200", "400"), "200", "the status of fault 6190, the lapsed subscription"),
    Switch(
        "reactivated_name", ("suffixed", "clean"), "suffixed", "whether a name made active again keeps its (deleted)"
    ),
    Switch(
        "balance_inactive",
        ("refused", "allowed"),
        "refused",
        "making a customer inactive whose balance is not zero: fault 6220, or allowed",
    ),
    Switch(
        "report_currency",
        ("home", "customer"),
        "home",
        "whether reports reckon foreign documents in the home currency or in their own",
    ),
    Switch("mail_limit", ("none", NUMBER), "none", "how many e-mails a day the company sends; a sandbox sends 40"),
    # HubSpot
    Switch("search_lag_seconds", (NUMBER,), "3", "HubSpot: how long a change stays unseen by searches"),
    Switch(
        "hubspot_plan",
        ("starter", "professional", "enterprise"),
        "professional",
        "HubSpot: 100 calls in ten seconds and 250,000 a day, 190 and 625,000, or 190 and 1,000,000",
    ),
    Switch("hubspot_access_token_seconds", (NUMBER,), "1800", "HubSpot: how long an access token lives, on real time"),
    Switch(
        "hubspot_refresh_token",
        ("kept", "replaced"),
        "replaced",
        "HubSpot: whether a refresh gives the same refresh token or another one, the old one being dead",
    ),
    Switch(
        "hubspot_expired_token",
        ("EXPIRED_AUTHENTICATION", "INVALID_AUTHENTICATION"),
        "INVALID_AUTHENTICATION",
        "HubSpot: the category of the 401 to an access token that expired",
    ),
    Switch(
        "hubspot_merged_id",
        ("new", "primary"),
        "new",
        "HubSpot: the id of a record after a merge (a contact always keeps the primary one's)",
    ),
    Switch(
        "hubspot_archived_by_id",
        ("missing", "shown"),
        "missing",
        "HubSpot: whether an archived record that is read by id, not asking for archived ones, is 404",
    ),
)
"""Every switch there is."""
_BY_NAME = {switch.name: switch for switch in SWITCHES}


class Switches:
    """How the switches of one simulator stand; kept in its database, so any number of these show the same."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._set = database.collection("switches")

    def __getitem__(self, name: str) -> str:
        """The value in force; KeyError for a name that is no switch."""
        default = _BY_NAME[name].default
        return str((self._set.get(name) or {"value": default})["value"])

    def number(self, name: str) -> int:
        """The value of a switch that stands on a whole number."""
        return int(self[name])

    def seconds(self, name: str) -> float:
        """The value of a switch that stands on a span, such as `24h`, `0` or `forever`."""
        value = self[name]
        if value == "forever":
            return math.inf
        return float(value) if value.isdecimal() else float(value[:-1]) * _UNITS[value[-1]]

    def turn(self, values: Mapping[str, str]) -> None:
        """Set some of the switches; none is changed when one is wrong.

        Raises:
            ValueError: there is no such switch, or it has no such value.
        """
        for name, value in values.items():
            _check(name, value)
        with self._database.transaction():
            for name, value in values.items():
                self._set.put(name, {"value": value})

    def document(self) -> dict[str, dict[str, object]]:
        """Every switch with its value, for `/control/switches`."""
        return {
            switch.name: {
                "value": self[switch.name],
                "values": list(switch.values),
                "default": switch.default,
                "meaning": switch.meaning,
            }
            for switch in SWITCHES
        }


def parse(texts: Iterable[str]) -> dict[str, str]:
    """The switches of some `NAME=VALUE`.

    Raises:
        ValueError: one is wrong; the text names it and what there is.
    """
    found = {}
    for text in texts:
        name, _, value = text.partition("=")
        _check(name, value)
        found[name] = value
    return found


def _check(name: str, value: str) -> None:
    if name not in _BY_NAME:
        message = f"switches: no switch is called {name!r}; there are {', '.join(_BY_NAME)}"
        raise ValueError(message)
    if not _BY_NAME[name].takes(value):
        allowed = " or ".join(_BY_NAME[name].values).replace(NUMBER, "a whole number")
        message = f"switches: {name} is {allowed}, not {value!r}"
        raise ValueError(message)
