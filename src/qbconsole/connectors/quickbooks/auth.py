"""The access token: from the store while it is good, refreshed by one at a time (quickbooks.md 1.4, 1.5)."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from qbconsole.connectors.http import Request
from qbconsole.connectors.payload import UnreadableError
from qbconsole.connectors.quickbooks.cookbook import AGAIN, SIGN_IN_STEP
from qbconsole.domain.errors import Configuration, Problem, Retriable, SignIn, Throttled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qbconsole.connectors.base import TokenStore
    from qbconsole.connectors.http import Answer, Http
    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings

AHEAD = timedelta(minutes=5)
"""A token is refreshed this long before it ends (it lives an hour)."""


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class Auth:
    """Gives out access tokens. The rotated refresh token is in the store before the new access token is used."""

    def __init__(
        self,
        settings: QuickBooksSettings,
        tokens: TokenStore,
        http: Http,
        *,
        clock: Callable[[], datetime] = _wall_clock,
    ) -> None:
        """Take the store and the client; `clock` is this machine's (a token's life is counted here)."""
        self._settings = settings
        self._tokens = tokens
        self._http = http
        self._clock = clock
        self._refreshing = asyncio.Lock()

    async def access_token(self, *, refused: str = "") -> str:
        """A token to use now; `refused` is one that the server did not take.

        Raises:
            SignIn: there is no consent any more: somebody must sign in.
            Retriable: the token server cannot be reached.
        """
        token = self._usable(self._tokens.read(), refused)
        if token:
            return token
        async with self._refreshing:
            secrets = self._tokens.read()  # another call may have refreshed meanwhile
            return self._usable(secrets, refused) or await self._refresh(secrets)

    def _usable(self, secrets: Mapping[str, str], refused: str) -> str:
        token = secrets.get("access_token", "")
        if not token or token == refused:
            return ""
        expires = secrets.get("access_expires_at", "")
        if expires and datetime.fromisoformat(expires) - AHEAD <= self._clock():
            return ""
        return token

    async def _refresh(self, secrets: Mapping[str, str]) -> str:
        if not (secrets.get("refresh_token") and secrets.get("client_id")):
            raise SignIn("QuickBooks is not connected.", next_step=SIGN_IN_STEP)
        pair = f"{secrets['client_id']}:{secrets.get('client_secret', '')}"
        request = Request(
            "POST",
            self._settings.token_url,
            headers={
                "Authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
                "Accept": "application/json",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            content=urlencode({"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"]}).encode(),
        )
        # A lost answer is asked for again: the old refresh token still works for a while after a rotation.
        answer = await self._http.read(request, self._judge)
        granted = answer.json()
        now = self._clock()
        renewed = {
            "access_token": str(granted["access_token"]),
            "access_expires_at": (now + timedelta(seconds=int(granted.get("expires_in", 3600)))).isoformat(),
            "refresh_token": str(granted.get("refresh_token") or secrets["refresh_token"]),
        }
        if "x_refresh_token_expires_in" in granted:
            idle = timedelta(seconds=int(granted["x_refresh_token_expires_in"]))
            renewed["refresh_expires_at"] = (now + idle).isoformat()
        self._tokens.write(renewed)
        return renewed["access_token"]

    def _judge(self, answer: Answer) -> Problem | None:
        """The token server's own error shape: `{"error": "invalid_grant"}` with status 400, 401 for the app itself."""
        try:
            body = answer.json()
        except UnreadableError:
            body = None
        if answer.status == 429:
            return Throttled("QuickBooks' sign-in asks to wait.", wait=answer.wait(self._settings.throttle_wait))
        if answer.status == 200 and isinstance(body, dict) and body.get("access_token"):
            return None
        if answer.status == 200 or answer.status >= 500:
            return Retriable(f"QuickBooks' sign-in gave no usable answer (status {answer.status}).", next_step=AGAIN)
        error = str(body.get("error", "")) if isinstance(body, dict) else ""
        if error == "invalid_grant":
            return SignIn("QuickBooks is asking you to sign in again.", next_step=SIGN_IN_STEP, code=error)
        if error == "invalid_client" or answer.status in {401, 403}:
            return SignIn(
                "QuickBooks refuses the app's client id or secret.",
                next_step="Check them in the Intuit developer portal, then sign in again.",
                code=error or str(answer.status),
            )
        return Configuration(
            f"QuickBooks' sign-in is not at the address in the settings (status {answer.status}).",
            next_step="Correct the OAuth URL of the book.",
            code=error or str(answer.status),
        )
