"""Signing in with an OAuth app, over HTTP."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    import httpx

    from qbconsole.simulator.hubspot.portal import Portal

REDIRECT = "http://127.0.0.1:8765/callback"
SCOPES = "crm.objects.deals.read crm.objects.deals.write"


def consent(http: httpx.Client, portal: Portal, **changed: str) -> httpx.Response:
    query = {"client_id": portal.access.client_id, "redirect_uri": REDIRECT, "scope": SCOPES, "state": "s1", **changed}
    return http.get("/oauth/authorize", params=query)


def code(http: httpx.Client, portal: Portal, **changed: str) -> str:
    return dict(parse_qsl(urlsplit(consent(http, portal, **changed).headers["location"]).query))["code"]


def token(http: httpx.Client, portal: Portal, path: str = "/oauth/2026-09/token", **fields: str) -> httpx.Response:
    app = {"client_id": portal.access.client_id, "client_secret": portal.access.client_secret}
    return http.post(path, data={**app, **fields})


def signed_in(http: httpx.Client, portal: Portal, path: str = "/oauth/2026-09/token") -> dict[str, Any]:
    fields = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": code(http, portal)}
    answer = token(http, portal, path, **fields)
    assert answer.status_code == 200
    return dict(answer.json())


def with_token(access_token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {access_token}"}


@pytest.mark.parametrize("path", ["/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token", "/oauth/2026-09/token"])
def test_a_code_gives_tokens_that_open_what_was_granted(http: httpx.Client, portal: Portal, path: str) -> None:
    granted = signed_in(http, portal, path)

    assert granted["token_type"] == "bearer"
    assert granted["expires_in"] == 1800
    assert granted["hub_id"] == int(portal.portal_id)
    assert granted["scopes"] == ["oauth", *SCOPES.split()]
    headers = with_token(granted["access_token"])
    assert http.get("/crm/objects/2026-09/deals", headers=headers).status_code == 200
    refused = http.get("/crm/objects/2026-09/contacts", headers=headers)
    assert refused.status_code == 403
    assert refused.json()["context"]["requiredGranularScopes"] == ["crm.objects.contacts.read"]


def test_an_oauth_app_has_its_own_burst_and_no_daily_allowance(http: httpx.Client, portal: Portal) -> None:
    portal.limits.burst = None
    headers = with_token(signed_in(http, portal)["access_token"])

    told = http.get("/crm/objects/2026-09/deals", headers=headers).headers

    assert told["x-hubspot-ratelimit-max"] == "110"
    assert "x-hubspot-ratelimit-daily" not in told
    assert http.get("/crm/objects/2026-09/deals").headers["x-hubspot-ratelimit-max"] == "190"


@pytest.mark.parametrize(("how", "same"), [("kept", True), ("replaced", False)])
def test_a_refresh_gives_another_access_token(http: httpx.Client, portal: Portal, how: str, same: bool) -> None:
    Switches(portal.database).turn({"hubspot_refresh_token": how})
    first = signed_in(http, portal)

    second = token(http, portal, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    again = token(http, portal, grant_type="refresh_token", refresh_token=first["refresh_token"])

    assert second["access_token"] != first["access_token"]
    assert (second["refresh_token"] == first["refresh_token"]) is same
    assert again.status_code == (200 if same else 400)


@pytest.mark.parametrize("category", ["INVALID_AUTHENTICATION", "EXPIRED_AUTHENTICATION"])
def test_an_access_token_expires(http: httpx.Client, portal: Portal, category: str) -> None:
    Switches(portal.database).turn({"hubspot_access_token_seconds": "0", "hubspot_expired_token": category})
    headers = with_token(signed_in(http, portal)["access_token"])

    answer = http.get("/crm/objects/2026-09/deals", headers=headers)

    assert (answer.status_code, answer.json()["category"]) == (401, category)


def test_an_access_token_outlives_the_refresh_token_that_gave_it(http: httpx.Client, portal: Portal) -> None:
    granted = signed_in(http, portal)

    revoked = token(http, portal, "/oauth/2026-09/token/revoke", token=granted["refresh_token"])

    assert revoked.status_code == 200
    headers = with_token(granted["access_token"])
    assert http.get("/crm/objects/2026-09/deals", headers=headers).status_code == 200
    refused = token(http, portal, grant_type="refresh_token", refresh_token=granted["refresh_token"])
    assert refused.json() == {
        "status": "BAD_REFRESH_TOKEN",
        "message": "missing or invalid refresh token",
        "error": "invalid_grant",
        "error_description": "missing or invalid refresh token",
    }


def test_tokens_can_be_looked_into(http: httpx.Client, portal: Portal) -> None:
    granted = signed_in(http, portal)

    live = token(http, portal, "/oauth/2026-09/token/introspect", token=granted["access_token"]).json()
    dead = token(http, portal, "/oauth/2026-09/token/introspect", token="x").json()
    old = http.get(f"/oauth/v1/access-tokens/{granted['access_token']}").json()

    assert live["active"] is True
    assert live["scopes"] == old["scopes"] == granted["scopes"]
    assert dead == {"active": False}
    about = f"/oauth/v1/refresh-tokens/{granted['refresh_token']}"
    assert http.get(about).json()["hub_id"] == int(portal.portal_id)
    assert http.delete(about).status_code == 204
    assert http.get(about).status_code == 404


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"grant_type": "password"}, "BAD_GRANT_TYPE", "unsupported_grant_type"),
        ({"client_id": "x"}, "BAD_CLIENT_ID", "invalid_client"),
        ({"client_secret": "x"}, "BAD_CLIENT_SECRET", "invalid_client"),
        ({"code": "x"}, "BAD_AUTH_CODE", "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:8765/other"}, "BAD_REDIRECT_URI", "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "BAD_REFRESH_TOKEN", "invalid_grant"),
    ],
)
def test_a_bad_request_for_tokens(
    http: httpx.Client, portal: Portal, changed: dict[str, str], status: str, error: str
) -> None:
    fields = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": code(http, portal)} | changed

    answer = token(http, portal, **fields)

    assert answer.status_code == 400
    assert (answer.json()["status"], answer.json()["error"]) == (status, error)


def test_a_code_is_good_once_and_for_who_knows_its_verifier(http: httpx.Client, portal: Portal) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    fields = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}
    first, second = (code(http, portal, code_challenge=challenge) for _ in range(2))

    wrong = token(http, portal, **fields, code=first, code_verifier="w" * 43)
    right = token(http, portal, **fields, code=second, code_verifier="v" * 43)
    again = token(http, portal, **fields, code=second, code_verifier="v" * 43)

    assert wrong.json()["status"] == "BAD_CODE_VERIFIER"
    assert right.status_code == 200
    assert again.json()["status"] == "BAD_AUTH_CODE"


def test_parameters_in_the_query_string_are_not_read(http: httpx.Client, portal: Portal) -> None:
    app = {"client_id": portal.access.client_id, "client_secret": portal.access.client_secret}

    answer = http.post("/oauth/2026-09/token", params={"grant_type": "refresh_token", "refresh_token": "x", **app})

    assert answer.json()["status"] == "BAD_GRANT_TYPE"


def test_the_user_may_refuse_or_be_asked(http: httpx.Client, portal: Portal) -> None:
    Switches(portal.database).turn({"consent": "refused"})
    refused = consent(http, portal)
    assert refused.status_code == 302
    assert "error=access_denied" in refused.headers["location"]
    assert "state=s1" in refused.headers["location"]

    Switches(portal.database).turn({"consent": "asked"})
    assert "Connect app" in consent(http, portal).text
    assert "code=" in consent(http, portal, consent="granted").headers["location"]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"client_id": "x"}, "BAD_CLIENT_ID"),
        ({"redirect_uri": "http://shop.example/back"}, "BAD_REDIRECT_URI"),
        ({"scope": "crm.objects.rockets.read"}, "BAD_SCOPES"),
    ],
)
def test_a_bad_request_for_consent_is_a_page_not_a_redirect(
    http: httpx.Client, portal: Portal, changed: dict[str, str], status: str
) -> None:
    answer = consent(http, portal, **changed)

    assert answer.status_code == 400
    assert status in answer.text


def test_optional_scopes_are_granted_if_there_are_such(http: httpx.Client, portal: Portal) -> None:
    given = code(http, portal, optional_scope="crm.objects.quotes.read crm.objects.rockets.read")

    granted = token(http, portal, grant_type="authorization_code", redirect_uri=REDIRECT, code=given).json()

    assert granted["scopes"] == ["oauth", *SCOPES.split(), "crm.objects.quotes.read"]


@pytest.mark.parametrize(("scope", "code"), [("e-commerce", 200), ("crm.objects.deals.read", 403)])
def test_an_old_scope_stands_for_those_of_line_items_and_products(
    http: httpx.Client, portal: Portal, scope: str, code: int
) -> None:
    headers = with_token(access_token(http, portal, scope))

    assert http.get("/crm/objects/2026-09/line_items", headers=headers).status_code == code
    assert http.get("/crm/objects/2026-09/products", headers=headers).status_code == code


def access_token(http: httpx.Client, portal: Portal, scope: str) -> str:
    """An access token for one scope."""
    fields = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": code(http, portal, scope=scope)}
    return str(token(http, portal, **fields).json()["access_token"])
