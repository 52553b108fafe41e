"""An access token: from the store while it is good, renewed by one at a time.

One at a time means among all processes: the store is held alone, and read again once it is. The new refresh token is
stored before the new access token is used, and the one before it is kept until the new one was of use.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from qbconsole.domain.errors import SignIn
from qbconsole.domain.failpoints import failpoint
from qbconsole.domain.sign_in import SignInEnds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qbconsole.connectors.base import TokenStore

INVALID_GRANT = "invalid_grant"
"""OAuth's word for a code or refresh token that is good no more."""
AHEAD = timedelta(minutes=5)
"""A token is refreshed this long before it ends (it lives half an hour or longer)."""


def wall_clock() -> datetime:
    """This machine's: tokens live in real time."""
    return datetime.now(UTC)


class Server(Protocol):
    """A vendor's token server."""

    async def refresh(self, client: Mapping[str, str], token: str) -> dict[str, str]:
        """New tokens for a refresh token: secrets by name, as the store keeps them, instants in ISO form.

        Raises:
            SignIn: refused for good, with code `invalid_grant` if it is the token that is.
            Retriable: the server cannot be reached, or asks to wait.
        """
        ...


class Renewal:
    """Gives out access tokens."""

    def __init__(
        self,
        system: str,
        tokens: TokenStore,
        server: Server,
        *,
        next_step: str,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """Take the vendor's name in words, the store, the server, and what a person does when a sign-in has ended.

        `clock` is this machine's: a token's life is counted here.
        """
        self._system = system
        self._tokens = tokens
        self._server = server
        self._next_step = next_step
        self._clock = clock
        self._refreshing = asyncio.Lock()
        self._known: Mapping[str, str] = {}
        self._refused_for_good: set[str] = set()

    async def access_token(self, *, refused: str = "") -> str:
        """A token to use now; `refused` is one that the server did not take.

        Raises:
            SignIn: there is no consent any more: somebody must sign in. The token server is not asked again with a
                refresh token that it refused for good.
            Retriable: the token server cannot be reached.
        """
        if token := self._usable(refused):
            return token
        async with self._refreshing:
            if token := self._usable(refused):  # another call has refreshed meanwhile
                return token
            self._known = self._tokens.read()
            if token := self._usable(refused):
                return token
            async with self._tokens.alone():
                self._known = self._tokens.read()
                if token := self._usable(refused):  # another process has
                    return token
                await self._refresh(self._known)
                return self._known["access_token"]

    def ends(self) -> SignInEnds:
        """When the sign-in ends, as the store has it."""
        secrets = self._tokens.read()
        access, idle, consent = (
            datetime.fromisoformat(secrets[name]) if secrets.get(name) else None
            for name in ("access_expires_at", "refresh_expires_at", "consent_expires_at")
        )
        return SignInEnds(access, idle, consent)

    def _usable(self, refused: str) -> str:
        token = self._known.get("access_token", "")
        if not token or token == refused:
            return ""
        expires = self._known.get("access_expires_at", "")
        if expires and datetime.fromisoformat(expires) - AHEAD <= self._clock():
            return ""
        return token

    async def _refresh(self, secrets: Mapping[str, str]) -> None:
        """Store new tokens, by the newest refresh token or, if that is refused for good, by the one before it."""
        candidates = [secrets[name] for name in ("refresh_token", "previous_refresh_token") if secrets.get(name)]
        if not candidates or not secrets.get("client_id"):
            raise SignIn(f"{self._system} is not connected.", next_step=self._next_step)
        for token in candidates:
            if token in self._refused_for_good:
                continue
            try:
                renewed = await self._server.refresh(secrets, token)
            except SignIn as refusal:
                if refusal.code != INVALID_GRANT:
                    raise
                self._refused_for_good.add(token)
                continue
            renewed["previous_refresh_token"] = token if token != renewed["refresh_token"] else ""
            failpoint("token.received")
            self._tokens.write(renewed)
            failpoint("token.stored")
            self._known = {**secrets, **renewed}
            return
        words = f"{self._system} is asking you to sign in again."
        raise SignIn(words, next_step=self._next_step, code=INVALID_GRANT)
