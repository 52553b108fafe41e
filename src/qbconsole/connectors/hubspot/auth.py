"""What opens a portal: a service key or private app token, or the access token of a sign-in (hubspot.md section 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.hubspot.cookbook import SIGN_IN_STEP
from qbconsole.connectors.hubspot.tokens import OAUTH_STEP, TokenServer
from qbconsole.connectors.renewal import Renewal
from qbconsole.domain.errors import SignIn

if TYPE_CHECKING:
    from qbconsole.connectors.base import TokenStore
    from qbconsole.connectors.http import Http
    from qbconsole.connectors.hubspot.settings import HubSpotSettings


class Auth:
    """Gives out what a call carries. A key that a person brought goes before a sign-in."""

    def __init__(self, settings: HubSpotSettings, tokens: TokenStore, http: Http) -> None:
        """Take the store and the client."""
        self._tokens = tokens
        server = TokenServer(settings, http)
        self._renewal = Renewal("HubSpot", tokens, server, next_step=OAUTH_STEP)

    async def bearer(self, *, refused: str = "") -> str:
        """The key or token to use now; `refused` is one that HubSpot did not take. A key stays what it is.

        Raises:
            SignIn: there is none, or the sign-in has ended.
            Retriable: the token server cannot be reached.
        """
        secrets = self._tokens.read()
        if key := secrets.get("token", ""):
            return key
        if not secrets.get("client_id"):
            raise SignIn("HubSpot is not connected.", next_step=SIGN_IN_STEP)
        return await self._renewal.access_token(refused=refused)

    def granted(self) -> frozenset[str] | None:
        """The scopes of a sign-in; None for a key, which does not tell its own."""
        secrets = self._tokens.read()
        if secrets.get("token") or not secrets.get("scopes"):
            return None
        return frozenset(secrets["scopes"].split())
