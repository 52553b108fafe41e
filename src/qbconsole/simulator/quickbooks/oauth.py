"""Intuit's sign-in over HTTP: consent, tokens, revocation, and who signed in (quickbooks.md 1)."""

from __future__ import annotations

import base64
import html
import json
import secrets
import time
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from qbconsole.simulator.quickbooks import openid
from qbconsole.simulator.quickbooks.grant import ACCOUNTING, Grant, Issued

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import QueryParams
    from starlette.requests import Request

    from qbconsole.simulator.database import Database

LOOPBACK = ("localhost", "127.0.0.1")
"""Hosts that an app in development may be sent back to over plain HTTP, on any port (quickbooks.md 1.2)."""
PUBLIC_REDIRECT = "https://developer.intuit.com/v2/OAuth2Playground/RedirectUrl"
"""The one public address that is registered, for an app whose user pastes what the browser shows."""


class OAuth:
    """The sign-in endpoints of one app and one realm."""

    def __init__(self, database: Database, realm_id: str, *, now: Callable[[], float] = time.time) -> None:
        self.grant = Grant(database, realm_id, now=now)
        self.switches = self.grant.switches
        self._signer = openid.Signer(database)

    def credentials(self) -> dict[str, str]:
        """What a client needs to begin."""
        return self.grant.credentials()

    def scopes_of(self, authorization: str) -> list[str]:
        """What a Bearer header opens; nothing when its token is not alive."""
        scheme, _, token = authorization.partition(" ")
        return self.grant.scopes_of(token.strip()) if scheme.lower() == "bearer" else []

    def revoke_all(self) -> None:
        """End the grant, as a user does who disconnects the app."""
        self.grant.end()

    def routes(self) -> list[Route]:
        """The OAuth endpoints."""
        documents = ("/.well-known/openid_sandbox_configuration", "/.well-known/openid_configuration")
        return [
            Route("/connect/oauth2", self._authorize, methods=["GET"]),
            Route("/oauth2/v1/tokens/bearer", self._bearer, methods=["POST"]),
            Route("/v2/oauth2/tokens/revoke", self._revoke, methods=["POST"]),
            Route("/v1/openid_connect/userinfo", self._userinfo, methods=["GET"]),
            Route("/op/v1/jwks", self._jwks, methods=["GET"]),
            *(Route(path + slash, self._discovery, methods=["GET"]) for path in documents for slash in ("", "/")),
        ]

    # --- consent ------------------------------------------------------------------------------------------------------

    async def _authorize(self, request: Request) -> Response:
        query = request.query_params
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != self.grant.app["client_id"]:
            return _page("The app is not known: check the client_id.", 400)
        if not self._registered(redirect):
            return _page("The redirect_uri query parameter value is invalid: it is not one of the app's.", 400)
        if error := _mistake(query):
            return _back(redirect, error=error, state=query.get("state"))
        consent = self.switches["consent"]
        if consent == "asked":
            consent = query.get("consent", "")
        if consent == "granted":
            return self._consented(query, redirect)
        if consent == "refused":
            return _back(redirect, error="access_denied", state=query.get("state"))
        return _consent_page(str(request.url))

    def _registered(self, redirect: str) -> bool:
        try:
            parts = urlsplit(redirect)
            _ = parts.port
        except ValueError:
            return False
        if redirect == PUBLIC_REDIRECT:
            return True
        loopback = parts.scheme == "http" and parts.hostname in LOOPBACK and not parts.fragment
        return loopback and self.switches["redirect_uris"] == "development"

    def _consented(self, query: QueryParams, redirect: str) -> Response:
        scopes = query.get("scope", "").split()
        realm = {"realmId": self.grant.realm_id} if ACCOUNTING in scopes else {}
        return _back(redirect, code=self.grant.code(scopes, redirect), state=query.get("state"), **realm)

    # --- tokens -------------------------------------------------------------------------------------------------------

    async def _bearer(self, request: Request) -> Response:
        form = _form(await request.body())
        if not self._knows_client(request, form):
            return _answer({"error": "invalid_client"}, 401)
        kind = form.get("grant_type")
        if kind == "authorization_code":
            issued, words = self.grant.redeem(form.get("code", ""), form.get("redirect_uri", "")), "Token invalid"
        elif kind == "refresh_token":
            issued, words = self._refresh(form.get("refresh_token", "")), "Incorrect or invalid refresh token"
        else:
            return _answer({"error": "unsupported_grant_type" if kind else "invalid_request"}, 400)
        if issued is None:
            return _answer({"error": "invalid_grant", "error_description": words}, 400)
        hard = request.headers.get("x-include-refresh-token-hard-expires-in", "").lower() == "true"
        return _answer(self._tokens(issued, hard=hard, signed_in=kind == "authorization_code"))

    def _refresh(self, token: str) -> Issued | None:
        return self.grant.refresh(token) if self.switches["refresh"] == "granted" else None

    def _tokens(self, issued: Issued, *, hard: bool, signed_in: bool) -> dict[str, Any]:
        body: dict[str, Any] = {
            "token_type": "bearer",
            "access_token": issued.access_token,
            "expires_in": issued.expires_in,
            "refresh_token": issued.refresh_token,
            "x_refresh_token_expires_in": issued.refresh_expires_in,
        }
        if hard:
            body["x_refresh_token_hard_expires_in"] = issued.hard_expires_in
        if signed_in and "openid" in issued.scopes:
            app = self.grant.app
            body["id_token"] = self._signer.id_token(
                subject=app["subject"], client_id=app["client_id"], realm_id=self.grant.realm_id
            )
        return body

    async def _revoke(self, request: Request) -> Response:
        body = await request.body()
        given = _json(body) if "json" in request.headers.get("content-type", "") else _form(body)
        if not self._knows_client(request, given):
            return _answer({"error": "invalid_client"}, 401)
        if not self.grant.revoke(str(given.get("token") or "")):
            return _answer({"error": "invalid_request"}, 400)
        return Response(status_code=200, headers=_headers())

    def _knows_client(self, request: Request, given: dict[str, str]) -> bool:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                told = base64.b64decode(encoded, validate=True).decode()
            except ValueError:
                return False
        else:
            told = f"{given.get('client_id', '')}:{given.get('client_secret', '')}"
        app = self.grant.app
        return secrets.compare_digest(told.encode(), f"{app['client_id']}:{app['client_secret']}".encode())

    # --- who signed in ------------------------------------------------------------------------------------------------

    async def _userinfo(self, request: Request) -> Response:
        scopes = self.scopes_of(request.headers.get("authorization", ""))
        if not scopes:
            return _answer({"error": "invalid_token"}, 401)
        if "openid" not in scopes:
            return _answer({"error": "insufficient_scope"}, 403)
        return _answer(openid.userinfo(self.grant.app["subject"], scopes))

    async def _jwks(self, _request: Request) -> Response:
        return _answer(self._signer.jwks())

    async def _discovery(self, request: Request) -> Response:
        return _answer(openid.discovery(str(request.base_url).rstrip("/")))


