"""`qbconsole backup` and `qbconsole restore`: copies of a book, and putting one back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from qbconsole.cli.door import BOOK, BookName, Home, Json, answer, opened, root

NEXT = (
    "Nothing is decided or sent now: the next sync reads both sides whole, looks for what was sent since the backup,"
    " and takes it on.",
    "A decision that was taken back since the backup stands again: look at the sync log.",
)


def register(app: typer.Typer) -> None:
    """Hang the commands into the command line."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    to: Annotated[Path | None, typer.Option("--to", help="The folder for it; the book's own without.")] = None,
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Copy a book while it is in use: database, settings and rules, never secrets; the copy is read through."""
    from qbconsole.care import backups

    with opened(home, book) as one:
        made = backups.make(one, to.expanduser().resolve() if to else None)
    lines = [f"{made.folder}: {made.size / 1e6:.1f} MB, read through."]
    answer({"book": one.name, **_described(made)}, lines, as_json=as_json)


def _described(made: Any) -> dict[str, Any]:
    return {"folder": str(made.folder), "at": made.at, "bytes": made.size}


def restore(
    backup: Annotated[Path | None, typer.Argument(help="A backup's folder; without it they are listed.")] = None,
    settings: Annotated[bool, typer.Option("--settings", help="Settings and rules, too.")] = False,
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Put a backup in the book's place; what is replaced is kept aside."""
    folder = _folder(home, book)
    if backup is None:
        _list(folder, as_json=as_json)
        return
    from qbconsole.care import restoring

    done = restoring.restore(folder, backup.expanduser().resolve(), settings=settings)
    document = {
        "book": folder.name,
        "newest_at": done.state.at,
        "aside": str(done.aside),
        "settings": list(done.settings),
        "lost_events": done.lost,
        "lost_decisions": list(done.decisions),
    }
    when = f"as it was at {done.state.at:%Y-%m-%d %H:%M} UTC" if done.state.at else "as it was when new"
    lines = [
        f"{folder.name} is {when}. The replaced files are in {done.aside}.",
        *([f"Put back, too: {', '.join(done.settings)}."] if done.settings else []),
        *([f"{done.lost} later entries of the journal are lost."] if done.lost else []),
        *(f"  lost: {words}" for words in done.decisions),
        *NEXT,
    ]
    answer(document, lines, as_json=as_json)


def _folder(home: Path | None, book: str) -> Path:
    """The folder of a book that perhaps cannot be opened."""
    from qbconsole.books.book import named

    return named(root(home), book or os.environ.get(BOOK, ""))


def _list(folder: Path, *, as_json: bool) -> None:
    from qbconsole.care import backups
    from qbconsole.cli.tables import table

    found = backups.listed(backups.usual_folder(folder), folder.name)
    rows = [[f"{one.at:%Y-%m-%d %H:%M:%S}", f"{one.size / 1e6:.1f}", str(one.folder)] for one in found]
    lines = table(("made (UTC)", "MB", "folder"), rows) if rows else ["There is no backup: qbconsole backup"]
    answer({"book": folder.name, "backups": [_described(one) for one in found]}, lines, as_json=as_json)
