"""Intuit's OAuth 2: tokens, their rotation and revocation, discovery (quickbooks.md 1)."""

from __future__ import annotations

import base64
import secrets
import time
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from qbconsole.simulator.quickbooks import wire
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from starlette.requests import Request

    from qbconsole.simulator.database import Database

REFRESH_SECONDS = 8_726_400
DAY = 86_400
ROTATIONS = {"every_24h": DAY, "every_call": 0}
"""How old a refresh token must be before a refresh gives another one (quickbooks.md 1.5)."""


class OAuth:
    """One app's grant on one realm. Tokens live on real time: advancing the simulated clock expires none."""

    def __init__(self, database: Database, realm_id: str) -> None:
        self._database = database
        self.switches = Switches(database)
        self._grant = database.collection("qbo.oauth")
        self.realm_id = realm_id
        if self._grant.get("app") is None:
            app = {"client_id": f"AB{secrets.token_hex(23)}", "client_secret": secrets.token_urlsafe(30)}
            with database.transaction():
                self._grant.put("app", app)
                self._grant.put(
                    "tokens", {"access": [secrets.token_urlsafe(48)], "refresh": [f"AB11{secrets.token_hex(22)}"]}
                )

    @property
    def _app(self) -> dict[str, Any]:
        return self._grant.get("app") or {}

    @property
    def _tokens(self) -> dict[str, Any]:
        return self._grant.get("tokens") or {"access": [], "refresh": []}

    def credentials(self) -> dict[str, Any]:
        """What a client needs to begin; an access token that has run out is replaced."""
        if (granted := self._tokens["access"]) and not self._alive(granted[-1]):
            self._issue(rotate=False)
        tokens = self._tokens
        newest = {name: (tokens[name] or [""])[-1] for name in ("access", "refresh")}
        return {
            "realm_id": self.realm_id,
            **self._app,
            "access_token": newest["access"],
            "refresh_token": newest["refresh"],
        }

    def accepts(self, authorization: str) -> bool:
        """Whether a Bearer header holds a token that is alive."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and token in self._tokens["access"] and self._alive(token)

    def _alive(self, token: str) -> bool:
        """Whether an access token has not run out; the first one, from before any refresh, has no end."""
        ends = self._tokens.get("ends", {}).get(token)
        return ends is None or time.time() < ends

    def revoke_all(self) -> None:
        """End the whole grant, as a user does who disconnects the app."""
        with self._database.transaction():
            self._grant.put("tokens", {"access": [], "refresh": []})

    def routes(self) -> list[Route]:
        """The OAuth endpoints."""
        return [
            Route("/oauth2/v1/tokens/bearer", self._bearer, methods=["POST"]),
            Route("/v2/oauth2/tokens/revoke", self._revoke, methods=["POST"]),
            Route("/connect/oauth2", self._authorize, methods=["GET"]),
            Route("/.well-known/openid_sandbox_configuration", self._discovery, methods=["GET"]),
            Route("/.well-known/openid_configuration", self._discovery, methods=["GET"]),
        ]

    async def _bearer(self, request: Request) -> Response:
        form = {name: values[-1] for name, values in parse_qs((await request.body()).decode()).items()}
        if not self._knows_client(request, form):
            return _answer({"error": "invalid_client"}, 401)
        grant = form.get("grant_type")
        if grant == "authorization_code":
            return self._redeem(form.get("code", ""))
        if grant != "refresh_token":
            return _answer({"error": "unsupported_grant_type"}, 400)
        if form.get("refresh_token") not in self._tokens["refresh"]:
            return _answer({"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}, 400)
        now = time.time()
        return self._issue(
            rotate=now - self._tokens.get("rotated", now) >= ROTATIONS[self.switches["refresh_token_rotation"]]
        )

    def _redeem(self, code: str) -> Response:
        if self._grant.get(f"code:{code}") is None:
            return _answer({"error": "invalid_grant", "error_description": "Token invalid"}, 400)
        with self._database.transaction():
            self._grant.remove(f"code:{code}")
        return self._issue(rotate=True)

    def _issue(self, *, rotate: bool) -> Response:
        tokens = self._tokens
        access, seconds = secrets.token_urlsafe(48), self.switches.number("access_token_seconds")
        fresh = rotate or not tokens["refresh"]
        refresh = f"AB11{secrets.token_hex(22)}" if fresh else tokens["refresh"][-1]
        kept = [*tokens["refresh"], refresh] if fresh else tokens["refresh"]
        granted = [*tokens["access"], access][-5:]
        ends = {**tokens.get("ends", {}), access: time.time() + seconds}
        changed = {
            "access": granted,
            "refresh": kept[-2:],
            "ends": {token: at for token, at in ends.items() if token in granted},
            "rotated": time.time() if fresh else tokens.get("rotated", time.time()),
        }
        with self._database.transaction():
            self._grant.put("tokens", changed)
        return _answer(
            {
                "token_type": "bearer",
                "access_token": access,
                "expires_in": seconds,
                "refresh_token": refresh,
                "x_refresh_token_expires_in": REFRESH_SECONDS,
            }
        )

    def _knows_client(self, request: Request, form: dict[str, str]) -> bool:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(encoded, validate=True).decode()
            except ValueError:
                return False
        else:
            given = f"{form.get('client_id', '')}:{form.get('client_secret', '')}"
        return secrets.compare_digest(given.encode(), f"{self._app['client_id']}:{self._app['client_secret']}".encode())

    async def _revoke(self, request: Request) -> Response:
        if not self._knows_client(request, {}):
            return _answer({"error": "invalid_client"}, 401)
        try:
            token = wire.loads(await request.body()).get("token")
        except (ValueError, AttributeError):
            token = None
        if token not in self._tokens["refresh"] + self._tokens["access"]:
            return _answer({"error": "invalid_request"}, 400)
        self.revoke_all()
        return Response(status_code=200)

    async def _authorize(self, request: Request) -> Response:
        query = request.query_params
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != self._app["client_id"] or not redirect:
            return _answer({"error": "invalid_request"}, 400)
        code = f"AB11{secrets.token_hex(16)}"
        with self._database.transaction():
            self._grant.put(f"code:{code}", {"redirect_uri": redirect})
        return RedirectResponse(f"{redirect}?code={code}&state={query.get('state', '')}&realmId={self.realm_id}", 302)

    async def _discovery(self, request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        return _answer(
            {
                "issuer": "https://oauth.platform.intuit.com/op/v1",
                "authorization_endpoint": f"{base}/connect/oauth2",
                "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
                "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
                "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
                "jwks_uri": f"{base}/op/v1/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "com.intuit.quickbooks.accounting"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
            }
        )


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    headers = {"cache-control": "no-cache, no-store", "pragma": "no-cache", "intuit_tid": f"1-{uuid.uuid4().hex}"}
    return Response(wire.dumps(body), status_code=status, media_type="application/json", headers=headers)