def _mistake(query: QueryParams) -> str:
    """What is wrong with a request for consent, in OAuth's words; empty when nothing is (quickbooks.md 1.2)."""
    scopes = query.get("scope", "").split()
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    if not scopes or not set(scopes) <= set(openid.SCOPES):
        return "invalid_scope"
    return "" if query.get("state") else "invalid_request"


def _back(redirect: str, **query: str | None) -> Response:
    given = urlencode({name: value for name, value in query.items() if value is not None})
    return RedirectResponse(f"{redirect}{'&' if '?' in redirect else '?'}{given}", 302)


def _consent_page(url: str) -> Response:
    links = [
        f'<a href="{html.escape(f"{url}&consent={answer}")}">{words}</a>'
        for answer, words in (("granted", "Connect"), ("refused", "No, go back"))
    ]
    return _page("The app asks for access to the company's books.", 200, " ".join(links))


def _page(text: str, status: int, links: str = "") -> Response:
    return HTMLResponse(
        f"<!doctype html><title>Connect to QuickBooks</title><p>{html.escape(text)}</p><p>{links}</p>", status
    )


def _form(body: bytes) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(body.decode(errors="replace")).items()}


def _json(body: bytes) -> dict[str, str]:
    try:
        given = json.loads(body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _headers() -> dict[str, str]:
    return {"cache-control": "no-cache, no-store", "pragma": "no-cache", "intuit_tid": f"1-{uuid.uuid4().hex}"}


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(body, status, _headers())
