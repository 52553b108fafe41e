"""`qbconsole outbox`: operations that are not settled, dead letters among them."""

from __future__ import annotations

from typing import Annotated

import typer

from qbconsole.cli.door import BookName, Exit, Home, Json, answer, opened

commands = typer.Typer(help="Operations on their way to a remote.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Hang the commands into the command line."""
    app.add_typer(commands, name="outbox")


@commands.command("list")
def listed(book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """List what is not settled, parked ones first; exit code 3 if any is parked or withheld."""
    from qbconsole.actions import outbox, withheld
    from qbconsole.cli.tables import table

    with opened(home, book) as one:
        rows = withheld.listed(one) + outbox.listed(one)
    lines = table(("id", "state", "what", "why"), [[row.id, row.state, row.title, row.cause] for row in rows])
    answer({"operations": rows}, lines if rows else ["Everything is delivered."], as_json=as_json)
    raise typer.Exit(Exit.NEEDS_PERSON if any(row.state in ("parked", "withheld") for row in rows) else Exit.DONE)


@commands.command("retry")
def retry(operation: str, book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Send a parked operation again."""
    from qbconsole.actions import outbox
    from qbconsole.actions.decide import operator

    with opened(home, book) as one:
        done = outbox.retry(one, operation, operator())
    answer(done, [done.words], as_json=as_json)


@commands.command("cancel")
def cancel(
    operation: Annotated[str, typer.Argument(help="An operation's id.")] = "",
    held: Annotated[bool, typer.Option("--held", help="Everything that is withheld, instead.")] = False,
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Give an operation up that was not sent, or is parked; or all that is withheld."""
    from qbconsole.actions import outbox, withheld
    from qbconsole.actions.decide import operator
    from qbconsole.domain.errors import Configuration

    if held == bool(operation):
        raise Configuration("Name an operation, or --held.", next_step="See: qbconsole outbox list")
    with opened(home, book) as one:
        done = withheld.cancel(one, operator()) if held else outbox.cancel(one, operation, operator())
    answer(done, [done.words], as_json=as_json)


@commands.command("release")
def release(book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Send what is withheld because it is more than the book writes in a run."""
    from qbconsole.actions import withheld
    from qbconsole.actions.decide import operator

    with opened(home, book) as one:
        done = withheld.release(one, operator())
    answer(done, [done.words], as_json=as_json)
