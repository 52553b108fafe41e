"""Signing in to QuickBooks for a book: tokens for a consent, kept before they are used, and a look at the company."""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qbconsole.books.secrets import secrets_of
from qbconsole.books.settings import change_setting, load_settings
from qbconsole.connectors.http import Http
from qbconsole.connectors.limits import Gate
from qbconsole.connectors.quickbooks import QuickBooks
from qbconsole.connectors.quickbooks.consent import authorize_url, consent
from qbconsole.connectors.quickbooks.tokens import TokenServer
from qbconsole.connectors.redirect import parameters
from qbconsole.connectors.renewal import INVALID_GRANT
from qbconsole.domain.errors import Configuration, SignIn
from qbconsole.domain.text import safe_text
from qbconsole.runner.connectors import quickbooks_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from qbconsole.books.settings import Settings
    from qbconsole.domain.sign_in import SignInEnds

SYSTEM = "quickbooks"
CLIENT = ("client_id", "client_secret")
_OLD = ("access_token", "access_expires_at", "refresh_token", "previous_refresh_token")
_ENDS = ("refresh_expires_at", "consent_expires_at")
_NOTHING = dict.fromkeys((*_OLD, *_ENDS), "")
"""What a new consent replaces whole: nothing of an old one may be left beside it."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A sign-in that works."""

    company: str
    realm_id: str
    kept_in: str
    ends: SignInEnds


class Question:
    """One attempt to sign in, known again by a random state that is good for it alone."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        """Take the book's settings and the app's id."""
        self._state = secrets.token_urlsafe(24)
        shape = quickbooks_settings(settings)
        self.page = authorize_url(shape, client_id, settings.accounting.redirect_uri, self._state)
        """The address at which a person signs in."""

    def understand(self, address: str) -> Mapping[str, str] | None:
        """What an address that a browser ended on says; None if it is no answer to this question."""
        return parameters(address, self._state)


async def ready(folder: Path) -> None:
    """See that tokens can be kept.

    Raises:
        SignIn, Configuration: they cannot.
    """
    store = secrets_of(folder, load_settings(folder), SYSTEM)
    store.read()
    async with store.alone():
        pass


async def by_consent(folder: Path, client: Mapping[str, str], values: Mapping[str, str]) -> Connected:
    """Turn the answer of a browser into tokens, keep them, and see that they open the company.

    Raises:
        SignIn: the consent, its code, the app's keys or the access were refused.
        Retriable: QuickBooks does not answer.
        Configuration: it is another company than the book's, or the secrets cannot be kept.
    """
    settings = load_settings(folder)
    agreed = consent(values, settings.accounting.realm_id)
    store = secrets_of(folder, settings, SYSTEM)
    async with _server(settings) as server, store.alone():
        store.read()  # a code is good once: first see that the store is
        granted = await server.exchange(client, agreed.code, settings.accounting.redirect_uri)
        store.write({**_NOTHING, **client, **granted})
    _bind(folder, agreed.realm_id)
    return await _look(folder, agreed.realm_id)


async def by_refresh_token(folder: Path, client: Mapping[str, str], token: str, realm_id: str) -> Connected:
    """Try a refresh token that a person brings, keep what comes of it, and see that it opens the company.

    Raises:
        SignIn: it or the access to the company is refused, and the old keys stay.
        Retriable: QuickBooks does not answer.
        Configuration: the secrets cannot be kept.
    """
    settings = load_settings(folder)
    store = secrets_of(folder, settings, SYSTEM)
    async with _server(settings) as server, store.alone():
        before = store.read()
        try:
            granted = await server.refresh(client, token)
        except SignIn as refused:
            if refused.code != INVALID_GRANT:
                raise
            step = "Bring a newer one, or sign in: qbconsole connect quickbooks"
            raise SignIn("QuickBooks refuses this refresh token; the old keys stay.", next_step=step) from None
        store.write({**_NOTHING, **client, **granted})
    try:
        connected = await _look(folder, realm_id)
    except SignIn:  # it is another company's
        store.write({**dict.fromkeys(CLIENT, ""), **_NOTHING, **before})
        raise
    _bind(folder, realm_id)  # only now: the token does not say whose it is
    return connected


async def revoke(folder: Path) -> None:
    """Take the consent back at Intuit, and forget the tokens; the app's own keys stay.

    Raises:
        Configuration: there is none.
        SignIn: the app's keys are refused.
        Retriable: QuickBooks does not answer; nothing is forgotten.
    """
    settings = load_settings(folder)
    store = secrets_of(folder, settings, SYSTEM)
    async with _server(settings) as server, store.alone():
        kept = store.read()
        if not kept.get("refresh_token") or not kept.get("client_id"):
            raise Configuration("QuickBooks is not connected.", next_step="Nothing is to be done.")
        await server.revoke(kept, kept["refresh_token"])
        store.write(_NOTHING)


def _bind(folder: Path, realm_id: str) -> None:
    if not load_settings(folder).accounting.realm_id:
        change_setting(folder, "accounting.realm_id", realm_id)


async def _look(folder: Path, realm_id: str) -> Connected:
    settings = load_settings(folder)
    store = secrets_of(folder, settings, SYSTEM)
    connector = QuickBooks(replace(quickbooks_settings(settings), realm_id=realm_id), store)
    try:
        found = {line.name: line.detail for line in await connector.check()}
        company = safe_text(found.get("company", ""), limit=100)
        return Connected(company, realm_id, store.describe(), connector.signed_in_until())
    finally:
        await connector.close()


@asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[TokenServer]:
    shape = quickbooks_settings(settings)
    bases = (shape.oauth_url, shape.revoke_url.rpartition("/")[0])
    http = Http("QuickBooks", bases=bases, gate=Gate(concurrent=1), reference_header="intuit_tid")
    try:
        yield TokenServer(shape, http)
    finally:
        await http.close()
