"""`qbconsole book`: adding, listing, checking and arming books."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qbconsole.cli.door import BookName, Home, Json, answer, opened, root, tell

if TYPE_CHECKING:
    from qbconsole.books.book import Book
    from qbconsole.books.settings import Settings
    from qbconsole.domain.errors import Problem

commands = typer.Typer(help="Books: one client company each.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Hang the commands into the command line."""
    app.add_typer(commands, name="book")


@commands.command("add")
def add(
    name: str,
    home: Home = None,
    simulator: Annotated[str, typer.Option(help="The control URL of a simulator on this machine.")] = "",
    crm: Annotated[str, typer.Option(help="hubspot or spreadsheet.")] = "",
    crm_url: Annotated[str, typer.Option(help="Another address than HubSpot's own.")] = "",
    folder: Annotated[Path | None, typer.Option(help="The folder of the spreadsheets.")] = None,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="The company is one of Intuit's sandboxes.")] = False,
    qbo_url: Annotated[str, typer.Option(help="Another address than QuickBooks' own.")] = "",
    oauth_url: Annotated[str, typer.Option(help="Another address for QuickBooks' tokens.")] = "",
    authorize_url: Annotated[str, typer.Option(help="Another page for signing in to QuickBooks.")] = "",
    revoke_url: Annotated[str, typer.Option(help="Another address for taking a consent back.")] = "",
    realm: Annotated[str, typer.Option(help="The QuickBooks company's id; else the one chosen at connect.")] = "",
    company: Annotated[str, typer.Option(help="The company's name, as it must be typed to arm the book.")] = "",
    time_zone: Annotated[str, typer.Option(help="Such as America/Chicago.")] = "America/New_York",
    cut_over: Annotated[str, typer.Option(help="First day that is billed from here (YYYY-MM-DD; default today).")] = "",
    posting_window: Annotated[float | None, typer.Option(help="Seconds that an approval waits.")] = None,
    as_json: Json = False,
) -> None:
    """Add a book; it is read-only until it is armed."""
    from qbconsole.cli import adding

    adding.require_free(root(home), name)
    if simulator:
        settings, secrets = adding.of_simulator(name, simulator, posting_window)
        if crm == "spreadsheet":
            settings = settings.model_copy(update={"crm": adding.spreadsheets(folder)})
            secrets = {"quickbooks": secrets["quickbooks"]}
    else:
        urls = {"crm": crm_url, "api_url": qbo_url, "oauth_url": oauth_url}
        urls |= {"authorize_url": authorize_url, "revoke_url": revoke_url}
        settings = adding.real(
            name, crm, folder, realm, company or name, time_zone, cut_over, urls, posting_window, sandbox=sandbox
        )
        secrets = adding.ask_secrets(adding.systems_of(settings))
    where = adding.write(root(home), settings, secrets)
    state = "armed" if settings.armed else "read-only until: qbconsole book arm"
    lines = [f"Added the book {name} for {settings.company} in {where}: {state}."]
    if not secrets.get("quickbooks", {}).get("refresh_token"):
        lines.append(f"Next: qbconsole connect quickbooks --book {name}")
    answer(
        {"book": name, "company": settings.company, "folder": str(where), "armed": settings.armed},
        lines,
        as_json=as_json,
    )


@commands.command("list")
def list_books(home: Home = None, as_json: Json = False) -> None:
    """List the books, each with its queues as the last cycle left them."""
    from qbconsole.books.home import book_folder, book_names
    from qbconsole.books.settings import load_settings
    from qbconsole.cli.tables import table

    where = root(home)
    found = [(name, load_settings(book_folder(where, name))) for name in book_names(where)]
    document = [
        {"book": name, "company": one.company, "environment": one.environment, "armed": one.armed, "crm": one.crm.kind}
        for name, one in found
    ]
    rows = [
        [name, one.company, one.environment, "armed" if one.armed else "read-only", one.crm.kind] for name, one in found
    ]
    lines = (
        table(("book", "company", "environment", "writes", "crm"), rows) if rows else [f"There is no book in {where}."]
    )
    answer({"home": str(where), "books": document}, lines, as_json=as_json)


@commands.command("check")
def check(book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Show what the credentials reach and what the company's plan and preferences have."""
    import asyncio

    from qbconsole.cli.tables import table

    with opened(home, book) as one:
        kept = _kept(one)
        document, problems = asyncio.run(_capabilities(one))
    rows = [[line["system"], line["name"], "yes" if line["available"] else "no", line["detail"]] for line in document]
    words = [f"The keys of {line['system']} are in {line['detail']}." for line in kept]
    lines = [*words, "", *table(("system", "what", "there", ""), rows)]
    answer({"capabilities": kept + document}, lines, as_json=as_json)
    for problem in problems:
        tell(f"qbconsole: {problem}")
    if problems:
        raise typer.Exit(max(problem.exit_code for problem in problems))


def _kept(book: Book) -> list[dict[str, Any]]:
    """Where the keys of each system are and how strong that is; opened here, where a passphrase can be asked for."""
    from qbconsole.books.secrets import KEYS, secrets_of

    lines = []
    for system in ("quickbooks", book.settings.crm.kind):
        if system in KEYS:
            store = secrets_of(book.folder, book.settings, system)
            there = bool(store.read())
            lines.append({"system": system, "name": "keys", "available": there, "detail": store.describe()})
    return lines


async def _capabilities(book: Book) -> tuple[list[dict[str, Any]], list[Problem]]:
    """What each side reaches and has; one that does not answer is a line, and its problem is told beside."""
    from qbconsole.domain.errors import Problem
    from qbconsole.runner.connectors import accounting, crm

    lines: list[dict[str, Any]] = []
    problems = []
    for system, make in ((book.settings.crm.kind, crm), ("quickbooks", accounting)):
        try:
            connector = make(book)
            try:
                found = await connector.check()
            finally:
                await connector.close()
        except Problem as problem:
            problems.append(problem)
            lines.append({"system": system, "name": "answers", "available": False, "detail": problem.message})
            continue
        lines += [
            {"system": system, "name": line.name, "available": line.available, "detail": line.detail} for line in found
        ]
    return lines, problems


@commands.command("arm")
def arm(
    book: BookName = "",
    home: Home = None,
    company: Annotated[str, typer.Option(help="The company's name, instead of typing it when asked.")] = "",
    disarm: Annotated[bool, typer.Option("--disarm", help="Make the book read-only again.")] = False,
    as_json: Json = False,
) -> None:
    """Let a book write, once the company's name was typed."""
    from qbconsole.books.settings import change_setting
    from qbconsole.domain.errors import Configuration

    with opened(home, book) as one:
        name: str = one.settings.company
        if not disarm:
            typed = company or _typed(one.settings)
            if typed.strip() != name:
                step = f"Type it exactly: {name}"
                raise Configuration(f"{typed.strip()!r} is not this book's company.", next_step=step)
        change_setting(one.folder, "armed", not disarm)
        words = (
            f"The book {one.name} ({name}) is {'read-only' if disarm else 'armed: what is decided will be written'}."
        )
        answer({"book": one.name, "armed": not disarm}, [words], as_json=as_json)


def _typed(settings: Settings) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    sys.stderr.write(f"This lets qbconsole write to {settings.company}'s books and CRM.\n")
    return str(typer.prompt("Type the company's name", err=True))
