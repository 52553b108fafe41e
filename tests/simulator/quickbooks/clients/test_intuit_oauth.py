"""Intuit's own OAuth library, unmodified, signs in to the simulator: only its discovery address is told."""

from __future__ import annotations

import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.quickbooks.conftest import Client

pytestmark = pytest.mark.filterwarnings(  # the library still asks for the time in the old way
    r"ignore:datetime\.datetime\.utc:DeprecationWarning"
)
REDIRECT = "http://localhost:8000/callback"
WHO = [Scopes.ACCOUNTING, Scopes.OPENID, Scopes.EMAIL, Scopes.PROFILE]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: the app's address does not listen."""


def consent(url: str) -> dict[str, str]:
    """Open a page as a browser does; the query with which it is sent back to the app."""
    with pytest.raises(HTTPError) as raised:
        urllib.request.build_opener(_Stay).open(url, timeout=10)
    with raised.value as answer:
        assert answer.code == 302
        return {name: value for name, [value] in parse_qs(urlsplit(answer.headers["location"]).query).items()}


@pytest.fixture
def library(client: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Makes the library's client of the simulated app."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made: list[Any] = []

    def make(**changes: str) -> Any:
        app = client.oauth.credentials()
        known = {
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
            "redirect_uri": REDIRECT,
            "environment": f"{client.root}/.well-known/openid_sandbox_configuration/",
        }
        made.append(AuthClient(**{**known, **changes}))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def signed_in(library: Callable[..., Any]) -> Any:
    """A client of the library that went through consent."""
    one = library()
    back = consent(one.get_authorization_url(WHO))
    assert back["state"] == one.state_token
    one.get_bearer_token(back["code"], realm_id=back["realmId"])
    return one


def test_it_signs_in_and_its_token_opens_the_books(client: Client, signed_in: Any) -> None:
    assert signed_in.realm_id == client.company.realm_id
    assert signed_in.expires_in == 3600
    assert 0 <= 8_726_400 - signed_in.x_refresh_token_expires_in < 60
    client.token = signed_in.access_token
    assert client.send("GET", "/preferences").status == 200


def test_it_finds_the_id_token_to_be_genuine(client: Client, signed_in: Any) -> None:
    assert signed_in.id_token.count(".") == 2


def test_it_refuses_an_id_token_that_another_key_signed(
    client: Client, library: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = library()
    back = consent(other.get_authorization_url(WHO))
    genuine = client.oauth._signer.id_token
    monkeypatch.setattr(client.oauth._signer, "id_token", lambda **who: genuine(**who)[:-8] + "AAAAAAAA")
    other.get_bearer_token(back["code"])
    assert other.id_token is None
    assert other.access_token


def test_it_refreshes(client: Client, signed_in: Any) -> None:
    access, refresh = signed_in.access_token, signed_in.refresh_token
    signed_in.refresh()
    assert signed_in.access_token != access
    assert signed_in.refresh_token == refresh
    client.token = signed_in.access_token
    assert client.send("GET", "/preferences").status == 200


def test_it_follows_a_rotation_and_a_stale_value_is_an_error(client: Client, signed_in: Any) -> None:
    client.oauth.switches.turn({"refresh_token_rotation": "every_call"})
    stale = signed_in.refresh_token
    signed_in.refresh()
    assert signed_in.refresh_token != stale
    signed_in.refresh()
    with pytest.raises(AuthClientError) as raised:
        signed_in.refresh(stale)
    assert raised.value.status_code == 400
    assert b'"invalid_grant"' in raised.value.content
    assert raised.value.intuit_tid


def test_two_of_it_that_refresh_at_once_both_go_on_within_the_grace(
    client: Client, signed_in: Any, library: Callable[..., Any]
) -> None:
    client.oauth.switches.turn({"refresh_token_rotation": "every_call", "refresh_token_grace": "24h"})
    racers = [library(refresh_token=signed_in.refresh_token) for _ in range(2)]
    start = threading.Barrier(len(racers))

    def race(one: Any) -> None:
        start.wait()
        one.refresh()

    with ThreadPoolExecutor(len(racers)) as pool:
        list(pool.map(race, racers))
    for one in racers:
        one.refresh()
        client.token = one.access_token
        assert client.send("GET", "/preferences").status == 200


def test_it_revokes(client: Client, signed_in: Any) -> None:
    assert signed_in.revoke() is True
    client.token = signed_in.access_token
    assert client.send("GET", "/preferences").status == 401
    for attempt in (signed_in.refresh, signed_in.revoke):
        with pytest.raises(AuthClientError) as raised:
            attempt()
        assert raised.value.status_code == 400


def test_it_learns_who_signed_in(signed_in: Any) -> None:
    who = signed_in.get_user_info().json()
    assert who["emailVerified"] is True
    assert {"sub", "email", "givenName", "familyName"} == who.keys() - {"emailVerified"}
    with pytest.raises(AuthClientError) as raised:
        signed_in.get_user_info("gone")
    assert raised.value.status_code == 401


def test_it_is_told_of_a_wrong_secret_and_of_a_code_used_twice(library: Callable[..., Any]) -> None:
    one = library()
    code = consent(one.get_authorization_url(WHO))["code"]
    with pytest.raises(AuthClientError) as raised:
        library(client_secret="wrong").get_bearer_token(code)
    assert (raised.value.status_code, raised.value.content) == (401, b'{"error":"invalid_client"}')
    one.get_bearer_token(code)
    with pytest.raises(AuthClientError) as raised:
        one.get_bearer_token(code)
    assert raised.value.status_code == 400


def test_consent_can_be_refused(client: Client, library: Callable[..., Any]) -> None:
    client.oauth.switches.turn({"consent": "refused"})
    one = library()
    assert consent(one.get_authorization_url(WHO)) == {"error": "access_denied", "state": one.state_token}
