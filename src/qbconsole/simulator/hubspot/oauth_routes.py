"""Sign-in of an OAuth app: consent, tokens, introspection, revocation (hubspot.md 1)."""

from __future__ import annotations

import base64
import hashlib
import html
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from qbconsole.simulator.hubspot.access import APP_ID, GRANTABLE, USER, USER_ID, Grant
from qbconsole.simulator.hubspot.refusals import not_found
from qbconsole.simulator.hubspot.wire import VERSIONS, refused
from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import QueryParams
    from starlette.requests import Request

    from qbconsole.simulator.hubspot.portal import Portal

    Form = dict[str, str]

HUB_DOMAIN = "ridge.example"
_ERRORS = {
    "BAD_GRANT_TYPE": "unsupported_grant_type",
    "BAD_CLIENT_ID": "invalid_client",
    "BAD_CLIENT_SECRET": "invalid_client",
    "BAD_SCOPES": "invalid_scope",
    "BAD_HUB": "access_denied",
}
"""The `error` of each `status` that is not `invalid_grant`."""


class Refused(Exception):
    """An OAuth error: its `status` and what it says."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status

    def answer(self) -> Response:
        """The 400, with the error twice: in the vendor's words and in OAuth's (hubspot.md 1)."""
        said = {"error": _ERRORS.get(self.status, "invalid_grant"), "error_description": str(self)}
        return JSONResponse({"status": self.status, "message": str(self), **said}, 400)


def routes(portal: Portal) -> list[Route]:
    """The routes, under v1, v3 and the dated versions."""
    tokens = [f"/oauth/{version}/token" for version in ("v1", "v3", *VERSIONS)]
    return [
        Route("/oauth/authorize", _authorize(portal), methods=["GET"]),
        *(Route(path, _posted(portal, _token), methods=["POST"]) for path in tokens),
        *(Route(f"{path}/introspect", _posted(portal, _introspect), methods=["POST"]) for path in tokens[1:]),
        *(Route(f"{path}/revoke", _posted(portal, _revoke), methods=["POST"]) for path in tokens[1:]),
        Route("/oauth/v1/access-tokens/{token}", _about_access_token(portal), methods=["GET"]),
        Route("/oauth/v1/refresh-tokens/{token}", _about_refresh_token(portal), methods=["GET"]),
        Route("/oauth/v1/refresh-tokens/{token}", _end_refresh_token(portal), methods=["DELETE"]),
    ]


# Consent


def _authorize(portal: Portal) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        query = request.query_params
        try:
            scopes = _asked(portal, query)
        except Refused as refusal:  # a page, since nobody can be trusted to be sent back to
            return HTMLResponse(f"<p>{html.escape(refusal.status)}: {html.escape(str(refusal))}</p>", 400)
        consent = Switches(portal.database)["consent"]
        if consent == "asked":
            consent = query.get("consent", "")
        if consent == "granted":
            with portal.database.transaction():
                code = portal.access.consented(query["redirect_uri"], scopes, query.get("code_challenge", ""))
            return _back(query, code=code)
        if consent == "refused":
            return _back(query, error="access_denied", error_description="Authorization denied by user")
        return _page(str(request.url))

    return serve


def _asked(portal: Portal, query: QueryParams) -> list[str]:
    """The scopes that a consent would grant: all that are needed, and of the optional ones those there are."""
    if query.get("client_id") != portal.access.client_id:
        raise Refused("BAD_CLIENT_ID", "missing or unknown client id")
    if not _may_return(query.get("redirect_uri", "")):
        raise Refused("BAD_REDIRECT_URI", "missing or invalid redirect uri")
    needed, optional = query.get("scope", "").split(), query.get("optional_scope", "").split()
    if not needed or (unknown := sorted(set(needed) - GRANTABLE)):
        raise Refused("BAD_SCOPES", f"invalid scopes: {' '.join(unknown) if needed else 'none'}")
    return list(dict.fromkeys(["oauth", *needed, *(one for one in optional if one in GRANTABLE)]))


def _may_return(redirect: str) -> bool:
    """Any address of this machine, and any https one, as an app may register them."""
    parts = urlsplit(redirect)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1"))


def _back(query: QueryParams, **answer: str) -> Response:
    state = {"state": query["state"]} if "state" in query else {}
    joint = "&" if urlsplit(query["redirect_uri"]).query else "?"
    return RedirectResponse(f"{query['redirect_uri']}{joint}{urlencode({**answer, **state})}", 302)


def _page(url: str) -> Response:
    links = (
        f'<a href="{html.escape(f"{url}&consent={answer}")}">{words}</a>'
        for answer, words in (("granted", "Connect app"), ("refused", "Cancel"))
    )
    return HTMLResponse(f"<html><body><p>{' '.join(links)}</p></body></html>")


# Tokens


def _posted(portal: Portal, act: Callable[[Portal, Form], dict[str, Any]]) -> Callable[[Request], Any]:
    """A form in the body; the query string is not read (hubspot.md 1)."""

    async def serve(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        try:
            with portal.database.transaction():
                return JSONResponse(act(portal, form))
        except Refused as refusal:
            return refusal.answer()

    return serve


def _token(portal: Portal, form: Form) -> dict[str, Any]:
    kind = form.get("grant_type", "")
    if kind not in ("authorization_code", "refresh_token"):
        raise Refused("BAD_GRANT_TYPE", f"missing or unknown grant type: {kind}")
    _check_client(portal, form)
    grant = _redeem(portal, form) if kind == "authorization_code" else _refresh(portal, form)
    return {
        "token_type": "bearer",
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "expires_in": grant.expires_in,
        "hub_id": int(portal.portal_id),
        "scopes": grant.scopes,
    }


def _check_client(portal: Portal, form: Form) -> None:
    if form.get("client_id") != portal.access.client_id:
        raise Refused("BAD_CLIENT_ID", "missing or unknown client id")
    if form.get("client_secret") != portal.access.client_secret:
        raise Refused("BAD_CLIENT_SECRET", "missing or invalid client secret")


def _redeem(portal: Portal, form: Form) -> Grant:
    code = portal.access.redeemed(form.get("code", ""))
    if code is None:
        raise Refused("BAD_AUTH_CODE", "missing or unknown auth code")
    if form.get("redirect_uri") != code["redirect_uri"]:
        raise Refused("BAD_REDIRECT_URI", "redirect uri does not match the one of the authorization")
    if code["challenge"] and _challenge(form.get("code_verifier", "")) != code["challenge"]:
        raise Refused("BAD_CODE_VERIFIER", "missing or invalid code verifier")
    return portal.access.grant(code["scopes"])


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _refresh(portal: Portal, form: Form) -> Grant:
    grant = portal.access.renewed(form.get("refresh_token", ""))
    if grant is None:
        raise Refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
    return grant


def _introspect(portal: Portal, form: Form) -> dict[str, Any]:
    """What a token is good for, by OAuth's own names (RFC 7662) beside the vendor's; the shape is unverified."""
    _check_client(portal, form)
    token = form.get("token", "")
    if (access := portal.access.access_token(token)) is not None:
        more = {"token_use": "access_token", "expires_in": access["expires_in"]}
        return {"active": True, **more, **_about(portal, token, access["scopes"])}
    if (refresh := portal.access.refresh_token(token)) is not None:
        return {"active": True, "token_use": "refresh_token", **_about(portal, token, refresh["scopes"])}
    return {"active": False}


def _revoke(portal: Portal, form: Form) -> dict[str, Any]:
    """200 whether or not there was such a token (RFC 7009)."""
    portal.access.revoke(form.get("token", ""))
    return {}


def _about(portal: Portal, token: str, scopes: list[str]) -> dict[str, Any]:
    return {
        "token": token,
        "token_type": "bearer",
        "client_id": portal.access.client_id,
        "app_id": APP_ID,
        "hub_id": int(portal.portal_id),
        "hub_domain": HUB_DOMAIN,
        "user": USER,
        "user_id": USER_ID,
        "scopes": scopes,
    }


# The tokens of old


def _about_access_token(portal: Portal) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        token = request.path_params["token"]
        if (found := portal.access.access_token(token)) is None:
            return refused(not_found("Access token not found"))
        return JSONResponse(_about(portal, token, found["scopes"]) | {"expires_in": found["expires_in"]})

    return serve


def _about_refresh_token(portal: Portal) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        token = request.path_params["token"]
        if (found := portal.access.refresh_token(token)) is None:
            return refused(not_found("Refresh token not found"))
        return JSONResponse(_about(portal, token, found["scopes"]))

    return serve


def _end_refresh_token(portal: Portal) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        with portal.database.transaction():
            portal.access.revoke(request.path_params["token"])
        return Response(status_code=204)

    return serve
