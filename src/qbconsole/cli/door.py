"""What all commands share: where the books are, how an answer is printed, and which exit code a failure gets."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qbconsole.books.book import Book


class Exit(IntEnum):
    """Exit codes, the same for every command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NEEDS_PERSON = 3
    BUSY = 4
    SIGN_IN = 5
    INTERRUPTED = 130


BookName = Annotated[str, typer.Option("--book", help="The book; needed only where there are several.")]
Home = Annotated[Path | None, typer.Option("--home", help="The folder of all books (QBCONSOLE_HOME).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


BOOK, HOME = "QBCONSOLE_BOOK", "QBCONSOLE_HOME"


def put_before(book: str, home: Path | None) -> None:
    """Keep what was named before the command's word, as in `qbconsole --book acme sync`, for the command."""
    if home is not None:
        os.environ[HOME] = str(home.expanduser().resolve())
    if book:
        os.environ[BOOK] = book


def root(home: Path | None) -> Path:
    """The folder of all books: as named, else the environment's, else the platform's."""
    from qbconsole.books import home as locations

    return home.expanduser().resolve() if home else locations.home()


@contextmanager
def opened(home: Path | None, name: str, *, checked: bool = False) -> Iterator[Book]:
    """The book, closed when the block ends; `checked` looks first whether its files are as they were written.

    Raises:
        Configuration: there is no such book, or one of its files is wrong.
        Fatal: its database cannot be opened, or is damaged: then the newest good backup is named.
    """
    from qbconsole.books.book import Book, named
    from qbconsole.care.checks import explained, open_sound

    folder = named(root(home), name or os.environ.get(BOOK, ""))
    with explained(folder):
        book = open_sound(folder) if checked else Book(folder)
        try:
            yield book
        finally:
            book.close()


def answer(document: Any, lines: Iterable[str], *, as_json: bool) -> None:
    """Print one JSON document, or the lines for a person."""
    if as_json:
        from qbconsole.domain.canonical import canonical

        sys.stdout.write(canonical(document) + "\n")
    else:
        for line in lines:
            sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()


def tell(words: str) -> None:
    """Say something on stderr: progress, never data."""
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def explain(error: BaseException, *, as_json: bool, home: Path | None = None) -> int:
    """Say in one line what went wrong and what to do next; returns the exit code.

    Args:
        error: what stopped the command; of an unforeseen one the details go to a log in the home.
        as_json: whether to print it as a JSON document, too.
        home: the folder of all books that the command named.
    """
    from qbconsole.domain.errors import Problem
    from qbconsole.domain.text import safe_text

    if isinstance(error, Problem):
        code, words, next_step = error.exit_code, error.words, error.next_step
    else:
        where = _keep_details(error, root(home))
        code, words = int(Exit.FAILED), f"stopped by an unforeseen {type(error).__name__}."
        next_step = f"Details: {where}"
    tell(f"qbconsole: {safe_text(' '.join((words, next_step)).strip(), limit=1000)}")
    if as_json:
        failure = {
            "words": safe_text(words, limit=1000),
            "next_step": safe_text(next_step, limit=1000),
            "exit_code": code,
        }
        answer({"error": failure}, (), as_json=True)
    return code


def _keep_details(error: BaseException, folder: Path) -> Path:
    """Write the traceback, without values of variables or keys, to a file of the owner's; returns its path."""
    from qbconsole.domain.text import redacted

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "qbconsole.log"
    details = redacted("".join(traceback.format_exception(error)))
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.write(f"{datetime.now(UTC).isoformat()}\n{details}\n")
    return path
