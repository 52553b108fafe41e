"""`qbconsole drift`: what the rules use of the CRM and no longer find there, and going on with the CRM as it is."""

from __future__ import annotations

from typing import Annotated

import typer

from qbconsole.cli.door import BookName, Exit, Home, Json, answer, opened


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command("drift")(drift)


def drift(
    accept: Annotated[bool, typer.Option("--accept", help="Let the rules go on with the CRM as it is now.")] = False,
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show what the rules use of the CRM and no longer find there as it was; exit code 3 when that pauses any."""
    from qbconsole.actions import drift as drifting
    from qbconsole.actions.decide import operator

    with opened(home, book) as one:
        found = drifting.accept(one, operator()) if accept else drifting.found(one)
        rows = drifting.as_rows(found)
    lines = [f"{'Accepted' if accept else 'Paused'}: {row['rule']}. {row['words']}." for row in rows]
    if not accept:
        lines += [f"To go on, {mend}." for mend in dict.fromkeys(row["mend"] for row in rows)]
    answer({"accepted": accept, "drift": rows}, lines or ["The CRM is as the rules know it."], as_json=as_json)
    raise typer.Exit(Exit.NEEDS_PERSON if rows and not accept else Exit.DONE)
