"""One refresh at a time, and the new refresh token is stored before use (quickbooks.md 1.4, 1.5)."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from qbconsole.domain.errors import Configuration, Retriable, SignIn
from qbconsole.domain.operations import TagCustomer

if TYPE_CHECKING:
    from qbconsole.connectors.quickbooks import QuickBooks

TOKEN = "/oauth2/v1/tokens/bearer"
EXPIRED = (401, {"fault": {"error": [{"message": "m", "detail": "Token expired", "code": "3200"}]}})


def granted(number: int) -> dict[str, Any]:
    return {
        "token_type": "bearer", "access_token": f"access-{number}", "expires_in": 3600,
        "refresh_token": f"refresh-{number}", "x_refresh_token_expires_in": 8726400,
    }  # fmt: skip


async def test_a_refused_token_is_refreshed_once_and_the_call_repeated(
    vendor: Any, tokens: Any, quickbooks: QuickBooks
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] == "Bearer access-2":
            assert tokens["refresh_token"] == "refresh-2"
            return httpx.Response(200, json={"CompanyInfo": {"Id": "1"}, "time": "2026-11-23T09:00:00.000-08:00"})
        return httpx.Response(EXPIRED[0], json=EXPIRED[1])

    vendor.on("GET", "companyinfo/4620816365003121234", answer).on("POST", TOKEN, granted(2))
    assert await quickbooks.now() == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    (refresh,) = vendor.sent("POST", TOKEN)
    assert refresh.headers["Authorization"] == "Basic aWQ6c2VjcmV0"
    assert refresh.content == b"grant_type=refresh_token&refresh_token=refresh-1"
    assert refresh.headers["x-include-refresh-token-hard-expires-in"] == "true"
    assert set(tokens.writes[0]) == {
        "access_token", "access_expires_at", "refresh_token", "refresh_expires_at", "previous_refresh_token"
    }  # fmt: skip


async def test_many_calls_at_once_refresh_once(vendor: Any, tokens: Any, quickbooks: QuickBooks) -> None:
    tokens["access_expires_at"] = (datetime.now(UTC) + timedelta(minutes=2)).isoformat()
    vendor.on("POST", TOKEN, granted(2))
    await asyncio.gather(*(quickbooks.now() for _ in range(5)))
    assert len(vendor.sent("POST", TOKEN)) == 1
    assert {one.headers["Authorization"] for one in vendor.requests if TOKEN not in one.url.path} == {"Bearer access-2"}


async def test_a_token_refused_twice_is_a_sign_in(vendor: Any, quickbooks: QuickBooks) -> None:
    vendor.on("GET", "companyinfo/4620816365003121234", EXPIRED).on("POST", TOKEN, granted(2))
    with pytest.raises(SignIn, match="qbconsole connect quickbooks"):
        await quickbooks.now()
    assert len(vendor.sent("POST", TOKEN)) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((400, {"error": "invalid_grant", "error_description": "Token invalid"}), SignIn),
        ((401, {"error": "invalid_client"}), SignIn),
        ((404, "nothing here"), Configuration),
        ((503, "<html>"), Retriable),
        ((200, "<html>"), Retriable),
    ],
)
async def test_what_the_sign_in_server_answers(
    vendor: Any, tokens: Any, quickbooks: QuickBooks, answer: Any, kind: type[Exception]
) -> None:
    del tokens["access_token"]
    vendor.on("POST", TOKEN, answer)
    with pytest.raises(kind):
        await quickbooks.now()
    assert tokens.writes == []


async def test_a_lost_refresh_is_asked_for_again(vendor: Any, tokens: Any, quickbooks: QuickBooks) -> None:
    del tokens["access_token"]
    vendor.on("POST", TOKEN, httpx.ReadTimeout("lost"), granted(2))
    await quickbooks.now()
    assert tokens["access_token"] == "access-2"


async def test_without_consent_it_asks_to_sign_in(vendor: Any, tokens: Any, quickbooks: QuickBooks) -> None:
    tokens.clear()
    with pytest.raises(SignIn):
        await quickbooks.apply(TagCustomer("1", "x"), request_id="r")
    assert vendor.requests == []


async def test_no_secret_reaches_a_log(
    vendor: Any, tokens: Any, quickbooks: QuickBooks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens["access_expires_at"] = "2020-01-01T00:00:00+00:00"
    vendor.on("POST", TOKEN, granted(2))
    await quickbooks.now()
    assert not any(secret in caplog.text for secret in ("access-", "refresh-", "secret", "aWQ6c2VjcmV0"))
