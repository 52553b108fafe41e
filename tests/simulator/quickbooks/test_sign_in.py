"""Signing in over HTTP, and who may call (quickbooks.md 1)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from qbconsole.simulator.quickbooks.grant import ACCOUNTING
from qbconsole.simulator.quickbooks.oauth import PUBLIC_REDIRECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.quickbooks.conftest import Client

TOKEN = "/oauth2/v1/tokens/bearer"
REVOKE = "/v2/oauth2/tokens/revoke"
USER = "/v1/openid_connect/userinfo"
REDIRECT = "http://localhost:8000/callback"


@pytest.fixture
def http(client: Client) -> Iterator[httpx.Client]:
    """A browser that follows no redirect, and a bare client of the token endpoint."""
    with httpx.Client(base_url=client.root, trust_env=False) as one:
        yield one


def asked(client: Client, **changes: str) -> dict[str, str]:
    """A right request for consent, but for the changes; an empty one leaves the parameter out."""
    query = {
        "client_id": client.oauth.credentials()["client_id"],
        "response_type": "code",
        "scope": ACCOUNTING,
        "redirect_uri": REDIRECT,
        "state": "s & t",
    }
    return {name: value for name, value in {**query, **changes}.items() if value}


def sent_back(answer: httpx.Response, to: str = REDIRECT) -> dict[str, str]:
    """The query with which the browser is sent back to the app."""
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{to}?")
    return {name: value for name, [value] in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def signed_in(client: Client, http: httpx.Client, scope: str = ACCOUNTING) -> dict[str, Any]:
    """The tokens of a new sign-in."""
    code = sent_back(http.get("/connect/oauth2", params=asked(client, scope=scope)))["code"]
    answer = client.form(TOKEN, {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT})
    assert answer.status == 200
    tokens: dict[str, Any] = answer.body
    return tokens


# --- consent ----------------------------------------------------------------------------------------------------------


def test_consent_sends_the_browser_back_with_code_state_and_realm(client: Client, http: httpx.Client) -> None:
    back = sent_back(http.get("/connect/oauth2", params=asked(client)))
    assert back.keys() == {"code", "state", "realmId"}
    assert (back["state"], back["realmId"]) == ("s & t", client.company.realm_id)
    assert len(back["code"]) <= 512


def test_signing_in_alone_tells_no_realm(client: Client, http: httpx.Client) -> None:
    assert "realmId" not in sent_back(http.get("/connect/oauth2", params=asked(client, scope="openid email")))


@pytest.mark.parametrize(
    "redirect",
    [REDIRECT, "http://localhost:1/", "http://127.0.0.1:65535/any/path?x=1", "http://localhost", PUBLIC_REDIRECT],
)
def test_registered_addresses(client: Client, http: httpx.Client, redirect: str) -> None:
    answer = http.get("/connect/oauth2", params=asked(client, redirect_uri=redirect))
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(redirect + ("&code=" if "?" in redirect else "?code="))


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "ABsomebody"},
        {"client_id": ""},
        {"redirect_uri": ""},
        {"redirect_uri": "https://localhost:8000/callback"},
        {"redirect_uri": "http://localhost.evil.example/callback"},
        {"redirect_uri": "http://localhost:8000/callback#part"},
        {"redirect_uri": "http://localhost:eight/"},
        {"redirect_uri": f"{PUBLIC_REDIRECT}/more"},
        {"redirect_uri": "http://[/"},
    ],
)
def test_an_unknown_app_or_address_gets_a_page_and_no_redirect(
    client: Client, http: httpx.Client, changes: dict[str, str]
) -> None:
    answer = http.get("/connect/oauth2", params=asked(client, **changes))
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "location" not in answer.headers


def test_production_keys_know_the_public_address_alone(client: Client, http: httpx.Client) -> None:
    client.oauth.switches.turn({"redirect_uris": "production"})
    assert http.get("/connect/oauth2", params=asked(client)).status_code == 400
    assert "code" in sent_back(
        http.get("/connect/oauth2", params=asked(client, redirect_uri=PUBLIC_REDIRECT)), PUBLIC_REDIRECT
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "com.intuit.quickbooks.everything"}, "invalid_scope"),
        ({"scope": f"{ACCOUNTING} nonsense"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "unsupported_response_type"),
        ({"state": ""}, "invalid_request"),
    ],
)
def test_a_wrong_request_is_told_to_the_app(
    client: Client, http: httpx.Client, changes: dict[str, str], error: str
) -> None:
    state = {} if changes == {"state": ""} else {"state": "s & t"}
    assert sent_back(http.get("/connect/oauth2", params=asked(client, **changes))) == {"error": error, **state}


def test_the_user_can_say_no(client: Client, http: httpx.Client) -> None:
    client.oauth.switches.turn({"consent": "refused"})
    back = sent_back(http.get("/connect/oauth2", params=asked(client)))
    assert back == {"error": "access_denied", "state": "s & t"}


def test_the_user_can_be_asked(client: Client, http: httpx.Client) -> None:
    client.oauth.switches.turn({"consent": "asked"})
    page = http.get("/connect/oauth2", params=asked(client))
    assert page.status_code == 200
    assert "Connect</a>" in page.text
    assert "code" in sent_back(http.get("/connect/oauth2", params=asked(client, consent="granted")))
    refused = sent_back(http.get("/connect/oauth2", params=asked(client, consent="refused")))
    assert refused["error"] == "access_denied"


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a_code_becomes_tokens_once(client: Client, http: httpx.Client) -> None:
    code = sent_back(http.get("/connect/oauth2", params=asked(client)))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    first, second = client.form(TOKEN, form), client.form(TOKEN, form)

    assert first.status == 200
    assert first.body.keys() == {
        "token_type",
        "access_token",
        "expires_in",
        "refresh_token",
        "x_refresh_token_expires_in",
    }
    assert (first.body["token_type"], first.body["expires_in"]) == ("bearer", 3600)
    assert first.headers["cache-control"] == "no-cache, no-store"
    assert first.headers["pragma"] == "no-cache"
    assert first.headers["intuit_tid"]
    assert (second.status, second.body) == (400, {"error": "invalid_grant", "error_description": "Token invalid"})
    client.token = first.body["access_token"]
    assert client.send("GET", "/preferences").status == 200


@pytest.mark.parametrize("redirect", ["http://localhost:8001/callback", ""])
def test_a_code_belongs_to_its_redirect(client: Client, http: httpx.Client, redirect: str) -> None:
    code = sent_back(http.get("/connect/oauth2", params=asked(client)))["code"]
    answer = client.form(TOKEN, {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect})
    assert (answer.status, answer.body["error"]) == (400, "invalid_grant")


def test_a_refresh_gives_a_new_access_token_and_the_same_refresh_token(client: Client) -> None:
    before = client.oauth.credentials()
    answer = client.form(TOKEN, {"grant_type": "refresh_token", "refresh_token": before["refresh_token"]})
    assert answer.status == 200
    assert answer.body["token_type"] == "bearer"
    assert answer.body["refresh_token"] == before["refresh_token"]
    assert answer.body["access_token"] != before["access_token"]
    client.token = answer.body["access_token"]
    assert client.send("GET", "/preferences").status == 200


def test_the_hard_end_is_told_to_who_asks(client: Client, http: httpx.Client) -> None:
    tokens = client.oauth.credentials()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    auth = (tokens["client_id"], tokens["client_secret"])
    told = http.post(TOKEN, data=form, auth=auth, headers={"x-include-refresh-token-hard-expires-in": "true"}).json()
    assert 0 < 5 * 365 * 86_400 - told["x_refresh_token_hard_expires_in"] < 60
    assert "x_refresh_token_hard_expires_in" not in http.post(TOKEN, data=form, auth=auth).json()


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "gone"}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "gone"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({}, 400, "invalid_request"),
    ],
)
def test_what_the_token_endpoint_refuses(client: Client, form: dict[str, str], status: int, error: str) -> None:
    answer = client.form(TOKEN, form)
    assert (answer.status, answer.body["error"]) == (status, error)


def test_a_wrong_client_is_invalid_client_and_secrets_may_come_in_the_form(client: Client, http: httpx.Client) -> None:
    tokens = client.oauth.credentials()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    wrong = client.form(TOKEN, form, client="me:wrong")
    assert (wrong.status, wrong.body) == (401, {"error": "invalid_client"})
    posted = {"client_id": tokens["client_id"], "client_secret": tokens["client_secret"]}
    assert http.post(TOKEN, data=form | posted).status_code == 200
    assert http.post(TOKEN, data=form).status_code == 401
    assert http.post(TOKEN, data=form, headers={"authorization": "Basic %%%"}).status_code == 401


def test_refreshing_can_be_made_to_fail(client: Client) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": client.oauth.credentials()["refresh_token"]}
    client.oauth.switches.turn({"refresh": "invalid_grant"})
    assert client.form(TOKEN, form).body["error"] == "invalid_grant"
    client.oauth.switches.turn({"refresh": "granted"})
    assert client.form(TOKEN, form).status == 200


@pytest.mark.parametrize(("grace", "winners"), [("24h", 2), ("0", 1)])
def test_two_processes_that_refresh_at_once(client: Client, grace: str, winners: int) -> None:
    client.oauth.switches.turn({"refresh_token_rotation": "every_call", "refresh_token_grace": grace})
    form = {"grant_type": "refresh_token", "refresh_token": client.oauth.credentials()["refresh_token"]}
    start = threading.Barrier(2)

    def race() -> Any:
        start.wait()
        return client.form(TOKEN, form)

    with ThreadPoolExecutor(2) as pool:
        answers = [future.result() for future in [pool.submit(race), pool.submit(race)]]
    good = [answer for answer in answers if answer.status == 200]
    assert len(good) == winners
    assert all(answer.body["error"] == "invalid_grant" for answer in answers if answer not in good)
    for answer in good:
        client.token = answer.body["access_token"]
        assert client.send("GET", "/preferences").status == 200


def test_an_access_token_runs_out_on_real_time_and_a_refresh_gives_a_good_one(client: Client) -> None:
    client.oauth.switches.turn({"access_token_seconds": "0"})
    grant = {"grant_type": "refresh_token", "refresh_token": client.oauth.credentials()["refresh_token"]}
    client.token = client.form(TOKEN, grant).body["access_token"]
    assert client.send("GET", "/preferences").status == 401
    client.oauth.switches.turn({"access_token_seconds": "3600"})
    client.token = client.form(TOKEN, grant).body["access_token"]
    assert client.send("GET", "/preferences").status == 200


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("encoding", ["json", "data"])
def test_revoking_ends_the_whole_grant(client: Client, http: httpx.Client, kind: str, encoding: str) -> None:
    tokens = client.oauth.credentials()
    auth = (tokens["client_id"], tokens["client_secret"])
    revoked = http.request("POST", REVOKE, auth=auth, **{encoding: {"token": tokens[kind]}})  # type: ignore[arg-type]
    assert (revoked.status_code, revoked.content) == (200, b"")

    client.token = tokens["access_token"]
    assert client.send("GET", "/preferences").status == 401
    dead = client.form(TOKEN, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    assert dead.body["error"] == "invalid_grant"
    client.token = signed_in(client, http)["access_token"]
    assert client.send("GET", "/preferences").status == 200


@pytest.mark.parametrize("body", [b'{"token":"gone"}', b'{"token":null}', b"[]", b"no json"])
def test_revoking_what_is_no_token_is_refused(client: Client, http: httpx.Client, body: bytes) -> None:
    tokens = client.oauth.credentials()
    auth, kind = (tokens["client_id"], tokens["client_secret"]), {"content-type": "application/json"}
    assert http.post(REVOKE, content=body, headers=kind, auth=auth).status_code == 400
    assert http.post(REVOKE, content=body, headers=kind).status_code == 401


# --- who signed in ----------------------------------------------------------------------------------------------------


def test_the_discovery_document_names_every_address(client: Client, http: httpx.Client) -> None:
    for name in ("openid_configuration", "openid_sandbox_configuration", "openid_sandbox_configuration/"):
        document = http.get(f"/.well-known/{name}").json()
        assert document["issuer"] == "https://oauth.platform.intuit.com/op/v1"
        assert document["token_endpoint"] == f"{client.root}{TOKEN}"
        assert document["revocation_endpoint"] == f"{client.root}{REVOKE}"
        assert document["userinfo_endpoint"] == f"{client.root}{USER}"
        assert http.get(document["jwks_uri"]).status_code == 200
        assert ACCOUNTING in document["scopes_supported"]


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", {"sub"}),
        ("openid email", {"sub", "email", "emailVerified"}),
        ("openid profile phone", {"sub", "givenName", "familyName", "phoneNumber", "phoneNumberVerified"}),
        ("openid address", {"sub", "address"}),
    ],
)
def test_userinfo_tells_what_the_scopes_open(client: Client, http: httpx.Client, scope: str, names: set[str]) -> None:
    token = signed_in(client, http, scope)["access_token"]
    answer = http.get(USER, headers={"authorization": f"Bearer {token}"})
    assert answer.json().keys() == names


def test_userinfo_is_for_who_signed_in_with_openid(client: Client, http: httpx.Client) -> None:
    token = client.oauth.credentials()["access_token"]
    assert http.get(USER, headers={"authorization": f"Bearer {token}"}).status_code == 403
    assert http.get(USER, headers={"authorization": "Bearer gone"}).status_code == 401


def test_a_token_without_the_accounting_scope_opens_no_books(client: Client, http: httpx.Client) -> None:
    client.token = signed_in(client, http, "openid")["access_token"]
    answer = client.send("GET", "/preferences")
    assert (answer.status, answer.body["fault"]["error"][0]["code"]) == (403, "3100")


# --- who may call -----------------------------------------------------------------------------------------------------


def test_a_bad_token_gets_the_gateways_lower_case_body(client: Client) -> None:
    client.token = "nonsense"
    answer = client.send("GET", "/customer/1")
    assert answer.status == 401
    assert answer.body["fault"]["type"] == "AUTHENTICATION"
    assert answer.body["fault"]["error"][0]["code"] == "3200"
    assert isinstance(answer.body["time"], int)
    assert "invalid_token" in answer.headers["www-authenticate"]


def test_another_realm_is_forbidden(client: Client) -> None:
    answer = client.send("GET", "/customer/1", realm="123")
    assert (answer.status, answer.body["fault"]["error"][0]["code"]) == (403, "3100")
