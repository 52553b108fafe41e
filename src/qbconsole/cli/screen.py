"""Opening the console, where there is a terminal to open it on."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from qbconsole.cli.door import root
from qbconsole.domain.errors import Configuration

if TYPE_CHECKING:
    from pathlib import Path


def has_terminal() -> bool:
    """Whether a screen can be drawn: Textual writes to stderr, and a dumb terminal cannot be drawn on."""
    return sys.stdin.isatty() and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def require_terminal() -> None:
    """See that a screen can be drawn.

    Raises:
        Configuration: it cannot.
    """
    if not has_terminal():
        step = "Use the commands instead: qbconsole --help, qbconsole status, qbconsole queue invoices"
        raise Configuration("There is no terminal to draw the console on.", next_step=step)


def open_console(home: Path | None, book: str, *, read_only: bool) -> int:
    """Open the console on a book; returns its exit code.

    Raises:
        Configuration: there is no terminal, or no such book.
    """
    require_terminal()
    from qbconsole.books.home import book_names
    from qbconsole.tui.app import run_console

    where = root(home)
    names = book_names(where)
    if not book and len(names) != 1:
        from qbconsole.books.book import open_book

        open_book(where, "")  # says what is wrong: none, or several
    return run_console(where, book or names[0], read_only=read_only)
