"""Signing in to QuickBooks as a person does, with a browser on this machine or on another."""

from __future__ import annotations

import signal
import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import tomlkit
from tests.cli.command import call, run
from tests.cli.intuit import Intuit, connecting, expire, here, secrets_of, sign_in
from tests.cli.test_documents import keeps_to

from qbconsole.books.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC = "https://developer.intuit.com/v2/OAuth2Playground/RedirectUrl"
"""Intuit's own page for trying things out, which any app may register."""


def test_a_browser_on_this_machine_comes_back_by_itself(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    with connecting(tmp_path, *here(), "--json", typed=intuit.client) as it:
        asked = {name: value for name, [value] in parse_qs(urlsplit(it.page).query).items()}
        assert asked["scope"] == "com.intuit.quickbooks.accounting"
        assert (asked["response_type"], len(asked["state"]) >= 22) == ("code", True)
        back = intuit.agree(it.page)
        for stray in ("/favicon.ico", "/callback", "/callback?state=x&code=y", "/callback?%%%"):
            assert httpx.get(back.partition("/callback")[0] + stray, trust_env=False).status_code in (400, 404)
        answer = httpx.get(back, trust_env=False)
        assert (answer.status_code, answer.headers["referrer-policy"]) == (200, "no-referrer")
        done = it.done()
    assert done.code == 0, done.err
    keeps_to(done.document, "connect")
    assert (done.document["company"], done.document["realm"]) == (intuit.served["company"], intuit.realm)
    assert "AES-256-GCM" in done.document["kept_in"]
    assert load_settings(book).accounting.realm_id == intuit.realm
    assert run("sync", home=tmp_path).code == 3


def test_a_browser_elsewhere_is_pasted_from(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    """Production keys: the redirect is a public page, which need not even exist."""
    intuit.turn(redirect_uris="production")
    with connecting(tmp_path, "--redirect-uri", PUBLIC, typed=intuit.client) as it:
        back = intuit.agree(it.page)
        it.type("https://mail.example.com/?state=no&code=no")
        it.until("That is not where this sign-in ends")
        it.type(back)
        done = it.done()
    assert done.code == 0, done.err
    first = done.out.splitlines()[0]
    assert first == f"Connected to {intuit.served['company']} (realm {intuit.realm})."
    assert back not in done.err + done.out
    assert load_settings(book).accounting.redirect_uri == PUBLIC


def test_the_client_is_asked_for_once_and_a_new_consent_replaces_the_old(
    intuit: Intuit, book: Path, tmp_path: Path
) -> None:
    tokens = []
    for typed in (intuit.client, ""):
        with connecting(tmp_path, *here(), typed=typed) as it:
            it.type(intuit.agree(it.page))
            assert it.done().code == 0
        tokens.append(secrets_of(book))
    assert tokens[0]["client_id"] == tokens[1]["client_id"]
    assert tokens[0]["refresh_token"] != tokens[1]["refresh_token"]


def test_a_refusal_in_the_browser_keeps_nothing(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    intuit.turn(consent="refused")
    with connecting(tmp_path, *here(), typed=intuit.client) as it:
        httpx.get(intuit.agree(it.page), trust_env=False)
        done = it.done()
    assert (done.code, "The sign-in was refused in the browser." in done.err) == (5, True)
    assert secrets_of(book) == {}


def test_another_company_is_refused_and_the_old_tokens_stay(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    sign_in(intuit, tmp_path)
    before = secrets_of(book)
    with connecting(tmp_path) as it:
        it.type(intuit.agree(it.page).replace(intuit.realm, "123"))
        refused = it.done()
    assert (refused.code, "nothing was kept" in refused.err) == (2, True)
    assert secrets_of(book) == before


def test_nobody_comes_back(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    with connecting(tmp_path, *here(), "--wait", "1", typed=intuit.client) as it:
        late = it.done()
    assert (late.code, "Nobody came back from the browser within 1 seconds." in late.err) == (1, True)


def test_ctrl_c_gives_up(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    with connecting(tmp_path, *here(), typed=intuit.client) as it:
        it.until("Enter.")
        it.process.send_signal(signal.SIGINT)
        assert it.done().code == 130


def test_a_taken_port_leaves_pasting_to_a_browser_elsewhere(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with connecting(tmp_path, "--redirect-uri", f"http://localhost:{port}/callback", typed=intuit.client) as it:
            it.type(intuit.agree(it.page))
            assert it.done().code == 0


def test_a_taken_port_is_said_where_the_browser_would_come_to_it(
    intuit: Intuit, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":77")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.delenv("SSH_TTY", raising=False)
    monkeypatch.setenv("BROWSER", "true")
    with socket.create_server(("127.0.0.1", 0)) as other:
        uri = f"http://localhost:{other.getsockname()[1]}/callback"
        refused = run("connect", "quickbooks", "--redirect-uri", uri, home=tmp_path, typed=intuit.client)
    assert refused.code == 2
    assert "where the browser comes back, cannot be used: Address already in use." in refused.err


def test_without_a_way_back_it_says_so(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    refused = run("connect", "quickbooks", "--redirect-uri", PUBLIC, home=tmp_path, typed=intuit.client)
    assert (refused.code, "No address was pasted." in refused.err) == (2, True)


@pytest.mark.parametrize("uri", ["http://app.example.com/cb", "ftp://x/", "callback", "https://h/p?q=1"])
def test_an_address_that_intuit_would_not_take(intuit: Intuit, book: Path, tmp_path: Path, uri: str) -> None:
    refused = call("connect", "quickbooks", "--redirect-uri", uri, home=tmp_path)
    assert (refused.code, "is no address to come back to" in refused.line) == (2, True)


def test_wrong_keys_of_the_app(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    wrong = f"{intuit.served['quickbooks']['client_id']}\nwrong\n"
    with connecting(tmp_path, *here(), typed=wrong) as it:
        it.type(intuit.agree(it.page))
        refused = it.done()
    assert (refused.code, "refuses the app's client id or secret" in refused.err) == (5, True)
    assert "--new-client" in refused.err


def test_a_refresh_token_by_hand(intuit: Intuit, tmp_path: Path) -> None:
    """It is tried first: one that is refused leaves the old keys; it is bound to the realm that is named."""
    book = intuit.add(tmp_path)
    token = intuit.credentials()["refresh_token"]
    by_hand = ("connect", "quickbooks", "--refresh-token")
    nameless = run(*by_hand, home=tmp_path, typed=f"{intuit.client}{token}\n")
    assert (nameless.code, "Name this book's QuickBooks company." in nameless.err) == (2, True)
    missing = run(*by_hand, "--realm", intuit.realm, home=tmp_path, typed=intuit.client)
    assert (missing.code, "No refresh_token was given" in missing.err) == (2, True)

    done = run(*by_hand, "--realm", intuit.realm, home=tmp_path, typed=f"{intuit.client}{token}\n")
    assert (done.code, f"(realm {intuit.realm})" in done.out) == (0, True), done.err
    before = secrets_of(book)
    assert before["refresh_token"] != token
    stale = run(*by_hand, home=tmp_path, typed=f"{token}\n")
    assert (stale.code, "refuses this refresh token; the old keys stay" in stale.err) == (5, True)
    assert secrets_of(book) == before
    assert run("book", "check", home=tmp_path).code == 0


def test_a_refresh_token_of_another_company_is_not_kept(intuit: Intuit, tmp_path: Path) -> None:
    book = intuit.add(tmp_path, "--realm", "999")
    token = intuit.credentials()["refresh_token"]
    refused = run("connect", "quickbooks", "--refresh-token", home=tmp_path, typed=f"{intuit.client}{token}\n")
    assert refused.code == 5, refused.err
    assert not any(secrets_of(book).values())


def test_a_consent_taken_back_ends_the_work(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    sign_in(intuit, tmp_path)
    keys = secrets_of(book)
    revoked = run("connect", "quickbooks", "--revoke", "--json", home=tmp_path)
    keeps_to(revoked.document, "connect")
    form = {"grant_type": "refresh_token", "refresh_token": keys["refresh_token"]}
    refused = httpx.post(
        f"{intuit.url}/oauth2/v1/tokens/bearer",
        data=form,
        auth=(keys["client_id"], keys["client_secret"]),
        trust_env=False,
    )
    assert refused.json()["error"] == "invalid_grant"
    stopped = run("sync", home=tmp_path)
    assert (stopped.code, "QuickBooks is not connected. Sign in again" in stopped.line) == (5, True)
    again = run("connect", "quickbooks", "--revoke", home=tmp_path)
    assert again.code == 2


def test_a_book_without_keys_says_what_is_next(intuit: Intuit, tmp_path: Path) -> None:
    crm = intuit.served["crm"]
    words = ["--crm", "hubspot", "--crm-url", crm["api_url"], "--qbo-url", intuit.url, "--oauth-url", intuit.url]
    added = run("book", "add", "acme", *words, home=tmp_path)
    assert added.out.splitlines()[-1] == "Next: qbconsole connect quickbooks --book acme"
    stopped = run("sync", home=tmp_path)
    assert (stopped.code, "QuickBooks is not connected. Sign in: qbconsole connect quickbooks" in stopped.line) == (
        5,
        True,
    )


def test_an_invalid_grant_ends_a_sync_with_one_line_and_one_question(
    intuit: Intuit, book: Path, tmp_path: Path
) -> None:
    sign_in(intuit, tmp_path)
    expire(book)
    intuit.turn(refresh="invalid_grant")
    refused = run("sync", home=tmp_path)
    assert (refused.code, "QuickBooks is asking you to sign in again." in refused.line) == (5, True)


def test_status_says_how_long_the_sign_in_lasts(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    sign_in(intuit, tmp_path)
    run("sync", home=tmp_path)
    document = call("status", "--json", home=tmp_path).document
    keeps_to(document, "status")
    found = {name: datetime.fromisoformat(document["sign_in"][name]) for name in ("idle_ends", "consent_ends")}
    now = datetime.now(UTC)
    assert timedelta(days=100) < found["idle_ends"] - now < timedelta(days=102)
    assert timedelta(days=1800) < found["consent_ends"] - now < timedelta(days=1830)
    assert document["sign_in"]["warning"] == ""
    assert f"unused until {found['idle_ends']:%Y-%m-%d}" in call("status", home=tmp_path).out


def test_a_sandbox_is_one_setting(tmp_path: Path, intuit: Intuit) -> None:
    assert run("book", "add", "sand", "--crm", "hubspot", "--sandbox", home=tmp_path).code == 0
    folder = tmp_path / "books" / "sand"
    raw = tomlkit.parse((folder / "book.toml").read_text())
    assert raw["accounting"] == {"realm_id": "", "minor_version": 75}
    one = load_settings(folder)
    assert one.accounting.api_url == "https://sandbox-quickbooks.api.intuit.com"
    assert one.accounting.app_url == "https://app.sandbox.qbo.intuit.com"
    raw["environment"] = "production"
    (folder / "book.toml").write_text(tomlkit.dumps(raw))
    assert load_settings(folder).accounting.api_url == "https://quickbooks.api.intuit.com"


def test_the_check_shows_the_one_side_while_the_other_is_not_connected(book: Path, tmp_path: Path) -> None:
    checked = call("book", "check", "--json", home=tmp_path)
    assert checked.code == 5
    assert checked.line.startswith("qbconsole: QuickBooks is not connected.")
    keeps_to(checked.document, "book_check")
    lines = {(one["system"], one["name"]): one["available"] for one in checked.document["capabilities"]}
    assert lines["quickbooks", "answers"] is False
    assert lines["hubspot", "read deals"] is True


def test_a_consent_of_the_crm_is_not_taken_back_here(book: Path, tmp_path: Path) -> None:
    refused = call("connect", "crm", "--revoke", home=tmp_path, typed="pat-x\n")
    assert (refused.code, "in HubSpot's own settings" in refused.line) == (2, True)
