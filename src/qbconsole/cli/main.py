"""`qbconsole`: the console, or one command. Command modules are light: what they work with is imported later."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from qbconsole import __version__
from qbconsole.cli import (
    books,
    connect,
    decisions,
    demo,
    drift,
    errors,
    forget,
    journal,
    outbox,
    pdf,
    queue,
    simulate,
    status,
    sync,
)
from qbconsole.cli.door import BookName, Exit, Home, explain, put_before, tell
from qbconsole.domain.errors import Configuration

app = typer.Typer(
    name="qbconsole",
    help="A terminal operator console between a CRM and QuickBooks Online. Without a command it opens the console.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (
    books,
    connect,
    sync,
    status,
    queue,
    decisions,
    outbox,
    journal,
    forget,
    drift,
    pdf,
    errors,
    simulate,
    demo,
):
    group.register(app)


@app.callback(invoke_without_command=True)
def console(
    context: typer.Context,
    book: BookName = "",
    home: Home = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    read_only: Annotated[bool, typer.Option("--read-only", help="Look, but decide nothing.")] = False,
) -> None:
    """Open the console."""
    if version:
        sys.stdout.write(f"qbconsole {__version__}\n")
        return
    put_before(book, home)
    if context.invoked_subcommand is None:
        from qbconsole.cli.screen import open_console

        raise typer.Exit(open_console(home, book, read_only=read_only))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code, and never ends in a traceback."""
    os.umask(0o077)
    given = sys.argv[1:] if arguments is None else arguments
    try:
        result = app(given, prog_name="qbconsole", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        tell("qbconsole: given up.")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:  # noqa: BLE001 - the last resort: said in a line, kept in full in the log
        return explain(_worded(error), as_json="--json" in given, home=_named_home(given))
    return int(result or 0)


def _worded(error: Exception) -> Exception:
    """A wrong option or command, which the parser words itself, as a problem of ours; anything else as it is."""
    words = getattr(error, "format_message", None)
    if words is None:
        return error
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "qbconsole"
    lines = str(words()).strip().splitlines()
    first = lines[0] if len(lines) == 1 else "Name a command."
    return Configuration(first, next_step=f"See: {command} --help")


def _named_home(given: list[str]) -> Path | None:
    """The folder that --home named, for a failure before or after it was read."""
    for place, word in enumerate(given):
        if word == "--home" and place + 1 < len(given):
            return Path(given[place + 1])
        if word.startswith("--home="):
            return Path(word.removeprefix("--home="))
    return None
