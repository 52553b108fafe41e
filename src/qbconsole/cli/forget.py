"""`qbconsole forget`: erase what the book holds of somebody, for whoever asks to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from qbconsole.cli.door import BookName, Exit, Home, Json, answer, opened

if TYPE_CHECKING:
    from collections.abc import Iterator


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command("forget")(forget)


def forget(
    customer: Annotated[str, typer.Argument(help="customer:60, company:10, or a name.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase it. It cannot be undone.")] = False,
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Erase a customer or company, its jobs and contacts, from this book's files; it cannot be undone."""
    from qbconsole.actions import forget as forgetting
    from qbconsole.actions.decide import operator

    erases = yes and not dry_run
    with opened(home, book) as one:
        done = forgetting.forget(one, customer, operator()) if erases else forgetting.preview(one, customer)
    undecided = not erases and not dry_run
    asking = ["Nothing was erased yet. It cannot be undone: say it again with --yes."] if undecided else []
    answer({"erased": erases, **done}, [*_lines(done, erased=erases), *forgetting.KEPT, *asking], as_json=as_json)
    raise typer.Exit(Exit.NEEDS_PERSON if undecided else Exit.DONE)


def _lines(done: dict[str, Any], *, erased: bool) -> Iterator[str]:
    verb = "Erased" if erased else "Would be erased"
    records = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in done["records"].items())
    yield f"{verb}: the personal text of {records}."
    yield f"{verb}: what {done['events']} journal events and {done['decisions']} decisions say."
    yield f"It is about {', '.join(done['whom'])}."
    if done["copies"]:
        yield f"{verb}: the copies that migrations put aside: {', '.join(done['copies'])}."
