"""HubSpot's token server: a code or a refresh token in, tokens with their end out (hubspot.md section 1)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pydantic import Field

from qbconsole.connectors.http import Request
from qbconsole.connectors.hubspot.cookbook import AGAIN
from qbconsole.connectors.hubspot.settings import VERSION
from qbconsole.connectors.payload import UnreadableError
from qbconsole.connectors.renewal import INVALID_GRANT, wall_clock
from qbconsole.connectors.vendor import UNREADABLE, VendorModel
from qbconsole.domain.errors import Configuration, Problem, Retriable, SignIn, Throttled
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

    from qbconsole.connectors.http import Answer, Http
    from qbconsole.connectors.hubspot.settings import HubSpotSettings

OAUTH_STEP = "Sign in: qbconsole connect crm --oauth"
THROTTLE_WAIT = 10.0
"""Seconds to wait after a throttle that names no time."""
GRANTS = frozenset({"BAD_REFRESH_TOKEN", "BAD_AUTH_CODE"})
"""The `status` of a refusal of the code or refresh token itself."""
CLIENTS = frozenset({"BAD_CLIENT_ID", "BAD_CLIENT_SECRET"})
"""The `status` of a refusal of the app."""


class Granted(VendorModel):
    """A success of the token server; lives are in seconds."""

    access_token: str = Field(min_length=1)
    refresh_token: str = ""
    expires_in: int = Field(default=1800, ge=0, le=86400 * 365)
    hub_id: str = ""
    scopes: list[str] = Field(default_factory=list)


class TokenServer:
    """Answers are secrets by name, as the store keeps them; instants in ISO form."""

    def __init__(self, settings: HubSpotSettings, http: Http, clock: Callable[[], datetime] = wall_clock) -> None:
        """Take the address, the client, and the clock by which a token's life is counted."""
        self._base = f"{settings.api_url.rstrip('/')}/oauth/{VERSION}/token"
        self._http = http
        self._clock = clock

    async def refresh(self, client: Mapping[str, str], token: str) -> dict[str, str]:
        """New tokens for a refresh token, which may be asked for again after a lost answer.

        Raises:
            SignIn: refused for good, with code `invalid_grant` if it is the token that is.
            Retriable: the token server cannot be reached, or asks to wait.
        """
        form = {"grant_type": "refresh_token", "refresh_token": token}
        answer = await self._http.read(self._request("", client, form), _judge)
        return {"refresh_token": token, **self._secrets(answer)}

    async def exchange(self, client: Mapping[str, str], code: str, redirect_uri: str) -> dict[str, str]:
        """The first tokens, for the code of a redirect; sent once, because a code is good once.

        Raises:
            SignIn: the code or the app's keys are refused.
            Retriable: no usable answer came.
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        try:
            answer = await self._http.write(self._request("", client, form), _judge)
        except Retriable as lost:
            raise Retriable(lost.message, next_step=OAUTH_STEP) from None
        found = self._secrets(answer)
        if not found.get("refresh_token"):
            raise Retriable("HubSpot's sign-in gave no refresh token.", next_step=OAUTH_STEP)
        return found

    async def revoke(self, client: Mapping[str, str], token: str) -> None:
        """Take a refresh token back; access tokens that were given out live on to their end.

        Raises:
            SignIn: the app's keys are refused.
            Retriable: no usable answer came.
        """
        form = {"token": token, "token_type_hint": "refresh_token"}
        await self._http.read(self._request("/revoke", client, form), _judge_revoke)

    def _request(self, path: str, client: Mapping[str, str], form: Mapping[str, str]) -> Request:
        """All parameters go into the body: HubSpot reads none from the address."""
        app = {"client_id": client.get("client_id", ""), "client_secret": client.get("client_secret", "")}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        return Request("POST", self._base + path, headers, content=urlencode({**form, **app}).encode())

    def _secrets(self, answer: Answer) -> dict[str, str]:
        granted = Granted.model_validate(answer.json())
        found = {
            "access_token": granted.access_token,
            "access_expires_at": (self._clock() + timedelta(seconds=granted.expires_in)).isoformat(),
            "refresh_token": granted.refresh_token,
            "portal_id": granted.hub_id,
            "scopes": " ".join(granted.scopes),
        }
        return {name: value for name, value in found.items() if value}


def _judge(answer: Answer) -> Problem | None:
    if answer.status == 200:
        try:
            Granted.model_validate(answer.json())
        except (UnreadableError, *UNREADABLE):
            return Retriable("HubSpot's sign-in gave no usable answer.", next_step=AGAIN)
        return None
    return _refusal(answer)


def _judge_revoke(answer: Answer) -> Problem | None:
    return None if 200 <= answer.status < 300 else _refusal(answer)


def _refusal(answer: Answer) -> Problem:
    if answer.status == 429:
        return Throttled("HubSpot's sign-in asks to wait.", wait=answer.wait(THROTTLE_WAIT))
    if answer.status >= 500:
        return Retriable(f"HubSpot's sign-in gave no usable answer (status {answer.status}).", next_step=AGAIN)
    details = _details(answer)
    status = str(details.get("status") or "")
    if status in GRANTS:
        return SignIn("HubSpot is asking you to sign in again.", next_step=OAUTH_STEP, code=INVALID_GRANT)
    if status in CLIENTS or answer.status in {401, 403}:
        step = "Check them in your app's settings in HubSpot, then run: qbconsole connect crm --oauth --new-client"
        return SignIn("HubSpot refuses the app's client id or secret.", next_step=step, code=status)
    said = safe_text(str(details.get("message") or f"status {answer.status}"), limit=200)
    step = "Correct the redirect or the scopes in your app's settings in HubSpot, or the CRM URL of the book."
    return Configuration(f'HubSpot refused the sign-in: "{said}".', next_step=step, code=status or str(answer.status))


def _details(answer: Answer) -> dict[str, Any]:
    try:
        body = answer.json()
    except UnreadableError:
        return {}
    return body if isinstance(body, dict) else {}
