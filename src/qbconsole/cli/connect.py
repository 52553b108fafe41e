"""`qbconsole connect`: signing in to QuickBooks, or new keys for the CRM."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from qbconsole.cli.door import BookName, Home, Json, answer, opened
from qbconsole.domain.errors import Configuration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.books.book import Book
    from qbconsole.books.secrets import Kind
    from qbconsole.books.settings import Settings
    from qbconsole.runner.sign_in import Connected

DEVELOPERS = {"quickbooks": "the Intuit developer portal", "hubspot": "your HubSpot developer account"}
"""Where an app's keys are shown, by system."""
PATIENCE = 600.0
"""Seconds that a sign-in in the browser may take."""


class Side(StrEnum):
    """The two systems of a book."""

    QUICKBOOKS = "quickbooks"
    CRM = "crm"


class Store(StrEnum):
    """Where secrets may be kept."""

    KEYRING = "keyring"
    FILE = "file"


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command("connect")(connect)


def connect(
    side: Annotated[Side, typer.Argument(help="Whose keys.")],
    book: BookName = "",
    home: Home = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser: paste the address.")] = False,
    redirect_uri: Annotated[str, typer.Option(help="Where the browser comes back to; kept for the next time.")] = "",
    refresh_token: Annotated[bool, typer.Option("--refresh-token", help="Bring a refresh token by hand.")] = False,
    realm: Annotated[str, typer.Option(help="The company's id, for a refresh token by hand.")] = "",
    new_client: Annotated[bool, typer.Option("--new-client", help="Ask for the app's id and secret again.")] = False,
    oauth: Annotated[
        bool, typer.Option("--oauth", help="Sign in to HubSpot with a browser, by an app's keys.")
    ] = False,
    secrets: Annotated[Store | None, typer.Option(help="Keep the book's secrets there from now on.")] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take QuickBooks' consent back at Intuit instead.")] = False,
    wait: Annotated[float, typer.Option(help="Seconds that the browser may take.", min=1)] = PATIENCE,
    as_json: Json = False,
) -> None:
    """Sign a book in to QuickBooks with a browser, here or on another machine; or give its CRM a new key.

    For HubSpot that is a service key or private app token, or with --oauth a sign-in like that to QuickBooks.

    Keys are asked for without showing them, or read from a pipe, a line each.
    """
    with opened(home, book) as one:
        system = _system(one.settings, side)
        if revoke and system != "quickbooks":
            step = "Take the key, or the app, away in HubSpot's own settings."
            raise Configuration("Only the consent at QuickBooks is taken back here.", next_step=step)
        if one.settings.secrets == "simulator":
            _with_the_simulator(one, system, as_json=as_json)
            return
        if secrets:
            _keep_in(one, secrets)
        if system == "hubspot" and oauth:
            if redirect_uri:
                _change(one, "crm.redirect_uri", _checked(redirect_uri))
            _see_to_the_store(one)
            client = _client(one, system, anew=new_client)
            _say(one, system, _portal_by_browser(one, client, browser=not no_browser, seconds=wait), as_json=as_json)
        elif system != "quickbooks":
            _new_keys(one, system, as_json=as_json)
        elif revoke:
            _revoke(one, as_json=as_json)
        else:
            if redirect_uri:
                _change(one, "accounting.redirect_uri", _checked(redirect_uri))
            _see_to_the_store(one)
            client = _client(one, system, anew=new_client)
            if refresh_token:
                found = _by_hand(one, client, realm)
            else:
                found = _by_browser(one, client, browser=not no_browser, seconds=wait)
            _say(one, system, found, as_json=as_json)


def _with_the_simulator(book: Book, system: str, *, as_json: bool) -> None:
    """Sign in at the simulator's own page, which agrees by itself; or take the key that its CRM has now."""
    import asyncio

    from qbconsole.cli import adding
    from qbconsole.cli.control import LOST, led_to
    from qbconsole.domain.errors import Retriable
    from qbconsole.runner import sign_in

    given = adding.secrets_at(book.settings.accounting.api_url)[system]
    if system != "quickbooks":
        adding.keep_secrets(book.folder, book.settings, {system: given})
        answer(_bare(book, system), [f"The book {book.name} has the simulator's new key."], as_json=as_json)
        return
    question = sign_in.Question(book.settings, given["client_id"])
    try:
        values = question.understand(led_to(question.page))
    except LOST as error:
        raise Retriable(f"The simulator's sign-in page does not answer: {error}.") from None
    client = {name: given[name] for name in sign_in.CLIENT}
    _say(book, system, asyncio.run(sign_in.by_consent(book.folder, client, values or {})), as_json=as_json)


def _see_to_the_store(book: Book) -> None:
    """See that tokens can be kept before they are asked for: a passphrase may have to be typed."""
    import asyncio

    from qbconsole.runner import sign_in

    asyncio.run(sign_in.ready(book.folder))


def _by_browser(book: Book, client: Mapping[str, str], *, browser: bool, seconds: float) -> Connected:
    import asyncio

    from qbconsole.cli.browser import come_back, has_browser
    from qbconsole.runner import sign_in

    question = sign_in.Question(book.settings, client["client_id"])
    values = come_back(
        question.page,
        book.settings.accounting.redirect_uri,
        question.understand,
        asked="Sign in to QuickBooks and choose the company",
        browser=browser and has_browser(),
        seconds=seconds,
    )
    return asyncio.run(sign_in.by_consent(book.folder, client, values))


