"""Signing in to HubSpot as a person does, with an app's keys and a browser; the simulator is the portal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.cli.command import run
from tests.cli.intuit import connecting, here, secrets_of
from tests.cli.test_documents import keeps_to

from qbconsole.books.book import Book
from qbconsole.books.settings import change_setting, load_settings
from qbconsole.connectors.hubspot.consent import READ_SCOPES, WRITE_SCOPES
from qbconsole.connectors.hubspot.read import STREAMS
from qbconsole.domain.errors import SignIn
from qbconsole.runner.connectors import crm

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.cli.intuit import Connecting, Intuit

    from qbconsole.connectors.base import Capability

PAGE = "/oauth/authorize?"


def app(intuit: Intuit) -> str:
    """The app's keys, a line each."""
    return f"{intuit.served['crm']['client_id']}\n{intuit.served['crm']['client_secret']}\n"


def checked(folder: Path) -> dict[str, Capability]:
    """The CRM's part of `book check`, by name."""

    async def check() -> Sequence[Capability]:
        connector = crm(book)
        try:
            return await connector.check()
        finally:
            await connector.close()

    book = Book(folder)
    try:
        return {line.name: line for line in asyncio.run(check())}
    finally:
        book.close()


def pulled(folder: Path) -> set[str]:
    """The streams of a whole pull."""

    async def pull() -> set[str]:
        connector = crm(book)
        try:
            return {page.stream async for page in connector.pull({}, watched={})}
        finally:
            await connector.close()

    book = Book(folder)
    try:
        return asyncio.run(pull())
    finally:
        book.close()


def scopes_asked(it: Connecting) -> set[str]:
    return set(parse_qs(urlsplit(it.page).query)["scope"][0].split())


def test_a_browser_on_this_machine_comes_back_by_itself(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    with connecting(tmp_path, "--oauth", *here(), "--json", typed=app(intuit), side="crm", page=PAGE) as it:
        assert "Sign in to HubSpot and choose the portal" in "".join(it.said)
        assert scopes_asked(it) == set(READ_SCOPES)
        assert httpx.get(intuit.agree(it.page), trust_env=False).status_code == 200
        done = it.done()
    assert done.code == 0, done.err
    keeps_to(done.document, "connect")
    kept = secrets_of(book, "hubspot")
    assert (kept["token"], kept["portal_id"]) == ("", load_settings(book).crm.portal_id)
    assert done.document["company"] == f"portal {kept['portal_id']}"
    lines = checked(book)
    assert lines["read deals"].available
    assert "crm.objects.deals.write" in lines["write"].detail


def test_what_reading_asks_for_is_enough_to_pull_every_stream(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    with connecting(tmp_path, "--oauth", *here(), typed=app(intuit), side="crm", page=PAGE) as it:
        it.type(intuit.agree(it.page))
        assert it.done().code == 0
    assert pulled(book) == set(STREAMS)


def test_a_book_that_cannot_keep_keys_says_so_before_the_browser_opens(
    intuit: Intuit, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_setting(book, "secrets", "file")
    monkeypatch.setenv("QBCONSOLE_PASSPHRASE", "short")
    refused = run("connect", "crm", "--oauth", home=tmp_path, typed=app(intuit))
    assert (refused.code, "passphrase" in refused.err) == (2, True)
    assert PAGE not in refused.err


def test_a_book_that_writes_asks_for_writing_too(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    change_setting(book, "armed", True)
    with connecting(tmp_path, "--oauth", *here(), typed=app(intuit), side="crm", page=PAGE) as it:
        assert scopes_asked(it) == {*READ_SCOPES, *WRITE_SCOPES}
        it.type(intuit.agree(it.page))
        done = it.done()
    assert done.code == 0, done.err
    assert done.out.startswith("Connected to HubSpot, portal ")


def test_another_portal_is_refused_and_nothing_kept(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    before = secrets_of(book, "hubspot")
    change_setting(book, "crm.portal_id", "1")
    with connecting(tmp_path, "--oauth", *here(), typed=app(intuit), side="crm", page=PAGE) as it:
        it.type(intuit.agree(it.page))
        refused = it.done()
    assert (refused.code, "nothing was kept" in refused.err) == (2, True)
    assert secrets_of(book, "hubspot") == before


def test_a_refusal_in_the_browser_keeps_the_old_key(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    before = secrets_of(book, "hubspot")
    intuit.turn(consent="refused")
    try:
        with connecting(tmp_path, "--oauth", *here(), typed=app(intuit), side="crm", page=PAGE) as it:
            httpx.get(intuit.agree(it.page), trust_env=False)
            done = it.done()
    finally:
        intuit.turn(consent="granted")
    assert (done.code, "The sign-in was refused in the browser." in done.err) == (5, True)
    assert secrets_of(book, "hubspot") == before


def test_a_key_by_hand_takes_the_place_of_a_sign_in(intuit: Intuit, book: Path, tmp_path: Path) -> None:
    with connecting(tmp_path, "--oauth", *here(), typed=app(intuit), side="crm", page=PAGE) as it:
        it.type(intuit.agree(it.page))
        assert it.done().code == 0
    assert run("connect", "crm", home=tmp_path, typed="pat-na1-new\n").code == 0
    kept = secrets_of(book, "hubspot")
    assert (kept["token"], kept["refresh_token"]) == ("pat-na1-new", "")
    with pytest.raises(SignIn, match="HubSpot refuses the token"):
        checked(book)
