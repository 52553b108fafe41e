"""`qbconsole queue`: the rows that wait for a decision, with stable ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qbconsole.cli.door import BookName, Home, Json, answer, opened

if TYPE_CHECKING:
    from qbconsole.actions.views import Detail


def register(app: typer.Typer) -> None:
    """Hang the commands into the command line."""
    app.command("queue")(queue)
    app.command("show")(show)


def queue(
    name: Annotated[str, typer.Argument(help="unmatched, invoices, overdue or conflicts.")],
    book: BookName = "",
    home: Home = None,
    search: Annotated[str, typer.Option(help="Only rows with these words.")] = "",
    decided: Annotated[bool, typer.Option("--decided", help="Also what was decided, and what became of it.")] = False,
    as_json: Json = False,
) -> None:
    """List a queue, the most urgent first."""
    from qbconsole.actions import queues
    from qbconsole.cli.tables import money, table

    with opened(home, book) as one:
        rows = queues.rows(one, name, search=search, decided=decided)
    shown = [
        [row.id, row.verdict, row.title, money(row.amount, row.currency), row.cause or row.subtitle] for row in rows
    ]
    lines = table(("row", "", "what", "amount", "why"), shown, right=(3,)) if rows else ["Nothing waits here."]
    answer({"queue": name, "rows": rows}, lines, as_json=as_json)


def show(row: str, book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Everything about one row: the evidence, the choices, and what undo would do."""
    from qbconsole.actions import queues

    with opened(home, book) as one:
        detail = queues.detail(one, row)
    answer(detail, _lines(detail), as_json=as_json)


def _lines(detail: Detail) -> list[str]:
    lines = [f"{detail.row.id}  {detail.headline}"]
    for section in detail.sections:
        lines += ["", section.title]
        lines += [
            f"  {fact.label:<18} {fact.value}" + (f"  ({fact.source})" if fact.source else "") for fact in section.facts
        ]
    if detail.choices:
        lines += ["", "Choices"]
        lines += [f"  {choice.id}: {choice.words}  {choice.score}  {choice.evidence}" for choice in detail.choices]
    return [*lines, "", f"Undo: {detail.undo}"]
