"""Asking for consent in a browser: the address to open, and what the browser comes back with (quickbooks.md 1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from qbconsole.connectors.redirect import LONGEST_CODE
from qbconsole.domain.errors import Configuration, SignIn
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings

SCOPE = "com.intuit.quickbooks.accounting"
"""All of the accounting API, and nothing else (quickbooks.md 1.3; there is no scope that only reads)."""
REFUSALS = {
    "access_denied": ("The sign-in was refused in the browser.", "Run the command again and press Connect there."),
    "invalid_scope": (
        "The app may not ask for accounting data.",
        f"Give it the scope {SCOPE} in the Intuit developer portal.",
    ),
}


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to: a code that is good once, for one company."""

    code: str
    realm_id: str


def authorize_url(settings: QuickBooksSettings, client_id: str, redirect_uri: str, state: str) -> str:
    """The page on which a person signs in and chooses the company."""
    query = {
        "client_id": client_id,
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{settings.authorize_url}?{urlencode(query)}"


def consent(values: Mapping[str, str], realm_id: str) -> Consent:
    """The consent in an answer, for the company of that realm, or for any if it is empty.

    Raises:
        SignIn: it was refused.
        Configuration: it names no company, or another one.
    """
    if error := values.get("error"):
        usual = (f"QuickBooks refused the sign-in ({safe_text(error, limit=60)}).", "Run the command again.")
        words, step = REFUSALS.get(error, usual)
        raise SignIn(words, next_step=step, code=error)
    code, realm = values["code"], values.get("realmId", "")
    if not (realm.isascii() and realm.isdigit()) or not 0 < len(code) <= LONGEST_CODE:
        step = "Run the command again and choose a company there."
        raise Configuration("QuickBooks answered without a company.", next_step=step)
    if realm_id and realm != realm_id:
        step = f"Sign in again and choose the book's company, or add a book for the other: --realm {realm}"
        words = f"The company chosen there (realm {realm}) is not this book's (realm {realm_id}); nothing was kept."
        raise Configuration(words, next_step=step)
    return Consent(code, realm)
