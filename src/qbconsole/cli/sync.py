"""`qbconsole sync`: one cycle, or a runner until SIGTERM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from qbconsole.cli.door import BookName, Exit, Home, Json, answer, opened, root

if TYPE_CHECKING:
    from qbconsole.books.book import Book
    from qbconsole.runner.cycle import Result


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command("sync")(sync)


def sync(
    book: BookName = "",
    home: Home = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until SIGTERM.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read everything again.")] = False,
    as_json: Json = False,
) -> None:
    """Pull both sides, propose, and deliver what is decided; exit code 3 when rows wait for a person."""
    if watch:
        from qbconsole.runner.process import main

        with opened(home, book, checked=True) as one:
            _unlock(one)
            name = one.name
        main(root(home), [name])
        return
    import asyncio

    from qbconsole.runner.once import sync_once

    with opened(home, book, checked=True) as one:
        _unlock(one)
        result = asyncio.run(sync_once(one, full=full))
        document = summary(one, result)
    problem = result.problem
    if problem is not None:
        raise problem
    lines = [
        f"Run {document['run']}: {document['changed']} records changed, {document['delivered']['settled']} operations"
        f" delivered, {document['delivered']['parked']} parked.",
        *document["withheld"],
        *(f"Paused: {one['rule']}. {one['words']}." for one in document["drift"]),
        *document["out_of_balance"],
        *(f"{queue}: {count} rows wait" for queue, count in document["waiting"].items() if count),
    ]
    answer(document, lines, as_json=as_json)
    if document["out_of_balance"]:
        raise typer.Exit(Exit.FAILED)
    reasons = ("parked", "drift", "withheld", "receivables_off")
    waiting = any(document["waiting"].values()) or any(document[name] for name in reasons)
    raise typer.Exit(Exit.NEEDS_PERSON if waiting else Exit.DONE)


def _unlock(book: Book) -> None:
    """Open encrypted secrets before the book is held: a person may have to type the passphrase."""
    from qbconsole.books.secrets import KEYS, secrets_of

    if book.settings.secrets != "file":
        return
    for system in KEYS:
        secrets_of(book.folder, book.settings, system).read()


def summary(book: Book, result: Result) -> dict[str, Any]:
    """A cycle as a document: what it did, and what waits for a person now."""
    from qbconsole.actions import drift, queues
    from qbconsole.outbox import volume
    from qbconsole.store import outbox, proofs

    with book.store.reading() as connection:
        parked = outbox.counts(connection).get("parked", 0)
        receivables = proofs.out_of_balance(connection)
        withheld = [one.words for one in volume.withheld(connection)]
    return {
        "book": book.name,
        "run": result.run_id,
        "changed": result.changed,
        "automatic": result.automatic,
        "delivered": {
            name: getattr(result.delivered, name) for name in ("settled", "retried", "unknown", "parked", "found")
        },
        "waiting": {name: count for name, (count, _) in queues.counts(book).items()},
        "parked": parked,
        "withheld": withheld,
        "drift": drift.as_rows(drift.found(book)),
        "out_of_balance": result.out_of_balance,
        "receivables_off": receivables is not None,
    }