def _portal_by_browser(book: Book, client: Mapping[str, str], *, browser: bool, seconds: float) -> Connected:
    import asyncio

    from qbconsole.cli.browser import come_back, has_browser
    from qbconsole.runner import crm_sign_in

    question = crm_sign_in.Question(book.settings, client["client_id"])
    values = come_back(
        question.page,
        book.settings.crm.redirect_uri,
        question.understand,
        asked="Sign in to HubSpot and choose the portal",
        browser=browser and has_browser(),
        seconds=seconds,
    )
    return asyncio.run(crm_sign_in.by_consent(book.folder, client, values))


def _by_hand(book: Book, client: Mapping[str, str], realm: str) -> Connected:
    import asyncio

    from qbconsole.cli.adding import ask
    from qbconsole.runner import sign_in

    known = book.settings.accounting.realm_id
    if not (known or realm).isdigit() or (known and realm not in ("", known)):
        step = f"It is bound to realm {known}." if known else "--realm, the number in QuickBooks' Account > About"
        raise Configuration("Name this book's QuickBooks company.", next_step=step)
    keys = {"refresh_token": ask("quickbooks refresh_token")}
    _require_all(keys)
    return asyncio.run(sign_in.by_refresh_token(book.folder, client, keys["refresh_token"], known or realm))


def _client(book: Book, system: str, *, anew: bool) -> Mapping[str, str]:
    """The app's own keys: as kept, else asked for."""
    from qbconsole.books.secrets import secrets_of
    from qbconsole.cli.adding import ask
    from qbconsole.cli.door import tell
    from qbconsole.runner.sign_in import CLIENT

    kept = secrets_of(book.folder, book.settings, system).read()
    if not anew and all(kept.get(name) for name in CLIENT):
        return {name: kept[name] for name in CLIENT}
    tell(f"The client id and secret are on your app's page in {DEVELOPERS[system]}.")
    asked = {name: ask(f"{system} {name}") for name in CLIENT}
    _require_all(asked)
    return asked


def _say(book: Book, system: str, found: Connected, *, as_json: bool) -> None:
    ends = found.ends
    document = {
        "book": book.name,
        "system": system,
        "company": found.company,
        "realm": found.realm_id,
        "kept_in": found.kept_in,
        "idle_ends": ends.idle,
        "consent_ends": ends.consent,
    }
    whom = f"{found.company} (realm {found.realm_id})" if found.realm_id else f"HubSpot, {found.company}"
    lines = [f"Connected to {whom}.", f"The keys are in {found.kept_in}."]
    if ends.consent:
        lines.append(f"The consent lasts until {ends.consent:%Y-%m-%d}.")
    answer(document, lines, as_json=as_json)


def _revoke(book: Book, *, as_json: bool) -> None:
    import asyncio

    from qbconsole.runner import sign_in

    asyncio.run(sign_in.revoke(book.folder))
    answer(_bare(book, "quickbooks"), [f"The book {book.name} is no longer connected to QuickBooks."], as_json=as_json)


def _new_keys(book: Book, system: str, *, as_json: bool) -> None:
    from qbconsole.books.secrets import secrets_of
    from qbconsole.cli import adding
    from qbconsole.runner.crm_sign_in import NOTHING

    keys = adding.ask_secrets((system,))[system]
    _require_all(keys)
    secrets_of(book.folder, book.settings, system).write({**NOTHING, **keys})
    words = f"The book {book.name} has new keys for {system}. qbconsole book check shows what they reach."
    answer(_bare(book, system), [words], as_json=as_json)


def _bare(book: Book, system: str) -> dict[str, Any]:
    from qbconsole.books.secrets import secrets_of

    kept_in = secrets_of(book.folder, book.settings, system).describe()
    nothing = {"company": "", "realm": "", "idle_ends": None, "consent_ends": None}
    return {"book": book.name, "system": system, "kept_in": kept_in, **nothing}


def _keep_in(book: Book, store: Store) -> None:
    """Move the book's secrets; the old ones are forgotten last."""
    from qbconsole.books.secrets import forget, move
    from qbconsole.cli.door import tell
    from qbconsole.domain.errors import Problem

    new: Kind
    left: Kind
    old = book.settings.secrets
    if old in (store.value, "simulator"):
        return
    new, left = ("file", "keyring") if store is Store.FILE else ("keyring", "file")
    try:
        move(book.folder, left, new)
    except Problem as problem:
        if store is not Store.FILE:
            raise
        tell(f"{problem.message} Its keys are not taken over; for the CRM: qbconsole connect crm")
        _change(book, "secrets", new)
        return
    _change(book, "secrets", new)
    forget(book.folder, left)


def _change(book: Book, name: str, value: str) -> None:
    from qbconsole.books.settings import change_setting

    change_setting(book.folder, name, value)
    book.reload()


def _checked(redirect_uri: str) -> str:
    """A redirect that Intuit takes (quickbooks.md 1.2).

    Raises:
        Configuration: it is none.
    """
    from qbconsole.cli.browser import LOOPBACK

    parts = urlsplit(redirect_uri)
    if parts.hostname and not parts.query and (parts.scheme == "https" or parts.hostname in LOOPBACK):
        return redirect_uri
    step = "Use https://HOST/PATH, or http://localhost:PORT/callback with a development app's keys."
    raise Configuration(f"{redirect_uri} is no address to come back to.", next_step=step)


def _require_all(keys: Mapping[str, str]) -> None:
    """See that no key is missing.

    Raises:
        Configuration: one is; the old ones stay.
    """
    if missing := [name for name, value in keys.items() if not value]:
        raise Configuration(f"No {missing[0]} was given; the old keys stay.", next_step="Give every key.")


def _system(settings: Settings, side: Side) -> str:
    """The system on that side, if it is one that has keys of a person.

    Raises:
        Configuration: it has none.
    """
    system = settings.crm.kind if side is Side.CRM else side.value
    if system == "spreadsheet":
        raise Configuration("A folder of spreadsheets needs no keys.", next_step="Nothing is to be done.")
    return system
