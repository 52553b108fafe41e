"""Signing in to HubSpot for a book: tokens for a consent, kept before they are used, and a look at the portal."""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from qbconsole.books.secrets import secrets_of
from qbconsole.books.settings import change_setting, load_settings
from qbconsole.connectors.http import Http
from qbconsole.connectors.hubspot import HubSpot
from qbconsole.connectors.hubspot.consent import authorize_url, code_of
from qbconsole.connectors.hubspot.faults import REFERENCE
from qbconsole.connectors.hubspot.tokens import TokenServer
from qbconsole.connectors.limits import Gate
from qbconsole.connectors.redirect import parameters
from qbconsole.domain.errors import Configuration
from qbconsole.domain.sign_in import SignInEnds
from qbconsole.runner.connectors import hubspot_settings
from qbconsole.runner.sign_in import Connected

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from qbconsole.books.settings import Settings

SYSTEM = "hubspot"
NOTHING = dict.fromkeys(
    ("token", "access_token", "access_expires_at", "refresh_token", "previous_refresh_token", "portal_id", "scopes"), ""
)
"""What a new consent, or a new key, replaces whole."""


class Question:
    """One attempt to sign in, known again by a random state that is good for it alone.

    A book that is not armed writes nothing, so it asks for reading only.
    """

    def __init__(self, settings: Settings, client_id: str) -> None:
        """Take the book's settings and the app's id."""
        self._state = secrets.token_urlsafe(24)
        shape, back = hubspot_settings(settings), settings.crm.redirect_uri
        self.page = authorize_url(shape, client_id, back, self._state, writes=settings.armed)
        """The address at which a person signs in."""

    def understand(self, address: str) -> Mapping[str, str] | None:
        """What an address that a browser ended on says; None if it is no answer to this question."""
        return parameters(address, self._state)


async def by_consent(folder: Path, client: Mapping[str, str], values: Mapping[str, str]) -> Connected:
    """Turn the answer of a browser into tokens, keep them, and see that they open the portal.

    Raises:
        SignIn: the consent, its code, the app's keys or the access were refused.
        Retriable: HubSpot does not answer.
        Configuration: it is another portal than the book's, or the secrets cannot be kept.
    """
    settings = load_settings(folder)
    code = code_of(values)
    store = secrets_of(folder, settings, SYSTEM)
    async with _server(settings) as server, store.alone():
        store.read()  # a code is good once: first see that the store is
        granted = await server.exchange(client, code, settings.crm.redirect_uri)
        portal = granted.get("portal_id", "")
        if settings.crm.portal_id and portal != settings.crm.portal_id:
            words = (
                f"The portal chosen there ({portal}) is not this book's ({settings.crm.portal_id}); nothing was kept."
            )
            raise Configuration(words, next_step="Sign in again and choose the book's portal, or add another book.")
        store.write({**NOTHING, **client, **granted})
    if portal and not settings.crm.portal_id:
        change_setting(folder, "crm.portal_id", portal)
    return await _look(folder)


async def _look(folder: Path) -> Connected:
    settings = load_settings(folder)
    store = secrets_of(folder, settings, SYSTEM)
    connector = HubSpot(hubspot_settings(settings), store)
    try:
        await connector.now()
        return Connected(f"portal {settings.crm.portal_id}", "", store.describe(), SignInEnds())
    finally:
        await connector.close()


@asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[TokenServer]:
    shape = hubspot_settings(settings)
    http = Http("HubSpot", bases=(shape.api_url,), gate=Gate(concurrent=1), reference_header=REFERENCE)
    try:
        yield TokenServer(shape, http)
    finally:
        await http.close()
