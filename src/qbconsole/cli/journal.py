"""`qbconsole journal`: who did what to a record, and whether the chain holds."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from qbconsole.cli.door import BookName, Exit, Home, Json, answer, opened


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command("journal")(journal)


def journal(
    record: Annotated[str, typer.Argument(help="deals:1042, customers:7, ...; or verify. Everything without.")] = "",
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show the journal of a record, newest first; `verify` checks the whole chain."""
    from qbconsole.journal import verify
    from qbconsole.store import journal as rows

    with opened(home, book) as one, one.store.reading() as connection:
        if record == "verify":
            broken = verify(connection)
            answer({"intact": not broken, "words": broken}, [broken or "The journal's chain holds."], as_json=as_json)
            raise typer.Exit(Exit.FAILED if broken else Exit.DONE)
        found = rows.events(connection, record)
    answer({"record": record, "events": found}, [_line(event) for event in found] or ["Nothing yet."], as_json=as_json)


def _line(event: dict[str, Any]) -> str:
    from qbconsole.domain.text import safe_text

    body = event["body"] or {}
    words = body.get("words") or " ".join(
        f"{name}={value}" for name, value in body.items() if isinstance(value, str | int)
    )
    return safe_text(f"{event['at']:%Y-%m-%d %H:%M:%S}  {event['kind']:<9} {words}", limit=300)
