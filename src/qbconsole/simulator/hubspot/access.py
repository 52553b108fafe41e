"""Who may call, and for what: the private-app token, and the grants of an OAuth app (hubspot.md 1)."""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.refusals import Refusal
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from qbconsole.simulator.database import Database

SCOPES = frozenset(
    ["oauth", "crm.objects.owners.read"]
    + [
        f"crm.{sort}.{kind}.{right}"
        for sort, kinds in (
            ("objects", ("companies", "contacts", "deals", "line_items", "products", "quotes")),
            ("schemas", ("companies", "contacts", "deals", "line_items", "products", "quotes")),
        )
        for kind in kinds
        for right in ("read", "write")
    ]
)
"""What the private app may do."""
EDIT_ASSOCIATIONS = "edit-associations"
"""No scope but a user's permission; it is taken away as scopes are."""
E_COMMERCE = "e-commerce"
"""What old tokens carry for line items and products."""
GRANTABLE = SCOPES | {E_COMMERCE}
"""Every scope that a user can grant."""
CODE_SECONDS = 60.0
"""How long a code can be redeemed; the vendor names no number."""
USER_ID, USER = 53494101, "admin@ridge.example"
"""Who consents."""
APP_ID = 4718253
"""The number of the one app."""
_NO_CREDENTIALS = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at "
    "https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)
_EXPIRED = "The OAuth token used to make this call expired."


@dataclass(frozen=True)
class Caller:
    """Who makes a call."""

    app: str
    scopes: frozenset[str]
    oauth: bool = False

    def may(self, scope: str) -> bool:
        """Whether the caller holds a scope, `e-commerce` standing for those of line items and products."""
        commerce = ".line_items." in scope or ".products." in scope
        return scope in self.scopes or (commerce and E_COMMERCE in self.scopes)


@dataclass(frozen=True)
class Grant:
    """What a user granted to the app: both its tokens."""

    access_token: str
    refresh_token: str
    scopes: list[str]
    expires_in: int


class Access:
    """Tokens, on real time: advancing the simulated clock never expires one."""

    def __init__(
        self, database: Database, settings: Callable[[], dict[str, Any]], *, now: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._now = now
        self._lacking = database.collection("hubspot.missing_scopes")
        self._codes = database.collection("hubspot.codes")
        self._access = database.collection("hubspot.access_tokens")
        self._refresh = database.collection("hubspot.refresh_tokens")
        self._switches = Switches(database)

    # The app

    @property
    def client_id(self) -> str:
        """The id of the account's one OAuth app."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, self._app))

    @property
    def client_secret(self) -> str:
        """Its secret."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._app}/secret"))

    @property
    def _app(self) -> str:
        settings = self._settings()
        return str(settings.get("app", settings["portal_id"]))  # homes of before had no app

    # Calls

    def caller(self, authorization: str) -> Caller:
        """Who sends that header; a refusal when it opens nothing."""
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() == "bearer" and secrets.compare_digest(token.encode(), self._settings()["token"].encode()):
            return Caller("private", (SCOPES | {EDIT_ASSOCIATIONS}) - self.lacking)
        found = self._access.get(token) if scheme.lower() == "bearer" else None
        if found is None:
            raise Refusal(401, _NO_CREDENTIALS, "INVALID_AUTHENTICATION")
        if found["expires"] <= self._now():
            raise Refusal(401, _EXPIRED, self._switches["hubspot_expired_token"])
        return Caller(self.client_id, frozenset([*found["scopes"], EDIT_ASSOCIATIONS]) - self.lacking, oauth=True)

    @property
    def lacking(self) -> set[str]:
        """Scopes that were taken away, from the private app and from every grant."""
        return set(self._lacking.ids())

    def take_away(self, scopes: Collection[str]) -> None:
        """Let exactly these scopes be missing; none gives all back."""
        for scope in self.lacking.difference(scopes):
            self._lacking.remove(scope)
        for scope in scopes:
            self._lacking.put(scope, {})

    # Grants

    def consented(self, redirect_uri: str, scopes: list[str], challenge: str) -> str:
        """A code for what a user just granted."""
        code = str(uuid.uuid4())
        expires = self._now() + CODE_SECONDS
        self._codes.put(
            code, {"redirect_uri": redirect_uri, "scopes": scopes, "challenge": challenge, "expires": expires}
        )
        return code

    def redeemed(self, code: str) -> dict[str, Any] | None:
        """What a code stands for, once."""
        found = self._codes.get(code)
        self._codes.remove(code)
        return found if found is not None and found["expires"] > self._now() else None

    def grant(self, scopes: list[str]) -> Grant:
        """A new pair of tokens."""
        refresh_token = f"na1-{secrets.token_hex(4)}-{uuid.uuid4()}"
        self._refresh.put(refresh_token, {"scopes": scopes})
        return self._issued(refresh_token, scopes)

    def renewed(self, refresh_token: str) -> Grant | None:
        """Another access token, and under a switch another refresh token; None for one that is not good."""
        found = self._refresh.get(refresh_token)
        if found is None:
            return None
        if self._switches["hubspot_refresh_token"] == "kept":  # noqa: S105 - a switch
            return self._issued(refresh_token, found["scopes"])
        self._refresh.remove(refresh_token)
        return self.grant(found["scopes"])

    def _issued(self, refresh_token: str, scopes: list[str]) -> Grant:
        access_token = secrets.token_urlsafe(72)
        seconds = self._switches.number("hubspot_access_token_seconds")
        kept = {"scopes": scopes, "expires": self._now() + seconds, "refresh_token": refresh_token}
        self._access.put(access_token, kept)
        return Grant(access_token, refresh_token, scopes, seconds)

    def revoke(self, token: str) -> None:
        """End a refresh token, or an access token. Access tokens that a refresh token gave live on (hubspot.md 1)."""
        self._refresh.remove(token)
        self._access.remove(token)

    def end_grants(self) -> None:
        """End every token of the app."""
        for token in [*self._refresh.ids(), *self._access.ids()]:
            self.revoke(token)

    def refresh_token(self, token: str) -> dict[str, Any] | None:
        """What a refresh token stands for, or None."""
        return self._refresh.get(token)

    def access_token(self, token: str) -> dict[str, Any] | None:
        """What a live access token stands for, with the seconds that are left as `expires_in`, or None."""
        found = self._access.get(token)
        if found is None or found["expires"] <= self._now():
            return None
        return found | {"expires_in": int(found["expires"] - self._now())}
