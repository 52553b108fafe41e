"""Intuit's token server: a code or a refresh token in, tokens with their ends out (quickbooks.md 1.4 to 1.6)."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pydantic import Field

from qbconsole.connectors.http import Request
from qbconsole.connectors.payload import UnreadableError, dump
from qbconsole.connectors.quickbooks.cookbook import AGAIN, SIGN_IN_STEP
from qbconsole.connectors.renewal import INVALID_GRANT, wall_clock
from qbconsole.connectors.vendor import UNREADABLE, VendorModel
from qbconsole.domain.errors import Configuration, Problem, Retriable, SignIn, Throttled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from qbconsole.connectors.http import Answer, Http
    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings

CONSENT_LASTS = timedelta(days=5 * 365)
"""How long a consent lasts where the server does not say (quickbooks.md 1.5: five years)."""
LONGEST_LIFE = 100 * 365 * 86400
"""Seconds; a longer life is nonsense."""
NEW_CLIENT_STEP = "Check them in the Intuit developer portal, then run: qbconsole connect quickbooks --new-client"


class Granted(VendorModel):
    """A success of the token server; lives are in seconds."""

    access_token: str = Field(min_length=1)
    refresh_token: str = ""
    expires_in: int = Field(default=3600, ge=0, le=LONGEST_LIFE)
    x_refresh_token_expires_in: int | None = Field(default=None, ge=0, le=LONGEST_LIFE)
    x_refresh_token_hard_expires_in: int | None = Field(default=None, ge=0, le=LONGEST_LIFE)


class TokenServer:
    """Answers are secrets by name, as the store keeps them; instants in ISO form."""

    def __init__(self, settings: QuickBooksSettings, http: Http, clock: Callable[[], datetime] = wall_clock) -> None:
        """Take the addresses, the client, and the clock by which a token's life is counted."""
        self._settings = settings
        self._http = http
        self._clock = clock

    async def refresh(self, client: Mapping[str, str], token: str) -> dict[str, str]:
        """New tokens for a refresh token. A lost answer is asked for again: the old token has a grace (1.5).

        Raises:
            SignIn: refused for good, with code `invalid_grant` if it is the token that is.
            Retriable: the token server cannot be reached, or asks to wait.
        """
        form = {"grant_type": "refresh_token", "refresh_token": token}
        secrets = self._secrets(await self._http.read(self._request(client, form), self._judge))
        return {"refresh_token": token, **secrets}

    async def exchange(self, client: Mapping[str, str], code: str, redirect_uri: str) -> dict[str, str]:
        """The first tokens, for the code of a redirect; sent once, because a code is good once (1.2).

        Raises:
            SignIn: the code or the app's keys are refused.
            Retriable: no usable answer came.
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        try:
            answer = await self._http.write(self._request(client, form), self._judge)
        except SignIn as refused:
            if refused.code != INVALID_GRANT:
                raise
            step = "Sign in once more: qbconsole connect quickbooks"
            raise SignIn(
                "The code from the browser is used up or too old.", next_step=step, code=refused.code
            ) from None
        except Retriable as lost:
            raise Retriable(lost.message, next_step="Sign in once more: qbconsole connect quickbooks") from None
        secrets = self._secrets(answer)
        if not secrets.get("refresh_token"):
            raise Retriable("QuickBooks' sign-in gave no refresh token.", next_step="Sign in once more.")
        return {"consent_expires_at": (self._clock() + CONSENT_LASTS).isoformat(), **secrets}

    async def revoke(self, client: Mapping[str, str], token: str) -> None:
        """Take the consent back; either token ends the whole of it (1.6). An unknown one was taken back before.

        Raises:
            SignIn: the app's keys are refused.
            Retriable: no usable answer came.
        """
        headers = {**_headers(client), "Content-Type": "application/json"}
        content = dump({"token": token}).encode()
        await self._http.read(Request("POST", self._settings.revoke_url, headers, content=content), self._judge_revoke)

    def _request(self, client: Mapping[str, str], form: Mapping[str, str]) -> Request:
        headers = {
            **_headers(client),
            "Content-Type": "application/x-www-form-urlencoded",
            "x-include-refresh-token-hard-expires-in": "true",
        }
        return Request("POST", self._settings.token_url, headers, content=urlencode(form).encode())

    def _secrets(self, answer: Answer) -> dict[str, str]:
        granted = Granted.model_validate(answer.json())
        lives = {
            "access_expires_at": granted.expires_in,
            "refresh_expires_at": granted.x_refresh_token_expires_in,
            "consent_expires_at": granted.x_refresh_token_hard_expires_in,
        }
        now = self._clock()
        ends = {name: (now + timedelta(seconds=life)).isoformat() for name, life in lives.items() if life is not None}
        rotated = {"refresh_token": granted.refresh_token} if granted.refresh_token else {}
        return {"access_token": granted.access_token, **rotated, **ends}

    def _judge(self, answer: Answer) -> Problem | None:
        """The token server's own error shape: `{"error": "invalid_grant"}` with status 400, 401 for the app itself."""
        if answer.status == 200 and _usable(answer):
            return None
        return self._refusal(answer)

    def _judge_revoke(self, answer: Answer) -> Problem | None:
        return None if answer.status in (200, 400) else self._refusal(answer)

    def _refusal(self, answer: Answer) -> Problem:
        if answer.status == 429:
            return Throttled("QuickBooks' sign-in asks to wait.", wait=answer.wait(self._settings.throttle_wait))
        if answer.status == 200 or answer.status >= 500:
            return Retriable(f"QuickBooks' sign-in gave no usable answer (status {answer.status}).", next_step=AGAIN)
        error = _error(answer)
        if error == INVALID_GRANT:
            return SignIn("QuickBooks is asking you to sign in again.", next_step=SIGN_IN_STEP, code=error)
        if error == "invalid_client" or answer.status in {401, 403}:
            words = "QuickBooks refuses the app's client id or secret."
            return SignIn(words, next_step=NEW_CLIENT_STEP, code=error or str(answer.status))
        return Configuration(
            f"QuickBooks' sign-in is not at the address in the settings (status {answer.status}).",
            next_step="Correct the OAuth URL of the book.",
            code=error or str(answer.status),
        )


def _headers(client: Mapping[str, str]) -> dict[str, str]:
    pair = f"{client['client_id']}:{client.get('client_secret', '')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode(), "Accept": "application/json"}


def _usable(answer: Answer) -> bool:
    try:
        Granted.model_validate(answer.json())
    except (UnreadableError, *UNREADABLE):
        return False
    return True


def _error(answer: Answer) -> str:
    try:
        body = answer.json()
    except UnreadableError:
        return ""
    return str(body.get("error", "")) if isinstance(body, dict) else ""
