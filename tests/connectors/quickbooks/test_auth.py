"""One refresh at a time, and the new refresh token is stored before use (quickbooks.md 1.4, 1.5)."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import httpx
import pytest

from qbconsole.connectors.quickbooks.auth import Auth
from qbconsole.connectors.quickbooks.settings import QuickBooksSettings
from qbconsole.connectors.quickbooks.tokens import TokenServer
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


PAST = "2020-01-01T00:00:00+00:00"
REFUSED = (400, {"error": "invalid_grant", "error_description": "Token invalid"})


def tokens_sent(vendor: Any) -> list[str]:
    """The refresh tokens that were tried, in order."""
    return [parse_qs(one.content.decode())["refresh_token"][0] for one in vendor.sent("POST", TOKEN)]


async def test_the_token_before_is_kept_and_tried_once_when_the_new_one_is_refused(
    vendor: Any, tokens: Any, quickbooks: QuickBooks
) -> None:
    vendor.on("POST", TOKEN, granted(2), REFUSED, granted(3))
    for _ in range(2):
        tokens["access_expires_at"] = PAST
        await fresh(quickbooks, tokens).access_token()
    assert tokens_sent(vendor) == ["refresh-1", "refresh-2", "refresh-1"]
    assert (tokens["refresh_token"], tokens["previous_refresh_token"]) == ("refresh-3", "refresh-1")


async def test_a_token_that_does_not_rotate_needs_none_before_it(
    vendor: Any, tokens: Any, quickbooks: QuickBooks
) -> None:
    tokens["access_expires_at"], tokens["previous_refresh_token"] = PAST, "refresh-0"
    vendor.on("POST", TOKEN, {**granted(1), "access_token": "access-2"})
    await fresh(quickbooks, tokens).access_token()
    assert (tokens["refresh_token"], tokens["previous_refresh_token"]) == ("refresh-1", "")


async def test_a_refusal_for_good_is_not_asked_for_again(vendor: Any, tokens: Any, quickbooks: QuickBooks) -> None:
    tokens["access_expires_at"], tokens["previous_refresh_token"] = PAST, "refresh-0"
    vendor.on("POST", TOKEN, REFUSED)
    for _ in range(3):
        with pytest.raises(SignIn, match="asking you to sign in again") as refused:
            await quickbooks.now()
        assert refused.value.exit_code == 5
    assert tokens_sent(vendor) == ["refresh-1", "refresh-0"]
    tokens["refresh_token"] = "refresh-7"  # somebody signed in again
    vendor.on("POST", TOKEN, granted(8))
    await quickbooks.now()
    assert tokens_sent(vendor)[2:] == ["refresh-7"]


async def test_the_new_token_is_stored_before_the_access_token_is_used(
    vendor: Any, tokens: Any, quickbooks: QuickBooks
) -> None:
    def keep_nothing(_: Any) -> None:
        raise OSError("disk full")

    tokens["access_expires_at"], tokens.write = PAST, keep_nothing
    vendor.on("POST", TOKEN, granted(2))
    with pytest.raises(OSError, match="disk full"):
        await quickbooks.now()
    assert [one.url.path for one in vendor.requests] == [TOKEN]


async def test_a_token_server_that_asks_to_wait_is_waited_for(vendor: Any, tokens: Any, quickbooks: QuickBooks) -> None:
    del tokens["access_token"]
    vendor.on("POST", TOKEN, httpx.Response(429, headers={"Retry-After": "2"}), (503, ""), granted(2))
    await quickbooks.now()
    assert (vendor.pauses[0], len(vendor.pauses)) == (2, 2)


@pytest.mark.parametrize(
    ("answer", "consent"),
    [({"x_refresh_token_hard_expires_in": 86400}, timedelta(days=1)), ({}, None)],
)
async def test_the_ends_are_counted_from_the_answer(
    vendor: Any, tokens: Any, quickbooks: QuickBooks, answer: dict[str, int], consent: timedelta | None
) -> None:
    now = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    tokens["access_expires_at"] = PAST
    vendor.on("POST", TOKEN, granted(2) | answer)
    auth = fresh(quickbooks, tokens, now)
    await auth.access_token()
    ends = auth.ends()
    assert ends.access == now + timedelta(hours=1)
    assert ends.idle == now + timedelta(days=101)
    assert ends.consent == (now + consent if consent else None)


async def test_a_consents_end_is_five_years_off_where_the_server_does_not_say(
    vendor: Any, quickbooks: QuickBooks
) -> None:
    now = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    vendor.on("POST", TOKEN, granted(1))
    server = TokenServer(QuickBooksSettings(realm_id="1"), quickbooks._http, lambda: now)
    secrets = await server.exchange({"client_id": "id"}, "code", "http://localhost/cb")
    assert secrets["consent_expires_at"] == (now + timedelta(days=5 * 365)).isoformat()


@pytest.mark.parametrize(
    "answer", [{**granted(2), "expires_in": "soon"}, {**granted(2), "expires_in": -1}, {"access_token": ""}, []]
)
async def test_an_answer_that_makes_no_sense_stores_nothing(
    vendor: Any, tokens: Any, quickbooks: QuickBooks, answer: Any
) -> None:
    del tokens["access_token"]
    vendor.on("POST", TOKEN, answer)
    with pytest.raises(Retriable, match="no usable answer"):
        await quickbooks.now()
    assert tokens.writes == []


def fresh(quickbooks: QuickBooks, tokens: Any, now: datetime | None = None) -> Auth:
    """As another process would have it: nothing known but the store."""
    clock = (lambda: now) if now else (lambda: datetime.now(UTC))
    return Auth(QuickBooksSettings(realm_id="1"), tokens, quickbooks._http, clock=clock)
