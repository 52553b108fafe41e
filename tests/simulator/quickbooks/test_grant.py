"""How codes and tokens age, rotate and end, on a clock of the test's own (quickbooks.md 1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qbconsole.simulator.database import Database
from qbconsole.simulator.quickbooks.grant import ACCOUNTING, HARD_SECONDS, REFRESH_SECONDS, Grant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REDIRECT = "http://localhost:8000/callback"
HOUR, DAY = 3600, 86_400


class Watch:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


class Setting:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.watch = Watch()
        self.grant = Grant(database, "9341452093840021", now=self.watch)

    def turn(self, **values: str) -> None:
        self.grant.switches.turn(values)

    @property
    def newest(self) -> str:
        return self.grant.credentials()["refresh_token"]

    def refreshed(self, token: str) -> str:
        issued = self.grant.refresh(token)
        assert issued is not None
        return issued.refresh_token


@pytest.fixture
def setting() -> Iterator[Setting]:
    database = Database(None)
    yield Setting(database)
    database.close()


def test_a_refresh_token_stays_the_same_for_a_day_and_counts_down(setting: Setting) -> None:
    first = setting.newest
    setting.watch.at += 23 * HOUR
    issued = setting.grant.refresh(first)
    assert issued is not None
    assert (issued.refresh_token, issued.refresh_expires_in) == (first, REFRESH_SECONDS - 23 * HOUR)

    setting.watch.at += HOUR
    issued = setting.grant.refresh(first)
    assert issued is not None
    assert issued.refresh_token != first
    assert issued.refresh_expires_in == REFRESH_SECONDS


def test_without_a_grace_the_loser_of_a_race_is_out(setting: Setting) -> None:
    setting.turn(refresh_token_rotation="every_call", refresh_token_grace="0")
    first = setting.newest
    second = setting.refreshed(first)

    assert setting.grant.refresh(first) is None
    assert setting.refreshed(second) != second


def test_within_the_grace_every_racer_gets_tokens_that_work(setting: Setting) -> None:
    setting.turn(refresh_token_rotation="every_call", refresh_token_grace="24h")
    first = setting.newest
    got = [setting.refreshed(first) for _ in range(3)]
    assert len({first, *got}) == 4
    assert all(setting.grant.refresh(token) for token in got)

    setting.watch.at += DAY
    assert setting.grant.refresh(first) is None


def test_a_refresh_token_that_is_left_alone_for_101_days_is_dead(setting: Setting) -> None:
    first = setting.newest
    setting.watch.at += REFRESH_SECONDS - 1
    second = setting.refreshed(first)
    setting.watch.at += REFRESH_SECONDS
    assert setting.grant.refresh(second) is None


def test_five_years_after_consent_all_is_over(setting: Setting) -> None:
    began = setting.watch.at
    token = setting.newest
    while setting.watch.at + 90 * DAY < began + HARD_SECONDS:
        setting.watch.at += 90 * DAY
        issued = setting.grant.refresh(token)
        assert issued is not None
        token = issued.refresh_token
        assert issued.hard_expires_in == began + HARD_SECONDS - setting.watch.at
    setting.watch.at = began + HARD_SECONDS
    assert setting.grant.refresh(token) is None


def test_an_access_token_lives_for_an_hour_beside_newer_ones(setting: Setting) -> None:
    old = setting.grant.credentials()["access_token"]
    setting.watch.at += HOUR - 1
    setting.refreshed(setting.newest)
    assert setting.grant.scopes_of(old) == [ACCOUNTING]
    setting.watch.at += 1
    assert setting.grant.scopes_of(old) == []
    assert setting.grant.scopes_of(setting.grant.credentials()["access_token"]) == [ACCOUNTING]


@pytest.mark.parametrize(
    ("redirect", "seconds", "good"),
    [(REDIRECT, 299, True), (REDIRECT, 300, False), ("http://localhost:8001/callback", 0, False)],
)
def test_a_code_is_good_once_soon_and_for_its_redirect(
    setting: Setting, redirect: str, seconds: int, good: bool
) -> None:
    code = setting.grant.code([ACCOUNTING, "openid"], REDIRECT)
    setting.watch.at += seconds
    issued = setting.grant.redeem(code, redirect)
    assert (issued is not None) is good
    assert setting.grant.redeem(code, REDIRECT) is None


def test_a_new_sign_in_replaces_the_tokens_of_before(setting: Setting) -> None:
    before = setting.grant.credentials()
    issued = setting.grant.redeem(setting.grant.code([ACCOUNTING], REDIRECT), REDIRECT)
    assert issued is not None
    assert setting.grant.refresh(before["refresh_token"]) is None
    assert setting.grant.scopes_of(before["access_token"]) == [ACCOUNTING]
    assert setting.refreshed(issued.refresh_token) == issued.refresh_token


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_both(setting: Setting, kind: str) -> None:
    tokens = setting.grant.credentials()
    assert setting.grant.revoke(tokens[kind])

    assert setting.grant.scopes_of(tokens["access_token"]) == []
    assert setting.grant.refresh(tokens["refresh_token"]) is None
    assert not setting.grant.revoke(tokens[kind])
    assert (setting.newest, setting.grant.credentials()["access_token"]) == ("", "")


@pytest.mark.parametrize(("length", "access", "refresh"), [("longest", 4096, 512), ("usual", 1000, 50)])
def test_tokens_are_as_long_as_the_switch_says(setting: Setting, length: str, access: int, refresh: int) -> None:
    setting.turn(token_length=length)
    code = setting.grant.code([ACCOUNTING], REDIRECT)
    issued = setting.grant.redeem(code, REDIRECT)
    assert issued is not None
    assert (len(issued.access_token), len(issued.refresh_token), len(code)) == (access, refresh, refresh)


def test_tokens_codes_and_revocation_outlive_a_restart(tmp_path: Path) -> None:
    database = Database(tmp_path / "simulator.db")
    before = Setting(database)
    tokens, code = before.grant.credentials(), before.grant.code([ACCOUNTING], REDIRECT)
    database.close()

    database = Database(tmp_path / "simulator.db")
    after = Setting(database)
    assert after.grant.credentials() == tokens
    assert after.refreshed(tokens["refresh_token"]) == tokens["refresh_token"]
    assert after.grant.redeem(code, REDIRECT)
    after.grant.end()
    database.close()

    database = Database(tmp_path / "simulator.db")
    assert Setting(database).grant.credentials()["access_token"] == ""
    database.close()
