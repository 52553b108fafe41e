"""Who may call (quickbooks.md 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulator.quickbooks.conftest import Client

TOKEN = "/oauth2/v1/tokens/bearer"


def test_a_refresh_gives_a_new_access_token_and_the_same_refresh_token(client: Client) -> None:
    before = client.oauth.credentials()
    answer = client.form(TOKEN, {"grant_type": "refresh_token", "refresh_token": before["refresh_token"]})
    assert answer.status == 200
    assert answer.body["token_type"] == "bearer"
    assert answer.body["refresh_token"] == before["refresh_token"]
    assert answer.body["access_token"] != before["access_token"]
    client.token = answer.body["access_token"]
    assert client.send("GET", "/preferences").status == 200


def test_a_dead_refresh_token_is_invalid_grant_and_a_wrong_client_invalid_client(client: Client) -> None:
    dead = client.form(TOKEN, {"grant_type": "refresh_token", "refresh_token": "gone"})
    assert (dead.status, dead.body["error"]) == (400, "invalid_grant")
    wrong = client.form(TOKEN, {"grant_type": "refresh_token", "refresh_token": "x"}, client="me:wrong")
    assert (wrong.status, wrong.body["error"]) == (401, "invalid_client")


def test_revoking_ends_the_whole_grant(client: Client) -> None:
    client.oauth.revoke_all()
    client.token = "was-good-once"
    assert client.send("GET", "/preferences").status == 401


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


def test_an_access_token_runs_out_on_real_time_and_a_refresh_gives_a_good_one(client: Client) -> None:
    client.oauth.switches.turn({"access_token_seconds": "0"})
    grant = {"grant_type": "refresh_token", "refresh_token": client.oauth.credentials()["refresh_token"]}
    client.token = client.form(TOKEN, grant).body["access_token"]
    assert client.send("GET", "/preferences").status == 401
    client.oauth.switches.turn({"access_token_seconds": "3600"})
    client.token = client.form(TOKEN, grant).body["access_token"]
    assert client.send("GET", "/preferences").status == 200


def test_refresh_tokens_rotate_and_the_one_before_stays_good(client: Client) -> None:
    client.oauth.switches.turn({"refresh_token_rotation": "every_call"})
    first = client.oauth.credentials()["refresh_token"]
    second = client.form(TOKEN, {"grant_type": "refresh_token", "refresh_token": first}).body["refresh_token"]
    assert second != first
    third = client.form(TOKEN, {"grant_type": "refresh_token", "refresh_token": first}).body["refresh_token"]
    assert third not in (first, second)
    dead = client.form(TOKEN, {"grant_type": "refresh_token", "refresh_token": first})
    assert dead.body["error"] == "invalid_grant"
