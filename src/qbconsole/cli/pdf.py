"""`qbconsole pdf`: a document as QuickBooks prints it, saved to a file."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qbconsole.cli.door import BookName, Home, Json, answer, opened

if TYPE_CHECKING:
    from qbconsole.books.book import Book
    from qbconsole.domain.records import Document

TYPES = ("invoice", "estimate", "credit_memo", "sales_receipt", "refund_receipt")


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command("pdf")(pdf)


def pdf(
    document: Annotated[str, typer.Argument(help="The document's number, or its id in QuickBooks.")],
    type_: Annotated[str, typer.Option("--type", help=f"One of: {', '.join(TYPES)}.")] = "invoice",
    output: Annotated[Path | None, typer.Option(help="The file; by default type and number in this folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Save an invoice, estimate or credit memo as QuickBooks prints it."""
    from qbconsole.domain.errors import Configuration

    if type_ not in TYPES:
        raise Configuration(f"There is no type {type_!r} of document.", next_step=f"One of: {', '.join(TYPES)}.")
    with opened(home, book) as one:
        found = _named(one, type_, document)
        path = output or Path(f"{type_}-{_cleaned(found.number) or found.id}.pdf")
        refuse_to_replace(path, force=force)
        printed = asyncio.run(_fetched(one, found))
    save(path, printed, force=force)
    said = {"type": type_, "id": found.id, "number": found.number, "file": str(path.absolute()), "bytes": len(printed)}
    answer(said, [f"Saved {type_.replace('_', ' ')} {found.number or found.id} as {path}."], as_json=as_json)


def _named(book: Book, type_: str, wanted: str) -> Document:
    """The document of that number, or else of that id, in the mirror."""
    from qbconsole.domain.errors import Configuration
    from qbconsole.domain.records import Document
    from qbconsole.store import mirror

    with book.store.reading() as connection:
        found = mirror.every(connection, Document, type=type_, number=wanted)
        by_id = mirror.get(connection, Document, wanted)
    if not found and by_id is not None and by_id.type == type_:
        return by_id
    words = type_.replace("_", " ")
    if not found:
        step = "Look for it with --type, or read QuickBooks again: qbconsole sync"
        raise Configuration(f"There is no {words} {wanted}.", next_step=step)
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise Configuration(f"{len(found)} documents have the number {wanted}.", next_step=f"Name one by its id: {ids}")
    return found[0]


async def _fetched(book: Book, document: Document) -> bytes:
    from qbconsole.connectors.base import Printing
    from qbconsole.domain.errors import Configuration
    from qbconsole.runner.connectors import accounting

    connector = accounting(book)
    try:
        if not isinstance(connector, Printing):
            raise Configuration(f"{connector.name} prints no documents.")
        return await connector.pdf(document.type, document.id)
    finally:
        await connector.close()


def refuse_to_replace(path: Path, *, force: bool) -> None:
    """Say before anything is fetched that a file is in the way.

    Raises:
        Configuration: there is such a file (or link), or no such folder.
    """
    from qbconsole.domain.errors import Configuration

    if not path.absolute().parent.is_dir():
        raise Configuration(f"There is no folder {path.absolute().parent}.", next_step="Make it, or name another.")
    if path.is_dir() or (not force and os.path.lexists(path)):
        step = "Name another with --output." if path.is_dir() else "Name another with --output, or add --force."
        raise Configuration(f"{path} is there already; it is left as it is.", next_step=step)


def save(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file for its owner alone: whole or not at all, and through no link.

    Raises:
        Configuration: a file has appeared there meanwhile, or the folder cannot be written to.
    """
    from qbconsole.domain.errors import Configuration

    refuse_to_replace(path, force=force)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "wb") as file:
            file.write(content)
        if force:
            new.replace(path)
        else:
            os.link(new, path)  # fails where a file is, unlike a rename
    except FileExistsError as error:
        raise Configuration(f"{path} is there already.", next_step="Name another with --output.") from error
    except OSError as error:
        raise Configuration(f"{path} cannot be written: {error.strerror}.", next_step="Name another file.") from error
    finally:
        new.unlink(missing_ok=True)


def _cleaned(number: str) -> str:
    """A document's number as part of a file's name: somebody chose it."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", number).strip("-")[:40]
