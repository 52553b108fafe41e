"""What opens a portal: a key, or the token of a sign-in, which is renewed before it ends and once it is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import httpx
import pytest

from qbconsole.connectors.hubspot import HubSpot, HubSpotSettings
from qbconsole.connectors.hubspot.consent import authorize_url, code_of
from qbconsole.connectors.redirect import parameters
from qbconsole.domain.errors import Configuration, Retriable, SignIn, Throttled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKEN = "/oauth/2026-09/token"
SIGNED_IN = {
    "client_id": "app", "client_secret": "secret", "access_token": "access-1", "refresh_token": "refresh-1",
}  # fmt: skip
GRANTED = {"token_type": "bearer", "access_token": "access-2", "refresh_token": "refresh-1", "expires_in": 1800,
           "hub_id": 123, "scopes": ["crm.objects.deals.read"]}  # fmt: skip


@pytest.fixture
async def portal(vendor: Any, tokens: Any) -> AsyncIterator[HubSpot]:
    """The connector of a portal that somebody signed in to."""
    tokens.clear()
    tokens.update(SIGNED_IN)
    settings = HubSpotSettings()
    connector = HubSpot(settings, tokens, http=vendor.http(settings.api_url))
    yield connector
    await connector.close()


def only(token: str) -> Any:
    """Answers to one token, and refuses any other."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] == f"Bearer {token}":
            return httpx.Response(200, json={"portalId": 123})
        return httpx.Response(401, json={"category": "EXPIRED_AUTHENTICATION", "message": "expired"})

    return answer


async def test_a_refused_token_is_renewed_and_the_call_repeated(vendor: Any, tokens: Any, portal: HubSpot) -> None:
    vendor.on("GET", "/details", only("access-2")).on("POST", TOKEN, GRANTED)
    await portal.now()
    (asked,) = vendor.sent("POST", TOKEN)
    assert not asked.url.query
    assert {name: value for name, [value] in parse_qs(asked.content.decode()).items()} == {
        "grant_type": "refresh_token", "refresh_token": "refresh-1", "client_id": "app", "client_secret": "secret",
    }  # fmt: skip
    assert (tokens["access_token"], tokens["portal_id"]) == ("access-2", "123")
    left = datetime.fromisoformat(tokens["access_expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


async def test_a_token_is_renewed_before_it_ends(vendor: Any, tokens: Any, portal: HubSpot) -> None:
    tokens["access_expires_at"] = (datetime.now(UTC) + timedelta(minutes=2)).isoformat()
    vendor.on("GET", "/details", only("access-2")).on("POST", TOKEN, GRANTED)
    await portal.now()
    assert len(vendor.sent("GET", "/details")) == 1


async def test_a_key_is_not_renewed_but_refused(vendor: Any, tokens: Any, portal: HubSpot) -> None:
    tokens["token"] = "pat-na1-old"
    vendor.on("GET", "/details", only("access-2"))
    with pytest.raises(SignIn, match="it has expired"):
        await portal.now()
    assert [one.headers["Authorization"] for one in vendor.requests] == ["Bearer pat-na1-old"]


async def test_nothing_is_sent_without_a_key_or_a_sign_in(vendor: Any, tokens: Any, portal: HubSpot) -> None:
    tokens.clear()
    with pytest.raises(SignIn, match="HubSpot is not connected"):
        await portal.now()
    assert vendor.requests == []


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ((400, {"status": "BAD_REFRESH_TOKEN", "error": "invalid_grant"}), SignIn, "asking you to sign in again"),
        ((400, {"status": "BAD_CLIENT_SECRET"}), SignIn, "client id or secret"),
        ((400, {"status": "BAD_REDIRECT_URI", "message": "redirect differs"}), Configuration, "redirect differs"),
        ((429, {}), Throttled, "asks to wait"),
        ((503, "<html>"), Retriable, "no usable answer"),
        ((200, {"access_token": ""}), Retriable, "no usable answer"),
        ((200, "cut {"), Retriable, "no usable answer"),
    ],
)
async def test_what_the_token_server_answers(
    vendor: Any, portal: HubSpot, answer: Any, kind: type[Exception], words: str
) -> None:
    vendor.on("GET", "/details", only("access-2")).on("POST", TOKEN, answer)
    with pytest.raises(kind, match=words) as caught:
        await portal.now()
    assert type(caught.value) is kind
    assert "secret" not in str(caught.value).replace("client id or secret", "")
    assert "refresh-1" not in str(caught.value)


def test_the_page_and_the_way_back() -> None:
    page = authorize_url(HubSpotSettings(), "app", "http://localhost:8723/callback", "s" * 32, writes=False)
    assert page.startswith("https://app.hubspot.com/oauth/authorize?client_id=app&redirect_uri=http%3A%2F%2Flocalhost")
    assert "write" not in page
    back = f"http://localhost:8723/callback?code=abc&state={'s' * 32}"
    assert code_of(parameters(back, "s" * 32) or {}) == "abc"
    assert parameters(back, "t" * 32) is None


def test_a_refusal_or_a_way_back_without_a_code() -> None:
    with pytest.raises(SignIn, match="refused in the browser"):
        code_of({"error": "access_denied"})
    with pytest.raises(Configuration, match="without a code"):
        code_of({"code": ""})
